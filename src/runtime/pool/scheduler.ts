// Decides which request runs where and when, and answers each exactly once. It knows no processes, no feeds and no real time.
import { Crew } from './crew.ts';
import type { Job, JobEnd, Settle, Ticket } from './job.ts';
import { Lanes } from './lanes.ts';
import type { SchedulerParts } from './scheduler-parts.ts';
import type { RunReply, Slot, WorkerEnd } from './worker-slot.ts';

/** The longest grace that is not asked for, in milliseconds. */
const LONGEST_GRACE = 1000;
/** How much the last batch counts in the mean time of a request. */
const SMOOTHING = 0.2;

/** The scheduler of a pool. */
export class Scheduler<J extends Job, R> {
  readonly crew: Crew<J, R>;
  readonly #parts: SchedulerParts<J, R>;
  readonly #lanes: Lanes<J, R>;
  readonly #open = new Set<Ticket<J, R>>();
  #numbers = 0;
  #perRequest: number | undefined;
  #state: 'open' | 'draining' | 'closed' = 'open';
  #broken: { readonly error: unknown } | undefined;
  #stopTimer: () => void = () => {};

  constructor(parts: SchedulerParts<J, R>) {
    const { workers, clock, start, events } = parts;
    this.#parts = parts;
    this.#lanes = new Lanes(parts.joining);
    this.crew = new Crew({
      workers,
      clock,
      start,
      ready: () => {
        this.#dispatch();
        parts.changed();
      },
      lost: (batch, name, end) => this.#lost(batch, name, end),
      restarted: () => events.restarted(),
      broken: (cause) => this.#break(cause),
    });
  }

  /** Requests that wait for a worker. */
  get waiting(): number {
    return this.#lanes.length;
  }

  /** The bytes of their feeds. */
  get waitingBytes(): number {
    return this.#lanes.bytes;
  }

  /** Requests that are not answered yet. */
  get pending(): number {
    return this.#open.size;
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Why nothing is taken any more; undefined as long as it is. */
  get refusal(): { readonly error: unknown } | undefined {
    return this.#broken ?? (this.#state === 'open' ? undefined : { error: this.#parts.errors.closed() });
  }

  /** Whether all workers are ready. */
  get isReady(): boolean {
    return this.crew.alive === this.#parts.workers;
  }

  /** Whether a request with feeds of so many bytes would be taken now. */
  hasRoom(bytes = 0): boolean {
    const { queue, queueBytes } = this.#parts;
    if (this.#lanes.length === 0) return queue > 0 || this.crew.idle !== undefined;
    return this.#lanes.length < queue && this.#lanes.bytes + bytes <= queueBytes;
  }

  /** Why a request with feeds of so many bytes would not be taken now; undefined where it would. */
  refusalOf(bytes = 0): { readonly error: unknown } | undefined {
    if (this.refusal || this.hasRoom(bytes)) return this.refusal;
    const waiting = { count: this.#lanes.length, bytes: this.#lanes.bytes };
    return { error: this.#parts.errors.full(waiting, this.retryAfter()) };
  }

  /** Milliseconds after which there may be room, by what requests took lately; at least 1. */
  retryAfter(): number {
    const { alive, startTime } = this.crew;
    const perRequest = this.#perRequest ?? startTime;
    const wait = alive === 0 ? startTime : (perRequest * (this.#lanes.length + 1)) / alive;
    return Math.max(1, Math.ceil(wait));
  }

  /** Takes a request, or answers it with a refusal at once. */
  submit(job: J, settle: Settle<R>): Ticket<J, R> {
    const ticket: Ticket<J, R> = {
      job,
      number: this.#numbers++,
      arrived: this.#parts.clock.now(),
      settle,
      started: undefined,
      isAlone: false,
      end: undefined,
      stopTimer: () => {},
    };
    this.#open.add(ticket);
    const refusal = this.refusalOf(job.bytes);
    if (refusal) this.#reject(ticket, 'refused', refusal.error);
    else {
      if (Number.isFinite(job.timeout)) {
        ticket.stopTimer = this.#parts.clock.after(job.timeout, () => this.#expire(ticket));
      }
      this.#lanes.add(ticket);
      this.#dispatch();
    }
    return ticket;
  }

  /** Gives a request up, with the answer that its caller gets. Nothing happens to one that is answered. */
  cancel(ticket: Ticket<J, R>, error: unknown): void {
    this.#giveUp(ticket, 'cancelled', error);
  }

  /** Takes nothing more, and stops the workers when all that was taken is answered. */
  drain(): void {
    if (this.#state === 'open') this.#state = 'draining';
    this.#closeWhenDone();
  }

  /** Takes nothing more, answers all that was taken with a refusal, and stops the workers. */
  close(): void {
    if (this.#state === 'open') this.#state = 'draining';
    this.#rejectAll(this.#parts.errors.closed());
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.#state !== 'draining' || this.#open.size > 0) return;
    this.#state = 'closed';
    this.#stopTimer();
    this.crew.close();
    this.#parts.changed();
  }

  #break(cause: unknown): void {
    const error = this.#parts.errors.broken(cause);
    this.#broken = { error };
    this.#rejectAll(error);
    this.#stopTimer();
    this.#parts.changed();
  }

  #rejectAll(error: unknown): void {
    this.#lanes.clear();
    for (const ticket of this.#open) this.#reject(ticket, 'refused', error);
  }

  /** Hands requests to the workers that have nothing to do. */
  #dispatch(): void {
    this.#stopTimer();
    for (let slot = this.crew.idle; slot; slot = this.crew.idle) {
      const next = this.#lanes.next(this.#parts.clock.now());
      if (next.kind === 'run') this.#run(slot, next.tickets);
      else {
        if (next.kind === 'wait') {
          const wait = next.until - this.#parts.clock.now();
          this.#stopTimer = this.#parts.clock.after(wait, () => this.#dispatch());
        }
        return;
      }
    }
  }

  #run(slot: Slot<J, R>, tickets: readonly Ticket<J, R>[]): void {
    const now = this.#parts.clock.now();
    for (const ticket of tickets) {
      this.#lanes.remove(ticket);
      ticket.started = now;
    }
    slot.state = 'busy';
    slot.batch = tickets;
    slot.since = now;
    this.#parts.events.batch(tickets.length);
    const jobs = tickets.map(({ job }) => job);
    slot.worker?.run(jobs, (reply) => this.#replied(slot, tickets, reply));
  }

  #replied(slot: Slot<J, R>, tickets: readonly Ticket<J, R>[], reply: RunReply<R>): void {
    // The worker is being stopped, or has lost this batch: it runs nothing more.
    if (slot.batch !== tickets || slot.isStopped) return;
    slot.stopTimer();
    slot.state = 'idle';
    slot.batch = [];
    const ran = this.#parts.clock.now() - slot.since;
    if (reply.kind === 'done') this.#parts.events.ran(rowsOf(tickets), ran);
    const took = ran / tickets.length;
    this.#perRequest = this.#perRequest === undefined ? took : this.#perRequest + SMOOTHING * (took - this.#perRequest);
    this.crew.worked(slot);
    tickets.forEach((ticket, i) => {
      if (ticket.end !== undefined) return;
      const result = reply.kind === 'done' ? reply.results[i] : undefined;
      if (result !== undefined) this.#end(ticket, 'done', () => ticket.settle.resolve(result));
      else if (tickets.length > 1) this.#again(ticket);
      else this.#reject(ticket, 'failed', reply.kind === 'failed' ? reply.error : undefined);
    });
    this.#dispatch();
    this.#closeWhenDone();
    this.#parts.changed();
  }

  #lost(batch: readonly Ticket<J, R>[], name: string, end: WorkerEnd): void {
    for (const ticket of batch) {
      if (ticket.end !== undefined) continue;
      // Which of several requests ended the worker is not known: each gets a run of its own.
      if (batch.length > 1) this.#again(ticket);
      else this.#reject(ticket, 'lost', this.#parts.errors.lost(ticket.job, name, end));
    }
    this.#dispatch();
    this.#closeWhenDone();
    this.#parts.changed();
  }

  /** Lets a request wait again, for a run that it shares with nobody. */
  #again(ticket: Ticket<J, R>): void {
    ticket.isAlone = true;
    ticket.started = undefined;
    this.#lanes.add(ticket);
  }

  #expire(ticket: Ticket<J, R>): void {
    const now = this.#parts.clock.now();
    const { arrived, started } = ticket;
    const error = this.#parts.errors.timedOut(
      ticket.job,
      (started ?? now) - arrived,
      started === undefined ? undefined : now - started,
    );
    this.#giveUp(ticket, 'timedOut', error);
  }

  #giveUp(ticket: Ticket<J, R>, end: JobEnd, error: unknown): void {
    if (ticket.end !== undefined) return;
    this.#lanes.remove(ticket);
    this.#reject(ticket, end, error);
    const slot = this.crew.slots.find(({ batch }) => batch.includes(ticket));
    if (slot?.batch.every((each) => each.end !== undefined)) this.#stopSoon(slot);
    this.#dispatch();
    this.#closeWhenDone();
    this.#parts.changed();
  }

  /** Stops a run that nobody waits for, unless it ends before a new worker would be there. */
  #stopSoon(slot: Slot<J, R>): void {
    const grace = this.#parts.grace ?? Math.min(this.crew.startTime, LONGEST_GRACE);
    if (grace <= 0) this.crew.stop(slot);
    else slot.stopTimer = this.#parts.clock.after(grace, () => this.crew.stop(slot));
  }

  #reject(ticket: Ticket<J, R>, end: JobEnd, error: unknown): void {
    this.#end(ticket, end, () => ticket.settle.reject(error));
  }

  #end(ticket: Ticket<J, R>, end: JobEnd, answer: () => void): void {
    const now = this.#parts.clock.now();
    const { arrived, started } = ticket;
    ticket.end = end;
    ticket.stopTimer();
    this.#open.delete(ticket);
    this.#parts.events.ended(end, (started ?? now) - arrived, started === undefined ? 0 : now - started);
    answer();
  }
}

const rowsOf = (tickets: readonly { readonly job: Job }[]): number =>
  tickets.reduce((rows, { job }) => rows + job.rows, 0);
