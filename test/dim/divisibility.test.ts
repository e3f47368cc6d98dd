// Equations that say that a number divides a size say just that, and mean the same.
import { describe, expect, test } from 'vitest';
import { checkConstraint, formatConstraint, parseConstraint } from '../../src/dim/constraint.ts';
import { plainDivisibility } from '../../src/dim/divisibility.ts';

const CASES: readonly (readonly [given: readonly string[], plain: readonly string[]])[] = [
  [['h == 2*(h//2)'], ['2 | h']],
  [['2*(h//2) == h', 'h//2 == 2*(h//4)'], ['4 | h']],
  [
    ['h//8 == 2*(h//16)', 'w//2 == 2*(w//4)', 'h//4 == 2*(h//8)', 'h//2 == 2*(h//4)', 'h == 2*(h//2)', 'w == 2*(w//2)'],
    ['16 | h', '4 | w'],
  ],
  [
    ['h//8 == 2*(h//16)', 'h//2 == 2*(h//4)'],
    ['2 | h//8', '2 | h//2'],
  ],
  [['(h + 14)//16 == 2*((h + 14)//32)'], ['2 | (h + 14)//16']],
  [['3 | n', 'n//3 == 5*(n//15)'], ['15 | n']],
  [['a*b == 6*(a*b//6)'], ['6 | a*b']],
  [
    ['h == 2*(w//2)', 's <= 512', 'b == c'],
    ['h == 2*(w//2)', 's <= 512', 'b == c'],
  ],
  [['h == 2*ceildiv(h, 2)', '2*ceildiv(h, 4) == ceildiv(h, 2)', 'ceildiv(h, 4) == 2*ceildiv(h, 8)'], ['8 | h']],
  [['ceildiv(h, 2) == 2*ceildiv(h, 4)', 'h//2 == 2*(h//4)', 'h == 2*(h//2)'], ['4 | h']],
  [['ceildiv(h, 2) == 2*ceildiv(h, 4)', 'h == 4*ceildiv(h, 4)', 'h == 2*(h//2)'], ['4 | h']],
  [['h == 2*(h//2)', 'h == 2*ceildiv(h, 2)'], ['2 | h']],
  [['ceildiv(h, 4) == 2*(h//8)'], ['ceildiv(h, 4) == 2*(h//8)']],
  [['h//3 == 2*(h//5)'], ['h//3 == 2*(h//5)']],
];

describe('plainDivisibility', () => {
  test.each(CASES)('%j', (given, plain) => {
    const constraints = given.map((text) => parseConstraint(text));
    const result = plainDivisibility(constraints);
    expect(result.map((constraint) => formatConstraint(constraint))).toEqual(plain);
    for (let h = 0; h < 70; h++) {
      const sizes = new Map(Object.entries({ h, w: (h * 7) % 66, n: h, a: h % 9, b: h % 8, c: h % 5, s: 20 * h }));
      const holds = (list: readonly (typeof constraints)[number][]): boolean =>
        list.every((constraint) => checkConstraint(constraint, ({ name }) => sizes.get(name)));
      expect(holds(result)).toBe(holds(constraints));
    }
  });

  test('keeps the origins of what it joins', () => {
    const origins = [{ path: 'a' }, { path: 'b' }];
    const constraints = ['h == 2*(h//2)', 'h//2 == 2*(h//4)'].map((text, i) =>
      parseConstraint(text, origins.slice(i, i + 1)),
    );
    expect(plainDivisibility(constraints)[0]?.origins).toEqual(origins);
  });
});
