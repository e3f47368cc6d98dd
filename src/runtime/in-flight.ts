// Counts runs under way; a count costs less than a set of promises.

interface Waiting {
  /** How many runs must have ended. */
  readonly ended: number;
  readonly resolve: () => void;
}

/** The runs under way. */
export class InFlight {
  #started = 0;
  #ended = 0;
  #waiting: readonly Waiting[] = [];

  /** A run starts. */
  enter(): void {
    this.#started++;
  }

  /** A run ends, well or not. */
  leave(): void {
    this.#ended++;
    if (this.#waiting.length === 0) return;
    const done = this.#waiting.filter(({ ended }) => ended <= this.#ended);
    this.#waiting = this.#waiting.filter(({ ended }) => ended > this.#ended);
    for (const { resolve } of done) resolve();
  }

  /** Waits until as many runs have ended as have started by now: runs that start later are not waited for. */
  async settled(): Promise<void> {
    const ended = this.#started;
    if (this.#ended < ended) {
      await new Promise<void>((resolve) => (this.#waiting = [...this.#waiting, { ended, resolve }]));
    }
  }
}
