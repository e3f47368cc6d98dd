// One place for a worker: it starts, runs batches, is stopped, dies, and is started again.
import type { Job, Ticket } from './job.ts';

/** How a worker ended. */
export interface WorkerEnd {
  /** In words: `it was killed by SIGKILL`. */
  readonly reason: string;
  /** The last lines that it wrote to the error output. */
  readonly log?: string | undefined;
}

/** What a worker makes of a batch. */
export type RunReply<R> =
  | { readonly kind: 'done'; readonly results: readonly R[] }
  | { readonly kind: 'failed'; readonly error: unknown };

/** A worker as the scheduler drives it. */
export interface WorkerHandle<J extends Job, R> {
  /** Who it is, in messages: `process 4711`. */
  readonly name: string;
  /** The number of its process, or of its thread. */
  readonly id: number;
  /** Runs a batch. Nothing is called back once the worker is lost. */
  run(jobs: readonly J[], reply: (reply: RunReply<R>) => void): void;
  /** Stops it whatever it does; it is lost soon after. */
  kill(): void;
}

/** What a worker tells. */
export interface WorkerEvents {
  /** It is ready for the first batch. */
  ready(): void;
  /** It could not be started, and never was ready; `isFatal` where another trial would end alike. */
  failed(error: unknown, isFatal: boolean): void;
  /** It ended after it was ready. */
  lost(end: WorkerEnd): void;
}

/** Starts a worker. */
export type StartWorker<J extends Job, R> = (events: WorkerEvents) => WorkerHandle<J, R>;

/** Where a worker stands. */
export type SlotState = 'starting' | 'idle' | 'busy' | 'resting' | 'closed';

/** A place for a worker, with the one that is there. */
export interface Slot<J extends Job, R> {
  readonly number: number;
  state: SlotState;
  worker: WorkerHandle<J, R> | undefined;
  /** What it runs. */
  batch: readonly Ticket<J, R>[];
  /** When its worker was started, or began with its batch. */
  since: number;
  /** Times that workers here ended without a run that went well. */
  failures: number;
  /** Whether it was told to stop. */
  isStopped: boolean;
  /** Takes back the timer that ends its rest, or stops a run that nobody waits for. */
  stopTimer: () => void;
}

/** A place where nobody is yet. */
export const emptySlot = <J extends Job, R>(number: number): Slot<J, R> => ({
  number,
  state: 'resting',
  worker: undefined,
  batch: [],
  since: 0,
  failures: 0,
  isStopped: false,
  stopTimer: () => {},
});
