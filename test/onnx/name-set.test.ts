// A set of names says what a Set says, also where names are chosen so that they collide.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NameSet } from '../../codegen/onnx/name-set.ts';

/** Names that all begin their search in one slot of a small table: the lower bits of their hashes are equal. */
function colliding(count: number, bits: number): string[] {
  const names: string[] = [];
  for (let number = 0; names.length < count; number++) {
    const name = `n${number}`;
    if ((hashOf(name) & ((1 << bits) - 1)) === 0) names.push(name);
  }
  return names;
}

/** The hash as the file of the set describes it. */
function hashOf(name: string): number {
  let hash = name.length;
  for (const letter of name) {
    hash = Math.imul(hash ^ letter.charCodeAt(0), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash;
}

describe('NameSet', () => {
  test('answers as a Set does', () => {
    const name = fc.string({ unit: 'binary', maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), name), { maxLength: 400 }), (steps) => {
        const [names, judge] = [new NameSet(), new Set<string>()];
        for (const [isAdded, each] of steps) {
          expect(names.has(each)).toBe(judge.has(each));
          if (isAdded) expect(names.add(each)).toBe(!judge.has(each));
          if (isAdded) judge.add(each);
        }
      }),
    );
  });

  test('finds every name again after it has grown many times', () => {
    const names = new NameSet();
    const all = Array.from({ length: 20_000 }, (_, i) => `value_${i}`);
    expect(all.every((name) => names.add(name))).toBe(true);
    expect(all.some((name) => names.add(name))).toBe(false);
    expect(all.every((name) => names.has(name))).toBe(true);
    expect(names.has('value_20000')).toBe(false);
  });

  test('answers as a Set does where names collide', () => {
    const names = new NameSet();
    const all = colliding(500, 10);
    expect(all.map((name) => names.add(name))).toEqual(all.map(() => true));
    expect(all.map((name) => names.add(name))).toEqual(all.map(() => false));
    expect([names.has(all[0] ?? ''), names.has('other'), names.add('other'), names.has('other')]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});
