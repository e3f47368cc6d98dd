// Threads that draw samples: each holds the sample kernel, and draws where it is told into memory that both sides see.
import { Worker } from 'node:worker_threads';
import { dimwiseError } from '../base/errors.ts';
import type { KernelJob } from '../nn/random/kernel-job.ts';
import { kernelModule } from '../nn/random/sample-kernel.ts';
import { DRAW_WORKER } from './draw-worker.ts';

/** A part of the samples of a job. */
export interface DrawTask {
  readonly job: KernelJob;
  /** The number of the first element, a multiple of 4. */
  readonly start: number;
  /** Receives the bytes: a view of shared memory; where it is left out, the thread makes an array and hands it over. */
  readonly out?: Uint8Array<SharedArrayBuffer> | undefined;
  /** How many bytes are drawn. */
  readonly bytes: number;
}

/** Whole parameters that a thread draws into one array, which it makes and hands over. */
export interface BatchTask {
  /** A record of numbers for each, as the program of the thread reads them. */
  readonly batch: Float64Array<ArrayBuffer>;
  readonly out?: undefined;
  /** The length of the array. */
  readonly bytes: number;
}

/** A task that is waited for. */
interface Pending {
  readonly id: number;
  readonly task: DrawTask | BatchTask;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Tasks that one thread holds at a time: it draws one while the next is on its way. */
const HELD = 2;
/** Milliseconds after which a pool without tasks ends its threads. */
const IDLE_MS = 2000;

/** A fixed number of threads. They keep no process alive, and end with it. */
export class DrawPool {
  readonly #threads: Thread[] = [];
  readonly #waiting: Pending[] = [];
  #ids = 0;
  #idle: NodeJS.Timeout | undefined;

  /**
   * Starts the threads.
   *
   * @param threads how many, from 1 on
   * @param source the program of a thread; tests hand in others
   */
  constructor(threads: number, source: string = DRAW_WORKER) {
    for (let i = 0; i < threads; i++) {
      this.#threads.push(
        new Thread(source, {
          ready: () => this.#spread(),
          failed: () => this.#threads.every((thread) => thread.error) && this.#refuse(),
        }),
      );
    }
  }

  /** Whether a thread has failed, so that another pool is better. */
  get isBroken(): boolean {
    return this.#threads.some((thread) => thread.error !== undefined);
  }

  /**
   * Draws a part, or a batch. The result is the task's own view, or an array that the thread made.
   *
   * @throws DRAW_FAILED when the thread ends before it is done
   */
  draw(task: DrawTask | BatchTask): Promise<Uint8Array> {
    clearTimeout(this.#idle);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: this.#ids++, task, resolve, reject });
      this.#spread();
    });
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  /** Hands waiting tasks to the threads that have fewest. */
  #spread(): void {
    const alive = this.#threads.filter((thread) => !thread.error);
    if (alive.length === 0) return this.#refuse();
    for (let held = 0; held < HELD; held++) {
      for (const thread of alive) {
        if (thread.load > held) continue;
        const next = this.#waiting.shift();
        if (!next) break;
        thread.take(next);
      }
    }
    clearTimeout(this.#idle);
    if (alive.every((thread) => thread.load === 0)) this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
  }

  #refuse(): void {
    const error = this.#threads.find((thread) => thread.error)?.error;
    for (const pending of this.#waiting.splice(0)) pending.reject(error);
  }
}

/** What a thread tells its pool. */
interface ThreadEvents {
  readonly ready: () => void;
  readonly failed: () => void;
}

/** One thread, and the tasks that it holds. */
class Thread {
  error: unknown;
  readonly #worker: Worker;
  readonly #held = new Map<number, Pending>();
  readonly #on: ThreadEvents;

  constructor(source: string, on: ThreadEvents) {
    this.#on = on;
    // Loaders and hooks of the process are of no use to a program without imports, and cost it most of its start.
    this.#worker = new Worker(source, { eval: true, execArgv: [], workerData: kernelModule(), name: 'dimwise-draw' });
    this.#worker.unref();
    this.#worker.on('message', (message: { readonly id: number; readonly bytes?: Uint8Array }) => this.#done(message));
    this.#worker.on('error', (error) => this.#fail(error.message));
    this.#worker.on('exit', (code) => this.#fail(`it ended with exit code ${code}`));
  }

  get load(): number {
    return this.#held.size;
  }

  take(pending: Pending): void {
    if (this.#held.size === 0) this.#worker.ref();
    this.#held.set(pending.id, pending);
    // A thread is no window.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage({ id: pending.id, ...pending.task });
  }

  async end(): Promise<void> {
    this.error ??= failure('it was ended');
    await this.#worker.terminate();
  }

  #done({ id, bytes }: { readonly id: number; readonly bytes?: Uint8Array }): void {
    const pending = this.#held.get(id);
    if (!pending) return;
    this.#held.delete(id);
    if (this.#held.size === 0) this.#worker.unref();
    pending.resolve(pending.task.out ?? bytes ?? new Uint8Array());
    this.#on.ready();
  }

  #fail(reason: string): void {
    this.error ??= failure(reason);
    for (const pending of this.#held.values()) pending.reject(this.error);
    this.#held.clear();
    this.#on.failed();
  }
}

const failure = (reason: string): Error =>
  dimwiseError({
    code: 'DRAW_FAILED',
    message: `a thread that draws weights failed: ${reason}`,
    actual: reason,
    hint: 'draw with one thread, threads: 1',
  });
