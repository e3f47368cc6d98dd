// What a scheduler is made of: its bounds, its workers, and whom it tells.
import type { Clock } from './clock.ts';
import type { Job, JobEnd } from './job.ts';
import type { Joining } from './lanes.ts';
import type { StartWorker, WorkerEnd } from './worker-slot.ts';

/** Makes the errors that requests are answered with. */
export interface PoolErrors<J extends Job> {
  full(waiting: { readonly count: number; readonly bytes: number }, retryAfter: number): unknown;
  /** `ran` is undefined where the request never left the queue. */
  timedOut(job: J, waited: number, ran: number | undefined): unknown;
  lost(job: J, worker: string, end: WorkerEnd): unknown;
  closed(): unknown;
  broken(cause: unknown): unknown;
}

/** What is told to who counts. */
export interface SchedulerEvents {
  /** A request was answered: milliseconds that it waited and that it ran. */
  ended(end: JobEnd, waited: number, ran: number): void;
  /** A batch of so many requests went to a worker. */
  batch(requests: number): void;
  /** A batch of so many rows went well, in so many milliseconds. */
  ran(rows: number, took: number): void;
  /** A worker was started in place of another. */
  restarted(): void;
}

/** What the scheduler works with. */
export interface SchedulerParts<J extends Job, R> {
  readonly workers: number;
  /** The most requests that wait. */
  readonly queue: number;
  /** The most bytes of feeds that wait. */
  readonly queueBytes: number;
  /** Milliseconds that a run goes on at most when nobody waits for it; undefined: as long as a worker takes to start. */
  readonly grace: number | undefined;
  readonly joining: Joining<J> | undefined;
  readonly clock: Clock;
  readonly start: StartWorker<J, R>;
  readonly errors: PoolErrors<J>;
  readonly events: SchedulerEvents;
  /** Called after each change of what the getters tell. */
  readonly changed: () => void;
}
