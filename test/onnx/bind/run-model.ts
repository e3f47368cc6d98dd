// Runs models on ONNX Runtime with feeds made up from their inputs, and compares what two models give.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import type { OnnxModel } from '../../../codegen/onnx/onnx-model.ts';
import { evaluate } from '../../../src/dim/evaluate.ts';

/** Sizes of symbols. */
export type Sizes = Readonly<Record<string, number>>;

const ARRAYS = { int32: Int32Array, int8: Int8Array, uint8: Uint8Array, bool: Uint8Array } as const;

/** A feed for each input under some sizes; integers are 0 and 1, scalar integers the size of their own name. */
export function feedsOf(model: OnnxModel, sizes: Sizes): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const { name = '', dtype, shape } of model.read().graph.inputs) {
    const dims = shape.map((dim) => evaluate(dim, (symbol) => sizes[symbol.name]));
    const count = dims.reduce((product, size) => product * size, 1);
    const pattern = Array.from({ length: count }, (_, i) => (i * 7) % 5);
    const bits = pattern.map((each) => each % 2);
    if (dtype === 'int64') {
      const known = dims.length === 0 ? sizes[name] : undefined;
      const data = BigInt64Array.from(bits, (bit) => BigInt(known ?? bit));
      feeds[name] = new Tensor('int64', data, dims);
    } else if (dtype === 'int32' || dtype === 'int8' || dtype === 'uint8' || dtype === 'bool') {
      feeds[name] = new Tensor(dtype, ARRAYS[dtype].from(bits), dims);
    } else {
      const data = Float32Array.from(pattern, (each) => (each - 2) / 4);
      feeds[name] = new Tensor('float32', data, dims);
    }
  }
  return feeds;
}

/** What a model gives, unoptimized, so that only the model itself counts. */
export async function runModel(model: OnnxModel, feeds: Readonly<Record<string, Tensor>>) {
  const session = await InferenceSession.create(model.encode(), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  try {
    const results = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, dims, data }]) => [name, { type, dims: [...dims], data }]),
    );
  } finally {
    await session.release();
  }
}

/** Holds that two models give the same bits for feeds of some sizes. */
export async function expectSameRuns(before: OnnxModel, after: OnnxModel, sizes: Sizes): Promise<void> {
  const feeds = feedsOf(before, sizes);
  const wanted = await runModel(before, feeds);
  expect(Object.keys(wanted).length).toBeGreaterThan(0);
  expect(await runModel(after, feeds)).toEqual(wanted);
}
