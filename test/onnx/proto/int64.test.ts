// 64-bit integers are exact on both ways, at every edge of their two forms.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { int64Bytes, int64FromHalves, int64Halves, isInt64 } from '../../../codegen/onnx/proto/int64.ts';
import { MESSAGES } from '../../../codegen/onnx/proto/message-table.ts';
import { decodeMessage } from '../../../codegen/onnx/proto/read-message.ts';
import { encodeMessage } from '../../../codegen/onnx/proto/write-message.ts';
import { arbitraryInt64, INT64_EDGES } from './arbitrary-message.ts';

/** A varint worked out with bigints, as the specification of protobuf describes it. */
function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

describe('a 64-bit integer', () => {
  test.each(INT64_EDGES.map((value) => [String(value), value] as const))(
    '%s is written and read exactly',
    (_, value) => {
      const bytes = encodeMessage(MESSAGES.attribute, { i: value });
      expect([...bytes]).toEqual([3 << 3, ...varint(BigInt(value))]);
      expect(decodeMessage(MESSAGES.attribute, bytes)).toEqual({ i: value });
    },
  );

  test('is written as its varint in every field that holds one', () => {
    fc.assert(
      fc.property(fc.array(arbitraryInt64, { minLength: 1 }), (values) => {
        const all = values.flatMap((value) => varint(BigInt(value)));
        const packed = encodeMessage(MESSAGES.tensor, { int64Data: values });
        expect([...packed]).toEqual([(7 << 3) | 2, ...varint(BigInt(all.length)), ...all]);
        const { int64Data } = decodeMessage(MESSAGES.tensor, packed);
        expect(int64Data).toEqual(BigInt64Array.from(values, BigInt));
        const dims = encodeMessage(MESSAGES.tensor, { dims: values });
        expect(decodeMessage(MESSAGES.tensor, dims)).toEqual({ dims: values });
      }),
    );
  });

  test('is read as a number exactly where that is safe', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const [low, high] = int64Halves(value);
        const read = int64FromHalves(low, high);
        expect(BigInt(read)).toBe(value);
        expect(typeof read).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint');
      }),
    );
  });

  test('keeps the whole range of uint64', () => {
    const uint64Data = BigUint64Array.of(0n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n);
    const bytes = encodeMessage(MESSAGES.tensor, { uint64Data });
    expect(decodeMessage(MESSAGES.tensor, bytes)).toEqual({ uint64Data });
    expect(encodeMessage(MESSAGES.tensor, { uint64Data: [...uint64Data] })).toEqual(bytes);
  });
});

describe('int64Bytes', () => {
  test('is the length of the varint', () => {
    fc.assert(fc.property(arbitraryInt64, (value) => int64Bytes(value) === varint(BigInt(value)).length));
    for (let bit = 0n; bit < 63n; bit++) {
      for (const value of [2n ** bit - 1n, 2n ** bit]) expect(int64Bytes(value)).toBe(varint(value).length);
    }
  });
});

describe('isInt64', () => {
  test.each([
    [1.5, false, false],
    [2 ** 53, false, false],
    [Number.NaN, false, false],
    ['1', false, false],
    [-1, true, false],
    [-(2n ** 63n) - 1n, false, false],
    [2n ** 63n, false, true],
    [2n ** 64n, false, false],
  ])('of %s is %s, unsigned %s', (value, signed, unsigned) => {
    expect([isInt64(value, 'int64'), isInt64(value, 'uint64')]).toEqual([signed, unsigned]);
  });
});
