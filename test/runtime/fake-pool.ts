// A scheduler with a clock and workers that do what a test tells them.
import type { Clock } from '../../src/runtime/pool/clock.ts';
import type { Job, JobEnd, Ticket } from '../../src/runtime/pool/job.ts';
import { Scheduler } from '../../src/runtime/pool/scheduler.ts';
import type { RunReply, WorkerEvents } from '../../src/runtime/pool/worker-slot.ts';

/** Time that passes when it is told to. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly act: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, act: () => void): () => void {
    const timer = { at: this.#now + milliseconds, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.act();
    }
    this.#now = end;
  }
}

interface FakeJob extends Job {
  readonly name: string;
}

/** A request, with the answers that it got. */
export interface FakeRequest {
  readonly name: string;
  answer: string | undefined;
  answers: number;
  /** How often it was handed to a worker. */
  runs: number;
  ticket: Ticket<FakeJob, string> | undefined;
}

interface FakeWorker {
  readonly events: WorkerEvents;
  state: 'starting' | 'ready' | 'gone';
  isKilled: boolean;
  jobs: readonly FakeJob[] | undefined;
  reply: ((reply: RunReply<string>) => void) | undefined;
}

interface FakeOptions {
  readonly workers: number;
  readonly queue?: number;
  readonly queueBytes?: number;
  readonly grace?: number;
  readonly joining?: { readonly maxBatch: number; readonly maxDelay: number };
  readonly mostTogether?: number;
}

/** A pool of fake workers, each known by the place that it was started in. */
export class FakePool {
  readonly clock = new FakeClock();
  readonly scheduler: Scheduler<FakeJob, string>;
  readonly requests: FakeRequest[] = [];
  readonly runs: string[][] = [];
  readonly ends: Partial<Record<JobEnd, number>> = {};
  readonly killed: number[] = [];
  /** What must never happen. */
  readonly faults: string[] = [];
  restarts = 0;
  readonly #workers: FakeWorker[] = [];

  constructor({ workers, queue = 100, queueBytes = 10_000, grace, joining, mostTogether = 1000 }: FakeOptions) {
    this.scheduler = new Scheduler<FakeJob, string>({
      workers,
      queue,
      queueBytes,
      grace,
      joining: joining && { ...joining, fits: (jobs) => jobs.length <= mostTogether },
      clock: this.clock,
      start: (events) => this.#start(events),
      errors: {
        full: ({ count, bytes }) => `full: ${count} requests, ${bytes} bytes`,
        timedOut: ({ name }, waited, ran) => `timed out ${name}: ${waited} + ${ran}`,
        lost: ({ name }, worker, { reason }) => `lost ${name}: ${worker}, ${reason}`,
        closed: () => 'closed',
        broken: (cause) => `broken: ${String(cause)}`,
      },
      events: {
        ended: (end) => (this.ends[end] = (this.ends[end] ?? 0) + 1),
        ran: () => {},
        batch: () => {},
        restarted: () => this.restarts++,
      },
      changed: () => {},
    });
    this.scheduler.crew.start();
  }

  #start(events: WorkerEvents) {
    // The first place without a worker, as the crew fills them.
    const free = this.#workers.findIndex(({ state }) => state === 'gone');
    const place = free === -1 ? this.#workers.length : free;
    const worker: FakeWorker = { events, state: 'starting', isKilled: false, jobs: undefined, reply: undefined };
    this.#workers[place] = worker;
    return {
      name: `worker ${place}`,
      id: place,
      kill: () => {
        if (!worker.isKilled) this.killed.push(place);
        worker.isKilled = true;
      },
      run: (jobs: readonly FakeJob[], reply: (reply: RunReply<string>) => void) => {
        if (worker.jobs) this.faults.push(`worker ${place} got two batches`);
        if (worker.state !== 'ready') this.faults.push(`worker ${place} got a batch while ${worker.state}`);
        if (worker.isKilled) this.faults.push(`worker ${place} got a batch after it was stopped`);
        worker.jobs = jobs;
        worker.reply = reply;
        this.runs.push(jobs.map(({ name }) => name));
        for (const { name } of jobs) {
          const request = this.requests.find((each) => each.name === name);
          if (request) request.runs++;
          if (request?.answer !== undefined) this.faults.push(`${name} runs after it was answered`);
        }
      },
    };
  }

  submit(name: string, options: Partial<Job> = {}): FakeRequest {
    const { priority = 0, bytes = 1, rows = 1, key, timeout = Number.POSITIVE_INFINITY } = options;
    const request: FakeRequest = { name, answer: undefined, answers: 0, runs: 0, ticket: undefined };
    this.requests.push(request);
    const answer = (text: unknown): void => {
      request.answer ??= String(text);
      request.answers++;
    };
    const settle = { resolve: (result: string) => answer(result), reject: answer };
    request.ticket = this.scheduler.submit({ name, priority, bytes, rows, key, timeout }, settle);
    return request;
  }

  cancel(request: FakeRequest | undefined): void {
    if (request?.ticket) this.scheduler.cancel(request.ticket, 'cancelled');
  }

  running(place: number): readonly string[] | undefined {
    return this.#workers[place]?.jobs?.map(({ name }) => name);
  }

  startOne(place: number): void {
    const worker = this.#workers[place];
    if (worker?.state !== 'starting' || worker.isKilled) return;
    worker.state = 'ready';
    worker.events.ready();
  }

  startAll(): void {
    this.#workers.forEach((_, place) => this.startOne(place));
  }

  failStart(place: number, isFatal = false): void {
    const worker = this.#workers[place];
    if (worker?.state !== 'starting') return;
    worker.state = 'gone';
    worker.events.failed('no memory', isFatal);
  }

  finish(place: number): void {
    this.#reply(place, (jobs) => ({ kind: 'done', results: jobs.map(({ name }) => `done ${name}`) }));
  }

  fail(place: number): void {
    this.#reply(place, () => ({ kind: 'failed', error: 'failed' }));
  }

  #reply(place: number, make: (jobs: readonly FakeJob[]) => RunReply<string>): void {
    const worker = this.#workers[place];
    const { jobs, reply } = worker ?? {};
    if (!worker || worker.state !== 'ready' || !jobs || !reply) return;
    worker.jobs = undefined;
    worker.reply = undefined;
    reply(make(jobs));
  }

  lose(place: number): void {
    const worker = this.#workers[place];
    if (worker?.state !== 'ready') return;
    worker.state = 'gone';
    worker.jobs = undefined;
    worker.events.lost({ reason: 'it was killed by SIGKILL' });
  }

  /** Lets time pass until a worker starts; tells how long. */
  restUntilStart(): number {
    let rest = 0;
    while (!this.#workers.some(({ state }) => state === 'starting')) {
      this.clock.advance(10);
      rest += 10;
      if (rest > 100_000) throw new RangeError('no worker is started any more');
    }
    return rest;
  }

  /** Lets all workers do their work until nothing is left. */
  settleAll(): void {
    this.scheduler.drain();
    for (let i = 0; i < 200 && this.scheduler.pending > 0; i++) {
      this.#workers.forEach((worker, place) => {
        if (worker.isKilled && worker.state === 'ready') this.lose(place);
        else if (worker.isKilled && worker.state === 'starting') this.failStart(place);
        this.startOne(place);
        this.finish(place);
      });
      this.clock.advance(100);
    }
  }
}
