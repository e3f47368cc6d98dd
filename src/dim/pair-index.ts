// Finds pairs of sizes that broadcast, as they are simplified at present.
import type { Dim } from './dim.ts';
import type { FactStore } from './store.ts';

/** The pairs of a store; what they are simplified to is looked up again when something new is known, or some were taken back. */
export class PairIndex {
  readonly #store: FactStore;
  readonly #simplify: (d: Dim) => Dim;
  #partners = new Map<Dim, Set<Dim>>();
  #learnt = -1;
  #takenBack = 0;
  #count = 0;

  constructor(store: FactStore, simplify: (d: Dim) => Dim) {
    this.#store = store;
    this.#simplify = simplify;
  }

  /** Tells whether two simplified sizes are a pair, in whatever order. */
  has(a: Dim, b: Dim): boolean {
    const { learnt, pairs, takenBack } = this.#store;
    if (this.#learnt !== learnt || this.#takenBack !== takenBack) {
      this.#learnt = learnt;
      this.#takenBack = takenBack;
      this.#partners = new Map();
      this.#count = 0;
    }
    for (; this.#count < pairs.length; this.#count++) {
      const [x, y] = (pairs[this.#count] ?? []).map(this.#simplify);
      if (!x || !y) continue;
      this.#add(x, y);
      this.#add(y, x);
    }
    return this.#partners.get(a)?.has(b) ?? false;
  }

  #add(from: Dim, to: Dim): void {
    const partners = this.#partners.get(from);
    if (partners) partners.add(to);
    else this.#partners.set(from, new Set([to]));
  }
}
