// Requests that wait, the most urgent first, those of one priority in the order of their arrival.
import type { Job, Ticket } from './job.ts';

/** Tickets in order; each at most once. */
export class JobQueue<J extends Job, R> {
  readonly #tickets: Ticket<J, R>[] = [];
  #bytes = 0;
  #rows = 0;

  get length(): number {
    return this.#tickets.length;
  }

  /** The bytes of all feeds that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The rows of all that wait. */
  get rows(): number {
    return this.#rows;
  }

  get first(): Ticket<J, R> | undefined {
    return this.#tickets[0];
  }

  /** When the request arrived that waits longest; infinite where none waits. */
  get oldest(): number {
    const { first } = this;
    if (!first) return Number.POSITIVE_INFINITY;
    if (first.job.priority === this.#tickets.at(-1)?.job.priority) return first.arrived;
    let oldest = first.arrived;
    for (const { arrived } of this.#tickets) oldest = Math.min(oldest, arrived);
    return oldest;
  }

  [Symbol.iterator](): Iterator<Ticket<J, R>> {
    return this.#tickets[Symbol.iterator]();
  }

  add(ticket: Ticket<J, R>): void {
    this.#tickets.splice(this.#placeOf(ticket), 0, ticket);
    this.#bytes += ticket.job.bytes;
    this.#rows += ticket.job.rows;
  }

  /** Takes a ticket out; false where it does not wait here. */
  remove(ticket: Ticket<J, R>): boolean {
    const place = this.#placeOf(ticket);
    if (this.#tickets[place] !== ticket) return false;
    this.#tickets.splice(place, 1);
    this.#bytes -= ticket.job.bytes;
    this.#rows -= ticket.job.rows;
    return true;
  }

  /** Where a ticket stands, or would stand. */
  #placeOf(ticket: Ticket<J, R>): number {
    let low = 0;
    let high = this.#tickets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#tickets[middle];
      if (other && goesBefore(other, ticket)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether a request is to run before another. */
export function goesBefore(
  a: Pick<Ticket<Job, unknown>, 'job' | 'number'>,
  b: Pick<Ticket<Job, unknown>, 'job' | 'number'>,
): boolean {
  return a.job.priority === b.job.priority ? a.number < b.number : a.job.priority > b.job.priority;
}
