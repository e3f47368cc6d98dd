// One request in the pool, as the scheduler sees it.

/** What the scheduler needs to know of a request. */
export interface Job {
  /** Higher ones go first; 0 by default. */
  readonly priority: number;
  /** What its feeds take, in bytes. */
  readonly bytes: number;
  /** How many rows it adds to a batch. */
  readonly rows: number;
  /** Requests with one key can be joined; undefined where it runs alone. */
  readonly key: string | undefined;
  /** Milliseconds from its arrival after which it is given up; infinite where it may take any time. */
  readonly timeout: number;
}

/** How a request ended, as the statistics count it. */
export type JobEnd = 'done' | 'failed' | 'timedOut' | 'cancelled' | 'lost' | 'refused';

/** A request that the scheduler holds. */
export interface Ticket<J extends Job, R> {
  readonly job: J;
  /** Its place in the order of arrival. */
  readonly number: number;
  readonly arrived: number;
  readonly settle: Settle<R>;
  /** When it was handed to a worker, the last time. */
  started: number | undefined;
  /** Whether it runs alone from now on: a batch with it failed. */
  isAlone: boolean;
  /** Set once it is answered; nothing answers it again. */
  end: JobEnd | undefined;
  /** Takes its timer back. */
  stopTimer: () => void;
}

/** Answers a request. */
export interface Settle<R> {
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}
