// How long the event loop of this thread is kept, however busy the machine is.
import { closeSync, openSync, readSync } from 'node:fs';

/** Where Linux counts, in nanoseconds, how long this thread ran and how long it was ready to run and waited for a processor. */
const SCHEDULE = '/proc/thread-self/schedstat';

/** Whether the system tells what {@link longestOwnDelay} needs. */
export function tellsSchedule(): boolean {
  try {
    const file = openSync(SCHEDULE, 'r');
    try {
      return waited(file) > 0;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

const buffer = new Uint8Array(128);

/** Milliseconds that this thread waited for a processor so far. */
function waited(file: number): number {
  const length = readSync(file, buffer, 0, buffer.length, 0);
  return Number(new TextDecoder().decode(buffer.subarray(0, length)).split(' ')[1]) / 1e6;
}

/**
 * The longest time between two turns of the event loop while something goes on, in milliseconds, without what this thread waited for a
 * processor: other processes can make the loop late, but not this number. The loop never sleeps meanwhile, so the rest is time in which
 * it ran or was blocked.
 */
export async function longestOwnDelay(work: () => Promise<unknown>): Promise<number> {
  const file = openSync(SCHEDULE, 'r');
  try {
    const state = { isDone: false };
    let last = { at: performance.now(), waited: waited(file) };
    let longest = 0;
    const ended = work().finally(() => (state.isDone = true));
    while (!state.isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      // The clock is read first and started last, so that a wait between the two readings is taken off, and never added.
      const now = { at: performance.now(), waited: waited(file) };
      longest = Math.max(longest, now.at - last.at - (now.waited - last.waited));
      last = { waited: waited(file), at: performance.now() };
    }
    await ended;
    return longest;
  } finally {
    closeSync(file);
  }
}
