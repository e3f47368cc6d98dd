// JSON that keeps its integers.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../examples/serve/protocol/lossless-json.ts';
import { bytesOfTensor, tensorFromBytes } from '../../examples/serve/protocol/tensor-bytes.ts';

describe('parseJson', () => {
  test('reads as JSON.parse does what has no large integers, strings full of them included', () => {
    const texts = fc.oneof(fc.string(), fc.constantFrom('NaN', '12345678901234567890', '~', '"NaN', '\\', 'Infinity"'));
    const numbers = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }).map(small));
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        texts,
        numbers,
        fc.boolean(),
        fc.array(tie('value')),
        fc.dictionary(texts, tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(value, (each) => {
        const text = JSON.stringify(each);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('keeps every integer of 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (integer) => {
        const [read] = [parseJson(`{"~":[${integer}]}`)].flatMap((each) => Object.values(each ?? {}).flat());
        expect(BigInt(read)).toBe(integer);
      }),
    );
  });

  test.each(['[NaN1]', '{NaN:1}', '[1234567890123456 7]', '[nan]', '{"a":}', '[012345678901234567]'])(
    'refuses %s',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    },
  );
});

/** Floats whose text is an integer are integers to JSON. */
const small = (value: number): number => (Math.abs(value) < 2 ** 53 ? value : value / 2 ** 1000);

describe('tensorFromBytes', () => {
  test('reads at odd addresses of a Buffer what bytesOfTensor wrote', () => {
    fc.assert(
      fc.property(fc.bigInt64Array(), fc.integer({ min: 0, max: 9 }), (data, offset) => {
        const bytes = bytesOfTensor({ datatype: 'INT64', shape: [data.length], data });
        const memory = Buffer.concat([Buffer.alloc(offset), bytes]).subarray(offset);
        expect(tensorFromBytes('x', 'INT64', [data.length], memory).data).toEqual(data);
      }),
    );
  });

  test('reads texts that bytesOfTensor wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (data) => {
        const bytes = bytesOfTensor({ datatype: 'BYTES', shape: [data.length], data });
        expect(tensorFromBytes('x', 'BYTES', [data.length], bytes).data).toEqual(data);
      }),
    );
  });
});
