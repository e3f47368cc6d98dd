// Views of tensors give the elements that moving them one by one gives, whatever ranges they are read in.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { castTensor } from '../../src/ir/cast-tensor.ts';
import {
  elementCount,
  materialize,
  type TensorData,
  tensorFromValues,
  typedArrayOf,
} from '../../src/ir/tensor-data.ts';
import {
  joinTensors,
  reshapeTensor,
  sliceTensor,
  splitTensor,
  stackTensors,
  transposeTensor,
} from '../../src/ir/tensor-views.ts';
import { errorOf } from '../nn/initializers/error-of.ts';

/** 0, 1, 2 ... in a shape; lazy, as tensors of files are, where asked for. */
function counting(shape: readonly number[], isLazy: boolean, from = 0): TensorData {
  const values = Array.from({ length: elementCount(shape) }, (_, i) => from + i);
  const data = tensorFromValues('float32', shape, values);
  const bytes = materialize(data);
  if (!isLazy || !bytes) return data;
  const fill = (out: Uint8Array, first: number): void => out.set(bytes.subarray(4 * first, 4 * first + out.length));
  return { ...data, storage: { kind: 'lazy', source: { description: 'counting', fill } } };
}

/** The elements, read in ranges of `step`. */
function elementsOf(data: TensorData, step: number): number[] {
  const count = elementCount(data.shape);
  if (data.storage.kind !== 'lazy')
    return [...typedArrayOf(data.dtype, materialize(data) ?? new Uint8Array())].map(Number);
  const found: number[] = [];
  for (let first = 0; first < count; first += step) {
    const out = new Uint8Array(4 * Math.min(step, count - first));
    data.storage.source.fill(out, first);
    found.push(...new Float32Array(out.buffer));
  }
  return found;
}

/** The element number at a place. */
const numberAt = (shape: readonly number[], place: readonly number[]): number =>
  place.reduce((at, index, axis) => at * (shape[axis] ?? 1) + index, 0);

function* places(shape: readonly number[]): Generator<number[]> {
  for (let i = 0; i < elementCount(shape); i++) {
    const place: number[] = [];
    for (let axis = shape.length - 1, rest = i; axis >= 0; axis--) {
      place.unshift(rest % (shape[axis] ?? 1));
      rest = Math.floor(rest / (shape[axis] ?? 1));
    }
    yield place;
  }
}

const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
const reading = fc.record({ isLazy: fc.boolean(), step: fc.integer({ min: 1, max: 40 }) });

describe('transposeTensor', () => {
  test('puts each element where its axes go', () => {
    fc.assert(
      fc.property(
        shapes.chain((shape) =>
          fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
        ),
        reading,
        ([shape, perm], { isLazy, step }) => {
          const moved = transposeTensor(counting(shape, isLazy), perm);
          const expected = [...places(moved.shape)].map((place) =>
            numberAt(
              shape,
              shape.map((_, axis) => place[perm.indexOf(axis)] ?? 0),
            ),
          );
          expect(moved.shape).toEqual(perm.map((axis) => shape[axis]));
          expect(elementsOf(moved, step)).toEqual(expected);
        },
      ),
    );
  });

  test('turns a matrix by default', () => {
    expect(elementsOf(transposeTensor(counting([2, 3], true)), 4)).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test('refuses what is no order of the axes', () => {
    expect(errorOf(() => transposeTensor(counting([2, 3], false), [0, 0])).errors[0]?.message).toBe(
      '[0, 0] is no order of the axes: float32[2, 3]',
    );
  });
});

describe('sliceTensor, splitTensor, joinTensors', () => {
  test('a slice has the elements of its part', () => {
    fc.assert(
      fc.property(
        shapes.chain((shape) =>
          fc.tuple(fc.constant(shape), fc.nat(shape.length - 1), fc.nat(5), fc.nat(5)).map(([sizes, axis, a, b]) => {
            const [from, to] = [Math.min(a, b), Math.max(a, b)].map((i) => Math.min(i, sizes[axis] ?? 0));
            return { shape: sizes, axis, from: from ?? 0, to: to ?? 0 };
          }),
        ),
        reading,
        ({ shape, axis, from, to }, { isLazy, step }) => {
          const part = sliceTensor(counting(shape, isLazy), axis, from, to);
          const expected = [...places(part.shape)].map((place) =>
            numberAt(shape, place.with(axis, (place[axis] ?? 0) + from)),
          );
          expect(elementsOf(part, step)).toEqual(expected);
          // A second reading gives the same: nothing of the first is left.
          expect(elementsOf(part, step + 1)).toEqual(expected);
        },
      ),
    );
  });

  test('parts that are joined again are the whole', () => {
    fc.assert(
      fc.property(
        shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1))),
        reading,
        ([shape, axis], { isLazy, step }) => {
          const whole = counting(shape, isLazy);
          const joined = joinTensors(splitTensor(whole, shape[axis] ?? 1, axis), axis);
          expect(joined.shape).toEqual(shape);
          expect(elementsOf(joined, step)).toEqual(elementsOf(whole, step));
        },
      ),
    );
  });

  test('a tensor with runs that are read in place gives the same', () => {
    const whole = counting([3, 40_000], true);
    const [first, second] = splitTensor(whole, 2, 1);
    expect(first && elementsOf(first, 7_000)[20_000]).toBe(40_000);
    expect(first && second && elementsOf(joinTensors([first, second], 1), 65_536)).toEqual(elementsOf(whole, 65_536));
  });

  test('stacked tensors lie along a new axis', () => {
    const stacked = stackTensors([counting([2, 2], true), counting([2, 2], false, 10)], 1);
    expect(stacked.shape).toEqual([2, 2, 2]);
    expect(elementsOf(stacked, 3)).toEqual([0, 1, 10, 11, 2, 3, 12, 13]);
  });

  const MISTAKES = [
    [
      'a part beyond the end',
      () => sliceTensor(counting([2, 3], false), 1, 2, 4),
      '2 to 4 is no part of axis 1: float32[2, 3]',
    ],
    ['an axis that is not there', () => sliceTensor(counting([2], false), 1, 0, 1), 'there is no axis 1: float32[2]'],
    [
      'unequal parts',
      () => splitTensor(counting([5], false), 2),
      'axis 0 does not divide into 2 equal parts: float32[5]',
    ],
    [
      'other sizes',
      () => joinTensors([counting([2, 3], false), counting([2, 4], false)]),
      '[2, 4] cannot be joined along axis 0 to: float32[2, 3]',
    ],
    ['nothing to join', () => joinTensors([]), 'no tensors to join'],
    [
      'other types',
      () => joinTensors([counting([1], false), tensorFromValues('int8', [1], [1])]),
      'float32 and int8 cannot be joined',
    ],
    [
      'another count',
      () => reshapeTensor(counting([6], false), [4]),
      '[4] holds another number of elements: float32[6]',
    ],
    [
      'strings',
      () => transposeTensor({ dtype: 'string', shape: [1], storage: { kind: 'strings', values: ['a'] } }),
      'string[1] cannot be cut or rearranged: its elements are no whole bytes',
    ],
    [
      'packed elements',
      () => sliceTensor({ dtype: 'int4', shape: [2], storage: { kind: 'bytes', bytes: Uint8Array.of(33) } }, 0, 0, 1),
      'int4[2] cannot be cut or rearranged: its elements are no whole bytes',
    ],
    [
      'a file that is not open',
      () =>
        joinTensors([
          { dtype: 'float32', shape: [1], storage: { kind: 'file', location: 'w.bin', offset: 0, length: 4 } },
        ]),
      'data in file "w.bin" cannot be read here',
    ],
  ] as const;
  test.each(MISTAKES)('refuse %s', (_name, make, message) => {
    expect(errorOf(make).errors[0]?.message).toBe(message);
  });
});

describe('castTensor', () => {
  test.each(['float64', 'float32', 'float16', 'bfloat16', 'int32', 'uint8'] as const)(
    'small whole numbers survive %s',
    (dtype) => {
      for (const isLazy of [false, true]) {
        const there = castTensor(counting([4, 5], isLazy), dtype);
        expect(there.dtype).toBe(dtype);
        expect(elementsOf(castTensor(there, 'float32'), 6)).toEqual(Array.from({ length: 20 }, (_, i) => i));
      }
    },
  );

  test('rounds to nearest, ties to even', () => {
    const given = tensorFromValues('float32', [3], [1.00390625, 1.01171875, 65504]);
    expect(elementsOf(castTensor(castTensor(given, 'bfloat16'), 'float32'), 3)).toEqual([1, 1.015625, 65536]);
    expect(elementsOf(castTensor(castTensor(given, 'float16'), 'float32'), 3)).toEqual([1.00390625, 1.01171875, 65504]);
  });

  test('refuses what numbers do not hold', () => {
    const given = tensorFromValues('int64', [1], [1n]);
    expect(errorOf(() => castTensor(given, 'float32')).errors[0]?.message).toBe(
      'int64[1] cannot be cast to float32 here',
    );
  });
});
