// Conversions of float16 and bfloat16: every element, and every float32 near a rounding, against an independent implementation.
import { getFloat16, setFloat16 } from '@petamoriken/float16';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { castTensor } from '../../src/ir/cast-tensor.ts';
import { writeElements } from '../../src/ir/convert-floats.ts';
import { brainOfFloat, floatOfHalf, halfConversion, halfOfFloat } from '../../src/ir/convert-halves.ts';
import type { DType } from '../../src/ir/dtype.ts';
import { materialize, tensorFromBytes } from '../../src/ir/tensor-data.ts';

const view = new DataView(new ArrayBuffer(8));
const isNaN32 = (bits: number): boolean => (bits & 0x7fffffff) > 0x7f800000;

/** The float16 bits of a number, by the library. */
function libraryHalf(value: number): number {
  setFloat16(view, 0, value);
  return view.getUint16(0);
}

function floatOf(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

/** The nearest bfloat16 by comparing the distances to its two neighbours, in doubles, which hold them exactly. */
function nearestBrain(bits: number): number {
  const below = bits >>> 16;
  const value = floatOf(bits);
  // Past the greatest number the next one would be 2^128.
  const upper = (below & 0x7fff) === 0x7f7f ? Math.sign(value) * 2 ** 128 : floatOf(((below + 1) << 16) >>> 0);
  const [down, up] = [Math.abs(value - floatOf((below << 16) >>> 0)), Math.abs(upper - value)];
  if (down === up) return below + (below & 1);
  return down < up ? below : below + 1;
}

/** Bits of float32: any, and such as lie at and around the middle between two elements of 16 bits. */
const floats = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc
    .tuple(fc.nat(0xffff), fc.constantFrom(-1, 0, 1, 0x0fff, 0x1000, 0x1001, 0x7fff, 0x8000, 0x8001))
    .map(([half, off]) => (floatOfHalf(half) + off) >>> 0),
  fc
    .tuple(fc.nat(0xffff), fc.constantFrom(0, 1, 0x7fff, 0x8000, 0x8001))
    .map(([top, off]) => (top * 0x10000 + off) >>> 0),
  // Subnormals of float16, halves of the least one among them.
  fc
    .tuple(fc.integer({ min: 100, max: 114 }), fc.nat(0x7fffff), fc.nat(1))
    .map(([e, m, s]) => ((s << 31) | (e << 23) | m) >>> 0),
);
const RUNS = { numRuns: 20_000 };

describe('halfOfFloat', () => {
  test('gives the nearest float16 of any float32, ties to even', () => {
    fc.assert(
      fc.property(floats, (bits) => isNaN32(bits) || halfOfFloat(bits) === libraryHalf(floatOf(bits))),
      RUNS,
    );
  });

  test.each([
    ['the greatest that is not rounded to infinity', 0x477fefff, 0x7bff],
    ['the least that is', 0x477ff000, 0x7c00],
    ['infinity', 0xff800000, 0xfc00],
    ['half of the least subnormal, a tie', 0x33000000, 0],
    ['a little more', 0xb3000001, 0x8001],
    ['the tie between the greatest subnormal and the least normal', 0x387fe000, 0x0400],
    ['a NaN that signals, with a payload', 0xff812345, 0xfe09],
    ['a NaN whose payload lies behind the cut', 0x7f800001, 0x7e00],
  ])('takes %s', (_, bits, half) => {
    expect(halfOfFloat(bits)).toBe(half);
    expect(halfOfFloat(bits | 0)).toBe(half);
  });
});

describe('floatOfHalf', () => {
  test('gives the number of each of the 65,536 elements, and they come back', () => {
    for (let half = 0; half < 0x10000; half++) {
      view.setUint16(0, half);
      const [expected, bits] = [getFloat16(view, 0), floatOfHalf(half) >>> 0];
      expect(Object.is(floatOf(bits), expected)).toBe(true);
      const back = Number.isNaN(expected) ? half | 0x200 : half;
      expect(halfOfFloat(bits)).toBe(back);
    }
  });
});

describe('brainOfFloat', () => {
  test('gives the nearest bfloat16 of any float32, ties to even', () => {
    fc.assert(
      fc.property(floats, (bits) => (bits & 0x7fffffff) >= 0x7f800000 || brainOfFloat(bits) === nearestBrain(bits)),
      RUNS,
    );
  });

  test.each([
    ['infinity', 0xff800000, 0xff80],
    ['the greatest float32, which is rounded to infinity', 0x7f7fffff, 0x7f80],
    ['a NaN that signals, with a payload', 0xff8a0001, 0xffca],
    ['a NaN whose payload lies behind the cut', 0x7f800001, 0x7fc0],
  ])('takes %s', (_, bits, brain) => {
    expect(brainOfFloat(bits)).toBe(brain);
  });
});

const PAIRS: readonly (readonly [DType, DType])[] = [
  ['float32', 'float16'],
  ['float32', 'bfloat16'],
  ['float16', 'float32'],
  ['float16', 'bfloat16'],
  ['bfloat16', 'float32'],
  ['bfloat16', 'float16'],
];

/** The float32 bits of an element of 16 bits, a NaN quiet. */
const widened: Partial<Record<DType, (bits: number) => number>> = {
  float16: (bits) => floatOfHalf(bits) >>> 0,
  bfloat16: (bits) => ((bits << 16) | (isNaN32(bits << 16) ? 0x400000 : 0)) >>> 0,
};
const narrowed: Partial<Record<DType, (bits: number) => number>> = { float16: halfOfFloat, bfloat16: brainOfFloat };

describe('halfConversion', () => {
  test.each(PAIRS)('converts whole arrays from %s to %s, wherever they start in memory', (from, to) => {
    const [size, width] = [from === 'float32' ? 4 : 2, to === 'float32' ? 4 : 2];
    const elements = size === 4 ? floats : fc.nat(0xffff);
    fc.assert(
      fc.property(fc.array(elements, { maxLength: 40 }), fc.nat(3), fc.nat(3), (list, before, ahead) => {
        const source = new Uint8Array(before + list.length * size).subarray(before);
        const bytes = new DataView(source.buffer, before);
        list.forEach((bits, i) =>
          size === 4 ? bytes.setUint32(4 * i, bits, true) : bytes.setUint16(2 * i, bits, true),
        );
        const whole = new Uint8Array(ahead + list.length * width + 5).fill(9);
        halfConversion(from, to)?.(source, whole.subarray(ahead, ahead + list.length * width));
        const out = new DataView(whole.buffer, ahead);
        list.forEach((bits, i) => {
          const float = widened[from]?.(bits) ?? bits;
          const expected = narrowed[to]?.(float) ?? float;
          expect(width === 4 ? out.getUint32(4 * i, true) : out.getUint16(2 * i, true)).toBe(expected);
        });
        expect([...whole.subarray(ahead + list.length * width)]).toEqual([9, 9, 9, 9, 9]);
      }),
    );
  });

  test('leaves other types to the general conversion', () => {
    expect(halfConversion('float32', 'float64')).toBeUndefined();
    expect(halfConversion('float16', 'float16')).toBeUndefined();
  });
});

describe('writeElements', () => {
  test('rounds a double to float16 once', () => {
    const doubles = fc.oneof(
      fc.double({ noNaN: true }),
      // A float32 lies between these and the middle of two elements of float16.
      fc.tuple(fc.nat(0x7bfe), fc.constantFrom(-1, 1), fc.integer({ min: 20, max: 50 })).map(([half, sign, by]) => {
        const [low, high] = [floatOf(floatOfHalf(half) >>> 0), floatOf(floatOfHalf(half + 1) >>> 0)];
        return ((low + high) / 2) * (1 + sign * 2 ** -by);
      }),
    );
    const out = new Uint8Array(2);
    fc.assert(
      fc.property(doubles, (value) => {
        writeElements(out, 'float16', Float64Array.of(value));
        expect((out[0] ?? 0) + 256 * (out[1] ?? 0)).toBe(libraryHalf(value));
      }),
      RUNS,
    );
  });
});

describe('castTensor', () => {
  test('casts a tensor of several chunks as its elements one by one', () => {
    const count = 150_001;
    const values = Float32Array.from({ length: count }, (_, i) => Math.sin(i) * 10 ** ((i % 13) - 8));
    const data = tensorFromBytes('float32', [count], new Uint8Array(values.buffer));
    const bits = new Uint16Array(materialize(castTensor(data, 'float16'))?.slice().buffer ?? new ArrayBuffer(0));
    expect(bits).toHaveLength(count);
    expect(bits.findIndex((each, i) => each !== libraryHalf(values[i] ?? 0))).toBe(-1);
  });
});
