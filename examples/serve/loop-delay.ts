// Measures how late the event loop is: what keeps it busy keeps all clients waiting.
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between two looks. */
const RESOLUTION = 5;

/** How late the event loop was, in seconds. */
export interface LoopDelay {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Starts to measure. */
export function measureLoopDelay(): {
  readonly read: () => LoopDelay;
  readonly reset: () => void;
  readonly stop: () => void;
} {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  // A look that is on time is counted with the time between two of them.
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1e3) || 0;
  return {
    read: () => ({
      mean: seconds(histogram.mean),
      p50: seconds(histogram.percentile(50)),
      p90: seconds(histogram.percentile(90)),
      p99: seconds(histogram.percentile(99)),
      max: histogram.count === 0 ? 0 : seconds(histogram.max),
    }),
    reset: () => histogram.reset(),
    stop: () => void histogram.disable(),
  };
}
