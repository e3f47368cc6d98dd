// Operators that carry a state from step to step: LinearAttention and CausalConvWithState.
import { floorDiv, mul, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { linearAttentionCost } from '../costs/attention.ts';
import { requirePositive } from '../rules/channels.ts';

/** The elements per head of input `i`, `[n, t, heads*size]`. */
function headSize(cx: InferContext, i: number, heads: number): Dim {
  const hidden = cx.ranked(i, 3)[2] ?? constant(heads);
  cx.divides(heads, hidden, `hidden size of ${cx.inputName(i)}`);
  return floorDiv(hidden, heads);
}

/** Requires that the gates are `[n, t, ...]` with one of the given last sizes, where only numbers decide. */
function requireGate(cx: InferContext, i: number, batch: Dim, length: Dim, last: readonly Dim[]): void {
  const [n, t, size] = cx.ranked(i, 3);
  if (n) cx.unify(batch, n, `batch and ${cx.inputName(i)}`);
  if (t) cx.unify(length, t, `length and ${cx.inputName(i)}`);
  if (!size || last.some((dim) => cx.facts.equal(dim, size) !== 'false')) return;
  const [first] = last;
  if (first) cx.unify(first, size, `last axis of ${cx.inputName(i)}`);
}

/**
 * LinearAttention (since 27): attention by a recurrent state per head.
 * query `[n, t, hq*d]`, key `[n, t, hk*d]`, value `[n, t, hk*e]`, state `[n, hk, d, e]`, decay `[n, t, hk*d or hk]`, beta
 * `[n, t, hk or 1]` -> `[n, t, hq*e]`, state `[n, hk, d, e]`; hk divides hq.
 */
const LinearAttention: OperatorRow = {
  name: 'LinearAttention',
  cost: linearAttentionCost(),
  infer: (cx) => {
    const [hq, hk] = [requirePositive(cx, 'q_num_heads'), requirePositive(cx, 'kv_num_heads')];
    cx.divides(hk, constant(hq), 'query heads');
    const d = cx.unify(headSize(cx, 0, hq), headSize(cx, 1, hk), 'head size of query and key');
    const e = headSize(cx, 2, hk);
    for (const axis of [0, 1]) {
      const what = axis === 0 ? 'batch' : 'length';
      cx.unifyAxes({ input: 0, axis }, { input: 1, axis }, what);
      cx.unifyAxes({ input: 0, axis }, { input: 2, axis }, what);
    }
    const [batch, length] = cx.ranked(0, 3);
    if (!batch || !length) return [];
    const state = [batch, constant(hk), d, e];
    if (cx.has(3)) cx.unifyShapes(state, cx.ranked(3, 4), 'state and past_state');
    if (cx.has(4)) requireGate(cx, 4, batch, length, [mul(hk, d), constant(hk)]);
    if (cx.has(5)) requireGate(cx, 5, batch, length, [constant(hk), constant(1)]);
    return [cx.tensor([batch, length, mul(hq, e)]), cx.tensor(state, cx.has(3) ? cx.outputDType(1) : cx.dtype(0))];
  },
  examples: [
    {
      inputs: [
        'float32[n, t, 64]',
        'float32[n, t, 32]',
        'float32[n, t, 16]',
        null,
        'float32[n, t, 4]',
        'float32[n, t, 1]',
      ],
      attributes: { q_num_heads: 8, kv_num_heads: 4 },
      outputs: ['float32[n, t, 32]', 'float32[n, 4, 8, 4]'],
    },
    {
      inputs: ['float32[2, 3, 60]', 'float32[2, 3, 32]', 'float32[2, 3, 16]'],
      attributes: { q_num_heads: 8, kv_num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 3, 64]', 'float32[2, 3, 32]', 'float32[2, 3, 16]', null, 'float32[2, 3, 5]'],
      attributes: { q_num_heads: 8, kv_num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/**
 * CausalConvWithState (since 27): a depthwise convolution over the present and the k - 1 steps before.
 * input `[n, c, t]`, weight `[c, 1, k]`, bias `[c]`, past `[n, c, k - 1]` -> `[n, c, t]`, state `[n, c, k - 1]`.
 */
const CausalConvWithState: OperatorRow = {
  name: 'CausalConvWithState',
  infer: (cx) => {
    const x = cx.ranked(0, 3);
    const [, one, kernel] = cx.ranked(1, 3);
    const channels = cx.unifyAxes({ input: 0, axis: 1 }, { input: 1, axis: 0 }, 'channels');
    if (one) cx.unify(constant(1), one, `${cx.inputName(1)} axis 1`);
    if (cx.has(2)) {
      cx.ranked(2, 1);
      cx.unifyAxes({ input: 0, axis: 1 }, { input: 2, axis: 0 }, 'channels');
    }
    const [batch] = x;
    if (!batch || !kernel) return [];
    const state = [batch, channels, sub(kernel, 1)];
    if (cx.has(3)) cx.unifyShapes(state, cx.ranked(3, 3), 'state and past_state');
    return [cx.tensor(x), cx.tensor(state)];
  },
  examples: [
    {
      inputs: ['float32[n, c, t]', 'float32[c, 1, 4]', 'float32[c]', 'float32[n, c, 3]'],
      outputs: ['float32[n, c, t]', 'float32[n, c, 3]'],
    },
    { inputs: ['float32[2, 8, 5]', 'float32[8, 1, 4]', null, 'float32[2, 8, 4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 8, 5]', 'float32[8, 2, 4]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const LINEAR_ATTENTION_ROWS: readonly OperatorRow[] = [LinearAttention, CausalConvWithState];
