// Layer nodes that part the last axis into heads and join it again, before the width is known.
import { invariant } from '../base/assert-never.ts';
import { op } from '../build/op.ts';
import { floorDiv, mul } from '../dim/arithmetic.ts';
import { constant, constOf, type Dim } from '../dim/dim.ts';
import { LAYER_DOMAIN } from '../infer/infer-node.ts';
import type { Node } from '../ir/graph.ts';
import { perOutput } from '../ops/costs/elementwise.ts';
import { inputOf, type LayerRow } from './layer-node.ts';
import { numberOf } from './layer-values.ts';

/** Input x `[n, s, heads*d]`; output `[n, s, heads, d]`. It becomes one Reshape. */
export const SPLIT_HEADS: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'splitHeads',
  cost: perOutput(0),
  infer: (cx) => {
    const heads = cx.int('heads', 1);
    const [n, s, width] = cx.ranked(0, 3);
    if (!n || !s || !width) return [cx.tensor(undefined)];
    cx.divides(heads, width, 'the width of all heads');
    return [cx.tensor([n, s, constant(heads), floorDiv(width, heads)])];
  },
  lower: (node) => {
    const heads = numberOf(node, 'heads');
    return [op.Reshape(inputOf(node, 0), [0, 0, heads, sizeAt(node, 2) / heads])];
  },
  examples: [
    { inputs: ['float32[n, s, 64]'], attributes: { heads: 4 }, outputs: ['float32[n, s, 4, 16]'] },
    {
      inputs: ['float32[n, s, u]'],
      attributes: { heads: 4 },
      outputs: ['float32[n, s, 4, u//4]'],
      constraints: ['4 | u'],
    },
    { inputs: ['float32[n, s, 6]'], attributes: { heads: 4 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 6]'], attributes: { heads: 2 }, fails: 'RANK_MISMATCH' },
  ],
};

/** Input x `[n, s, h, d]`; output `[n, s, h*d]`. It becomes one Reshape. */
export const MERGE_HEADS: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'mergeHeads',
  cost: perOutput(0),
  infer: (cx) => {
    const [n, s, heads, size] = cx.ranked(0, 4);
    return [cx.tensor(n && s && heads && size && [n, s, mul(heads, size)])];
  },
  lower: (node) => [op.Reshape(inputOf(node, 0), [0, 0, sizeAt(node, 2) * sizeAt(node, 3)])],
  examples: [
    { inputs: ['float32[n, s, 4, 16]'], outputs: ['float32[n, s, 64]'] },
    { inputs: ['float32[n, s, 4, d]'], outputs: ['float32[n, s, 4*d]'] },
    { inputs: ['float32[n, s, 64]'], fails: 'RANK_MISMATCH' },
  ],
};

/** A size of the input that is a number once a model is bound. */
function sizeAt(node: Node, axis: number): number {
  const dim: Dim | undefined = inputOf(node, 0).shape[axis];
  const size = dim && constOf(dim);
  invariant(size !== undefined, `axis ${axis} of the input of ${node.op} is a number`);
  return size;
}
