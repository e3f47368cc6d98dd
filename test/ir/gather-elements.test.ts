// Elements gathered in words and blocks are those that copying byte by byte gives, wherever arrays and ranges start.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Gathering, gatherElements } from '../../src/ir/gather-elements.ts';

const product = (numbers: readonly number[]): number => numbers.reduce((all, one) => all * one, 1);

/** Each byte by itself: the place of its element, counted from the last axis on. */
function oneByOne(source: Uint8Array, { size, shape, steps }: Gathering): Uint8Array {
  return Uint8Array.from({ length: product(shape) * size }, (_, at) => {
    let [from, rest] = [0, Math.floor(at / size)];
    for (const [i, length] of [...shape.entries()].reverse()) {
      from += (rest % length) * (steps[i] ?? 0);
      rest = Math.floor(rest / length);
    }
    return source[from * size + (at % size)] ?? 0;
  });
}

/** Bytes that differ from their neighbours, NaNs of all kinds among them, at an offset in their buffer. */
function bytesAt(offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(offset + length), offset);
  for (let i = 0; i < length; i++) bytes[i] = i % 11 === 0 ? 255 : (i * 167 + (i >> 8) * 31) & 255;
  return bytes;
}

/** Few elements under any sizes: some axes longer than a block, some of one element. */
const shapes = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 60, max: 140 })), { minLength: 1, maxLength: 5 })
  .filter((shape) => product(shape) <= 12_000);

const cases = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    perm: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
    size: fc.constantFrom(1, 2, 4, 8, 16),
    offsets: fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 })),
    step: fc.oneof(fc.integer({ min: 7, max: 600 }), fc.constant(12_000)),
  }),
);

describe('gatherElements', () => {
  test('gives the bytes of each element in any order of axes, range by range', () => {
    fc.assert(
      fc.property(cases, ({ shape, perm, size, offsets: [from, to], step }) => {
        const source = bytesAt(from, product(shape) * size);
        const own = shape.map((_, axis) => product(shape.slice(axis + 1)));
        const how = { size, shape: perm.map((axis) => shape[axis] ?? 1), steps: perm.map((axis) => own[axis] ?? 1) };
        const read = gatherElements(source, how);
        const found = new Uint8Array(source.length);
        for (let first = 0; first < product(shape); first += step) {
          const out = bytesAt(to, size * Math.min(step, product(shape) - first));
          read(out, first);
          found.set(out, first * size);
        }
        expect(Buffer.compare(found, oneByOne(source, how))).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  test('repeats and skips elements where steps are no strides of the whole', () => {
    const source = bytesAt(0, 4 * 300);
    for (const [shape, steps] of [
      [
        [80, 3],
        [0, 1],
      ],
      [
        [20, 70],
        [1, 0],
      ],
      [
        [10, 100],
        [1, 2],
      ],
    ] as const) {
      const how = { size: 4, shape, steps };
      const out = new Uint8Array(4 * product(shape));
      gatherElements(source, how)(out, 0);
      expect(Buffer.compare(out, oneByOne(source, how))).toBe(0);
    }
  });

  test('reads arrays that start at different places by one reader', () => {
    const source = bytesAt(0, 4 * 6);
    const read = gatherElements(source, { size: 4, shape: [3, 2], steps: [1, 3] });
    const outs = [0, 1, 2, 4].map((offset) => {
      const out = bytesAt(offset, 4 * 6);
      read(out, 0);
      return Buffer.from(out).toString('hex');
    });
    expect(new Set(outs).size).toBe(1);
  });

  test('gives nothing of a shape without elements', () => {
    const out = new Uint8Array();
    gatherElements(out, { size: 4, shape: [3, 0], steps: [0, 3] })(out, 0);
    expect(out).toHaveLength(0);
  });
});
