// The weak table that gives equal structures one object without keeping any of them alive.
import { spend } from './work.ts';

interface Entry<T extends object> {
  readonly key: readonly number[];
  readonly hash: number;
  readonly ref: WeakRef<T>;
}

/** The steps of a lookup of a short key. */
const STEPS = 8;

/** Maps keys of numbers to live objects; an object that nothing else holds leaves the table. */
export class InternTable<T extends object> {
  readonly #buckets = new Map<number, Entry<T>[]>();
  readonly #registry = new FinalizationRegistry<Entry<T>>((entry) => this.#drop(entry));

  /** The live object under a key, if there is one. */
  find(key: readonly number[]): T | undefined {
    spend(STEPS + (key.length >> 1));
    const bucket = this.#buckets.get(hashOf(key));
    if (!bucket) return undefined;
    for (const entry of bucket) {
      if (!sameKey(entry.key, key)) continue;
      const value = entry.ref.deref();
      if (value) return value;
    }
    return undefined;
  }

  /** Puts an object under a key that `find` did not know, and returns it. */
  add(key: readonly number[], value: T): T {
    const hash = hashOf(key);
    const entry: Entry<T> = { key, hash, ref: new WeakRef(value) };
    const bucket = this.#buckets.get(hash);
    if (bucket) bucket.push(entry);
    else this.#buckets.set(hash, [entry]);
    this.#registry.register(value, entry);
    return value;
  }

  #drop(entry: Entry<T>): void {
    const bucket = this.#buckets.get(entry.hash);
    const index = bucket?.indexOf(entry) ?? -1;
    if (!bucket || index < 0) return;
    if (bucket.length === 1) this.#buckets.delete(entry.hash);
    else bucket.splice(index, 1);
  }

  /** How many keys the table holds, live or not yet swept. */
  get size(): number {
    let count = 0;
    for (const bucket of this.#buckets.values()) count += bucket.length;
    return count;
  }
}

function hashOf(key: readonly number[]): number {
  let hash = 17;
  for (const part of key) hash = (Math.imul(hash, 31) + (part | 0)) | 0;
  return hash;
}

function sameKey(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
