// What a branch that may not run tells of the graph around it.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { parseOnnx } from '../../codegen/onnx/text/parse-onnx.ts';
import { allNodes } from '../../src/ir/bodies.ts';
import { formatType } from '../../src/ir/type.ts';

/**
 * The recurrent part of a published speech detector: the rank of `w` becomes known only where `LSTM` takes it, and a branch behind it
 * removes the batch axis where that is 1.
 */
const GUARDED = `<ir_version: 8, opset_import: ["" : 15]>
  cell (bool alone, float[batch, 4] x, float[1, 12, 4] W, float[1, 12, 3] R) => (y) <int64[1] zero = {0}, int64[1] one = {1}> {
    w = If <then_branch = lone () => (u) { u = Unsqueeze (x, zero) }, else_branch = many () => (v) { v = Identity (x) }> (alone)
    s = Unsqueeze (w, zero)
    all, last, cell = LSTM <hidden_size = 3> (s, W, R)
    h = Squeeze (last, zero)
    sizes = Shape (h)
    size = Gather <axis = 0> (sizes, zero)
    isOne = Equal (size, one)
    y = If <then_branch = squeezed () => (a) { a = Squeeze (h, zero) }, else_branch = kept () => (b) { b = Identity (h) }> (isOne)
  }`;

function typesOf(model: OnnxModel): Record<string, string> {
  const values = [...allNodes(model.graph)].flatMap((node) => node.outputs);
  return Object.fromEntries(values.map(({ name, type }) => [name ?? '', formatType(type)]));
}

describe('hoistFacts', () => {
  const model = parseOnnx(GUARDED);

  test('takes no size of the graph from a branch that asks it to be 1 and may not run', () => {
    const types = typesOf(model);
    expect(types.h).toMatch(/^float32\[\w+, 3\]$/);
    expect(types.h).not.toBe('float32[1, 3]');
    expect(types.w).toBe(types.h?.replace('3]', '4]'));
  });

  test('calls a size by one name in a branch and around it', () => {
    const { h, b } = typesOf(model);
    expect(b).toBe(h);
  });

  test('ONNX Runtime gives that size the size of the batch', async () => {
    const session = await InferenceSession.create(encodeModel(model.proto), { logSeverityLevel: 4 });
    const tensor = (...sizes: number[]): Tensor =>
      new Tensor('float32', new Float32Array(sizes.reduce((product, size) => product * size, 1)), sizes);
    const alone = new Tensor('bool', [false], []);
    const { y } = await session.run({ alone, x: tensor(5, 4), W: tensor(1, 12, 4), R: tensor(1, 12, 3) });
    await session.release();
    expect(y?.dims).toEqual([5, 3]);
  });
});
