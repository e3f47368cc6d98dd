// Elements are converted where nothing is lost, and refused where something would be.

import { Float16Array } from '@petamoriken/float16';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convertElements, type Element, type Elements, RUN_DTYPES, type RunDType } from '../../src/runtime/elements.ts';

const plain = (...values: Element[]): Elements => ({ from: 'plain', values });
const typed = (from: Elements['from'], values: ArrayLike<Element>): Elements => ({ from, values });

describe('convertElements', () => {
  test.each<[string, Elements, RunDType, ArrayLike<unknown>]>([
    ['numbers to float32, rounded', plain(0.1, -2, Number.NaN), 'float32', Float32Array.of(0.1, -2, Number.NaN)],
    ['infinities to float16', plain(Number.POSITIVE_INFINITY), 'float16', Uint16Array.of(0x7c00)],
    ['numbers to float16', plain(1, 0.1), 'float16', Uint16Array.of(0x3c00, 0x2e66)],
    ['bits to float16', typed('words', Uint16Array.of(0x3c00)), 'float16', Uint16Array.of(0x3c00)],
    ['words to uint16', typed('words', Uint16Array.of(0x3c00)), 'uint16', Uint16Array.of(0x3c00)],
    ['a Float16Array to float16', typed('float16', Float16Array.of(1, 2)), 'float16', Uint16Array.of(0x3c00, 0x4000)],
    ['a Float16Array to float32', typed('float16', Float16Array.of(1.5)), 'float32', Float32Array.of(1.5)],
    ['numbers to int64', plain(-1, 2 ** 53 - 1), 'int64', BigInt64Array.of(-1n, 2n ** 53n - 1n)],
    ['bigints to uint64', plain(2n ** 64n - 1n), 'uint64', BigUint64Array.of(2n ** 64n - 1n)],
    ['bigints to int8', plain(-128n, 127n), 'int8', Int8Array.of(-128, 127)],
    ['an Int32Array to int64', typed('int32', Int32Array.of(-5)), 'int64', BigInt64Array.of(-5n)],
    ['an Int32Array to float32', typed('int32', Int32Array.of(2 ** 24)), 'float32', Float32Array.of(2 ** 24)],
    ['booleans to bool', plain(true, false, 1, 0n), 'bool', Uint8Array.of(1, 0, 1, 0)],
    ['bytes to bool', typed('uint8', Uint8Array.of(1, 0)), 'bool', Uint8Array.of(1, 0)],
    ['strings to string', plain('a', ''), 'string', ['a', '']],
  ])('takes %s', (_, elements, dtype, expected) => {
    expect(convertElements(elements, dtype)).toEqual({ data: expected });
  });

  test.each<[string, Elements, RunDType, number]>([
    ['a number beyond float32', plain(1, 1e39), 'float32', 1],
    ['a number beyond float16', plain(70000), 'float16', 0],
    ['a double that float32 rounds', typed('float64', Float64Array.of(0.5, 0.1)), 'float32', 1],
    ['an integer that float32 rounds', typed('int32', Int32Array.of(2 ** 24 + 1)), 'float32', 0],
    ['a bigint that float64 rounds', plain(2n ** 53n + 1n), 'float64', 0],
    ['a fraction for integers', plain(1, 2, 0.5), 'int32', 2],
    ['NaN for integers', plain(Number.NaN), 'int8', 0],
    ['256 for uint8', plain(256), 'uint8', 0],
    ['-1 for uint8', plain(-1), 'uint8', 0],
    ['a number that may have been rounded for int64', plain(2 ** 53), 'int64', 0],
    ['-1 for uint64', plain(-1n), 'uint64', 0],
    ['2 for bool', plain(2), 'bool', 0],
    ['true for float32', plain(true), 'float32', 0],
    ['text for float32', plain('1'), 'float32', 0],
    ['a number for string', plain('a', 1), 'string', 1],
    ['a string that ONNX Runtime would cut at NUL', plain('a', 'b\0c'), 'string', 1],
    ['a string with half a pair of UTF-16', plain('\u{1f600}', 'a\ud83d'), 'string', 1],
  ])('refuses %s, at its index', (_, elements, dtype, index) => {
    expect(convertElements(elements, dtype)).toMatchObject({ mistake: { index, value: elements.values[index] } });
  });

  test('hands an array of the right type on without a copy', () => {
    const values = Float32Array.of(1, 2);
    expect(convertElements(typed('float32', values), 'float32')).toEqual({ data: values });
    const converted = convertElements(typed('float32', values), 'float32');
    expect('data' in converted && converted.data).toBe(values);
  });

  test('keeps the value of every integer that it takes', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 65n), 2n ** 65n), fc.constantFrom(...RUN_DTYPES), (value, dtype) => {
        fc.pre(dtype !== 'string' && dtype !== 'bool' && dtype !== 'float16');
        const converted = convertElements(plain(value), dtype);
        if ('data' in converted) expect(BigInt(converted.data[0] ?? 0)).toBe(value);
      }),
    );
  });
});
