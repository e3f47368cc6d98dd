// What sessions leave behind: the memory of a process over many cycles of creating, running and disposing.
import type { CompiledModel } from 'dimwise';
import { createSession } from 'dimwise';
import ort from 'onnxruntime-node';

/** What a process holds after some cycles. */
export interface Sample {
  readonly cycle: number;
  /** Bytes of the whole process. */
  readonly resident: number;
  /** Bytes of JavaScript objects that are in use. */
  readonly heap: number;
  /** Bytes of buffers outside of the heap. */
  readonly external: number;
}

/** How many cycles there are. */
export interface CycleOptions {
  readonly cycles: number;
  /** So many cycles apart are samples, each after a collection of garbage. */
  readonly every: number;
  /** Whether onnxruntime-node runs without dimwise, for what ONNX Runtime itself leaves behind. */
  readonly isBare?: boolean;
  /** Whether no session is disposed, for what a leak looks like. */
  readonly isLeaking?: boolean;
}

/** Keeps what leaks out of the reach of the garbage collector. */
const leaked: object[] = [];

async function cycleBare(bytes: Uint8Array, data: Float32Array, shape: readonly number[]): Promise<void> {
  const options = { executionProviders: ['cpu'], intraOpNumThreads: 1, logSeverityLevel: 4 } as const;
  const session = await ort.InferenceSession.create(bytes, options);
  await session.run({ x: new ort.Tensor('float32', data, shape) });
  await session.release();
}

/**
 * Creates, runs and disposes a session again and again.
 *
 * @param compiled a model with one input `x` of float32
 * @param shape the sizes that are fed
 */
export async function cycle(
  compiled: CompiledModel,
  shape: readonly number[],
  { cycles, every, isBare = false, isLeaking = false }: CycleOptions,
): Promise<Sample[]> {
  const bytes = compiled.bytes();
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5);
  const samples: Sample[] = [];
  for (let i = 1; i <= cycles; i++) {
    if (isBare) await cycleBare(bytes, data, shape);
    else {
      const session = await createSession(bytes, { providers: 'cpu', threads: 1 });
      await session.run({ x: { shape, dtype: 'float32', data } });
      if (isLeaking) leaked.push(session);
      else await session.dispose();
    }
    if (i % every === 0) samples.push(await sampleAt(i));
  }
  return samples;
}

async function sampleAt(at: number): Promise<Sample> {
  if (!globalThis.gc) throw new TypeError('run with node --expose-gc');
  // What a collection frees natively goes in a later turn of the event loop.
  for (let i = 0; i < 2; i++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cycle: at, resident: rss, heap: heapUsed, external };
}

/** The line through samples by least squares: what one cycle adds, with the error of that (one standard deviation). */
export function slope(points: readonly (readonly [x: number, y: number])[]): {
  readonly perCycle: number;
  readonly error: number;
} {
  const n = points.length;
  const mean = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / n;
  const [mx, my] = [mean(0), mean(1)];
  const sxx = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  const perCycle = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / sxx;
  const rest = points.reduce((sum, [x, y]) => sum + (y - my - perCycle * (x - mx)) ** 2, 0);
  return { perCycle, error: Math.sqrt(rest / Math.max(n - 2, 1) / sxx) };
}
