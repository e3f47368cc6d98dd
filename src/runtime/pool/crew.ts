// The workers of a pool: starts them, starts others in their place with a back-off, and gives up where none can be had.
import type { Clock } from './clock.ts';
import type { Job, Ticket } from './job.ts';
import { emptySlot, type Slot, type StartWorker, type WorkerEnd } from './worker-slot.ts';

/** What a crew works with, and whom it tells. */
export interface CrewParts<J extends Job, R> {
  readonly workers: number;
  readonly clock: Clock;
  readonly start: StartWorker<J, R>;
  /** A worker is ready for the first batch. */
  readonly ready: (slot: Slot<J, R>) => void;
  /** A worker that had been ready ended, with the batch that it ran. */
  readonly lost: (batch: readonly Ticket<J, R>[], name: string, end: WorkerEnd) => void;
  /** A worker is started in place of another. */
  readonly restarted: () => void;
  /** No worker can be had. */
  readonly broken: (cause: unknown) => void;
}

/** So many starts that fail one after the other, with no worker at work, break the pool. */
export const MOST_FAILED_STARTS = 5;
/** Milliseconds before a worker is started again after the second failure of its place; doubled for each further one. */
const FIRST_REST = 50;
const LONGEST_REST = 5000;

/** The workers of a pool. */
export class Crew<J extends Job, R> {
  readonly slots: readonly Slot<J, R>[];
  readonly #parts: CrewParts<J, R>;
  #failedStarts = 0;
  #startTime = FIRST_REST;
  #isClosed = false;

  constructor(parts: CrewParts<J, R>) {
    this.#parts = parts;
    this.slots = Array.from({ length: parts.workers }, (_, number) => emptySlot<J, R>(number));
  }

  /** Milliseconds that the last worker took to start. */
  get startTime(): number {
    return this.#startTime;
  }

  /** Workers that run something, or could. */
  get alive(): number {
    let alive = 0;
    for (const { state } of this.slots) if (state === 'idle' || state === 'busy') alive++;
    return alive;
  }

  get idle(): Slot<J, R> | undefined {
    return this.slots.find(({ state }) => state === 'idle');
  }

  start(): void {
    for (const slot of this.slots) this.#startIn(slot);
  }

  /** Notes that a run went well: the place of its worker has no past. */
  worked(slot: Slot<J, R>): void {
    slot.failures = 0;
  }

  /** Stops the worker of a slot; another one takes its place. */
  stop(slot: Slot<J, R>): void {
    slot.isStopped = true;
    slot.worker?.kill();
  }

  /** Stops all workers, and starts none. */
  close(): void {
    this.#isClosed = true;
    for (const slot of this.slots) {
      slot.stopTimer();
      slot.worker?.kill();
      slot.state = 'closed';
    }
  }

  #startIn(slot: Slot<J, R>): void {
    slot.state = 'starting';
    slot.since = this.#parts.clock.now();
    slot.isStopped = false;
    // A worker ends once, whatever it tells.
    let hasEnded = false;
    const end = (act: (name: string) => void): void => {
      if (hasEnded) return;
      hasEnded = true;
      const name = slot.worker?.name ?? 'a worker';
      slot.worker = undefined;
      slot.stopTimer();
      if (!this.#isClosed) act(name);
    };
    slot.worker = this.#parts.start({
      ready: () => {
        if (!hasEnded && slot.state === 'starting') this.#ready(slot);
      },
      failed: (error, isFatal) => end(() => this.#startFailed(slot, error, isFatal)),
      lost: (how) => end((name) => this.#lost(slot, name, how)),
    });
  }

  #ready(slot: Slot<J, R>): void {
    this.#startTime = this.#parts.clock.now() - slot.since;
    this.#failedStarts = 0;
    slot.state = 'idle';
    this.#parts.ready(slot);
  }

  #startFailed(slot: Slot<J, R>, error: unknown, isFatal: boolean): void {
    this.#failedStarts++;
    slot.failures++;
    slot.state = 'resting';
    if (this.alive === 0 && (isFatal || this.#failedStarts >= MOST_FAILED_STARTS)) {
      this.close();
      this.#parts.broken(error);
    } else this.#rest(slot);
  }

  #lost(slot: Slot<J, R>, name: string, end: WorkerEnd): void {
    if (!slot.isStopped) slot.failures++;
    slot.state = 'resting';
    const { batch } = slot;
    slot.batch = [];
    this.#parts.lost(batch, name, end);
    // Whoever was told may have closed the pool.
    if (!this.#isClosed) this.#rest(slot);
  }

  #rest(slot: Slot<J, R>): void {
    const again = (): void => {
      this.#parts.restarted();
      this.#startIn(slot);
    };
    if (slot.failures < 2) return again();
    const rest = Math.min(FIRST_REST * 2 ** (slot.failures - 2), LONGEST_REST);
    slot.stopTimer = this.#parts.clock.after(rest, again);
  }
}
