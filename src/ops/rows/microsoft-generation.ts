// Text generation of com.microsoft, with the decoder as a body: BeamSearch, WhisperBeamSearch, GreedySearch, Sampling.
import { add, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import { unknownWork } from '../costs/contraction.ts';
import { requireShape } from '../rules/attention-checks.ts';
import { scalarDim, scalarInput } from '../rules/scalar-input.ts';

/** `model_type` of a decoder that goes on from the ids themselves, as GPT-2 does. */
const DECODER_ONLY = 0;

/** Infers the bodies, each with the types that it declares, and returns the last size of the decoder's first output, the logits. */
function inferBodies(cx: InferContext): Dim | undefined {
  for (const name of ['encoder', 'init_decoder']) {
    const body = cx.graph(name);
    if (body) cx.inferBody(body, []);
  }
  const decoder = cx.graph('decoder');
  if (!decoder) return cx.fail('ATTRIBUTE_MISSING', `${cx.op} needs body decoder`, { expected: 'decoder' });
  const [logits] = cx.inferBody(decoder, []);
  return logits?.kind === 'tensor' ? logits.shape?.at(-1) : undefined;
}

interface Search {
  readonly batch: Dim;
  /** The length of the prompt; undefined where an encoder reads it. */
  readonly length: Dim | undefined;
  /** The greatest length of a sequence. */
  readonly longest: Dim;
  readonly vocabulary: Dim;
}

/** Where an operator has its masks. */
interface Masks {
  readonly vocabulary: number;
  readonly prefix: number;
  readonly attention: number;
}

/** The value of input `i`, one number, as a size: a fresh symbol where only a run tells it. */
function countAt(cx: InferContext, i: number, hint: string): Dim {
  scalarInput(cx, i);
  return scalarDim(cx, i) ?? cx.fresh(hint, { min: 1 });
}

function readSearch(cx: InferContext, masks: Masks): Search | undefined {
  const declared = cx.int('vocab_size', -1);
  const logits = inferBodies(cx);
  // A symbol of the decoder means nothing outside of it.
  const inferred = logits?.kind === 'const' ? logits : cx.fresh('vocab', { min: 1 });
  const vocabulary = declared > 0 ? constant(declared) : inferred;
  const ids = cx.rankBetween(0, 2, 3);
  const [batch, second] = ids ?? [];
  if (!ids || !batch || !second) return undefined;
  const prompt = cx.int('model_type', DECODER_ONLY) === DECODER_ONLY && ids.length === 2;
  const longest = countAt(cx, 1, 'max_length');
  if (prompt) cx.atLeast(longest, add(second, 1), 'max_length');
  if (cx.has(masks.vocabulary)) requireShape(cx, masks.vocabulary, [vocabulary]);
  if (cx.has(masks.prefix)) requireShape(cx, masks.prefix, [batch, vocabulary]);
  if (prompt && cx.has(masks.attention)) requireShape(cx, masks.attention, [batch, second]);
  return { batch, length: prompt ? second : undefined, longest, vocabulary };
}

/** The outputs of a beam search: sequences, their scores, the scores of each step. */
function beamTypes(cx: InferContext, found: Search, returned: Dim) {
  const { batch, length, longest, vocabulary } = found;
  const beams = countAt(cx, 3, 'num_beams');
  cx.atLeast(beams, returned, 'num_beams');
  const scores = cx.outputDType(1);
  const types = [cx.tensor([batch, returned, longest], 'int32'), cx.tensor([batch, returned], scores)];
  if (cx.outputCount < 3) return types;
  const steps = length ? sub(longest, length) : cx.fresh('steps', { max: longest });
  return [...types, cx.tensor([steps, batch, beams, vocabulary], scores)];
}

const BEAM_MASKS: Masks = { vocabulary: 7, prefix: 8, attention: 9 };
/** A decoder in GPT-2's form, one layer of two heads of four, whose logits only repeat the ids. */
const DECODER = `decoder (
  int32[rows, step] input_ids, int32[rows, step] position_ids, int32[rows, reached] attention_mask,
  float[2, rows, 2, kept, 4] past_0
) => (logits, present_0) <int64[1] last = {2}, int64[3] vocab = {1, 1, 11}, int64[3] outer = {0, 2, 4}, int64[5] heads = {2, 1, 2, 1, 4}> {
  x = Cast <to = 1> (input_ids)
  column = Unsqueeze (x, last)
  logits = Expand (column, vocab)
  added = Unsqueeze (x, outer)
  keys = Expand (added, heads)
  present_0 = Concat <axis = 3> (past_0, keys)
}`;

const NEEDS_DECODER: OperatorExample = {
  inputs: ['int32[n, s]', 'int32[1] = [20]', null, 'int32[1] = [4]', 'int32[1] = [2]'],
  attributes: { eos_token_id: 1, pad_token_id: 0 },
  fails: 'ATTRIBUTE_MISSING',
};

/**
 * BeamSearch (since 1): ids `[n, s]`, max_length m, num_beams b and num_return_sequences r as values -> sequences `[n, r, m]`, scores
 * `[n, r]`, scores of the steps `[m - s, n, b, vocab]`; r <= b, s < m.
 */
const BeamSearch: OperatorRow = {
  domain: 'com.microsoft',
  name: 'BeamSearch',
  cost: unknownWork,
  infer: (cx) => {
    const found = readSearch(cx, BEAM_MASKS);
    return found ? beamTypes(cx, found, countAt(cx, 4, 'returned')) : [];
  },
  examples: [
    {
      inputs: [
        'int32[n, s]',
        'int32[1] = [20]',
        'int32[1] = [1]',
        'int32[1] = [4]',
        'int32[1] = [2]',
        'float32[1] = [1]',
      ],
      attributes: { eos_token_id: 1, pad_token_id: 0 },
      bodies: { decoder: DECODER },
      outputs: ['int32[n, 2, 20]', 'float32[n, 2]', 'float32[20 - s, n, 4, 11]'],
      constraints: ['s <= 19'],
    },
    {
      inputs: [
        'int32[n, s]',
        'int32[1] = [m]',
        'int32[1] = [1]',
        'int32[1] = [b]',
        'int32[1] = [r]',
        'float32[1] = [1]',
      ],
      attributes: { eos_token_id: 1, pad_token_id: 0 },
      bodies: { decoder: DECODER },
      outputs: ['int32[n, r, m]', 'float32[n, r]'],
      constraints: ['s + 1 <= m', 'r <= b'],
    },
    NEEDS_DECODER,
  ],
};

/**
 * WhisperBeamSearch (since 1): BeamSearch over audio `[n, features, frames]` -> as BeamSearch, attention scores
 * `[n, r, layers*heads, t, frames]`, probabilities of silence `[n]`.
 */
const WhisperBeamSearch: OperatorRow = {
  domain: 'com.microsoft',
  name: 'WhisperBeamSearch',
  cost: unknownWork,
  infer: (cx) => {
    const found = readSearch(cx, BEAM_MASKS);
    if (!found) return [];
    const returned = countAt(cx, 4, 'returned');
    const types = beamTypes(cx, found, returned);
    if (cx.outputCount < 4) return types;
    const [kept] = cx.has(12) ? requireShape(cx, 12, [undefined, 2]) : [];
    const sizes = [kept ?? cx.fresh('layer_heads'), cx.fresh('decoded'), cx.fresh('frames')];
    return [
      ...types,
      cx.tensor([found.batch, returned, ...sizes], 'float32'),
      cx.tensor([found.batch], cx.outputDType(4)),
    ];
  },
  examples: [
    {
      inputs: [
        'float32[n, f, t]',
        'int32[1] = [20]',
        'int32[1] = [1]',
        'int32[1] = [4]',
        'int32[1] = [2]',
        'float32[1] = [1]',
      ],
      attributes: { eos_token_id: 1, pad_token_id: 0, decoder_start_token_id: 2, model_type: 2 },
      bodies: { decoder: DECODER },
      // Of the scores ONNX Runtime 1.30 infers no sizes, though it has written them to the outputs of a run.
      outputs: ['int32[n, 2, 20]'],
    },
    NEEDS_DECODER,
  ],
};

/** The outputs of a search for one sequence. */
function searchTypes(cx: InferContext, masks: Masks) {
  const found = readSearch(cx, masks);
  if (!found) return [];
  const { batch, longest, vocabulary } = found;
  return [cx.tensor([batch, longest], 'int32'), cx.tensor([batch, vocabulary], 'float32')];
}

const ONE_MASKS: Masks = { vocabulary: 4, prefix: 5, attention: 6 };

/** A search that keeps one candidate. */
const ONE_SEARCH: OperatorExample = {
  inputs: ['int32[n, s]', 'int32[1] = [20]', 'int32[1] = [1]'],
  attributes: { eos_token_id: 1, pad_token_id: 0 },
  bodies: { decoder: DECODER },
  outputs: ['int32[n, 20]'],
  constraints: ['s <= 19'],
};

/** GreedySearch (since 1): ids `[n, s]`, max_length m as a value -> sequences `[n, m]`; s < m. */
const GreedySearch: OperatorRow = {
  domain: 'com.microsoft',
  name: 'GreedySearch',
  cost: unknownWork,
  infer: (cx) => searchTypes(cx, ONE_MASKS).slice(0, 1),
  examples: [ONE_SEARCH, { ...NEEDS_DECODER, inputs: ['int32[n, s]', 'int32[1] = [20]'] }],
};

/** Sampling (since 1): GreedySearch with drawn tokens -> sequences `[n, m]`, logits `[n, vocab]`. */
const Sampling: OperatorRow = {
  domain: 'com.microsoft',
  name: 'Sampling',
  cost: unknownWork,
  infer: (cx) => searchTypes(cx, ONE_MASKS),
  examples: [ONE_SEARCH, { ...NEEDS_DECODER, inputs: ['int32[n, s]', 'int32[1] = [20]'] }],
};

/** The family. */
export const MICROSOFT_GENERATION_ROWS: readonly OperatorRow[] = [
  BeamSearch,
  WhisperBeamSearch,
  GreedySearch,
  Sampling,
];
