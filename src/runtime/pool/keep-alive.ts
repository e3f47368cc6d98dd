// Keeps the process alive while somebody waits for an answer: workers and their pipes do not.

/** The longest interval of a timer, in milliseconds. */
const LONG = 2 ** 31 - 1;

/** A handle that keeps the process alive, or not. */
export class KeepAlive {
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param isAlive whether the process is kept alive from now on */
  set(isAlive: boolean): void {
    if (isAlive === (this.#timer !== undefined)) return;
    if (isAlive) this.#timer = setInterval(() => {}, LONG);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
