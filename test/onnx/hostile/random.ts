// Random numbers that a seed determines, for fuzzing: the same seed gives the same inputs on every machine.

/** Draws from mulberry32, a generator of 32 bits of state (Tommy Ettinger, public domain). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 32 bits. */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** An integer from 0 to below `end`. */
  below(end: number): number {
    return Math.floor((this.bits() / 2 ** 32) * end);
  }

  /** One of some things; undefined where there are none. */
  pick<T>(things: readonly T[]): T | undefined {
    return things[this.below(things.length)];
  }
}
