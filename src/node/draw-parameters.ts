// Draws the parameters of a model into memory.
import { setImmediate } from 'node:timers/promises';
import { tensorByteLength } from '../ir/tensor-chunks.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import { isDrawn, type SampledParameter, sampledParameter } from '../nn/lazy-initializer.ts';
import type { Parameter } from '../nn/parameter.ts';
import { alignedEnd, drawNamed, drawTogether, groupSmall, SHARED_BYTES, type WholeParameter } from './draw-named.ts';
import type { DrawOptions } from './draw-parts.ts';
import type { DrawPool } from './draw-pool.ts';
import { drawPool, threadCount } from './drawing-threads.ts';
import { reportProgress } from './progress.ts';

/** Something that has parameters: a defined or bound model. */
export interface WithParameters {
  parameters(): ReadonlyMap<string, Parameter>;
}

/** Smaller parameters share arrays, and are drawn by threads only where there are many. */
const LEAST_BYTES = 1 << 16;
/** A parameter up to this size is drawn by one thread into an array that becomes the parameter's. */
const WHOLE_BYTES = 1 << 25;
/** Larger ones are drawn in pieces of this size, which are copied into place. */
const PIECE_BYTES = 1 << 22;
/** Small parameters that are fewer bytes altogether are drawn here at once. */
const LEAST_TOGETHER = 1 << 20;
/** Milliseconds after which other work of the calling thread gets its turn. */
const TURN_MS = 50;

/** A parameter that is to be drawn. */
interface Undrawn {
  readonly cell: Parameter;
  readonly data: TensorData;
  /** What threads can draw. */
  readonly samples: SampledParameter | undefined;
  readonly bytes: number;
  drawn: Uint8Array | undefined;
}

type Sampled = Undrawn & WholeParameter;

/**
 * Draws the data of all parameters that an initializer fills, and keeps them in memory, where they otherwise are drawn while a model is
 * written or run. The bits do not depend on the number of threads. All parameters are drawn, or, on an error, none.
 *
 * @param model a model that is initialized and whose sizes are known
 * @param options threads and progress
 * @throws PARAM_NOT_INITIALIZED, PARAM_DEFERRED when a parameter cannot have data yet
 * @throws DRAW_THREADS when the number of threads is out of range
 * @throws DRAW_FAILED when a thread fails; names the parameter
 * @example await drawParameters(net.initialize().bind([2, 20]), { threads: 2 });
 */
export async function drawParameters(model: WithParameters, options: DrawOptions = {}): Promise<void> {
  const work: Undrawn[] = [];
  const isAlone = options.threads === 1 && !options.pool;
  for (const cell of new Set(model.parameters().values())) {
    const found = undrawn(cell, isAlone);
    if (found) work.push(found);
  }
  const total = work.reduce((sum, { bytes }) => sum + bytes, 0);
  const shared = forThreads(work);
  const threads = threadCount(
    options.threads,
    shared.reduce((sum, { samples, bytes }) => sum + bytes / samples.job.width, 0),
  );
  const pool = options.pool ?? (threads > 1 && shared.length > 0 ? drawPool(threads) : undefined);
  const advance = reportProgress(total, options.onProgress);
  if (pool) await drawByThreads(pool, shared, advance);
  const room = slabs();
  let turn = performance.now();
  for (const each of work) {
    if (each.drawn) continue;
    const { data, bytes } = each;
    each.drawn = drawHere(data, bytes < LEAST_BYTES ? room(bytes) : new Uint8Array(bytes));
    advance(bytes);
    if (performance.now() - turn < TURN_MS) continue;
    await setImmediate();
    turn = performance.now();
  }
  for (const { cell, drawn } of work) if (drawn) cell.keepDrawn(drawn);
}

function drawHere({ storage }: TensorData, out: Uint8Array): Uint8Array {
  if (storage.kind === 'lazy') storage.source.fill(out, 0);
  return out;
}

/** Gives room for small parameters from arrays that they share: an array of its own costs more than drawing it. */
function slabs(): (bytes: number) => Uint8Array {
  let slab = new ArrayBuffer(0);
  let at = 0;
  return (bytes) => {
    if (at + bytes > slab.byteLength) {
      slab = new ArrayBuffer(SHARED_BYTES);
      at = 0;
    }
    const view = new Uint8Array(slab, at, bytes);
    at = alignedEnd(at, bytes);
    return view;
  };
}

function undrawn(cell: Parameter, isAlone: boolean): Undrawn | undefined {
  const data = cell.data();
  const { storage } = data;
  if (storage.kind !== 'lazy' || !isDrawn(storage.source)) return undefined;
  const bytes = tensorByteLength(data);
  return { cell, data, samples: isAlone ? undefined : sampledParameter(data), bytes, drawn: undefined };
}

/** What threads draw: large parameters, and small ones where they are many. */
function forThreads(work: readonly Undrawn[]): Sampled[] {
  const sampled = work.filter((each): each is Sampled => each.samples !== undefined);
  const small = sampled.reduce((sum, { bytes }) => sum + (bytes < LEAST_BYTES ? bytes : 0), 0);
  return small < LEAST_TOGETHER ? sampled.filter(({ bytes }) => bytes >= LEAST_BYTES) : sampled;
}

async function drawByThreads(
  pool: DrawPool,
  shared: readonly Sampled[],
  advance: (bytes: number) => void,
): Promise<void> {
  const large = shared.filter(({ bytes }) => bytes >= LEAST_BYTES);
  const groups = groupSmall(shared.filter(({ bytes }) => bytes < LEAST_BYTES));
  await Promise.all([
    ...large.map(async (each) => {
      each.drawn = await drawLarge(pool, each, advance);
    }),
    ...groups.map(async (group) => {
      const drawn = await drawTogether(pool, group);
      group.forEach((each, i) => {
        each.drawn = drawn[i];
        advance(each.bytes);
      });
    }),
  ]);
}

async function drawLarge(
  pool: DrawPool,
  { samples, bytes }: WholeParameter,
  advance: (bytes: number) => void,
): Promise<Uint8Array> {
  if (bytes <= WHOLE_BYTES) {
    const whole = await drawNamed(pool, samples, { start: 0, bytes });
    advance(bytes);
    return whole;
  }
  const out = new Uint8Array(bytes);
  const pieces: Promise<void>[] = [];
  for (let at = 0; at < bytes; at += PIECE_BYTES) {
    const part = Math.min(PIECE_BYTES, bytes - at);
    pieces.push(
      drawNamed(pool, samples, { start: at / samples.job.width, bytes: part }).then((piece) => {
        out.set(piece, at);
        advance(part);
      }),
    );
  }
  await Promise.all(pieces);
  return out;
}
