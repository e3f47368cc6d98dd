// The length of a slice, and the bound where a part of the slice is not known, against ONNX's clamping done on numbers.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConstraint } from '../../src/dim/constraint.ts';
import { type SymbolDim, symbol } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { Bench } from './bench.ts';

/** One of start, end and step: `scale*t + offset`, or not known where `text` is a question mark. */
interface Part {
  readonly text: string;
  readonly at: (t: number) => number;
}

const part = (isStep: boolean): fc.Arbitrary<Part> =>
  fc
    .tuple(fc.constantFrom(0, 0, 1, -1), fc.integer({ min: -7, max: 7 }), fc.boolean())
    .filter(([scale, offset]) => !isStep || scale !== 0 || offset !== 0)
    .map(([scale, offset, isKnown]) => ({
      text: isKnown || scale !== 0 ? `${scale}*t + ${offset}` : '?',
      at: (t) => scale * t + offset,
    }));

/** ONNX Slice-13 on numbers. */
function sliced(size: number, [start, end, step]: readonly [number, number, number]): number {
  const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x < 0 ? x + size : x, low), high);
  const length =
    step > 0
      ? Math.ceil((clamp(end, 0, size) - clamp(start, 0, size)) / step)
      : Math.ceil((clamp(end, -1, size - 1) - clamp(start, 0, size - 1)) / step);
  return size === 0 ? 0 : Math.max(length, 0);
}

describe('Slice', () => {
  test('has the length that clamping gives, or a bound that no length passes', () => {
    const size = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(part(false), part(false), part(true), size, size, (start, end, step, s, t) => {
        fc.pre(step.at(t) !== 0);
        const bench = new Bench();
        const inputs = [
          bench.input('float32[s]'),
          ...[start.text, end.text, '0', step.text].map((text) =>
            bench.input(text === '?' ? 'int64[1]' : `int64[1] = [${text}]`),
          ),
        ];
        const { type } = bench.one(bench.root, 'Slice', inputs);
        const dim = type.kind === 'tensor' ? type.shape?.[0] : undefined;
        if (!dim) return expect.unreachable('a slice has one axis');
        const real = sliced(s, [start.at(t), end.at(t), step.at(t)]);
        const at = (one: SymbolDim): number => (one.role === 'fresh' ? real : one.name === 's' ? s : t);
        expect(evaluate(dim, at)).toBe(real);
        for (const bound of bench.root.facts.given()) expect(checkConstraint(bound, at)).toBe(true);
        if (dim.kind === 'symbol' && dim.role === 'fresh')
          expect(bench.root.facts.atMost(dim, symbol('s'))).toBe('true');
      }),
      { numRuns: 400 },
    );
  });
});
