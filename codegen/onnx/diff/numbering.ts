// Gives equal things of two models equal numbers: texts, and lists of what has a number.

/** The first size of the table of pairs, a power of two. */
const FIRST_SLOTS = 1024;

/**
 * Numbers for texts and for pairs of numbers: equal ones have equal numbers, and no two different things are ever taken for one.
 * A list is a pair of its front and its last part. Networks have millions of edges: pairs are looked up without making a text of each.
 */
export class Numbering {
  readonly #texts = new Map<string, number>();
  readonly #places: number[] = [];
  #count = 0;
  #pairs = 0;
  /** Open addressing: three numbers for each slot, the two of the pair and its own plus one. */
  #slots = new Int32Array(3 * FIRST_SLOTS);

  /** The number of a text. */
  of(text: string): number {
    let number = this.#texts.get(text);
    if (number === undefined) {
      number = this.#count++;
      this.#texts.set(text, number);
    }
    return number;
  }

  /** The number of a place among outputs or inputs. */
  place(index: number): number {
    return (this.#places[index] ??= this.of(`place ${index}`));
  }

  /** The number of two numbers in this order. */
  pair(first: number, second: number): number {
    const slot = this.#slotOf(first, second);
    const known = this.#slots[slot + 2] ?? 0;
    if (known > 0) return known - 1;
    const number = this.#count++;
    this.#put(slot, first, second, number);
    this.#pairs += 1;
    if (this.#pairs * 6 > this.#slots.length) this.#grow();
    return number;
  }

  #put(slot: number, first: number, second: number, number: number): void {
    this.#slots[slot] = first;
    this.#slots[slot + 1] = second;
    this.#slots[slot + 2] = number + 1;
  }

  /** Where a pair stands, or the free slot where it would. */
  #slotOf(first: number, second: number): number {
    const slots = this.#slots;
    const mask = slots.length / 3 - 1;
    // The multipliers of MurmurHash3's mixing of 32 bits.
    let hash = Math.imul(Math.imul(first, 0x85ebca6b) ^ second, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    for (let at = (hash ^ (hash >>> 13)) & mask; ; at = (at + 1) & mask) {
      const slot = at * 3;
      if (slots[slot + 2] === 0 || (slots[slot] === first && slots[slot + 1] === second)) return slot;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    for (let slot = 0; slot < before.length; slot += 3) {
      const [first = 0, second = 0, number = 0] = [before[slot], before[slot + 1], before[slot + 2]];
      if (number > 0) this.#put(this.#slotOf(first, second), first, second, number - 1);
    }
  }
}
