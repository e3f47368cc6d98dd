// The readers of headers: numbers of 64 bits in both byte orders, and texts that are alike.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GgufScanner } from '../../codegen/weights/gguf/scanner.ts';
import { JsonScanner } from '../../codegen/weights/json-scanner.ts';
import { bytesInMemory } from '../../codegen/weights/positioned-bytes.ts';

const EDGES = [0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n];

describe('GgufScanner.size', () => {
  test.each([true, false])(
    'is the integer, a number up to 2^53 - 1 and a bigint beyond, little-endian %s',
    (isLittle) => {
      const any = fc.oneof(
        fc.constantFrom(...EDGES),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.maxSafeNat().map(BigInt),
      );
      fc.assert(
        fc.property(any, (value) => {
          const view = new DataView(new ArrayBuffer(8));
          view.setBigUint64(0, value, isLittle);
          const scanner = new GgufScanner(bytesInMemory(new Uint8Array(view.buffer)), 0, isLittle);
          expect(scanner.size()).toBe(value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);
          expect(scanner.position).toBe(8);
        }),
      );
    },
  );
});

describe('JsonScanner.string', () => {
  test('gives each text as it stands, however alike the texts are', () => {
    // Few characters, so that texts of one length, start and end are many.
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', '\u00e9', '\u{1f600}'), maxLength: 20 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), (texts) => {
        const bytes = new TextEncoder().encode(JSON.stringify(texts));
        const fail = (fact: string): never => expect.fail(fact);
        const json = new JsonScanner({
          file: bytesInMemory(bytes),
          start: 0,
          end: bytes.length,
          fail,
          failLong: () => fail('too long'),
        });
        const read: string[] = [];
        json.array(() => read.push(json.string(1000)));
        json.end();
        expect(read).toEqual(texts);
      }),
    );
  });
});
