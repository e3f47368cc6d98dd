// Mixtures of experts of com.microsoft: MoE and QMoE.
import { floorDiv, mul } from '../../dim/arithmetic.ts';
import type { Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { expertsCost } from '../costs/microsoft-attention.ts';
import { requireShape } from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';

/** Where the inputs of a mixture stand; weights, then their bias. */
interface Places {
  readonly first: readonly [weight: number, bias: number];
  readonly second: readonly [weight: number, bias: number];
  readonly third: readonly [weight: number, bias: number];
}

interface Experts {
  readonly shape: Shape;
  readonly hidden: Dim;
  readonly experts: Dim;
}

/** Whether the first weights hold both halves of a gated activation. */
const isFused = (cx: InferContext): boolean =>
  cx.string('activation_type', 'relu') === 'swiglu' && cx.int('swiglu_fusion', 0) !== 0;

/** Reads tokens `[t, h]` or `[n, s, h]` and router `[tokens, e]`; requires weights of e experts and biases `[e, ..]`, `[e, h]`. */
function readExperts(cx: InferContext, { first, second, third }: Places): Experts | undefined {
  const shape = cx.rankBetween(0, 2, 3);
  const [, experts] = cx.ranked(1, 2);
  const hidden = shape?.at(-1);
  if (!shape || !hidden || !experts) return undefined;
  requireShape(cx, 1, [mul(1, ...shape.slice(0, -1)), experts]);
  cx.atLeast(experts, cx.int('k', 1), 'experts for k');
  for (const [weight, bias] of [first, second, third]) {
    if (cx.has(weight)) requireShape(cx, weight, [experts, undefined, undefined]);
    if (cx.has(bias)) requireShape(cx, bias, [experts, weight === second[0] ? hidden : undefined]);
  }
  return { shape, hidden, experts };
}

/** Requires of weights that hold one element each `[e, f*i, h]`, `[e, h, i]` and `[e, i, h]`, where they surely are not transposed. */
function requireWeights(cx: InferContext, { hidden, experts }: Experts, { first, second, third }: Places): void {
  const [, rows, inner] = cx.ranked(second[0], 3);
  if (!rows || !inner || cx.facts.equal(rows, hidden) !== 'true') return;
  // An earlier layout has the weights transposed; of square ones only the sizes of fused weights would tell.
  if (isFused(cx) && cx.facts.equal(inner, hidden) !== 'false') return;
  const wide = isFused(cx) ? mul(2, inner) : inner;
  requireShape(cx, first[0], [experts, wide, hidden]);
  if (cx.has(first[1])) requireShape(cx, first[1], [experts, wide]);
  if (cx.has(third[0])) requireShape(cx, third[0], [experts, inner, hidden]);
  if (cx.has(third[1])) requireShape(cx, third[1], [experts, inner]);
}

const MOE: Places = { first: [2, 3], second: [4, 5], third: [6, 7] };

/**
 * MoE (since 1): the best k of e experts per token. tokens `[t, h]` or `[n, s, h]`, router `[tokens, e]`, weights `[e, f*i, h]`, `[e, h, i]`,
 * `[e, i, h]`, biases `[e, f*i]`, `[e, h]`, `[e, i]` -> as the tokens; f is 2 for a fused gate, else 1.
 */
const MoE: OperatorRow = {
  domain: 'com.microsoft',
  name: 'MoE',
  cost: expertsCost(2, 4, 6),
  infer: (cx) => {
    const found = readExperts(cx, MOE);
    if (found) requireWeights(cx, found, MOE);
    return [cx.tensor(found?.shape)];
  },
  examples: [
    {
      inputs: inputsOf(
        'float32[n, s, 8]; float32[n*s, 4]; float32[4, i, 8]; float32[4, i]; float32[4, 8, 16]; float32[e, 8]',
      ),
      attributes: { k: 2 },
      outputs: ['float32[n, s, 8]'],
      constraints: ['i == 16', 'e == 4'],
    },
    {
      inputs: inputsOf('float32[t, 8]; float32[t, 4]; float32[4, w, 8]; -; float32[4, 8, 16]'),
      attributes: { k: 2, activation_type: 'swiglu', swiglu_fusion: 1 },
      outputs: ['float32[t, 8]'],
      constraints: ['w == 32'],
    },
    {
      inputs: inputsOf('float32[5, 8]; float32[4, 4]; float32[4, 16, 8]; -; float32[4, 8, 16]'),
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: inputsOf('float32[5, 8]; float32[5, 4]; float32[4, 16, 8]; float32[4, 15]; float32[4, 8, 16]'),
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: inputsOf('float32[2, 3, 8]; float32[2, 3, 4]; float32[4, 16, 8]; -; float32[4, 8, 16]'),
      fails: 'RANK_MISMATCH',
    },
  ],
};

/** Requires of integer weights that bytes hold whole rows of tokens, and scales and zero points `[e, h, ..]` of the second ones. */
function requireIntegerScales(cx: InferContext, hidden: Dim): void {
  const perByte = Math.floor(8 / requirePositive(cx, 'expert_weight_bits'));
  cx.divides(perByte, hidden, 'hidden size');
  const scales = cx.has(6) ? cx.rankBetween(6, 2, 3) : undefined;
  if (scales?.[1]) cx.unify(hidden, scales[1], `hidden size and ${cx.inputName(6)} axis 1`);
  const zeros = cx.has(12) ? cx.rankBetween(12, 2, 3) : undefined;
  const rows = zeros?.length === 2 ? floorDiv(hidden, perByte) : hidden;
  if (zeros?.[1]) cx.unify(rows, zeros[1], `hidden size and ${cx.inputName(12)} axis 1`);
}

const QMOE: Places = { first: [2, 4], second: [5, 7], third: [8, 10] };

/**
 * QMoE (since 1): MoE with weights of few bits, whose last axis is packed as `quant_type` and the provider's layout say. tokens `[t, h]` or
 * `[n, s, h]`, router `[tokens, e]`, weights `[e, .., ..]`, scales `[e, ..]`, biases `[e, ..]` -> as the tokens.
 */
const QMoE: OperatorRow = {
  domain: 'com.microsoft',
  name: 'QMoE',
  cost: expertsCost(2, 5, 8),
  infer: (cx) => {
    const found = readExperts(cx, QMOE);
    if (!found) return [cx.tensor(cx.shape(0))];
    for (const i of [3, 6, 9, 11, 12, 13]) {
      const [experts] = cx.has(i) ? (cx.rankBetween(i, 2, 3) ?? []) : [];
      if (experts) cx.unify(found.experts, experts, `experts and ${cx.inputName(i)} axis 0`);
    }
    if (cx.string('quant_type', 'int') === 'int') requireIntegerScales(cx, found.hidden);
    if (cx.has(14)) cx.unifyShapes(cx.ranked(1, 2), cx.ranked(14, 2), 'shapes of router_probs and router_weights');
    for (const i of [15, 16]) if (cx.has(i)) requireShape(cx, i, [found.experts]);
    return [cx.tensor(found.shape)];
  },
  examples: [
    {
      inputs: inputsOf(
        'float32[n, s, 32]; float32[n*s, 4]; uint8[4, 16, 16]; float32[e, 16]; float32[4, 16]; uint8[4, 32, 8]; float32[4, 32]',
      ),
      attributes: { k: 2 },
      outputs: ['float32[n, s, 32]'],
      constraints: ['e == 4'],
    },
    {
      inputs: inputsOf(
        'float32[t, 32]; float32[t, 4]; uint8[4, 32, 16]; float32[4, 32, 2]; -; uint8[4, 32, 16]; float32[4, 32, 2]',
        '-; -; -; -; -; -; -; float32[t, e]',
      ),
      attributes: { k: 2, block_size: 16 },
      outputs: ['float32[t, 32]'],
      constraints: ['e == 4'],
    },
    {
      inputs: inputsOf(
        'float32[5, 32]; float32[5, 4]; uint8[3, 16, 16]; float32[4, 16]; -; uint8[4, 32, 8]; float32[4, 32]',
      ),
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const MICROSOFT_EXPERTS_ROWS: readonly OperatorRow[] = [MoE, QMoE];
