// The bytes of a model in order, drawn ahead by threads while earlier ones are written.
import { type Part, partsBytes, streamParts } from '../../codegen/onnx/proto/parts.ts';
import { CHUNK_BYTES } from '../ir/tensor-chunks.ts';
import { type SampledParameter, sampledParameter } from '../nn/lazy-initializer.ts';
import { drawNamed } from './draw-named.ts';
import type { DrawPool } from './draw-pool.ts';
import { drawPool, threadCount } from './drawing-threads.ts';
import { type DrawProgress, reportProgress } from './progress.ts';

/** How weights are drawn. */
export interface DrawOptions {
  /** 1 to 16 threads; where left out, up to four where there is enough to draw. One draws in the calling thread. */
  readonly threads?: number | undefined;
  /** Is told after each piece of work, at most every tenth of a second, and at the end. */
  readonly onProgress?: ((progress: DrawProgress) => void) | undefined;
  /** The threads themselves; tests hand in such that fail. */
  readonly pool?: DrawPool | undefined;
}

/** Fewer bytes are drawn at once here. */
const LEAST_BYTES = 1 << 16;
/** Chunks that are drawn ahead of the one that is written, for each thread. */
const AHEAD = 3;

/** A chunk that comes next, drawn already or not. */
interface Next {
  readonly part: Part;
  /** The shared memory that is drawn into, and the drawing. */
  readonly drawn?: { readonly memory: SharedArrayBuffer; readonly bytes: Promise<Uint8Array> };
}

/**
 * Gives the bytes of parts as {@link streamParts} does; samples are drawn by threads, at most {@link AHEAD} chunks each ahead of the
 * writer. The bytes do not depend on the number of threads. A chunk is valid until the next one is asked for.
 *
 * @param parts of one file
 * @throws DRAW_THREADS when the number of threads is out of range
 * @throws DRAW_FAILED when a thread fails; names the parameter
 */
export async function* drawParts(
  parts: readonly Part[],
  options: DrawOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const samples = parts.reduce((sum, part) => sum + (sampled(part) ? elements(part) : 0), 0);
  const threads = threadCount(options.threads, samples);
  const pool = options.pool ?? (threads > 1 && samples > 0 ? drawPool(threads) : undefined);
  const advance = reportProgress(partsBytes(parts), options.onProgress);
  for await (const chunk of pool ? drawAhead(parts, pool, AHEAD * threads) : streamParts(parts)) {
    yield chunk;
    // The writer asks for more: what it got is written.
    advance(chunk.length);
  }
}

async function* drawAhead(
  parts: readonly Part[],
  pool: DrawPool,
  ahead: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const free: SharedArrayBuffer[] = [];
  const queue: Next[] = [];
  let made = 0;
  async function* first(): AsyncGenerator<Uint8Array, void, undefined> {
    const next = queue.shift();
    if (!next) return;
    if (!next.drawn) return yield* streamParts([next.part]);
    yield await next.drawn.bytes;
    free.push(next.drawn.memory);
  }
  for (const { part, samples, start, bytes } of pieces(parts)) {
    if (!samples) queue.push({ part });
    else {
      // The oldest chunk gives its memory back when it is written.
      if (made++ >= ahead) while (free.length === 0) yield* first();
      const memory = free.pop() ?? new SharedArrayBuffer(CHUNK_BYTES);
      queue.push({ part, drawn: { memory, bytes: drawPiece(pool, samples, { memory, start, bytes }) } });
    }
  }
  while (queue.length > 0) yield* first();
}

/** A part, or a chunk of one that threads draw. */
interface Piece {
  readonly part: Part;
  readonly samples?: SampledParameter | undefined;
  /** The number of the first element of the chunk. */
  readonly start: number;
  readonly bytes: number;
}

function* pieces(parts: readonly Part[]): Generator<Piece, void, undefined> {
  for (const part of parts) {
    const samples = sampled(part);
    const bytes = partsBytes([part]);
    if (!samples) yield { part, start: 0, bytes };
    else
      for (let at = 0; at < bytes; at += CHUNK_BYTES)
        yield { part, samples, start: at / samples.job.width, bytes: Math.min(CHUNK_BYTES, bytes - at) };
  }
}

/** The samples of a part, where it is large enough for threads. */
function sampled(part: Part): SampledParameter | undefined {
  if (part instanceof Uint8Array || part.bytes < LEAST_BYTES || !part.data) return undefined;
  return sampledParameter(part.data);
}

const elements = (part: Part): number => partsBytes([part]) / (sampled(part)?.job.width ?? 1);

function drawPiece(
  pool: DrawPool,
  samples: SampledParameter,
  { memory, start, bytes }: { readonly memory: SharedArrayBuffer; readonly start: number; readonly bytes: number },
): Promise<Uint8Array> {
  const drawing = drawNamed(pool, samples, { start, bytes, out: new Uint8Array(memory, 0, bytes) });
  // It is waited for in its turn; until then a failure is nobody's.
  drawing.catch(() => {});
  return drawing;
}
