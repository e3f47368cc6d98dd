// Maps whose changes can be taken back: what a refused constraint has changed is undone step by step.

/** A map that notes its changes while a note is being taken. */
export class JournaledMap<K, V> extends Map<K, V> {
  #undo: (() => void)[] | undefined;

  /** Notes from now on how to undo each change; the last note wins. */
  note(undo: (() => void)[] | undefined): void {
    this.#undo = undo;
  }

  override set(key: K, value: V): this {
    if (this.#undo) {
      const before = this.get(key);
      const had = before !== undefined || this.has(key);
      this.#undo.push(() => {
        if (had && before !== undefined) super.set(key, before);
        else super.delete(key);
      });
    }
    return super.set(key, value);
  }

  override delete(key: K): boolean {
    const before = this.get(key);
    if (this.#undo && before !== undefined) this.#undo.push(() => super.set(key, before));
    return super.delete(key);
  }
}
