import { describe, expect, test } from 'vitest';
import { InFlight } from '../../src/runtime/in-flight.ts';

/** Whether a promise is settled once all that could settle it by now has run. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let isDone = false;
  promise.then(() => (isDone = true));
  await new Promise((resolve) => setImmediate(resolve));
  return isDone;
}

describe('InFlight.settled', () => {
  test('waits for nothing where nothing runs', async () => {
    const runs = new InFlight();
    expect(await isSettled(runs.settled())).toBe(true);
    runs.enter();
    runs.leave();
    expect(await isSettled(runs.settled())).toBe(true);
  });

  test('waits for all runs that have started, and for none that starts later', async () => {
    const runs = new InFlight();
    runs.enter();
    runs.enter();
    const both = runs.settled();
    runs.enter();
    const three = runs.settled();
    runs.leave();
    expect(await isSettled(both)).toBe(false);
    runs.leave();
    expect(await isSettled(both)).toBe(true);
    expect(await isSettled(three)).toBe(false);
    runs.leave();
    expect(await isSettled(three)).toBe(true);
  });
});
