// A connection to a worker: one request at a time, each answered by a message, until the worker ends.
import type { Frame } from './frame.ts';
import type { WorkerEnd } from './worker-slot.ts';

/** What a worker is asked for. */
export interface LinkRequest {
  /** Plain data. */
  readonly head: object;
  /** Bodies, each of parts that arrive as one. They must not change before the answer. */
  readonly bodies: readonly (readonly Uint8Array[])[];
}

/** A connection to a worker. */
export interface WorkerLink {
  /** `process 4711`, `thread 3`. */
  readonly name: string;
  /** The number of the process, or of the thread. */
  readonly id: number;
  /** Settles when the worker is gone; never rejects. */
  readonly ended: Promise<WorkerEnd>;
  /** Asks for something; stays open for ever where the worker ends before it answers. Requests follow one another. */
  request(request: LinkRequest): Promise<Frame>;
  /** Ends the worker, whatever it does. */
  kill(): void;
}

/** How links are made. */
export interface LinkOptions {
  /** Whether what the worker writes to its error output goes to this process's too. */
  readonly isLoud: boolean;
}
