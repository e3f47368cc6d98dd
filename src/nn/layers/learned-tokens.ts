// learnedTokens: learned vectors put before or behind a sequence, as the class token of a vision transformer.
import { op } from '../../build/op.ts';
import type { DType } from '../../ir/dtype.ts';
import type { Value } from '../../ir/graph.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';

/** Where learned tokens stand. */
export type TokenPlace = 'start' | 'end';

/** Options of {@link learnedTokens}. */
export interface LearnedTokensOptions {
  /** Before (`start`, default) or behind (`end`) the sequence. */
  readonly place?: TokenPlace | undefined;
  /** Fills the weight; a normal distribution with standard deviation 0.02 by default, as in ViT. */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Element type of the weight; that of the first batch by default. */
  readonly dtype?: DType | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link LearnedTokensOptions}. */
const TOKEN_OPTIONS: OptionNames<LearnedTokensOptions> = {
  place: true,
  weightInitializer: true,
  dtype: true,
  name: true,
};

function readPlace(place: TokenPlace = 'start'): TokenPlace {
  if (place !== 'start' && place !== 'end') refuseArgument('learnedTokens', 'place', '"start" or "end"', place);
  return place;
}

/**
 * Puts learned vectors before or behind a sequence, the same ones for each element of the batch.
 *
 * *Input shape*: `[n, s, w]`; w is settled by the first batch. *Output shape*: `[n, s + count, w]`.
 * *Parameters*: `weight [1, count, w]` (`cls_token`, `class_token` of vision transformers).
 * Source: Devlin et al., "BERT", 2018; Dosovitskiy et al., "An image is worth 16x16 words", 2020.
 *
 * @param count the number of tokens; 1 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example sequential(patchEmbedding(16, 768), learnedTokens(1), positionalEmbedding(197))
 */
export function learnedTokens(count = 1, options: LearnedTokensOptions = {}): Layer {
  checkOptions('learnedTokens', options, TOKEN_OPTIONS);
  positiveInteger('learnedTokens', 'count', count);
  const place = readPlace(options.place);
  const weight = new Parameter({
    shape: [1, count, '?'],
    dtype: options.dtype,
    initializer: options.weightInitializer,
    fallback: { kind: 'normal', std: 0.02 },
    layout: 'embedding',
  });
  return defineLayer({
    kind: 'learnedTokens',
    name: options.name,
    parameters: { weight },
    apply: ({ parameters }, x: Value): Value => learnedTokensOf(x, parameters.weight, place),
  });
}

/**
 * {@link learnedTokens} of values.
 *
 * @param x `[n, s, w]`
 * @param weight `[1, count, w]`
 * @param place before (`start`, default) or behind (`end`) the sequence
 * @throws LAYER_ARGUMENT when the place is neither
 */
export function learnedTokensOf(x: Value, weight: Value, place?: TokenPlace): Value {
  const isFirst = readPlace(place) === 'start';
  const sizes = op.Concat([op.Shape(x, { start: 0, end: 1 }), [1n, 1n]], { axis: 0 });
  const tokens = op.Expand(weight, sizes);
  return op.Concat(isFirst ? [tokens, x] : [x, tokens], { axis: 1 });
}
