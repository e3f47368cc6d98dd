// An LSTM of com.microsoft that attends to a memory at each step: AttnLSTM.
import { add, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { unknownWork } from '../costs/contraction.ts';
import { requireShape } from '../rules/attention-checks.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { directionsOf } from './recurrent.ts';

/** Input, output, forget and cell gate. */
const GATES = 4;

/** What the inputs of the layer agree on. */
interface Layer {
  readonly length: Dim;
  readonly batch: Dim;
  readonly features: Dim;
  readonly hidden: Dim;
  readonly directions: number;
}

/** Reads X, R and `hidden_size`. */
function readLayer(cx: InferContext): Layer | undefined {
  const directions = directionsOf(cx);
  const [length, batch, features] = cx.ranked(0, 3);
  const declared = cx.int('hidden_size');
  const [, , columns] = cx.ranked(2, 3);
  const hidden = declared === undefined ? columns : constant(declared);
  return length && batch && features && hidden && { length, batch, features, hidden, directions };
}

/** Requires the sizes of the attention's inputs; returns the size of what it gives each step. */
function requireAttention(cx: InferContext, { batch, hidden, directions }: Layer): Dim | undefined {
  if (!cx.has(11)) return undefined;
  const [, , depth] = requireShape(cx, 11, [batch, undefined, undefined]);
  const [, , width] = cx.has(8) ? requireShape(cx, 8, [directions, hidden, undefined]) : [];
  if (cx.has(9)) requireShape(cx, 9, [directions, depth, width]);
  if (cx.has(10)) requireShape(cx, 10, [directions, width]);
  if (cx.has(12)) requireShape(cx, 12, [batch]);
  if (!cx.has(13)) return depth;
  const [, , attended] = requireShape(cx, 13, [directions, depth && add(depth, hidden), undefined]);
  return attended;
}

/**
 * AttnLSTM (since 1): LSTM whose input at each step is joined by what attention to a memory gives. X `[s, n, i]`, W `[dirs, 4*h, i + a]`,
 * R `[dirs, 4*h, h]`, memory `[n, t, d]`, QW `[dirs, h, w]`, MW `[dirs, d, w]`, V `[dirs, w]`, AW `[dirs, d + h, a]` (without it a = d) ->
 * Y `[s, dirs, n, h]`, Y_h and Y_c `[dirs, n, h]`.
 */
const AttnLSTM: OperatorRow = {
  domain: 'com.microsoft',
  name: 'AttnLSTM',
  cost: unknownWork,
  infer: (cx) => {
    const layer = readLayer(cx);
    if (!layer) return [];
    const { length, batch, features, hidden, directions } = layer;
    const gates = mul(GATES, hidden);
    const attended = requireAttention(cx, layer);
    requireShape(cx, 1, [directions, gates, attended && add(features, attended)]);
    requireShape(cx, 2, [directions, gates, hidden]);
    if (cx.has(3)) requireShape(cx, 3, [directions, mul(2, gates)]);
    if (cx.has(4)) requireShape(cx, 4, [batch]);
    for (const i of [5, 6]) if (cx.has(i)) requireShape(cx, i, [directions, batch, hidden]);
    if (cx.has(7)) requireShape(cx, 7, [directions, mul(3, hidden)]);
    const state = cx.tensor([directions, batch, hidden]);
    return [cx.tensor([length, directions, batch, hidden]), state, state];
  },
  examples: [
    {
      inputs: inputsOf(
        'float32[s, n, 5]; float32[1, 16, w]; float32[1, 16, 4]; float32[1, 32]; -; float32[1, n, 4]; float32[1, n, 4]; -',
        'float32[1, 4, 7]; float32[1, 6, 7]; float32[1, 7]; float32[n, t, 6]; -; float32[1, 10, 8]',
      ),
      attributes: { hidden_size: 4 },
      outputs: ['float32[s, 1, n, 4]', 'float32[1, n, 4]', 'float32[1, n, 4]'],
      constraints: ['w == 13'],
    },
    {
      inputs: inputsOf(
        'float32[s, n, 5]; float32[2, 16, 11]; float32[2, 16, 4]; -; -; -; -; -; float32[2, 4, 7]; float32[2, 6, 7]',
        'float32[2, 7]; float32[n, t, 6]',
      ),
      attributes: { hidden_size: 4, direction: 'bidirectional' },
      outputs: ['float32[s, 2, n, 4]', 'float32[2, n, 4]'],
    },
    {
      inputs: inputsOf(
        'float32[3, 2, 5]; float32[1, 16, 5]; float32[1, 16, 4]; -; -; -; -; -; float32[1, 4, 7]; float32[1, 6, 7]',
        'float32[1, 7]; float32[2, 9, 6]',
      ),
      attributes: { hidden_size: 4 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const MICROSOFT_ATTENTION_LSTM_ROWS: readonly OperatorRow[] = [AttnLSTM];
