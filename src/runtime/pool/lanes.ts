// The waiting room: a lane for each kind of requests that can be joined, and which of them is to run next.
import type { Job, Ticket } from './job.ts';
import { goesBefore, JobQueue } from './job-queue.ts';

/** How requests are joined. */
export interface Joining<J extends Job> {
  /** The most rows of a batch. */
  readonly maxBatch: number;
  /** Milliseconds that a request waits at most for others while a worker has nothing to do. */
  readonly maxDelay: number;
  /** Whether requests of one key make a valid batch. */
  readonly fits: (jobs: readonly J[]) => boolean;
}

/** What runs next: requests, or when to look again. */
export type Next<J extends Job, R> =
  | { readonly kind: 'run'; readonly tickets: readonly Ticket<J, R>[] }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'nothing' };

/** The lane of requests that run alone. */
const ALONE = Symbol('alone');

/** All requests that wait. */
export class Lanes<J extends Job, R> {
  readonly #lanes = new Map<string | typeof ALONE, JobQueue<J, R>>();
  readonly #joining: Joining<J> | undefined;
  #length = 0;
  #bytes = 0;

  constructor(joining: Joining<J> | undefined) {
    this.#joining = joining;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(ticket: Ticket<J, R>): void {
    const key = this.#keyOf(ticket);
    const lane = this.#lanes.get(key) ?? new JobQueue<J, R>();
    this.#lanes.set(key, lane);
    lane.add(ticket);
    this.#length++;
    this.#bytes += ticket.job.bytes;
  }

  /** Takes a ticket out; false where it does not wait. */
  remove(ticket: Ticket<J, R>): boolean {
    const key = this.#keyOf(ticket);
    const lane = this.#lanes.get(key);
    if (!lane?.remove(ticket)) return false;
    // Keys are shapes: a lane without requests may never be used again.
    if (lane.length === 0) this.#lanes.delete(key);
    this.#length--;
    this.#bytes -= ticket.job.bytes;
    return true;
  }

  /** All tickets, taken out. */
  clear(): Ticket<J, R>[] {
    const all = [...this.#lanes.values()].flatMap((lane) => [...lane]);
    this.#lanes.clear();
    this.#length = 0;
    this.#bytes = 0;
    return all;
  }

  /** What a worker without work is given at a time. The tickets stay until they are removed. */
  next(now: number): Next<J, R> {
    let first: Ticket<J, R> | undefined;
    let until = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes.values()) {
      const head = lane.first;
      if (!head) continue;
      const due = this.#due(lane);
      if (due > now) until = Math.min(until, due);
      else if (!first || goesBefore(head, first)) first = head;
    }
    if (first) return { kind: 'run', tickets: this.#batchOf(first) };
    return until < Number.POSITIVE_INFINITY ? { kind: 'wait', until } : { kind: 'nothing' };
  }

  /** From when on a lane runs without waiting for more. */
  #due(lane: JobQueue<J, R>): number {
    const { first } = lane;
    const joining = this.#joining;
    if (!first || !joining || this.#keyOf(first) === ALONE || lane.rows >= joining.maxBatch) return 0;
    return lane.oldest + joining.maxDelay;
  }

  /** A ticket with those behind it that make a valid batch with it. */
  #batchOf(first: Ticket<J, R>): readonly Ticket<J, R>[] {
    const joining = this.#joining;
    const key = this.#keyOf(first);
    const lane = this.#lanes.get(key);
    if (!joining || !lane || key === ALONE) return [first];
    const batch: Ticket<J, R>[] = [];
    let rows = 0;
    for (const ticket of lane) {
      if (batch.length > 0 && rows + ticket.job.rows > joining.maxBatch) break;
      batch.push(ticket);
      rows += ticket.job.rows;
    }
    while (batch.length > 1 && !joining.fits(batch.map(({ job }) => job))) batch.pop();
    return batch;
  }

  #keyOf({ job, isAlone }: Ticket<J, R>): string | typeof ALONE {
    return isAlone || !this.#joining || job.key === undefined ? ALONE : job.key;
  }
}
