// Text and tokens in com.microsoft: Tokenizer, n-grams, word embeddings and aggressive decoding.
import { add, sub } from '../../dim/arithmetic.ts';
import { constant } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { unknownWork } from '../costs/contraction.ts';
import { inMicrosoft, requireCount, requireVector } from '../rules/microsoft.ts';
import { scalarDim } from '../rules/scalar-input.ts';
import { isAtLeast } from '../rules/size-elements.ts';

/**
 * Tokenizer (1): the tokens of each string, padded to the longest list. `[c] -> [c, tokens]`, `[n, c] -> [n, c, tokens]`; an empty
 * input gives an empty output of its own shape.
 */
const Tokenizer: OperatorRow = {
  name: 'Tokenizer',
  infer: (cx) => {
    const shape = cx.rankBetween(0, 1, 2);
    const isFilled = shape?.every((dim) => isAtLeast(cx, dim, 1));
    return [cx.tensor(isFilled ? [...(shape ?? []), cx.fresh('tokens')] : undefined)];
  },
  examples: [
    {
      inputs: ['string[n, c]'],
      attributes: { mark: 0, mincharnum: 1, pad_value: '#', separators: [' '] },
      outputs: ['string[n, c, u]'],
    },
    {
      inputs: ['string[c]'],
      attributes: { mark: 1, mincharnum: 1, pad_value: '#', tokenexp: '[a-z]+' },
      given: ['c >= 0'],
      outputs: ['string[...]'],
    },
    { inputs: ['string[n, c, 2]'], attributes: { mark: 0, mincharnum: 1, pad_value: '#' }, fails: 'RANK_MISMATCH' },
  ],
};

/** NGramRepeatBlock (1): scores of tokens that would repeat an n-gram set to -inf. `[b, s], [b, v] -> [b, v]` */
const NGramRepeatBlock: OperatorRow = {
  name: 'NGramRepeatBlock',
  infer: (cx) => {
    cx.ranked(0, 2);
    const scores = cx.ranked(1, 2);
    const batch = cx.unifyAxes({ input: 0, axis: 0 }, { input: 1, axis: 0 }, 'batch');
    return [cx.tensor([batch, ...scores.slice(1)], cx.outputDType(0))];
  },
  examples: [
    { inputs: ['int64[b, s]', 'float32[b, 50257]'], attributes: { ngram_size: 3 }, outputs: ['float32[b, 50257]'] },
    {
      inputs: ['int64[b, s]', 'float32[c, v]'],
      attributes: { ngram_size: 3 },
      outputs: ['float32[b, v]'],
      constraints: ['b == c'],
    },
    { inputs: ['int64[2, 5]', 'float32[3, 9]'], attributes: { ngram_size: 3 }, fails: 'SHAPE_MISMATCH' },
  ],
};

/** Requires that an attribute, where given, is the size of an axis. */
function requireAttribute(cx: InferContext, name: string, [input, axis]: readonly [number, number]): void {
  const value = cx.int(name);
  const dim = cx.shape(input)?.[axis];
  if (value !== undefined && dim) cx.unify(constant(value), dim, `${name} and axis ${axis} of ${cx.inputName(input)}`);
}

/**
 * WordConvEmbedding (1): a convolution over the characters of each word, then its maximum.
 * Sequence `[s, length, ...]`, W `[m, 1, k, e]`, B `[m]`, C `[characters, e] -> [s, m]`, words no shorter than k.
 */
const WordConvEmbedding: OperatorRow = {
  name: 'WordConvEmbedding',
  cost: unknownWork,
  infer: (cx) => {
    const sequence = cx.rankBetween(0, 2, Number.POSITIVE_INFINITY);
    const [filters, , width] = cx.ranked(1, 4);
    cx.ranked(3, 2);
    cx.unifyAxes({ input: 1, axis: 3 }, { input: 3, axis: 1 }, 'size of the character embedding');
    requireVector(cx, 2, filters, 'filters');
    requireAttribute(cx, 'embedding_size', [1, 0]);
    requireAttribute(cx, 'conv_window_size', [1, 2]);
    requireAttribute(cx, 'char_embedding_size', [3, 1]);
    if (sequence?.[1] && width) cx.atLeast(sequence[1], width, 'length of the words');
    return [cx.tensor([sequence?.[0] ?? cx.fresh('words'), filters ?? 1], cx.outputDType(0))];
  },
  examples: [
    {
      inputs: ['int32[s, 12]', 'float32[64, 1, 3, 16]', 'float32[64]', 'float32[128, 16]'],
      attributes: { embedding_size: 64, conv_window_size: 3 },
      outputs: ['float32[s, 64]'],
    },
    {
      inputs: ['int32[s, t]', 'float32[8, 1, 3, 5]', 'float32[8]', 'float32[20, e]'],
      outputs: ['float32[s, 8]'],
      constraints: ['e == 5', 't >= 3'],
    },
    { inputs: ['int32[s, 2]', 'float32[8, 1, 3, 5]', 'float32[8]', 'float32[20, 5]'], fails: 'SHAPE_MISMATCH' },
    {
      inputs: ['int32[s, 9]', 'float32[8, 1, 3, 5]', 'float32[8]', 'float32[20, 5]'],
      attributes: { embedding_size: 9 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/**
 * BifurcationDetector (1): the current tokens, then the predicted ones up to where they leave the source; and where the end of both
 * is found again in the source. `[s], [c], [], [p]? -> [tokens], []` with `c < tokens <= c + p`, c itself without predictions;
 * `p == s + 1 - prev_suffix_match_idx`; the place has the shape of the previous one.
 */
const BifurcationDetector: OperatorRow = {
  name: 'BifurcationDetector',
  infer: (cx) => {
    const [source] = cx.ranked(0, 1);
    const [current] = cx.ranked(1, 1);
    requireCount(cx, 2, constant(1), '1');
    const index = cx.tensor(cx.shape(2), 'int64');
    if (!source || !current || !cx.has(3)) return [cx.tensor(current && [current]), index];
    const [predicted] = cx.ranked(3, 1);
    const start = scalarDim(cx, 2);
    if (start && predicted) cx.unify(sub(add(source, 1), start), predicted, 'source left and predicted tokens');
    const tokens = cx.fresh('tokens', { max: predicted && add(current, predicted) });
    cx.facts.give({ kind: 'atMost', left: add(current, 1), right: tokens, origins: [] });
    return [cx.tensor([tokens]), index];
  },
  examples: [
    { inputs: ['int64[s]', 'int64[c]', 'int64[]'], outputs: ['int64[c]', 'int64[]'] },
    { inputs: ['int64[s]', 'int64[c]', 'int64[k]'], outputs: ['int64[c]', 'int64[1]'], constraints: ['k == 1'] },
    {
      inputs: ['int64[s]', 'int64[c]', 'int64[] = 0', 'int64[p]'],
      outputs: ['int64[u]', 'int64[]'],
      constraints: ['p == s + 1'],
      bounds: ['u <= c + s + 1', 'c + 1 <= u'],
    },
    { inputs: ['int64[5]', 'int64[c]', 'int64[] = 1', 'int64[6]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['int64[s, 2]', 'int64[c]', 'int64[]'], fails: 'RANK_MISMATCH' },
  ],
};

/** The family. */
export const MICROSOFT_TEXT_ROWS: readonly OperatorRow[] = inMicrosoft([
  Tokenizer,
  NGramRepeatBlock,
  WordConvEmbedding,
  BifurcationDetector,
]);
