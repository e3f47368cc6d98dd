// Keys are fixed by vectors: a change of one would change every user's weights.
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { deriveKey, type Seed } from '../../../src/nn/random/key.ts';
import { philox4x32 } from '../../../src/nn/random/philox.ts';

describe('deriveKey', () => {
  test.each<[Seed, string, [number, number]]>([
    [0, '', [0x2dce73e5, 0x1348e23f]],
    [0, '0.weight', [0xb60e391d, 0x7116f4ce]],
    [1, '0.weight', [0xe198e354, 0x10450c7d]],
    [0, '0.bias', [0xf42a5180, 0x80caf293]],
    [42, 'encoder.2.attention.query.weight', [0x9fc06b56, 0x91760573]],
    [2 ** 53 - 1, 'weight', [0x449829bd, 0x8e313421]],
    [2n ** 64n - 1n, 'weight', [0xd4e502e1, 0x71301a55]],
    [7, 'größe.λ', [0xcce0a36d, 0x3d0d831c]],
  ])('of seed %s and path %j is fixed', (seed, path, key) => {
    expect(deriveKey(seed, path)).toEqual(key);
  });

  test('is the documented sponge', () => {
    const bytes = new TextEncoder().encode('0.weight.x');
    const groups = [bytes.slice(0, 8), Uint8Array.of(...bytes.slice(8), 0, 0, 0, 0, 0, 0)];
    let state: [number, number] = [5, 1];
    for (const [i, group] of groups.entries()) {
      const view = new DataView(group.buffer);
      const [low, high] = philox4x32([view.getUint32(0, true), view.getUint32(4, true), 10, i + 1], state);
      state = [low, high];
    }
    expect(deriveKey(2n ** 32n + 5n, '0.weight.x')).toEqual(state);
  });

  test('is the same for a number and a bigint', () => {
    expect(deriveKey(7, 'a.b')).toEqual(deriveKey(7n, 'a.b'));
  });

  test('differs between paths, also between those that only end in zero bytes, and between seeds', () => {
    const paths = ['', '\0', '\0\0', 'a', 'a\0', 'weight', 'weight\0\0', '0.weight', '1.weight', '0.weight.0'];
    const keys = [0, 1, 2n ** 32n].flatMap((seed) => paths.map((path) => deriveKey(seed, path).join()));
    expect(new Set(keys).size).toBe(30);
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN, -1n, 2n ** 64n])('refuses the seed %s', (seed) => {
    let error: unknown;
    try {
      deriveKey(seed, 'weight');
    } catch (caught) {
      error = caught;
    }
    if (!isDimwiseError(error)) throw error;
    expect(error.code).toBe('SEED_INVALID');
    expect(error.actual).toBe(String(seed));
    expect(error.origin?.site?.place?.file).toContain('key.test.ts');
  });

  test('tells how to write a seed beyond 2^53', () => {
    expect(() => deriveKey(2 ** 60, 'weight')).toThrow('hint: write it as a bigint, 1152921504606846976n');
  });
});
