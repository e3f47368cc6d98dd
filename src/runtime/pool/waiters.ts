// Callers that wait until something holds.

interface Waiter {
  /** Whether it holds; throws where it never will. */
  readonly holds: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Callers that wait, in order. */
export class Waiters {
  #waiters: Waiter[] = [];

  get count(): number {
    return this.#waiters.length;
  }

  /** Waits until `holds` is true; rejects with what it throws. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ holds, resolve, reject });
      this.look();
    });
  }

  /** Asks again for all that wait. */
  look(): void {
    if (this.#waiters.length === 0) return;
    this.#waiters = this.#waiters.filter(({ holds, resolve, reject }) => {
      try {
        if (!holds()) return true;
        resolve();
      } catch (error) {
        reject(error);
      }
      return false;
    });
  }
}
