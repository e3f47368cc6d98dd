// Times for people: four digits and a unit.

/** Milliseconds as text: `12.34 ms`, `980.1 µs`, `1.200 s`. */
export function formatTime(milliseconds: number): string {
  if (milliseconds === 0) return '0 ms';
  if (Math.abs(milliseconds) < 0.99995) return `${(milliseconds * 1000).toPrecision(4)} µs`;
  if (Math.abs(milliseconds) < 999.95) return `${milliseconds.toPrecision(4)} ms`;
  const seconds = milliseconds / 1000;
  return `${seconds < 9999 ? seconds.toPrecision(4) : seconds.toFixed(0)} s`;
}
