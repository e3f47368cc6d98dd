// mixtureOfExperts: feed-forward parts of which a router mixes a few for each position.
import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { DType } from '../../ir/dtype.ts';
import type { SizeSpec, Value } from '../../ir/graph.ts';
import { contracted } from '../../ops/costs/contraction.ts';
import { type Activation, activationFunction } from '../activation.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { filled, numberOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';
import { dense } from './dense.ts';

/** Which parts of a mixture have biases; false where left out. */
export interface ExpertBias {
  readonly router?: boolean | undefined;
  readonly experts?: boolean | undefined;
}

/** Options of {@link mixtureOfExperts}. */
export interface MixtureOfExpertsOptions {
  /** The features between the layers of an expert. */
  readonly hidden: number;
  /** How many experts each position goes to; 2 by default, as in Mixtral. */
  readonly topK?: number | undefined;
  /** Applied to the gate of an expert, or between its layers; `silu` by default. */
  readonly activation?: Activation | undefined;
  /** Whether experts are gated, `down(activation(gate(x)) * up(x))`; else they are `down(activation(up(x)))`; true by default. */
  readonly gated?: boolean | undefined;
  /** Whether the shares of the chosen experts are made to sum to 1; true by default, as in Mixtral. */
  readonly normalise?: boolean | undefined;
  /** Whether router and experts add biases, or which of them; false by default, as in Mixtral (GPT-OSS has both). */
  readonly bias?: boolean | ExpertBias | undefined;
  /** Fills the biases; zeros by default. */
  readonly biasInitializer?: InitializerInput | undefined;
  /** Fills the weights of router and experts; xavierUniform by default. */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Element type of the parameters; that of the first batch by default. */
  readonly dtype?: DType | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link MixtureOfExpertsOptions}. */
const EXPERT_OPTIONS: OptionNames<MixtureOfExpertsOptions> = {
  hidden: true,
  topK: true,
  activation: true,
  gated: true,
  normalise: true,
  bias: true,
  biasInitializer: true,
  weightInitializer: true,
  dtype: true,
  name: true,
};

/**
 * A mixture of experts: `y = sum over the chosen e of share_e(x) * expert_e(x)`; shares are the softmax of the router's outputs, of which
 * the greatest `topK` count. All experts are computed for all positions, so that shapes are static and results exact.
 *
 * *Input shape*: `[..., w]`, any rank from 1 on; w is settled by the first batch. *Output shape*: the same.
 * *Parameters*: `router.weight [experts, w]`, `gate [experts, hidden, w]`, `up [experts, hidden, w]`, `down [experts, w, hidden]`; the weights
 * of expert e lie as in {@link dense}. Without `gated` there is no `gate`. With `bias` `router.bias [experts]`, `gateBias [experts, hidden]`,
 * `upBias [experts, hidden]`, `downBias [experts, w]`.
 * Source: Shazeer et al., "Outrageously large neural networks: the sparsely-gated mixture-of-experts layer", 2017; Jiang et al., "Mixtral of
 * experts", 2024, whose transformers checkpoints hold `gate` and `up` in one `gate_up_proj`.
 *
 * @param experts how many there are
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example residual(sequential(rmsNorm(), mixtureOfExperts(8, { hidden: 14336, topK: 2 })))
 */
export function mixtureOfExperts(experts: number, options: MixtureOfExpertsOptions): Layer {
  checkOptions('mixtureOfExperts', options, EXPERT_OPTIONS);
  positiveInteger('mixtureOfExperts', 'experts', experts);
  const { hidden, topK = Math.min(2, experts), normalise = true, dtype, weightInitializer: initializer } = options;
  positiveInteger('mixtureOfExperts', 'hidden', hidden);
  positiveInteger('mixtureOfExperts', 'topK', topK);
  if (topK > experts) refuseArgument('mixtureOfExperts', 'topK', `at most its ${experts} experts`, topK);
  const activation = activationFunction(options.activation ?? 'silu');
  const biases = biasesOf(options.bias);
  const { biasInitializer } = options;
  const router = dense(experts, { bias: biases.router, dtype, weightInitializer: initializer, biasInitializer });
  return defineLayer({
    kind: 'mixtureOfExperts',
    name: options.name,
    parameters: expertParameters([experts, hidden], options, biases.experts),
    children: [['router', router]],
    apply: ({ parameters: { gate, gateBias, up, upBias, down, downBias } }, x: Value): Value => {
      const raised = emitLayerOne(EXPERTS, [x, up, undefined, upBias]);
      const gated = gate && activation(emitLayerOne(EXPERTS, [x, gate, undefined, gateBias]));
      const inner: Value = gated ? op.Mul(gated, raised) : activation(raised);
      const results = emitLayerOne(EXPERTS, [inner, down, x, downBias], { isStacked: 1 });
      return emitLayerOne(MIX_EXPERTS, [results, router(x)], { topK, normalise: normalise ? 1 : 0 });
    },
  });
}

function biasesOf(bias: boolean | ExpertBias = false): Required<Record<keyof ExpertBias, boolean>> {
  if (typeof bias === 'boolean') return { router: bias, experts: bias };
  checkOptions("mixtureOfExperts's bias", bias, { router: true, experts: true });
  const { router = false, experts = false } = bias;
  return { router, experts };
}

/** The parameters of all experts, stacked. */
function expertParameters(
  [experts, hidden]: readonly [experts: number, hidden: number],
  { dtype, gated = true, weightInitializer, biasInitializer = 'zeros' }: MixtureOfExpertsOptions,
  hasBias: boolean,
) {
  const weight = (shape: readonly SizeSpec[]) =>
    new Parameter({ shape: [experts, ...shape], dtype, initializer: weightInitializer });
  const bias = (size: SizeSpec) =>
    hasBias ? new Parameter({ shape: [experts, size], dtype, initializer: biasInitializer }) : undefined;
  return {
    gate: gated ? weight([hidden, '?']) : undefined,
    gateBias: gated ? bias(hidden) : undefined,
    up: weight([hidden, '?']),
    upBias: bias(hidden),
    down: weight(['?', hidden]),
    downBias: bias('?'),
  };
}

/**
 * Inputs x `[..., k]` or, stacked, `[e, ..., k]`, weight `[e, o, k]`, and perhaps a value whose last size is o and biases `[e, o]`; output
 * `[e, ..., o]`: what each expert makes of x. It becomes one MatMul and, with biases, an Add.
 */
export const EXPERTS: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'experts',
  cost: (cx) => contracted(cx, cx.shape(1)?.[2]),
  infer: (cx) => {
    const isStacked = cx.int('isStacked', 0) === 1;
    const x = cx.rankBetween(0, isStacked ? 2 : 1, Number.POSITIVE_INFINITY);
    const [experts, units] = cx.ranked(1, 3);
    cx.sameDType(0, 1);
    if (cx.has(2)) cx.unifyAxes({ input: 1, axis: 1 }, { input: 2, axis: -1 }, 'output features');
    if (cx.has(3)) {
      cx.ranked(3, 2);
      cx.sameDType(1, 3);
      cx.unifyAxes({ input: 1, axis: 0 }, { input: 3, axis: 0 }, 'experts');
      cx.unifyAxes({ input: 1, axis: 1 }, { input: 3, axis: 1 }, 'output features');
    }
    if (!x || !experts || !units) return [cx.tensor(undefined)];
    cx.unifyAxes({ input: 1, axis: 2 }, { input: 0, axis: -1 }, 'input features');
    if (isStacked) cx.unifyAxes({ input: 1, axis: 0 }, { input: 0, axis: 0 }, 'experts');
    return [cx.tensor([experts, ...x.slice(isStacked ? 1 : 0, -1), units])];
  },
  lower: (node) => {
    const [x, weight] = [inputOf(node, 0), inputOf(node, 1)];
    const stacked: Value = node.attribute('isStacked') ? x : op.Unsqueeze(x, [0]);
    const turned = op.Transpose(weight, { perm: [0, 2, 1] });
    // Axes between the experts and the positions are broadcast; a single position is a row of one.
    const isRow = stacked.rank === 2;
    const rows: Value = isRow ? op.Unsqueeze(stacked, [1]) : stacked;
    const between = Array.from({ length: rows.rank - 3 }, (_, i) => i + 1);
    const product = op.MatMul(rows, between.length > 0 ? op.Unsqueeze(turned, between) : turned);
    const bias = node.inputs[3];
    const full: Value = bias ? op.Add(product, op.Unsqueeze(bias, [...between, between.length + 1])) : product;
    return [isRow ? op.Squeeze(full, [1]) : full];
  },
  examples: [
    { inputs: ['float32[n, s, 8]', 'float32[4, 16, ?]'], outputs: ['float32[4, n, s, 16]'] },
    {
      inputs: ['float32[4, n, s, 16]', 'float32[4, ?, 16]', 'float32[n, s, 8]'],
      attributes: { isStacked: 1 },
      outputs: ['float32[4, n, s, 8]'],
    },
    {
      inputs: ['float32[n, 8]', 'float32[4, 16, ?]', null, 'float32[4, ?]'],
      outputs: ['float32[4, n, 16]'],
    },
    { inputs: ['float32[n, 8]', 'float32[4, 16, 6]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 8]', 'float32[4, 16, 8]', null, 'float32[4, 8]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[]', 'float32[4, 16, 6]'], fails: 'RANK_MISMATCH' },
  ],
};

/** Inputs results `[e, ..., w]`, router outputs `[..., e]`; output `[..., w]`: the sum of the results by their shares. */
export const MIX_EXPERTS: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'mixExperts',
  infer: (cx) => {
    const results = cx.rankBetween(0, 2, Number.POSITIVE_INFINITY);
    cx.sameDType(0, 1);
    if (!results) return [cx.tensor(undefined)];
    const logits = cx.ranked(1, results.length - 1);
    cx.unifyAxes({ input: 0, axis: 0 }, { input: 1, axis: -1 }, 'experts');
    cx.unifyShapes(results.slice(1, -1), logits.slice(0, -1), 'positions of results and router');
    return [cx.tensor(results.slice(1))];
  },
  lower: (node) => {
    const [results, logits] = [inputOf(node, 0), inputOf(node, 1)];
    const { dtype } = logits;
    // The shares of half precision are computed in float32, as in Mixtral.
    const wide: Value = dtype === 'float32' ? logits : op.Cast(logits, { to: 'float32' });
    const shares: Value = op.Softmax(wide, { axis: -1 });
    const [best, places] = op.TopK(shares, [BigInt(numberOf(node, 'topK'))], { axis: -1 });
    const sum = op.ReduceSum(best, [-1], { keepdims: 1 });
    const kept: Value = numberOf(node, 'normalise') === 1 ? op.Div(best, sum) : best;
    const none = op.Mul(shares, filled('float32', [], 0));
    const dealt: Value = op.ScatterElements(none, places, kept, { axis: -1 });
    const typed: Value = dtype === 'float32' ? dealt : op.Cast(dealt, { to: dtype });
    const last = logits.rank - 1;
    const perm = [last, ...Array.from({ length: last }, (_, i) => i)];
    const weights = op.Unsqueeze(op.Transpose(typed, { perm }), [-1]);
    return [op.ReduceSum(op.Mul(results, weights), [0], { keepdims: 0 })];
  },
  examples: [
    { inputs: ['float32[4, n, s, 8]', 'float32[n, s, 4]'], attributes: { topK: 2 }, outputs: ['float32[n, s, 8]'] },
    { inputs: ['float32[4, n, s, 8]', 'float32[n, s, 3]'], attributes: { topK: 2 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[4]', 'float32[4]'], attributes: { topK: 2 }, fails: 'RANK_MISMATCH' },
  ],
};
