// How many threads draw, and the pools of them that a process keeps.
import { availableParallelism } from 'node:os';
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { kernelModule } from '../nn/random/sample-kernel.ts';
import { DrawPool } from './draw-pool.ts';

/** More threads than these wait for memory. */
const MOST_DEFAULT_THREADS = 4;
/** More threads than these would take more memory than is worth it. */
const MOST_THREADS = 16;
/** Samples that one thread draws while others start. */
const WORTH_THREADS = 2 ** 24;

const pools = new Map<number, DrawPool>();

/**
 * How many threads draw: as many as were asked for, or, where nothing was said, as many as pay. Where the kernel does not run there
 * is one, for plain JavaScript has no module that a thread could be handed.
 *
 * @param asked the caller's wish, 1 to 16
 * @param samples how many samples there are
 * @throws DRAW_THREADS when the wish is no whole number from 1 to 16
 */
export function threadCount(asked: number | undefined, samples: number): number {
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 1 && asked <= MOST_THREADS)) {
    throw dimwiseError({
      code: 'DRAW_THREADS',
      message: `weights are drawn by 1 to ${MOST_THREADS} threads, not ${asked}`,
      expected: `1 to ${MOST_THREADS}`,
      actual: String(asked),
      origin: { site: captureSite() },
    });
  }
  const wish = asked ?? (samples < WORTH_THREADS ? 1 : Math.min(availableParallelism(), MOST_DEFAULT_THREADS));
  return wish > 1 && kernelModule() ? wish : 1;
}

/** The pool of so many threads: the one that is there, or a new one. */
export function drawPool(threads: number): DrawPool {
  const known = pools.get(threads);
  if (known && !known.isBroken) return known;
  const pool = new DrawPool(threads);
  pools.set(threads, pool);
  return pool;
}
