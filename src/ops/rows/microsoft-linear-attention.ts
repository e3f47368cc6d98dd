// Attention of com.microsoft by a recurrent state, and its gates: LinearAttention, GatedDeltaNet, LinearAttentionGate, GatedRMSNorm.
import { add, floorDiv, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { linearAttentionCost } from '../costs/attention.ts';
import { perInput } from '../costs/elementwise.ts';
import { headSize, requireOneOf, requireShape } from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { stateWindow } from './microsoft-causal-conv.ts';

/** Requires of query and value heads that one count is a multiple of the other; returns the greater. */
function mostHeads(cx: InferContext, queries: number, values: number): number {
  if (queries % values === 0 || values % queries === 0) return Math.max(queries, values);
  return cx.fail(
    'ATTRIBUTE_INVALID',
    `${cx.op}: of ${queries} query heads and ${values} value heads neither divides the other`,
    {
      expected: `a multiple or a divisor of ${values}`,
      actual: String(queries),
    },
  );
}

/** The gates that each rule of the recurrence takes: decay (input 4), update rate (input 5). */
const GATES: Readonly<Record<string, readonly number[]>> = { gated: [4], delta: [5], gated_delta: [4, 5] };

/** Requires the gates that `update_rule` takes. */
function requireGates(cx: InferContext): void {
  const rule = cx.string('update_rule', 'gated_delta');
  const missing = GATES[rule]?.find((i) => !cx.has(i));
  if (missing === undefined) return;
  const name = cx.inputName(missing);
  cx.fail('OP_INVALID', `${cx.op} with update_rule ${rule} needs ${name}`, { expected: name });
}

/**
 * LinearAttention (since 1): query `[n, t, hq*d]`, key `[n, t, hk*d]` or of fewer heads, value `[n, t, hv*e]`, state `[n, hv, d, e]`, decay
 * `[n, t, hv*d or hv]`, beta `[n, t, hv or 1]` -> `[n, t, max(hq, hv)*e]`, state; `state_window` w puts an axis w before the state's.
 */
const LinearAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'LinearAttention',
  cost: linearAttentionCost(),
  infer: (cx) => {
    const [queries, values] = [requirePositive(cx, 'q_num_heads'), requirePositive(cx, 'kv_num_heads')];
    const most = mostHeads(cx, queries, values);
    const [batch, length, hidden] = cx.ranked(0, 3);
    if (!batch || !length || !hidden) return [];
    const d = headSize(cx, hidden, queries, 'hidden size of query');
    const [, , keyHidden] = requireShape(cx, 1, [batch, length, undefined]);
    if (keyHidden) {
      cx.divides(d, keyHidden, 'hidden size of key');
      cx.divides(floorDiv(keyHidden, d), constant(values), 'kv_num_heads');
    }
    const [, , valueHidden = hidden] = requireShape(cx, 2, [batch, length, undefined]);
    const e = headSize(cx, valueHidden, values, 'hidden size of value');
    const state = [...stateWindow(cx), batch, constant(values), d, e];
    if (cx.has(3)) requireShape(cx, 3, state);
    requireGates(cx);
    const gates = [
      [mul(values, d), constant(values)],
      [constant(values), constant(1)],
    ];
    for (const [i, last] of gates.entries()) {
      const [, , size] = cx.has(4 + i) ? requireShape(cx, 4 + i, [batch, length, undefined]) : [];
      if (size) requireOneOf(cx, size, last, `last axis of ${cx.inputName(4 + i)}`);
    }
    return [cx.tensor([batch, length, mul(most, e)]), cx.tensor(state, cx.has(3) ? cx.dtype(3) : cx.dtype(0))];
  },
  examples: [
    {
      inputs: inputsOf(
        'float32[n, t, 64]; float32[n, t, 32]; float32[n, t, 16]; -; float32[n, t, 4]; float32[n, t, 1]',
      ),
      attributes: { q_num_heads: 8, kv_num_heads: 4 },
      outputs: ['float32[n, t, 32]', 'float32[n, 4, 8, 4]'],
    },
    {
      inputs: inputsOf(
        'float32[n, t, 32]; float32[n, t, 32]; float32[n, t, 32]; float32[n, 8, 8, 4]; float32[n, t, 64]; float32[b, t, 8]',
      ),
      attributes: { q_num_heads: 4, kv_num_heads: 8 },
      outputs: ['float32[n, t, 32]', 'float32[n, 8, 8, 4]'],
      constraints: ['b == n'],
    },
    {
      inputs: inputsOf(
        'float16[n, t, 64]; float16[n, t, 32]; float16[n, t, 16]; -; float16[n, t, 4]; float16[n, t, 1]',
      ),
      attributes: { q_num_heads: 8, kv_num_heads: 4, state_window: 3 },
      outputs: ['float16[n, t, 32]', 'float16[3, n, 4, 8, 4]'],
    },
    {
      inputs: inputsOf(
        'float32[2, 3, 64]; float32[2, 3, 32]; float32[2, 3, 16]; -; float32[2, 3, 5]; float32[2, 3, 1]',
      ),
      attributes: { q_num_heads: 8, kv_num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 3, 64]', 'float32[2, 3, 24]', 'float32[2, 3, 12]'],
      attributes: { q_num_heads: 8, kv_num_heads: 3 },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/** The sizes of a delta network. */
interface Delta {
  /** The axes of the tokens: `[t]` or `[n, s]`. */
  readonly tokens: Shape;
  readonly keyHeads: Dim;
  readonly heads: Dim;
  readonly d: Dim;
  readonly e: Dim;
}

/** Reads query and key `[tokens.., hk, d]`, value `[tokens.., h, e]`, h a multiple of hk; undefined where the rank is unknown. */
function readDelta(cx: InferContext): Delta | undefined {
  const rank = [0, 1, 2].map((i) => cx.rankBetween(i, 3, 4)?.length).find((found) => found !== undefined);
  if (rank === undefined) return undefined;
  const query = cx.ranked(0, rank);
  cx.unifyShapes(query, cx.ranked(1, rank), 'shapes of query and key');
  const tokens = query.slice(0, -2);
  const [heads, e] = requireShape(cx, 2, [...tokens, undefined, undefined]).slice(-2);
  const [keyHeads, d] = query.slice(-2);
  if (!heads || !e || !keyHeads || !d) return undefined;
  cx.divides(keyHeads, heads, 'heads of value');
  return { tokens, keyHeads, heads, d, e };
}

/** The number of sequences: of the state, of the ends `[n + 1]`, or of axis 0; undefined where none tells. */
function sequences(cx: InferContext, { tokens }: Delta): Dim | undefined {
  const known = (cx.has(6) ? cx.ranked(6, 4)[0] : undefined) ?? (tokens.length === 2 ? tokens[0] : undefined);
  const [ends] = cx.has(3) ? cx.ranked(3, 1) : [];
  if (ends && known) cx.unify(add(known, 1), ends, 'sequences and their ends');
  return known ?? (ends && add(ends, -1));
}

/**
 * GatedDeltaNet (since 1): linear attention on tokens `[t]` or `[n, s]`. query and key `[tokens.., hk, d]`, value `[tokens.., h, e]`, ends
 * `[n + 1]`, decay `[tokens.., h]` or `[tokens.., h, d]`, beta `[tokens.., h]`, state `[n, h, e, d]` -> `[tokens.., h, e]`, state, updates
 * `[n, c*(h + hk*d + h*e)]`, c being `state_update_capacity`; hk divides h.
 */
const GatedDeltaNet: OperatorRow = {
  domain: 'com.microsoft',
  name: 'GatedDeltaNet',
  cost: linearAttentionCost(),
  infer: (cx) => {
    const found = readDelta(cx);
    if (!found) return [];
    const { tokens, keyHeads, heads, d, e } = found;
    const output = cx.tensor([...tokens, heads, e]);
    const decay = cx.has(4) ? cx.rankBetween(4, tokens.length + 1, tokens.length + 2) : undefined;
    if (decay) requireShape(cx, 4, [...tokens, heads, d].slice(0, decay.length));
    if (cx.has(5)) requireShape(cx, 5, [...tokens, heads]);
    for (const i of [7, 8]) if (cx.has(i)) requireShape(cx, i, [heads]);
    const batch = sequences(cx, found);
    if (!batch) return [output];
    const state = [batch, heads, e, d];
    if (cx.has(6)) requireShape(cx, 6, state);
    if (cx.has(9)) requireShape(cx, 9, [batch]);
    const factors = mul(cx.int('state_update_capacity', 0), add(heads, mul(keyHeads, d), mul(heads, e)));
    return [output, cx.tensor(state, 'float32'), cx.tensor([batch, factors], 'float32')];
  },
  examples: [
    {
      inputs: inputsOf(
        'float16[t, 4, 8]; float16[t, 4, 8]; float16[t, 8, 16]; int32[n + 1]; float32[t, 8]; float32[t, 8]',
        'float32[n, 8, 16, 8]; -; -; int32[n]',
      ),
      attributes: { state_update_capacity: 3 },
      outputs: ['float16[t, 8, 16]', 'float32[n, 8, 16, 8]', 'float32[n, 504]'],
    },
    {
      inputs: inputsOf(
        'float32[n, s, 4, 8]; float32[n, s, 4, d]; float32[n, s, h, 16]; -; float32[n, s, h, 8]; float32[n, s, h]',
      ),
      outputs: ['float32[n, s, h, 16]', 'float32[n, h, 16, 8]'],
      constraints: ['d == 8', '4 | h'],
    },
    {
      inputs: ['float32[6, 4, 8]', 'float32[6, 2, 8]', 'float32[6, 8, 16]'],
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** LinearAttentionGate (since 1): a `[.., h]`, bias and scale of h elements, b as a -> decay and beta as a. */
const LinearAttentionGate: OperatorRow = {
  domain: 'com.microsoft',
  name: 'LinearAttentionGate',
  infer: (cx) => {
    const a = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
    const heads = a?.at(-1);
    for (const i of [1, 2]) {
      const shape = cx.shape(i);
      if (heads && shape) cx.unify(heads, mul(1, ...shape), `heads and the elements of ${cx.inputName(i)}`);
    }
    if (a && cx.has(3)) requireShape(cx, 3, a);
    return [cx.tensor(a), cx.tensor(a)];
  },
  examples: [
    {
      inputs: ['float32[n, t, h]', 'float32[4]', 'float32[4]', 'float32[n, t, 4]'],
      outputs: ['float32[n, t, 4]', 'float32[n, t, 4]'],
      constraints: ['h == 4'],
    },
    { inputs: ['float32[2, 3, 4]', 'float32[1]', 'float32[4]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** GatedRMSNorm (since 1): groups of c elements of X `[.., h*c]` brought to root mean square 1, scaled `[c]` and gated; Y as X. */
const GatedRMSNorm: OperatorRow = {
  domain: 'com.microsoft',
  name: 'GatedRMSNorm',
  cost: perInput(5),
  infer: (cx) => {
    const x = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
    const last = x?.at(-1);
    const scale = cx.shape(1);
    if (last && scale) cx.divides(mul(1, ...scale), last, 'last axis of X');
    return [cx.tensor(x ? requireShape(cx, 2, x) : cx.shape(2))];
  },
  examples: [
    { inputs: ['float32[n, t, 32]', 'float32[8]', 'float32[n, t, 32]'], outputs: ['float32[n, t, 32]'] },
    { inputs: ['float32[n, c]', 'float32[8]', 'float32[n, c]'], outputs: ['float32[n, c]'], constraints: ['8 | c'] },
    { inputs: ['float32[2, 8]', 'float32[3]', 'float32[2, 8]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 8]', 'float32[4]', 'float32[2, 1]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const MICROSOFT_LINEAR_ATTENTION_ROWS: readonly OperatorRow[] = [
  LinearAttention,
  GatedDeltaNet,
  LinearAttentionGate,
  GatedRMSNorm,
];
