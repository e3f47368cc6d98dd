// Lowers scaled dot-product attention: to ONNX's Attention, or to matrix products and a softmax.
import { invariant } from '../base/assert-never.ts';
import { op } from '../build/op.ts';
import { constOf } from '../dim/dim.ts';
import type { Node, Value } from '../ir/graph.ts';
import { inputOf } from './layer-node.ts';
import { filled, numberOf } from './layer-values.ts';
import { opsetOf } from './opset-of.ts';

/** The opset that brought Attention. */
const ATTENTION_OPSET = 23;

/** The operators of a node with inputs query, key, value, mask and attributes `heads`, `causal`. */
export function lowerAttention(node: Node): Value {
  const [query, key, value] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
  const mask = node.inputs[3];
  const heads = numberOf(node, 'heads');
  const isCausal = numberOf(node, 'causal') === 1;
  if (opsetOf(node) >= ATTENTION_OPSET) {
    const attributes = { q_num_heads: heads, kv_num_heads: heads, is_causal: isCausal };
    return op.Attention(query, key, value, mask, undefined, undefined, undefined, attributes);
  }
  const scale = 1 / Math.sqrt(widthOf(query) / heads);
  const scaled = op.Mul(query, filled(query.dtype, [], scale));
  let scores: Value = op.MatMul(split(scaled, heads, [0, 2, 1, 3]), split(key, heads, [0, 2, 3, 1]));
  if (isCausal) scores = keepWhere(scores, causalMask(query, key));
  if (mask) scores = mask.dtype === 'bool' ? keepWhere(scores, mask) : op.Add(scores, mask);
  const mixed = op.MatMul(op.Softmax(scores, { axis: -1 }), split(value, heads, [0, 2, 1, 3]));
  return op.Reshape(op.Transpose(mixed, { perm: [0, 2, 1, 3] }), [0, 0, widthOf(value)]);
}

/** The last size, which is a number once a model is bound: a parameter made it. */
function widthOf(x: Value): number {
  const [, , last] = x.shape;
  const width = last && constOf(last);
  invariant(width !== undefined, `the width of ${x.label} is a number`);
  return width;
}

/** `[n, s, u] -> [n, s, heads, u / heads]`, then transposed; 0 copies a size, so that symbols stay and may be zero. */
function split(x: Value, heads: number, perm: readonly number[]): Value {
  return op.Transpose(op.Reshape(x, [0, 0, heads, widthOf(x) / heads]), { perm });
}

/** Scores where the mask is true, minus infinity elsewhere. */
function keepWhere(scores: Value, mask: Value): Value {
  return op.Where(mask, scores, filled(scores.dtype, [], Number.NEGATIVE_INFINITY));
}

/** `[s, t]`: whether key position j is at most query position i. */
function causalMask(query: Value, key: Value): Value {
  return op.LessOrEqual(positions(key), op.Unsqueeze(positions(query), [1]));
}

/** `0, 1, ...` along axis 1. */
function positions(x: Value): Value {
  const size = op.Squeeze(op.Shape(x, { start: 1, end: 2 }), [0]);
  return op.Range(0n, size, 1n);
}
