// A seeded source of random choices: the same seed draws the same graph on every machine.

/** Random choices from one seed. */
export class Rng {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
    // Seeds next to each other start far apart.
    for (let i = 0; i < 3; i++) this.#next();
  }

  // Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, a period of 2^32.
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** A number in [0, 1). */
  real(): number {
    return this.#next() / 2 ** 32;
  }

  /** An integer in [from, to]. */
  int(from: number, to: number): number {
    return from + Math.floor(this.real() * (to - from + 1));
  }

  /** Whether an event of this probability happens. */
  chance(probability: number): boolean {
    return this.real() < probability;
  }

  /** One of the items. @throws RangeError when there are none */
  pick<T>(items: readonly T[]): T {
    const item = this.maybe(items);
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  }

  /** One of the items; undefined where there are none. */
  maybe<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.real() * items.length)];
  }

  /** The items in random order. */
  shuffle<T>(items: readonly T[]): T[] {
    const order = items.slice();
    for (let i = order.length - 1; i > 0; i--) {
      const k = this.int(0, i);
      const [a, b] = [order[i], order[k]];
      if (a === undefined || b === undefined) continue;
      order[i] = b;
      order[k] = a;
    }
    return order;
  }

  /** Some of the items, in their order. */
  some<T>(items: readonly T[], count: number): T[] {
    const kept = new Set(this.shuffle([...items.keys()]).slice(0, count));
    return items.filter((_, i) => kept.has(i));
  }

  /** `count` draws. */
  list<T>(count: number, draw: (i: number) => T): T[] {
    return Array.from({ length: count }, (_, i) => draw(i));
  }
}
