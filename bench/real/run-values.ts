// Runs a model on ONNX Runtime, on the CPU and unoptimized, with feeds that depend on names and places only.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph } from '../../src/ir/graph.ts';
import type { Binding, Filling } from './model-rows.ts';

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** The feeds of a run: random where the row says nothing. */
export function feedsOf(graph: Graph, shapes: ReadonlyMap<string, readonly number[]>, { fill }: Binding): Tensors {
  const feeds: Record<string, Tensor> = {};
  let state = 1;
  // A linear congruential generator, Numerical Recipes.
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (const input of graph.inputs) {
    const name = input.name ?? '';
    const sizes = shapes.get(name) ?? [];
    const count = sizes.reduce((product, size) => product * size, 1);
    const draw = drawer(fill?.[name], next);
    feeds[name] = tensorOf(input.dtype, Array.from({ length: count }, draw), sizes);
  }
  return feeds;
}

function drawer(filling: Filling | undefined, next: () => number): () => number {
  if (!filling) return () => 2 * next() - 1;
  if ('all' in filling) return () => filling.all;
  if ('below' in filling) return () => Math.floor(next() * filling.below);
  const [low, high] = filling.between;
  return () => low + (high - low) * next();
}

function tensorOf(dtype: string, numbers: readonly number[], sizes: readonly number[]): Tensor {
  if (dtype === 'float32') return new Tensor('float32', Float32Array.from(numbers), sizes);
  if (dtype === 'int64')
    return new Tensor(
      'int64',
      BigInt64Array.from(numbers, (x) => BigInt(Math.trunc(x))),
      sizes,
    );
  if (dtype === 'int32') return new Tensor('int32', Int32Array.from(numbers), sizes);
  if (dtype === 'bool')
    return new Tensor(
      'bool',
      numbers.map(() => true),
      sizes,
    );
  throw new Error(`no feed of ${dtype}`);
}

/** What ONNX Runtime says of an output, and what a run gave. */
export interface RunResult {
  readonly tensors: Tensors;
  /** The rank that the session knows of each output before any run; 0 may also mean that it knows none. */
  readonly ranks: ReadonlyMap<string, number>;
}

/** A model and the files of its external data. */
export interface ModelBytes {
  readonly bytes: Uint8Array;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** Runs a model once for each feed, and releases it. */
export async function runModel({ bytes, externalData }: ModelBytes, feeds: readonly Tensors[]): Promise<RunResult[]> {
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    ...(externalData.length > 0 && { externalData }),
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  try {
    const known = session.outputMetadata.map((data): [string, number] => [
      data.name,
      data.isTensor ? data.shape.length : 0,
    ]);
    const ranks = new Map(known);
    const results: RunResult[] = [];
    for (const feed of feeds) results.push({ tensors: await session.run(feed), ranks });
    return results;
  } finally {
    await session.release();
  }
}
