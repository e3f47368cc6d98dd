// The model of the self-test: a convolution, a matrix product, a softmax and a loop, small enough for any device.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { parseTarget } from '../../ir/target.ts';
import { tensorFromValues } from '../../ir/tensor-data.ts';
import type { CompiledModel } from '../../model/compiled-model.ts';
import { graph } from '../../model/define.ts';

/** The shape of the input `x`, float32. */
export const SELF_TEST_SHAPE = [2, 3, 8, 8] as const;

/** Numbers without a pattern that a layout could hide: `sin(scale * (i + 1))`. */
export const waves = (count: number, scale: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(Math.sin(scale * (i + 1))));

const weight = (shape: readonly number[], scale: number) =>
  tensorFromValues(
    'float32',
    shape,
    waves(
      shape.reduce((a, b) => a * b, 1),
      scale,
    ),
  );

/** The steps of the loop. */
const STEPS = 5;

/**
 * `rows = softmax(8 * (relu(conv(x)) @ w))`, and `state`, which five steps of a Loop make of it: `s -> tanh(s @ m + s)`.
 * It needs opset 21 and nothing newer, so that every release of ONNX Runtime that has CUDA 12 takes it.
 */
export function selfTestModel(): CompiledModel {
  const defined = graph((g) => {
    const x = g.input('x', 'float32', [...SELF_TEST_SHAPE]);
    const features = op.Relu(op.Conv(x, weight([4, 3, 3, 3], 0.7), undefined, { pads: [1, 1, 1, 1], strides: [2, 2] }));
    const flat = op.Reshape(features, [2, 64]);
    // Eight times, so that the rows are far from even.
    const rows = op.Softmax(op.Mul(op.MatMul(flat, weight([64, 6], 0.31)), 8), { axis: -1 });
    const mix = op.Constant({ value: weight([6, 6], 1.1) });
    const [state] = op.Loop(STEPS, true, [rows], {
      body: (_: Value, condition: Value, s: Value) => [condition, op.Tanh(op.Add(op.MatMul(s, mix), s))],
    });
    return state ? { rows, state } : { rows };
  });
  return defined.bind().compile({ target: parseTarget('ort@1.20').name });
}
