// Patterns pick paths: globs by whole segments, regular expressions by what they find.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PathPattern, pathMatcher } from '../../src/model/path-pattern.ts';
import { errorOf } from '../nn/initializers/error-of.ts';

const ROWS: readonly (readonly [pattern: PathPattern, yes: readonly string[], no: readonly string[]])[] = [
  ['0.weight', ['0.weight'], ['00.weight', '0xweight', '0.weight.g', 'a.0.weight']],
  ['*.weight', ['0.weight', 'head.weight'], ['weight', 'a.b.weight', '0.weightG']],
  ['encoder.*.weight', ['encoder.0.weight'], ['encoder.weight', 'encoder.0.1.weight', 'encoder..weight.x']],
  ['**', ['weight', '0.weight', 'a.b.c'], []],
  ['**.weight', ['weight', '0.weight', 'a.b.weight'], ['0.weightG', 'weight.x', 'xweight']],
  ['encoder.**', ['encoder.0', 'encoder.0.weight', 'encoder'], ['encoder2.weight', 'a.encoder.weight']],
  ['encoder.**.weight', ['encoder.weight', 'encoder.0.weight', 'encoder.0.1.weight'], ['encoder.0.bias', 'weight']],
  ['**.norm*.*', ['norm1.weight', 'a.norm.bias'], ['a.norm', 'norm1.a.bias', 'a.xnorm.bias']],
  ['**.norm?.bias', ['norm1.bias', 'a.norm2.bias'], ['norm.bias', 'norm12.bias']],
  ['a+b.(c)[0]', ['a+b.(c)[0]'], ['aab.c0']],
  ['**.a.**.b', ['a.b', 'x.a.b', 'x.y.a.z.b'], ['b', 'a.c', 'xa.b']],
  [/weight$/g, ['weight', '0.weight'], ['weightG']],
  [/^0\./, ['0.weight'], ['10.weight']],
];

describe('pathMatcher', () => {
  test.each(ROWS)('%s', (pattern, yes, no) => {
    const matches = pathMatcher('parameters()', pattern);
    // Twice, for a regular expression with a memory would answer otherwise.
    for (const path of [...yes, ...yes]) expect([path, matches(path)]).toEqual([path, true]);
    for (const path of no) expect([path, matches(path)]).toEqual([path, false]);
  });

  const segment = fc.stringMatching(/^[a-z0-9_]{1,4}$/);
  const path = fc.array(segment, { minLength: 1, maxLength: 4 });

  test('a path matches itself, its segments as stars, and any of its ends behind **', () => {
    fc.assert(
      fc.property(path, fc.nat(), (segments, at) => {
        const text = segments.join('.');
        const star = segments.map((each, i) => (i === at % segments.length ? '*' : each)).join('.');
        const end = ['**', ...segments.slice(at % segments.length)].join('.');
        for (const glob of [text, star, end, '**']) expect(pathMatcher('f()', glob)(text)).toBe(true);
      }),
    );
  });

  test('a star never stands for two segments', () => {
    fc.assert(
      fc.property(path, segment, (segments, more) => {
        const glob = [...segments.slice(0, -1), '*'].join('.');
        expect(pathMatcher('f()', glob)([...segments, more].join('.'))).toBe(false);
      }),
    );
  });

  test('what is neither a glob nor a regular expression is refused by name', () => {
    // @ts-expect-error a number is no pattern
    const error = errorOf(() => pathMatcher('freeze()', 3));
    expect(error.code).toBe('LAYER_ARGUMENT');
    expect(error.message).toContain('freeze() takes its pattern as a glob or a regular expression, got 3');
  });
});
