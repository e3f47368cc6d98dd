// Operators on strings: StringConcat, StringNormalizer, StringSplit, RegexFullMatch, TfIdfVectorizer.
import { add } from '../../dim/arithmetic.ts';
import { constant } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';

/** StringConcat (since 20): strings joined pairwise, with broadcasting. */
const StringConcat: OperatorRow = {
  name: 'StringConcat',
  infer: (cx) => [cx.tensor(cx.broadcast(cx.shape(0), cx.shape(1)))],
  examples: [
    { inputs: ['string[n, 3]', 'string[3]'], outputs: ['string[n, 3]'] },
    { inputs: ['string[2]', 'string[3]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** RegexFullMatch (since 20): whether each string matches the pattern as a whole; bool of X's shape. */
const RegexFullMatch: OperatorRow = {
  name: 'RegexFullMatch',
  infer: (cx) => [cx.tensor(cx.shape(0), 'bool')],
  examples: [
    { inputs: ['string[n, m]'], attributes: { pattern: 'a+' }, outputs: ['bool[n, m]'] },
    { inputs: ['int64[n]'], attributes: { pattern: 'a+' }, fails: 'DTYPE_MISMATCH' },
  ],
};

/** StringSplit (since 20): each string cut at a delimiter; X `[d...]` -> parts `[d..., most]`, padded with empty ones, and their counts `[d...]`. */
const StringSplit: OperatorRow = {
  name: 'StringSplit',
  infer: (cx) => {
    const x = cx.shape(0);
    const splits = cx.int('maxsplit');
    const most = splits === undefined || splits < 0 ? {} : { max: splits + 1 };
    return [cx.tensor(x && [...x, cx.fresh('parts', most)]), cx.tensor(x, 'int64')];
  },
  examples: [
    { inputs: ['string[n]'], outputs: ['string[n, parts]', 'int64[n]'] },
    {
      inputs: ['string[n, 2]'],
      attributes: { delimiter: ',', maxsplit: 3 },
      outputs: ['string[n, 2, parts]', 'int64[n, 2]'],
    },
    { inputs: ['float32[n]'], fails: 'DTYPE_MISMATCH' },
  ],
};

function normalizedStrings(cx: InferContext): Shape | undefined {
  const x = cx.rankBetween(0, 1, 2);
  const last = x?.at(-1);
  if (!x || !last) return undefined;
  if (x.length === 2 && x[0]) cx.unify(constant(1), x[0], 'first axis of two');
  const stopwords = cx.attribute('stopwords');
  if (stopwords?.kind !== 'strings' || stopwords.value.length === 0) return x;
  // One empty string is left where all are stopwords.
  return [...x.slice(0, -1), cx.fresh('kept', { min: 1, max: last })];
}

/** StringNormalizer (since 10): stopwords dropped and case changed; `[c]` or `[1, c]` -> the same with the words that are kept. */
const StringNormalizer: OperatorRow = {
  name: 'StringNormalizer',
  infer: (cx) => {
    const words = cx.shape(0)?.at(-1);
    if (words) cx.atLeast(words, 1, 'the number of strings');
    return [cx.tensor(normalizedStrings(cx))];
  },
  examples: [
    { inputs: ['string[n]'], outputs: ['string[n]'] },
    { inputs: ['string[n]'], attributes: { case_change_action: 'LOWER' }, outputs: ['string[n]'] },
    {
      inputs: ['string[1, n]'],
      attributes: { stopwords: ['the'] },
      outputs: ['string[1, kept]'],
      bounds: ['kept <= n'],
    },
    { inputs: ['string[2, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['string[]'], fails: 'RANK_MISMATCH' },
  ],
};

/** TfIdfVectorizer (since 9): counts of n-grams; `[c] -> [max + 1]`, `[n, c] -> [n, max + 1]`, max being the greatest of `ngram_indexes`. */
const TfIdfVectorizer: OperatorRow = {
  name: 'TfIdfVectorizer',
  infer: (cx) => {
    const x = cx.rankBetween(0, 1, 2);
    if (x?.length === 2 && x[0]) cx.atLeast(x[0], 1, 'the number of rows');
    const indexes = cx.ints('ngram_indexes') ?? [];
    const size = add(Math.max(-1, ...indexes), 1);
    return [cx.tensor(x && [...x.slice(0, -1), size], 'float32')];
  },
  examples: [
    {
      inputs: ['int64[n, c]'],
      attributes: {
        mode: 'TF',
        ngram_counts: [0, 2],
        ngram_indexes: [0, 1, 2, 3],
        pool_int64s: [1, 2, 3, 4, 5, 6],
        max_skip_count: 0,
        min_gram_length: 1,
        max_gram_length: 2,
      },
      outputs: ['float32[n, 4]'],
    },
    {
      inputs: ['int64[n, c, 2]'],
      attributes: {
        mode: 'TF',
        ngram_counts: [0],
        ngram_indexes: [0],
        pool_int64s: [1],
        max_skip_count: 0,
        min_gram_length: 1,
        max_gram_length: 1,
      },
      fails: 'RANK_MISMATCH',
    },
  ],
};

/** The family. */
export const TEXT_ROWS: readonly OperatorRow[] = [
  StringConcat,
  RegexFullMatch,
  StringSplit,
  StringNormalizer,
  TfIdfVectorizer,
];
