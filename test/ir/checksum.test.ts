// The checksum: published vectors, and the same result however the bytes are cut.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Checksum, checksumOf } from '../../src/ir/checksum.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('checksumOf', () => {
  // MurmurHash3_x86_128 with seed 0, first 64 bits, as other implementations print it.
  test.each([
    ['', '0000000000000000'],
    ['The quick brown fox jumps over the lazy dog', '2f1583c3ecee2c67'],
    ['I will not buy this record, it is scratched.', 'a0a9683b25ac5e40'],
  ])('of "%s" is %s', (text, digest) => {
    expect(checksumOf(utf8(text))).toBe(digest);
  });

  test('does not depend on how the bytes are cut or aligned', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), fc.nat(7), (bytes, cuts, shift) => {
        const moved = new Uint8Array(bytes.length + shift).subarray(shift);
        moved.set(bytes);
        const sum = new Checksum();
        const ends = [...cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b), bytes.length];
        let at = 0;
        for (const end of ends) {
          sum.add(moved.subarray(at, end));
          at = end;
        }
        expect(sum.digest()).toBe(checksumOf(bytes));
      }),
    );
  });

  test('changes with every single byte', () => {
    const bytes = new Uint8Array(64);
    const seen = new Set([checksumOf(bytes)]);
    for (let i = 0; i < 64; i++) {
      const other = bytes.slice();
      other[i] = 1;
      seen.add(checksumOf(other));
    }
    expect(seen.size).toBe(65);
  });
});

describe('Checksum', () => {
  test('tells texts apart that join to the same text', () => {
    const of = (...texts: string[]): string => texts.reduce((sum, text) => sum.addText(text), new Checksum()).digest();
    expect(of('ab', 'c')).not.toBe(of('a', 'bc'));
  });
});
