// A pool: a model in several workers, requests that wait for them, and answers that are checked.
import { throwDiagnostics } from '../../base/errors.ts';
import { captureSite } from '../../base/origin.ts';
import type { Contract } from '../../ir/contract.ts';
import { outputShapesUnder } from '../../ir/feeds.ts';
import type { ValueType } from '../../ir/type.ts';
import { BusyArrays } from '../busy-arrays.ts';
import { OutputCheck } from '../check-outputs.ts';
import type { ModelEdges } from '../edges.ts';
import type { Feeds } from '../feed.ts';
import type { OpenedProvider } from '../open-provider.ts';
import { outputArrays, type ReadyOutput } from '../output-arrays.ts';
import { type OutputShapes, outputShapesOf, type ShapedFeeds } from '../output-shapes.ts';
import type { Fallback, Provider } from '../provider.ts';
import { type RunOutputs, shapesOf, unknownOutput } from '../run-outputs.ts';
import { SessionFeeds } from '../session-feeds.ts';
import { keyOfFeeds } from './batch-plan.ts';
import { fillArrays } from './fill-arrays.ts';
import { KeepAlive } from './keep-alive.ts';
import { cancelledError } from './pool-errors.ts';
import { bytesOfFeeds, bytesOfOutputs, type PoolJob } from './pool-job.ts';
import { checkRequestOptions, type PoolRunOptions } from './pool-options.ts';
import type { PoolStats, StatsCounter } from './pool-stats.ts';
import type { Scheduler } from './scheduler.ts';
import { Waiters } from './waiters.ts';

/** How a pool joins requests. */
export interface PoolBatching {
  /** The most rows of a batch. */
  readonly maxBatch: number;
  /** Milliseconds that a request waits at most for others. */
  readonly maxDelay: number;
}

/** What a pool is made of. */
export interface PoolParts {
  readonly edges: ModelEdges;
  readonly timeout: number;
  /** Whether feeds may have NaN and infinities. */
  readonly nonFinite: 'allow' | 'refuse' | undefined;
  /** The symbol along which requests are joined. */
  readonly batchSymbol: string | undefined;
  /** How they are joined. */
  readonly batching: PoolBatching | undefined;
  readonly stats: StatsCounter;
  /** Makes the scheduler, which calls `changed` after each change. */
  readonly schedule: (changed: () => void) => Scheduler<PoolJob, RunOutputs>;
  /** What became of the providers; undefined before a worker was there. */
  readonly opened: () => OpenedProvider | undefined;
  /** Waits until no worker is left. */
  readonly gone: () => Promise<void>;
}

/** A request with the arrays that take its outputs. */
interface PoolRequest {
  readonly job: PoolJob;
  readonly into: ReadonlyMap<string, ReadyOutput> | undefined;
}

/** A model in several workers: runs block nothing here. Dispose it when it is no longer needed. */
export class SessionPool implements AsyncDisposable {
  /** What valid feeds meet. */
  readonly contract: Contract;
  readonly inputs: ReadonlyMap<string, ValueType>;
  readonly outputs: ReadonlyMap<string, ValueType>;
  readonly #parts: PoolParts;
  readonly #feeds: SessionFeeds;
  readonly #busy = new BusyArrays();
  readonly #outputCheck: OutputCheck;
  readonly #scheduler: Scheduler<PoolJob, RunOutputs>;
  readonly #waiters = new Waiters();
  readonly #keepAlive = new KeepAlive();
  #disposals = 0;

  /** Pools are made by {@link createPool}. */
  constructor(parts: PoolParts) {
    const { edges } = parts;
    this.#parts = parts;
    this.contract = edges.contract;
    this.inputs = edges.inputs;
    this.outputs = edges.outputs;
    this.#feeds = new SessionFeeds(edges.contract);
    this.#outputCheck = new OutputCheck(edges);
    this.#scheduler = parts.schedule(() => this.#changed());
    this.#scheduler.crew.start();
  }

  /** The execution provider that runs the model; what it lacks runs on the CPU. */
  get provider(): Provider {
    return this.#parts.opened()?.providers[0] ?? 'cpu';
  }

  /** The providers that were asked for and could not be had, with the reasons. */
  get fallbacks(): readonly Fallback[] {
    return this.#parts.opened()?.fallbacks ?? [];
  }

  /** How requests are joined: rows at most, milliseconds of waiting at most; undefined where each runs alone. */
  get batching(): PoolBatching | undefined {
    return this.#parts.batching;
  }

  /** What the pool has done and does. */
  get stats(): PoolStats {
    const { crew, waiting, waitingBytes, pending } = this.#scheduler;
    const workers = crew.slots.map(({ worker, state }) => ({ id: worker?.id, state }));
    return this.#parts.stats.snapshot({ running: pending - waiting, waiting, waitingBytes, workers });
  }

  /**
   * Runs the model on a worker. Feeds are checked here, before anything is sent; arrays that are fed must not change before the answer.
   *
   * @param feeds one feed for each input by name, or the feed of the only input
   * @returns the outputs by name
   * @throws what `Session.run` throws, and
   * @throws POOL_FULL when too many requests wait; `retryAfter` tells after how many milliseconds there may be room
   * @throws RUN_TIMEOUT, RUN_CANCELLED when it takes too long, or its signal is aborted
   * @throws WORKER_LOST when the worker dies of it
   * @throws POOL_BROKEN when no worker can be started
   * @example const { output } = await pool.run({ x: [[1, 2, 3]] }, { timeout: 1000 });
   */
  async run(feeds: Feeds, options: PoolRunOptions = {}): Promise<RunOutputs> {
    const { job, into } = this.#requestOf(feeds, options);
    const { signal } = options;
    if (signal?.aborted) throw cancelledError(this.#parts.edges.name, job.site, signal.reason);
    if (into || !this.#busy.isEmpty) this.#busy.enter(into, job.feeds);
    try {
      const outputs = await this.#submit(job, signal);
      if (this.#outputCheck.isNeeded) this.#outputCheck.check(job.sizes, shapesOf(outputs));
      this.#parts.stats.bytesOut += bytesOfOutputs(outputs);
      return into ? await fillArrays(outputs, into) : outputs;
    } finally {
      this.#busy.leave(into);
    }
  }

  #requestOf(feeds: Feeds, options: PoolRunOptions): PoolRequest {
    checkRequestOptions(options);
    const { refusal } = this.#scheduler;
    if (refusal) throw refusal.error;
    const { timeout = this.#parts.timeout, priority = 0 } = options;
    const known = [...this.outputs.keys()];
    const fetches = options.outputs ?? known;
    for (const name of fetches) if (!this.outputs.has(name)) throw unknownOutput(name, known);
    const report = this.#feeds.read(feeds, this.#parts.nonFinite);
    throwDiagnostics(report.mistakes);
    const into =
      options.into &&
      outputArrays(options.into, {
        fetches,
        types: this.outputs,
        shapes: outputShapesUnder(this.contract, report.sizes),
        feeds: report.feeds,
      });
    const { batchSymbol } = this.#parts;
    const isJoined = batchSymbol !== undefined;
    const job: PoolJob = {
      feeds: report.feeds,
      sizes: report.sizes,
      fetches,
      timeout,
      priority,
      bytes: bytesOfFeeds(report.feeds),
      rows: isJoined ? (report.sizes.get(batchSymbol) ?? 1) : 1,
      key: isJoined ? keyOfFeeds(report.feeds, fetches) : undefined,
      site: captureSite(),
    };
    return { job, into };
  }

  #submit(job: PoolJob, signal: AbortSignal | undefined): Promise<RunOutputs> {
    return new Promise((resolve, reject) => {
      let unhook = (): void => {};
      const ticket = this.#scheduler.submit(job, {
        resolve: (outputs) => {
          unhook();
          resolve(outputs);
        },
        reject: (error) => {
          unhook();
          reject(error);
        },
      });
      if (ticket.end === undefined) {
        this.#parts.stats.bytesIn += job.bytes;
        if (signal) {
          const abort = (): void =>
            this.#scheduler.cancel(ticket, cancelledError(this.#parts.edges.name, job.site, signal.reason));
          signal.addEventListener('abort', abort, { once: true });
          unhook = () => signal.removeEventListener('abort', abort);
        }
      }
      this.#changed();
    });
  }

  /**
   * The shapes that outputs have for some feeds, before a run, as `Session.outputShapes`.
   *
   * @param feeds feeds, or only their sizes as `{ shape }` or `{ dims }`, by the names of inputs
   * @returns the sizes by the names of outputs; a size that only a run tells is a text, an open rank is null
   * @throws FEED_MISSING, FEED_UNKNOWN, FEED_MISMATCH when the feeds are not valid, all mistakes together
   */
  outputShapes(feeds: ShapedFeeds): OutputShapes {
    return outputShapesOf(feeds, this.contract, this.#feeds.check);
  }

  /**
   * Throws what a run would be refused with now, before its feeds are there: for servers that refuse without reading. A request that
   * is sent later may still be refused; one that is refused here is counted.
   *
   * @throws POOL_FULL, POOL_BROKEN, SESSION_DISPOSED
   */
  checkRoom(): void {
    const refusal = this.#scheduler.refusalOf();
    if (!refusal) return;
    this.#parts.stats.ended('refused', 0, 0);
    throw refusal.error;
  }

  /**
   * Waits until the pool would take a request, in the order of the calls. Another caller's request may still come before.
   *
   * @throws POOL_BROKEN, SESSION_DISPOSED when it takes none any more
   */
  ready(): Promise<void> {
    return this.#until(() => this.#scheduler.hasRoom());
  }

  /** Waits until all workers have started. @throws what keeps them from it */
  started(): Promise<void> {
    return this.#until(() => this.#scheduler.isReady);
  }

  #until(holds: () => boolean): Promise<void> {
    const wait = this.#waiters.until(() => {
      const { refusal } = this.#scheduler;
      if (refusal) throw refusal.error;
      return holds();
    });
    this.#changed();
    return wait;
  }

  /**
   * Ends the pool: no request is taken any more, those that were taken are answered, then the workers end. A second call changes
   * nothing but that it may add `force`.
   *
   * @param options with `force`, requests are refused with SESSION_DISPOSED and workers killed at once
   */
  async dispose({ force = false }: { readonly force?: boolean } = {}): Promise<void> {
    if (force) this.#scheduler.close();
    else this.#scheduler.drain();
    this.#disposals++;
    this.#changed();
    await this.#waiters.until(() => this.#scheduler.isClosed);
    await this.#parts.gone();
    this.#disposals--;
    this.#changed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #changed(): void {
    this.#waiters.look();
    // Somebody who awaits an answer is no handle: without one the process would end.
    this.#keepAlive.set(this.#scheduler.pending > 0 || this.#waiters.count > 0 || this.#disposals > 0);
  }
}
