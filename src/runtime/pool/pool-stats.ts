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

/** Counts what a scheduler tells. */
export class StatsCounter implements SchedulerEvents {
  readonly #ends: Record<JobEnd, number> = { done: 0, failed: 0, timedOut: 0, cancelled: 0, lost: 0, refused: 0 };
  readonly #latency = new Histogram();
  readonly #wait = new Histogram();
  readonly #run = new Histogram();
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
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      latency: this.#latency.summary(),
      wait: this.#wait.summary(),
      run: this.#run.summary(),
    };
  }
}
