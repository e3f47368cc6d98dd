// Time as the pool sees it: real, or that of a test.

/** Tells the time and wakes up later. */
export interface Clock {
  /** Milliseconds from some start on; never runs backwards. */
  now(): number;
  /**
   * Calls `act` after some milliseconds.
   *
   * @returns takes it back
   */
  after(milliseconds: number, act: () => void): () => void;
}

/** The longest that a timer of Node waits, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** The clock of the machine. Its timers keep no process alive. */
export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, Math.min(milliseconds, LONGEST));
    timer.unref?.();
    return () => clearTimeout(timer);
  },
};
