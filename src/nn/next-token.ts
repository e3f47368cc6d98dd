// Chooses the next token from scores: the likeliest, or one drawn with numbers that come from outside, so that every provider draws the same.
import { op } from '../build/op.ts';
import type { Value } from '../ir/graph.ts';
import { numberBetween, positiveInteger, refuseArgument } from './arguments.ts';
import { filled } from './layer-values.ts';
import { checkOptions, type OptionNames } from './option-names.ts';

/** How tokens are drawn by {@link generate}. */
export interface SamplingOptions {
  /**
   * Numbers in [0, 1), float32 `[steps, batch]`: one for each token. They are an input of the model, so that a run can be repeated, on any
   * provider; ONNX Runtime's own random operators give other numbers with every call and provider.
   */
  readonly uniforms: Value;
  /** Scores are divided by it: below 1 likely tokens become likelier; 1 by default. */
  readonly temperature?: number | undefined;
  /** Draws from so many of the likeliest tokens; from all by default. */
  readonly topK?: number | undefined;
  /** Draws from the fewest likeliest tokens whose probabilities reach this sum together (nucleus sampling); 1 by default. */
  readonly topP?: number | undefined;
  /** Draws only from tokens whose probability is at least this share of the likeliest one's; 0 by default. */
  readonly minP?: number | undefined;
}

/** The names of {@link SamplingOptions}. */
const SAMPLING_OPTIONS: OptionNames<SamplingOptions> = {
  uniforms: true,
  temperature: true,
  topK: true,
  topP: true,
  minP: true,
};

/** @throws LAYER_ARGUMENT when an option is unknown, of the wrong kind or out of range */
export function checkSampling(sampling: SamplingOptions): void {
  checkOptions('generate', sampling, SAMPLING_OPTIONS);
  const { uniforms, temperature, topK, topP, minP } = sampling;
  if (typeof uniforms !== 'object' || !('type' in uniforms))
    refuseArgument('generate', 'uniforms', 'a value of float32 [steps, batch]', uniforms);
  if (temperature !== undefined && !(temperature > 0 && Number.isFinite(temperature)))
    refuseArgument('generate', 'temperature', 'a number above 0', temperature);
  if (topK !== undefined) positiveInteger('generate', 'topK', topK);
  if (topP !== undefined) numberBetween('generate', 'topP', topP, Number.MIN_VALUE, 1);
  if (minP !== undefined) numberBetween('generate', 'minP', minP, 0, 1);
}

/** The likeliest token of each row of scores `[n, v]`: int64 `[n, 1]`; the first of equals. */
export function likeliestToken(scores: Value): Value {
  return op.ArgMax(scores, { axis: -1, keepdims: 1 });
}

/**
 * Draws a token for each row of scores `[n, v]`: int64 `[n, 1]`. Tokens stand in the order of their probability, and the first is taken at
 * which the sum of probabilities exceeds the row's number: the inverse of the distribution function.
 * Source: Holtzman et al., "The curious case of neural text degeneration", 2020 (top-p); Fan et al., 2018 (top-k);
 * Nguyen et al., "Turning up the heat", 2024 (min-p).
 *
 * @param step the number of the step, int64 `[]`: which row of the uniform numbers is used
 */
export function drawnToken(
  scores: Value,
  step: Value | bigint,
  { uniforms, temperature = 1, topK, topP = 1, minP = 0 }: SamplingOptions,
): Value {
  const { dtype } = scores;
  const width = op.Shape(scores, { start: 1, end: 2 });
  const count = topK === undefined ? width : op.Min([width, [BigInt(topK)]]);
  const [likeliest, tokens] = op.TopK(scores, count, { axis: -1, largest: 1, sorted: 1 });
  const scaled = temperature === 1 ? likeliest : op.Div(likeliest, filled(dtype, [], temperature));
  const probabilities = op.Cast(op.Softmax(scaled, { axis: -1 }), { to: 'float32' });
  const before = op.CumSum(probabilities, -1, { exclusive: 1 });
  // A token belongs to the nucleus where those before it do not reach the sum yet; the first always does.
  const nucleus = topP === 1 ? probabilities : op.Where(op.Less(before, topP), probabilities, 0);
  const least = op.Mul(op.Slice(probabilities, [0], [1], [-1]), minP);
  const kept = minP === 0 ? nucleus : op.Where(op.GreaterOrEqual(probabilities, least), nucleus, 0);
  const reached = op.CumSum(kept, -1);
  const whole = op.ReduceSum(kept, [-1], { keepdims: 1 });
  const number = op.Unsqueeze(op.Gather(uniforms, step, { axis: 0 }), [-1]);
  const passed = op.LessOrEqual(reached, op.Mul(op.Cast(number, { to: 'float32' }), whole));
  // Rounding may let the number reach the whole sum: the last kept token is meant then.
  const isLater = op.And(passed, op.Less(reached, whole));
  const place = op.ReduceSum(op.Cast(isLater, { to: 'int64' }), [-1], { keepdims: 1 });
  return op.GatherElements(tokens, place, { axis: -1 });
}

/**
 * Makes tokens that a row has already less likely: scores above 0 are divided by the penalty, others multiplied with it.
 * Source: Keskar et al., "CTRL", 2019.
 *
 * @param scores `[n, v]`
 * @param tokens int64 `[n, t]`
 */
export function penalized(scores: Value, tokens: Value, penalty: number): Value {
  if (penalty === 1) return scores;
  const by = filled(scores.dtype, [], penalty);
  const found = op.GatherElements(scores, tokens, { axis: 1 });
  const isBelow = op.Less(found, filled(scores.dtype, [], 0));
  return op.ScatterElements(scores, tokens, op.Where(isBelow, op.Mul(found, by), op.Div(found, by)), { axis: 1 });
}
