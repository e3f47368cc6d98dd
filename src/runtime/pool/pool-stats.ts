// What a pool has done and does.
import { Histogram, type Percentiles } from './histogram.ts';
import type { JobEnd } from './job.ts';
import type { SchedulerEvents } from './scheduler-parts.ts';

/** A worker at the moment. */
export interface WorkerStats {
  /** The number of its process, or of its thread; undefined where none is there. */
  readonly id: number | undefined;
  readonly state: 'starting' | 'idle' | 'busy' | 'resting' | 'closed';
}

/** Runs of one size. */
export interface BatchSizeStats {
  /** The rows of the runs; 1 where requests are not joined. */
  readonly rows: number;
  readonly count: number;
  /** What all of them took together, in milliseconds. */
  readonly time: number;
}

/** What a pool has done and does; counts are since its creation, times in milliseconds. */
export interface PoolStats {
  /** Requests in a run. */
  readonly running: number;
  /** Requests that wait for a worker. */
  readonly waiting: number;
  /** The bytes of their feeds. */
  readonly waitingBytes: number;
  readonly done: number;
  /** Requests that ONNX Runtime could not run, or whose outputs are not as stated. */
  readonly failed: number;
  readonly timedOut: number;
  readonly cancelled: number;
  /** Requests whose worker died. */
  readonly lost: number;
  /** Requests that were not taken: the queue was full, the pool broken or disposed. */
  readonly refused: number;
  /** Workers that were started in place of others. */
  readonly restarts: number;
  /** Runs. */
  readonly batches: number;
  /** Requests in these runs, those that ran again counted again. */
  readonly batched: number;
  /** The runs that went well by their rows, the smallest first; at most 256 sizes. */
  readonly batchSizes: readonly BatchSizeStats[];
  /** Bytes of feeds that were taken, and of outputs that were given. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** From arrival to answer, of requests that are done. */
  readonly latency: Percentiles;
  /** The part of it in the queue. */
  readonly wait: Percentiles;
  /** The part of it in a worker. */
  readonly run: Percentiles;
  readonly workers: readonly WorkerStats[];
}

/** More sizes of batches are not told apart: single requests may have any number of rows. */
const MOST_SIZES = 256;

/** Counts what a scheduler tells. */
export class StatsCounter implements SchedulerEvents {
  readonly #ends: Record<JobEnd, number> = { done: 0, failed: 0, timedOut: 0, cancelled: 0, lost: 0, refused: 0 };
  readonly #latency = new Histogram();
  readonly #wait = new Histogram();
  readonly #run = new Histogram();
  readonly #sizes = new Map<number, { count: number; time: number }>();
  #restarts = 0;
  #batches = 0;
  #batched = 0;
  /** Bytes of feeds that were taken. */
  bytesIn = 0;
  /** Bytes of outputs that were given. */
  bytesOut = 0;

  ended(end: JobEnd, waited: number, ran: number): void {
    this.#ends[end]++;
    if (end !== 'done') return;
    this.#latency.add(waited + ran);
    this.#wait.add(waited);
    this.#run.add(ran);
  }

  batch(requests: number): void {
    this.#batches++;
    this.#batched += requests;
  }

  ran(rows: number, took: number): void {
    const known = this.#sizes.get(rows);
    if (known) {
      known.count++;
      known.time += took;
    } else if (this.#sizes.size < MOST_SIZES) this.#sizes.set(rows, { count: 1, time: took });
  }

  restarted(): void {
    this.#restarts++;
  }

  /** All counts, with what the pool does at the moment. */
  snapshot(now: Pick<PoolStats, 'running' | 'waiting' | 'waitingBytes' | 'workers'>): PoolStats {
    return {
      ...now,
      ...this.#ends,
      restarts: this.#restarts,
      batches: this.#batches,
      batched: this.#batched,
      batchSizes: [...this.#sizes].map(([rows, sums]) => ({ rows, ...sums })).sort((a, b) => a.rows - b.rows),
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      latency: this.#latency.summary(),
      wait: this.#wait.summary(),
      run: this.#run.summary(),
    };
  }
}
