// A feed may come in many forms; each is read with its shape, or refused with the reason.
import { describe, expect, test } from 'vitest';
import { tensorFromValues } from '../../src/ir/tensor-data.ts';
import { isFeed, readFeed } from '../../src/runtime/feed.ts';

describe('readFeed', () => {
  test.each<[string, unknown, number[] | undefined, string]>([
    ['a number', 3, [], 'plain'],
    ['a bigint', 3n, [], 'plain'],
    [
      'nested arrays',
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [2, 3],
      'plain',
    ],
    ['rows of typed arrays', [Float32Array.of(1, 2), Float32Array.of(3, 4)], [2, 2], 'float32'],
    ['rows of typed arrays beside literals', [Float64Array.of(1, 2), [3, 4]], [2, 2], 'plain'],
    ['rows of several classes', [Float64Array.of(1, 2), Float32Array.of(3, 4)], [2, 2], 'plain'],
    ['empty rows', [[], []], [2, 0], 'plain'],
    ['a typed array', Float32Array.of(1, 2), undefined, 'float32'],
    ['a Uint16Array, whose type is open', Uint16Array.of(1), undefined, 'words'],
    ['a tensor of ONNX Runtime', { type: 'int64', dims: [1, 2], data: BigInt64Array.of(1n, 2n) }, [1, 2], 'int64'],
    ['a result of a run', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }, [2], 'float32'],
    ['bits with their type', { type: 'float16', dims: [1], data: Uint16Array.of(0x3c00) }, [1], 'float16'],
    ['ONNX names of types', { type: 'float', dims: [1], data: Float32Array.of(1) }, [1], 'float32'],
    [
      'names of both libraries that agree',
      { dims: [1], shape: [1], type: 'float', dtype: 'float32', data: Float32Array.of(1) },
      [1],
      'float32',
    ],
    ['constant data', tensorFromValues('int32', [2], [1, 2]), [2], 'int32'],
  ])('reads %s', (_, feed, shape, from) => {
    expect(readFeed(feed)).toMatchObject({ from });
    const reading = readFeed(feed);
    expect(typeof reading === 'string' ? reading : reading.shape).toEqual(shape);
  });

  test.each([
    ['rows of different lengths', [[1, 2], [3]], 'its rows differ: [0] has the shape [2], [1] has [1]'],
    ['rows beside numbers', [1, [2]], 'its rows differ'],
    ['objects in rows', [[1, {}]], 'element [0][1] is object'],
    ['null', null, 'null cannot be fed'],
    ['a function', () => 1, 'function cannot be fed'],
    ['a tensor whose data is short', { type: 'float32', dims: [2, 2], data: [1, 2] }, 'has 4 elements, its data 2'],
    ['a tensor of an unknown type', { type: 'flaot', dims: [1], data: [1] }, '"flaot" is no element type'],
    ['an object that is no tensor', { x: 1 }, 'an object is fed as'],
    ['negative sizes', { type: 'float32', dims: [-1], data: [] }, 'its axis 0 has the size -1'],
  ])('refuses %s', (_, feed, reason) => {
    expect(readFeed(feed)).toContain(reason);
  });
});

describe('isFeed', () => {
  test.each([
    [[[1]], true],
    [Float32Array.of(1), true],
    [{ dims: [1], type: 'float32', data: [1] }, true],
    [{ dims: [1] }, false],
    [{ x: [1] }, false],
  ])('tells %o from feeds by name', (feeds, expected) => {
    // The second last is a model with an input named "dims".
    expect(isFeed(feeds)).toBe(expected);
  });
});
