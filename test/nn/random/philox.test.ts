// Philox against its published vectors and against the definition in big integers; chunks of a sequence agree.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillUint32, type PhiloxWords, philox4x32, type RandomKey } from '../../../src/nn/random/philox.ts';

const WORD = 0xffffffffn;

/** The definition of Salmon et al., section 3.3, in big integers. */
function reference(counter: PhiloxWords, key: RandomKey, rounds: number): number[] {
  let [c0 = 0n, c1 = 0n, c2 = 0n, c3 = 0n] = counter.map(BigInt);
  let [k0 = 0n, k1 = 0n] = key.map(BigInt);
  for (let round = 0; round < rounds; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & WORD, (p0 >> 32n) ^ c3 ^ k1, p0 & WORD];
    k0 = (k0 + 0x9e3779b9n) & WORD;
    k1 = (k1 + 0xbb67ae85n) & WORD;
  }
  return [c0, c1, c2, c3].map(Number);
}

const word = fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff));
const key = fc.tuple(word, word);

function sequence(k: RandomKey, first: number, count: number): number[] {
  const out = new Uint32Array(count);
  fillUint32(out, k, first);
  return [...out];
}

/** The words of elements `first` to `first + count`, from whole blocks of {@link philox4x32}. */
function expected(k: RandomKey, first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const block = Math.floor((first + i) / 4);
    return philox4x32([block % 2 ** 32, Math.floor(block / 2 ** 32), 0, 0], k)[(first + i) % 4] ?? -1;
  });
}

/** The word whose product with an odd multiplier has the low word `low`. */
function factorOf(low: bigint, multiplier: bigint): number {
  let inverse = 1n;
  for (let i = 0; i < 6; i++) inverse = (inverse * (2n - multiplier * inverse)) & WORD;
  return Number((low * inverse) & WORD);
}

describe('philox4x32', () => {
  // kat_vectors of Random123 1.14, the rows philox4x32 with 7 and 10 rounds.
  test.each<[number, number[], number[], number[]]>([
    [7, [0, 0, 0, 0], [0, 0], [0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48]],
    [10, [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [
      10,
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      10,
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])(
    'gives the published words after %i rounds of %j',
    (rounds, [a = 0, b = 0, c = 0, d = 0], [k = 0, l = 0], words) => {
      expect(philox4x32([a, b, c, d], [k, l], rounds)).toEqual(words);
    },
  );

  test('equals its definition in big integers', () => {
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), key, fc.integer({ min: 1, max: 12 }), (counter, k, rounds) => {
        expect(philox4x32(counter, k, rounds)).toEqual(reference(counter, k, rounds));
      }),
      { numRuns: 300 },
    );
  });
});

describe('fillUint32', () => {
  test('gives lane i & 3 of block i >> 2, from any element on', () => {
    fc.assert(
      fc.property(key, fc.nat(10_000), fc.nat(70), (k, first, count) => {
        expect(sequence(k, first, count)).toEqual(expected(k, first, count));
      }),
    );
  });

  test('carries into the high counter word', () => {
    fc.assert(
      fc.property(key, fc.integer({ min: -40, max: 4 }), fc.integer({ min: 1, max: 60 }), (k, offset, count) => {
        const first = 2 ** 34 + offset;
        expect(sequence(k, first, count)).toEqual(expected(k, first, count));
      }),
    );
  });

  test('is exact where the rounded float64 product reaches the next high word', () => {
    for (const low of [1n, 2n, 100n, 0x3ffn, 0x400n, 0x401n, 0x7ffn]) {
      // Round 1 multiplies the block number; round 2 the word that the key turns into the factor.
      const block = factorOf((1n << 32n) - low, 0xd2511f53n);
      const high = Math.floor(Number((0xd2511f53n * BigInt(block)) >> 32n));
      const k: RandomKey = [7, (high ^ factorOf((1n << 32n) - low, 0xcd9e8d57n)) >>> 0];
      expect(sequence(k, block * 4, 8)).toEqual([
        ...reference([block, 0, 0, 0], k, 10),
        ...reference([block + 1, 0, 0, 0], k, 10),
      ]);
      expect(sequence(k, block * 4 - 4, 8).slice(4)).toEqual(reference([block, 0, 0, 0], k, 10));
    }
  });

  test('leaves what lies behind count alone', () => {
    const out = new Uint32Array(16).fill(7);
    fillUint32(out, [1, 2], 3, 6);
    expect([...out]).toEqual([...expected([1, 2], 3, 6), ...Array.from({ length: 10 }, () => 7)]);
  });
});
