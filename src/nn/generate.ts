// generate(): a decoder that reads its own tokens, as one Loop in the graph, with a cache of keys and values.
import { op } from '../build/op.ts';
import { repeat } from '../build/repeat.ts';
import type { Value } from '../ir/graph.ts';
import { nonNegativeInteger, positiveInteger, refuseArgument } from './arguments.ts';
import { stepsInPlaces } from './generate-places.ts';
import { checkSampling, drawnToken, likeliestToken, penalized, type SamplingOptions } from './next-token.ts';
import { checkOptions, type OptionNames } from './option-names.ts';
import { sizeAlong } from './positions.ts';

/** Where the tokens of a call stand. Both are undefined where no prompt is padded: tokens follow what is in the cache. */
export interface DecoderPlace {
  /** int64 `[batch, s]`: the place of each token in its text, 0 for the first that is not padding. */
  readonly positions: Value | undefined;
  /** bool `[batch, 1, s, p + s]`: the tokens that each may attend to, padding aside; causality is the decoder's own. */
  readonly mask: Value | undefined;
}

/** What a decoder gives. */
export interface Decoded<C extends object> {
  /** Scores of the next token, `[batch, s, vocabulary]`, or `[batch, 1, vocabulary]`: only those of the last token are read. */
  readonly logits: Value;
  /** The cache, with these tokens in it. */
  readonly cache: C;
}

/**
 * Computes the scores of what follows tokens, int64 `[batch, s]`, behind p tokens in a cache: a value, or lists and objects of values. It is
 * called with the prompt and an empty cache first, then with one token at a time.
 */
export type Decoder<C extends object> = (tokens: Value, cache: C, place: DecoderPlace) => Decoded<C>;

/** What {@link generate} does. */
export interface GenerateOptions<C extends object> {
  readonly decoder: Decoder<C>;
  /** The prompts, int64 `[batch, prompt]`, the shorter ones padded at the left. */
  readonly tokens: Value;
  /** Which tokens of the prompts are none, int64 or bool `[batch, prompt]`: 0 or false for padding; none by default. */
  readonly mask?: Value | undefined;
  /** The cache before the first token: its axis of tokens has the size 0. */
  readonly cache: C;
  /** New tokens at most: an integer from 1 on, or int64 of one element, taken as at least 1. */
  readonly steps: number | Value;
  /** The token, or tokens, that end a text; the run stops when all texts have ended. None by default. */
  readonly end?: number | readonly number[] | undefined;
  /** Stands behind the end of a text; the first ending token by default, or 0. */
  readonly pad?: number | undefined;
  /**
   * The places that the decoder has, where it has learned positions: `prompt + steps - 1` are at most so many, since the last token is not
   * read. Any number by default.
   */
  readonly positions?: number | undefined;
  /** Draws tokens; the likeliest is taken by default. */
  readonly sampling?: SamplingOptions | undefined;
  /** Above 1 tokens that a text has already become less likely; 1 by default. */
  readonly repetitionPenalty?: number | undefined;
}

/** What {@link generate} gives. */
export interface Generated<C extends object> {
  /** int64 `[batch, prompt + n]`: the prompts and the n new tokens, padded where a text has ended. */
  readonly tokens: Value;
  /** int64 `[batch, n]`. */
  readonly newTokens: Value;
  /** bool `[batch, 1]`: whether a text has ended. */
  readonly ended: Value;
  /** What the decoder keeps of all tokens but the last. */
  readonly cache: C;
}

/** The names of {@link GenerateOptions}. */
const GENERATE_OPTIONS: OptionNames<GenerateOptions<object>> = {
  decoder: true,
  tokens: true,
  mask: true,
  cache: true,
  steps: true,
  end: true,
  pad: true,
  positions: true,
  sampling: true,
  repetitionPenalty: true,
};

/** How one token is chosen and told to be the last. */
interface Choice {
  readonly sampling: SamplingOptions | undefined;
  readonly penalty: number;
  readonly ends: readonly number[];
  readonly pad: number;
}

/** What goes from one step to the next. */
interface Progress<C extends object> {
  /** int64 `[batch, t]`. */
  readonly tokens: Value;
  /** bool `[batch, 1]`. */
  readonly ended: Value;
  readonly cache: C;
  /** bool `[batch, t]`, where prompts are padded. */
  readonly masks: readonly Value[];
}

/**
 * Generates text inside of the graph: the prompt at once, then token by token in one Loop, so that one run gives whole texts and the cache
 * stays on the device. Greedy, or sampled with temperature, top-k and top-p. The same tokens as the `generate` of Hugging Face's transformers
 * gives with the same options, greedy; drawn ones depend on `uniforms` alone.
 *
 * @throws LAYER_ARGUMENT when an option is unknown, of the wrong kind or out of range, or there are more steps than positions
 * @throws SHAPE_MISMATCH (at the call) when a prompt leaves too few positions for the steps
 * @throws OP_INVALID, DTYPE_MISMATCH, RANK_MISMATCH when the decoder returns another cache than it takes
 * @example
 * const { newTokens } = generate({ decoder, tokens: prompt, cache: decoder.emptyCache(prompt), steps: 50, end: 2 });
 */
export function generate<C extends object>(options: GenerateOptions<C>): Generated<C> {
  const choice = checkGenerate(options);
  const { decoder, tokens: prompt, mask, cache, positions } = options;
  const steps = positions === undefined ? options.steps : stepsInPlaces({ prompt, steps: options.steps, positions });
  const isReal = mask && op.Cast(mask, { to: 'bool' });
  const first = decoder(prompt, cache, promptPlace(prompt, isReal));
  const none = op.Expand(false, op.Concat([op.Shape(prompt, { start: 0, end: 1 }), [1n]], { axis: 0 }));
  const start = grown({ tokens: prompt, ended: none, cache, masks: isReal ? [isReal] : [] }, first, choice, 0n);
  const left = typeof steps === 'number' ? BigInt(steps - 1) : op.Max([op.Sub(op.Reshape(steps, []), 1n), 0n]);
  const { state } = repeat({
    // Texts that all end with their first token need no step.
    steps: choice.ends.length === 0 ? left : op.Where(allOf(start.ended), 0n, left),
    state: start,
    step: (now, index) => {
      const newest = op.Slice(now.tokens, [-1], [Number.MAX_SAFE_INTEGER], [1]);
      const decoded = decoder(newest, now.cache, stepPlace(now.masks[0]));
      const state = grown(now, decoded, choice, op.Add(index, 1n));
      return choice.ends.length === 0 ? { state } : { state, stop: allOf(state.ended) };
    },
  });
  const newTokens = op.Slice(state.tokens, op.Shape(prompt, { start: 1, end: 2 }), [Number.MAX_SAFE_INTEGER], [1]);
  return { tokens: state.tokens, newTokens, ended: state.ended, cache: state.cache };
}

function checkGenerate<C extends object>(options: GenerateOptions<C>): Choice {
  checkOptions('generate', options, GENERATE_OPTIONS);
  const { decoder, steps, end = [], sampling, repetitionPenalty: penalty = 1 } = options;
  if (typeof decoder !== 'function') refuseArgument('generate', 'decoder', 'a function', decoder);
  if (typeof steps !== 'object') positiveInteger('generate', 'steps', steps);
  const ends = typeof end === 'number' ? [end] : end;
  for (const token of ends) nonNegativeInteger('generate', 'end', token);
  const { pad = ends[0] ?? 0 } = options;
  nonNegativeInteger('generate', 'pad', pad);
  if (options.positions !== undefined) positiveInteger('generate', 'positions', options.positions);
  if (sampling) checkSampling(sampling);
  if (!(penalty > 0 && Number.isFinite(penalty)))
    refuseArgument('generate', 'repetitionPenalty', 'a number above 0', penalty);
  return { sampling, penalty, ends, pad };
}

/** The next step's state: one token more, of the scores behind the last one. */
function grown<C extends object>(
  { tokens, ended, masks }: Progress<C>,
  { logits, cache }: Decoded<C>,
  { sampling, penalty, ends, pad }: Choice,
  step: Value | bigint,
): Progress<C> {
  const scores = penalized(op.Gather(logits, -1, { axis: 1 }), tokens, penalty);
  const chosen = sampling ? drawnToken(scores, step, sampling) : likeliestToken(scores);
  const real = ends.length === 0 ? chosen : op.Where(ended, BigInt(pad), chosen);
  const isEnd = ends.map((token) => op.Equal(real, BigInt(token)));
  return {
    tokens: op.Concat([tokens, real], { axis: 1 }),
    ended: isEnd.reduce((any: Value, each) => op.Or(any, each), ended),
    cache,
    masks: masks.map((mask) => op.Concat([mask, op.Expand(true, op.Shape(ended))], { axis: 1 })),
  };
}

const allOf = (flags: Value): Value =>
  op.Cast(op.ReduceMin(op.Cast(flags, { to: 'int32' }), undefined, { keepdims: 0 }), { to: 'bool' });

/** Places of the prompt. Padding attends to itself, because a row of scores that is masked whole has no softmax. */
function promptPlace(prompt: Value, isReal: Value | undefined): DecoderPlace {
  if (!isReal) return { positions: undefined, mask: undefined };
  const places = op.Range(0n, sizeAlong(prompt, 1), 1n);
  const isSelf = op.Equal(op.Unsqueeze(places, [1]), op.Unsqueeze(places, [0]));
  return { positions: placesOf(isReal), mask: op.Or(op.Unsqueeze(isReal, [1, 2]), isSelf) };
}

/** The place of the newest token: the tokens of its text so far. */
function stepPlace(mask: Value | undefined): DecoderPlace {
  if (!mask) return { positions: undefined, mask: undefined };
  const positions = op.Slice(placesOf(mask), [-1], [Number.MAX_SAFE_INTEGER], [1]);
  return { positions, mask: op.Unsqueeze(mask, [1, 2]) };
}

/** The place of each token in its text, 0 for padding. */
function placesOf(mask: Value): Value {
  return op.Max([op.Sub(op.CumSum(op.Cast(mask, { to: 'int64' }), 1), 1n), 0n]);
}
