// The layer node of deformable convolutions, and its way into operators.
import { invariant } from '../base/assert-never.ts';
import { op } from '../build/op.ts';
import { LAYER_DOMAIN } from '../infer/infer-node.ts';
import type { Node, Value } from '../ir/graph.ts';
import type { Target } from '../ir/target.ts';
import { type TensorData, tensorFromValues } from '../ir/tensor-data.ts';
import { staticShape } from '../ir/type.ts';
import { deformableConvolution } from '../ops/costs/window.ts';
import { deformed } from '../ops/rows/conv.ts';
import { inputOf, type LayerRow } from './layer-node.ts';
import { numberOf } from './layer-values.ts';
import { nodeWindow } from './node-window.ts';

/** The first minor release of ONNX Runtime 1 that has kernels of DeformConv, for the CPU and for CUDA. */
const DEFORM_RELEASE = 25;

/**
 * Inputs x, weight, offset, bias, mask; bias and mask may be absent. It becomes one DeformConv where the target has it, else a GridSample
 * and a matrix product.
 */
export const DEFORMABLE_CONV: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'deformableConv',
  cost: deformableConvolution,
  infer: (cx) => {
    cx.sameDType(0, 1);
    return [cx.tensor(deformed(cx))];
  },
  lower: (node, target) => {
    if (!hasDeformConv(target)) return [sampledProduct(node)];
    const [x, weight, offset] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
    const { auto_pad: _, ...window } = nodeWindow(node);
    const groups = { group: numberOf(node, 'group'), offset_group: numberOf(node, 'offset_group') };
    return [op.DeformConv(x, weight, offset, node.inputs[3], node.inputs[4], { ...window, ...groups })];
  },
  examples: [
    {
      inputs: [
        'float32[n, 4, h, w]',
        'float32[6, ?, 3, 3]',
        'float32[n, 36, h, w]',
        'float32[6]',
        'float32[n, 18, h, w]',
      ],
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 2, offset_group: 2 },
      outputs: ['float32[n, 6, h, w]'],
    },
    {
      inputs: ['float32[n, 4, 3, 3]', 'float32[6, 4, 2, 2]', 'float32[n, 9, 2, 2]'],
      attributes: { kernel_shape: [2, 2], group: 1, offset_group: 1 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, 4, 3]', 'float32[6, 4, 2, 2]', 'float32[n, 8, 2, 2]'],
      attributes: { kernel_shape: [2, 2], group: 1, offset_group: 1 },
      fails: 'RANK_MISMATCH',
    },
  ],
};

function hasDeformConv({ runtime, version }: Target): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return runtime === 'onnx' || major > 1 || minor >= DEFORM_RELEASE;
}

/** How the samples of a node lie: k points of a kernel in each of g groups of channels that have offsets of their own. */
interface Sampling {
  readonly points: number;
  readonly groups: number;
  readonly channels: number;
}

/** x sampled at every point of every window, `[n, groups, c/groups * points, places]`, times the weight. */
function sampledProduct(node: Node): Value {
  const [x, weight, offset] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
  const [features, perGroup, ...kernel] = staticShape(weight.shape) ?? [];
  invariant(features !== undefined && perGroup !== undefined, 'a bound model knows the sizes of its weights');
  const group = numberOf(node, 'group');
  const points = kernel.reduce((product, size) => product * size, 1);
  const sampling = { points, groups: numberOf(node, 'offset_group'), channels: perGroup * group };
  const samples = sampled(node, sampling);
  const first = op.Shape(x, { start: 0, end: 1 });
  const columns = op.Reshape(samples, op.Concat([first, [group, perGroup * points, -1]], { axis: 0 }));
  const product = op.MatMul(op.Reshape(weight, [group, features / group, perGroup * points]), columns);
  const places = op.Shape(offset, { start: 2, end: 4 });
  const result: Value = op.Reshape(product, op.Concat([first, [features], places], { axis: 0 }));
  const bias = node.inputs[3];
  return bias ? op.Add(result, op.Unsqueeze(bias, [1, 2])) : result;
}

/** The samples times their factors: `[n * groups, channels / groups, points * places, 1]`. */
function sampled(node: Node, { points, groups, channels }: Sampling): Value {
  const [x, offset, mask] = [inputOf(node, 0), inputOf(node, 2), node.inputs[4]];
  const image: Value =
    groups === 1
      ? x
      : op.Reshape(x, op.Concat([[-1, channels / groups], op.Shape(x, { start: 2, end: 4 })], { axis: 0 }));
  const places = op.Shape(offset, { start: 2, end: 4 });
  const moved = op.Reshape(offset, op.Concat([[-1, points, 2], places], { axis: 0 }));
  const coordinates = [1, 0].map((i) => {
    const step = op.Gather(moved, tensorFromValues('int64', [], [i]), { axis: 2 });
    return op.Unsqueeze(normalized(op.Add(step, starts(node, i)), x, i + 2), [-1]);
  });
  const grid = op.Reshape(op.Concat(coordinates, { axis: -1 }), [0, -1, 1, 2]);
  const values = op.GridSample(image, grid, { mode: 'linear', padding_mode: 'zeros' });
  if (!mask) return values;
  const rows = op.Shape(values, { start: 0, end: 1 });
  return op.Mul(values, op.Reshape(mask, op.Concat([rows, [1, -1, 1]], { axis: 0 })));
}

/** Where the points of the windows along axis i of the image lie without offsets: `[points, windows, 1]` or `[points, 1, windows]`. */
function starts(node: Node, i: number): Value {
  const offset = inputOf(node, 2);
  const { kernel_shape: kernel, strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0] } = nodeWindow(node);
  const [rows = 1, columns = 1] = kernel;
  const steps = Array.from({ length: rows * columns }, (_, k) => (i === 0 ? Math.floor(k / columns) : k % columns));
  const inKernel: TensorData = tensorFromValues(
    'int64',
    [steps.length, 1, 1],
    steps.map((step) => step * (dilations[i] ?? 1) - (pads[i] ?? 0)),
  );
  const count = op.Squeeze(op.Shape(offset, { start: i + 2, end: i + 3 }), [0]);
  const windows = op.Mul(op.Range(0n, count, 1n), BigInt(strides[i] ?? 1));
  return op.Cast(op.Add(op.Unsqueeze(windows, i === 0 ? [1] : [0]), inKernel), { to: offset.dtype });
}

/** A position on an axis as GridSample counts it, -1 and 1 being the outer edges of the first and last element. */
function normalized(position: Value, x: Value, axis: number): Value {
  const size = op.Cast(op.Squeeze(op.Shape(x, { start: axis, end: axis + 1 }), [0]), { to: position.dtype });
  return op.Sub(op.Div(op.Add(op.Mul(position, 2), 1), size), 1);
}
