// Lowers scaled dot-product attention: to ONNX's Attention, or to matrix products and a softmax.
import { invariant } from '../base/assert-never.ts';
import { op } from '../build/op.ts';
import { constOf } from '../dim/dim.ts';
import type { Node, Value } from '../ir/graph.ts';
import { bothMasks, causalMask, groupedMask, maskScores } from './attention-mask.ts';
import { inputOf } from './layer-node.ts';
import { filled, numberOf } from './layer-values.ts';
import { opsetOf } from './opset-of.ts';

/** The opset that brought Attention. */
const ATTENTION_OPSET = 23;

/** What a node asks for. */
interface AttentionCall {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly mask: Value | undefined;
  readonly past: { readonly key: Value; readonly value: Value } | undefined;
  readonly heads: number;
  readonly kvHeads: number;
  readonly isCausal: boolean;
  readonly window: number;
  /** 0 where scores are not capped. */
  readonly softcap: number;
  readonly scale: number;
}

function readCall(node: Node): AttentionCall {
  const [query, key, value] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
  const heads = numberOf(node, 'heads');
  const given = node.attribute('scale');
  return {
    query,
    key,
    value,
    mask: node.inputs[3],
    past: node.inputs[4] && { key: node.inputs[4], value: inputOf(node, 5) },
    heads,
    kvHeads: numberOf(node, 'kvHeads'),
    isCausal: numberOf(node, 'causal') === 1,
    window: numberOf(node, 'window'),
    softcap: numberOf(node, 'softcap'),
    scale: given ? numberOf(node, 'scale') : 1 / Math.sqrt(widthOf(query) / heads),
  };
}

/** The operators of a node of the row `attention`: the output and, behind a past, the present keys and values. */
export function lowerAttention(node: Node): readonly Value[] {
  const call = readCall(node);
  // ONNX has said both of a cap, that it stands before the mask and behind it; the models cap first.
  if (opsetOf(node) >= ATTENTION_OPSET && call.softcap === 0) return attentionOperator(call, node.attribute('scale'));
  return attentionParts(call);
}

function attentionOperator(call: AttentionCall, scale: unknown): readonly Value[] {
  const { query, key, value, mask, past, isCausal, window } = call;
  // The standard leaves open where the causal mask lies behind a past, so it is written out.
  const isWritten = isCausal && (past !== undefined || window > 0);
  const allowed = isWritten ? causalMask({ query, key, past: past?.key, window }) : undefined;
  const attributes = {
    q_num_heads: call.heads,
    kv_num_heads: call.kvHeads,
    is_causal: isCausal && !isWritten,
    ...(scale === undefined ? {} : { scale: call.scale }),
  };
  const whole = bothMasks(allowed, mask);
  if (!past) return [op.Attention(query, key, value, whole, undefined, undefined, undefined, attributes)];
  return op.Attention(query, key, value, whole, past.key, past.value, undefined, { ...attributes, outputs: 3 });
}

function attentionParts(call: AttentionCall): readonly Value[] {
  const { query, key, value, past, heads, kvHeads, isCausal, window, softcap } = call;
  const isGrouped = heads !== kvHeads;
  const scaled = op.Mul(query, filled(query.dtype, [], call.scale));
  const keys = past && op.Concat([past.key, split(key, kvHeads, [0, 2, 1, 3])], { axis: 2 });
  const turned = keys ? op.Transpose(keys, { perm: [0, 1, 3, 2] }) : split(key, kvHeads, [0, 2, 3, 1]);
  const allowed = isCausal ? causalMask({ query, key, past: past?.key, window }) : undefined;
  const whole = bothMasks(allowed, call.mask);
  const mask = whole && isGrouped ? groupedMask(whole, heads, kvHeads) : whole;
  const queries = isGrouped ? splitGroups(scaled, heads, kvHeads) : split(scaled, heads, [0, 2, 1, 3]);
  // One head of keys serves a group of heads of queries: an axis of size 1 is broadcast.
  const scores = capped(op.MatMul(queries, isGrouped ? op.Unsqueeze(turned, [2]) : turned), softcap);
  const weights = op.Softmax(maskScores(scores, mask), { axis: -1 });
  const ownValues = split(value, kvHeads, [0, 2, 1, 3]);
  const values = past ? op.Concat([past.value, ownValues], { axis: 2 }) : ownValues;
  const mixed = op.MatMul(weights, isGrouped ? op.Unsqueeze(values, [2]) : values);
  const perm = isGrouped ? [0, 3, 1, 2, 4] : [0, 2, 1, 3];
  const width = (widthOf(value) / kvHeads) * heads;
  const output = op.Reshape(op.Transpose(mixed, { perm }), [0, 0, width]);
  return keys ? [output, keys, values] : [output];
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

/** `[n, s, u] -> [n, kvHeads, heads / kvHeads, s, u / heads]`. */
function splitGroups(x: Value, heads: number, kvHeads: number): Value {
  return op.Transpose(op.Reshape(x, [0, 0, kvHeads, heads / kvHeads, widthOf(x) / heads]), { perm: [0, 2, 3, 1, 4] });
}

/** `softcap * tanh(scores / softcap)`. */
function capped(scores: Value, softcap: number): Value {
  if (softcap === 0) return scores;
  const cap = filled(scores.dtype, [], softcap);
  return op.Mul(op.Tanh(op.Div(scores, cap)), cap);
}
