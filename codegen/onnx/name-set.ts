// A set of names for graphs of very many: a name costs a few steps over its letters, where a Set asks the engine for a hash of each.

/** Slots at the start; always a power of two. */
const FIRST_SLOTS = 64;
/** A search past so many slots means letters chosen to collide; from then on a Set does the work. */
const MOST_STEPS = 64;

/** A set that names are only added to. */
export class NameSet {
  readonly #names: string[] = [];
  /** The place of a name in the list, plus one; 0 where the slot is free. At most half of the slots are taken. */
  #slots = new Int32Array(FIRST_SLOTS);
  #set: Set<string> | undefined;

  /**
   * Adds a name.
   *
   * @returns false where it was there already
   */
  add(name: string): boolean {
    const slot = this.#find(name);
    if (slot < 0) {
      const all = this.#asSet();
      const before = all.size;
      return all.add(name).size > before;
    }
    if (this.#slots[slot] !== 0) return false;
    this.#slots[slot] = this.#names.push(name);
    if (2 * this.#names.length > this.#slots.length) this.#grow();
    return true;
  }

  /** Whether a name is there. */
  has(name: string): boolean {
    const slot = this.#find(name);
    return slot < 0 ? this.#asSet().has(name) : this.#slots[slot] !== 0;
  }

  #asSet(): Set<string> {
    this.#set ??= new Set(this.#names);
    return this.#set;
  }

  /** The slot of a name, or the free one where it belongs; -1 where the search is too long, now or before. */
  #find(name: string): number {
    if (this.#set) return -1;
    const mask = this.#slots.length - 1;
    let slot = hashOf(name) & mask;
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const at = this.#slots[slot] ?? 0;
      if (at === 0 || this.#names[at - 1] === name) return slot;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  #grow(): void {
    this.#slots = new Int32Array(4 * this.#slots.length);
    for (let at = 0; at < this.#names.length; at++) {
      const slot = this.#find(this.#names[at] ?? '');
      if (slot < 0) {
        this.#asSet();
        return;
      }
      this.#slots[slot] = at + 1;
    }
  }
}

/** The letters mixed as in the 32-bit MurmurHash2, one letter at a time. */
function hashOf(name: string): number {
  let hash = name.length;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash;
}
