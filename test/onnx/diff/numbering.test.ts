// Numbers for texts and pairs: equal exactly where what they stand for is equal.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Numbering } from '../../../codegen/onnx/diff/numbering.ts';

describe('Numbering', () => {
  test('gives equal numbers to equal pairs only, also once its table has grown', () => {
    const numbering = new Numbering();
    const known = new Map<string, number>();
    const taken = new Set<number>();
    let wrong = 0;
    for (let step = 0; step < 60_000; step++) {
      const [first, second] = [((step * 7919) % 20_000) >> (step % 3), (step * 104_729) % 20_000];
      const key = `${first},${second}`;
      const number = numbering.pair(first, second);
      const before = known.get(key);
      if (before === undefined ? taken.has(number) : number !== before) wrong += 1;
      known.set(key, number);
      taken.add(number);
    }
    for (const [key, number] of known) {
      const [first = 0, second = 0] = key.split(',').map(Number);
      if (numbering.pair(first, second) !== number) wrong += 1;
    }
    expect(wrong).toBe(0);
    expect(known.size).toBeGreaterThan(10_000);
    expect(known.size).toBeLessThan(60_000);
  });

  test('takes no text for a pair, and no list for another one', () => {
    const list = fc.array(fc.constantFrom('a', 'b', 'place 0', ''), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(list, list, (left, right) => {
        const numbering = new Numbering();
        const numberOf = ([head = '', ...rest]: readonly string[]): number =>
          rest.reduce((number, text) => numbering.pair(number, numbering.of(text)), numbering.of(head));
        expect(numberOf(left) === numberOf(right)).toBe(JSON.stringify(left) === JSON.stringify(right));
      }),
    );
  });
});
