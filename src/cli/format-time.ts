// Times for people: four digits and a unit.

/** A unit of times, and how many milliseconds it has. */
export interface TimeUnit {
  readonly name: string;
  readonly milliseconds: number;
}

/** The unit in which the greatest of some times is at least 1: one unit for all of them. @param times milliseconds */
export function timeUnit(times: readonly number[]): TimeUnit {
  const greatest = times.reduce((most, time) => Math.max(most, time), 0);
  if (greatest < 1) return { name: 'µs', milliseconds: 0.001 };
  return greatest < 1000 ? { name: 'ms', milliseconds: 1 } : { name: 's', milliseconds: 1000 };
}

/** Milliseconds as text: `12.34 ms`, `980.1 µs`, `1.200 s`. */
export function formatTime(milliseconds: number): string {
  if (milliseconds === 0) return '0 ms';
  if (Math.abs(milliseconds) < 0.99995) return `${(milliseconds * 1000).toPrecision(4)} µs`;
  if (Math.abs(milliseconds) < 999.95) return `${milliseconds.toPrecision(4)} ms`;
  const seconds = milliseconds / 1000;
  return `${seconds < 9999 ? seconds.toPrecision(4) : seconds.toFixed(0)} s`;
}
