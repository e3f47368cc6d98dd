// Mistakes in arguments and calls of the layers of transformers: each is refused by name, with both facts.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { functional, tensor, type Value } from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';

const wrong = <T>(text: string): T => JSON.parse(text);

/** A layer argument that must be refused where the layer is made. */
const ARGUMENTS: readonly (readonly [call: string, make: () => unknown, says: RegExp])[] = [
  [
    'groupedQueryAttention without kvHeads',
    () => dw.groupedQueryAttention(4, wrong('{}')),
    /kvHeads as an integer >= 1/,
  ],
  [
    'groupedQueryAttention(4, kvHeads 3)',
    () => dw.groupedQueryAttention(4, { kvHeads: 3 }),
    /a divisor of its 4 heads/,
  ],
  ['groupedQueryAttention(0)', () => dw.groupedQueryAttention(0, { kvHeads: 1 }), /heads/],
  ['headSize 0', () => dw.multiHeadAttention(4, { headSize: 0 }), /headSize/],
  ['headSize and keyUnits', () => dw.multiHeadAttention(4, { headSize: 2, keyUnits: 8 }), /keyUnits as left out/],
  ['window 0', () => dw.multiHeadAttention(4, { window: 0 }), /window/],
  ['a window that is not causal', () => dw.multiHeadAttention(4, { window: 2, causal: false }), /causal as true/],
  ['scale 0', () => dw.multiHeadAttention(4, { scale: 0 }), /scale as a number > 0/],
  ['softcap -1', () => dw.multiHeadAttention(4, { softcap: -1 }), /softcap as a number > 0/],
  ['qkNorm batch', () => dw.multiHeadAttention(4, { qkNorm: wrong('"batch"') }), /qkNorm.*"rms" or "layer"/],
  ['cache 1', () => dw.multiHeadAttention(4, { cache: wrong('1') }), /cache as true or false/],
  ['bias of keys', () => dw.multiHeadAttention(4, { bias: wrong('{ "keys": true }') }), /has no option keys/],
  ['rotary with heads', () => dw.multiHeadAttention(4, { rotary: wrong('{ "heads": 2 }') }), /has no option heads/],
  ['crossAttention with causal', () => dw.crossAttention(4, wrong('{ "causal": true }')), /causal as left out/],
  ['multiQueryAttention(0)', () => dw.multiQueryAttention(0), /heads/],
  ['scaledDotProductAttention, heads 0', () => dw.scaledDotProductAttention({ heads: 0 }), /heads/],
  ['rotaryEmbedding, base 1', () => dw.rotaryEmbedding({ base: 1 }), /base as a number > 1/],
  ['rotaryEmbedding, dim 3', () => dw.rotaryEmbedding({ dim: 3 }), /dim as an even number/],
  ['rotaryEmbedding, heads 0', () => dw.rotaryEmbedding({ heads: 0 }), /heads/],
  [
    'a scaling of no type',
    () => dw.rotaryEmbedding({ scaling: wrong('{ "type": "ntk" }') }),
    /linear, dynamic, llama3, yarn/,
  ],
  ['a scaling without factor', () => dw.rotaryEmbedding({ scaling: wrong('{ "type": "linear" }') }), /scaling.factor/],
  [
    'a scaling with a misspelt number',
    () => dw.rotaryEmbedding({ scaling: wrong('{ "type": "linear", "fator": 2 }') }),
    /factor/,
  ],
  ['a scaling by -2', () => dw.rotaryEmbedding({ scaling: { type: 'linear', factor: -2 } }), /scaling.factor/],
  ['sinusoidalEncoding, base 0', () => dw.sinusoidalEncoding({ base: 0 }), /base/],
  ['sinusoidalEncoding, layout', () => dw.sinusoidalEncoding({ layout: wrong('"odd"') }), /"interleaved" or "halves"/],
  ['timestepEmbedding(5)', () => dw.timestepEmbedding(5), /size as an even number/],
  ['timestepEmbedding, shift 4 of 4', () => dw.timestepEmbedding(8, { shift: 4 }), /shift/],
  ['timestepEmbedding, maxPeriod 0', () => dw.timestepEmbedding(8, { maxPeriod: 0 }), /maxPeriod/],
  ['relativePositionBias(0)', () => dw.relativePositionBias(0), /heads/],
  ['relativePositionBias, buckets 6', () => dw.relativePositionBias(2, { buckets: 6 }), /a multiple of 4/],
  ['relativePositionBias, maxDistance 8', () => dw.relativePositionBias(2, { maxDistance: 8 }), /more than the 8/],
  ['alibi(0)', () => dw.alibi(0), /heads/],
  ['learnedTokens(0)', () => dw.learnedTokens(0), /count/],
  ['learnedTokens, place', () => dw.learnedTokens(1, { place: wrong('"front"') }), /"start" or "end"/],
  ['patchEmbedding(0, 8)', () => dw.patchEmbedding(0, 8), /size/],
  ['patchEmbedding(16, 0)', () => dw.patchEmbedding(16, 0), /width/],
  ['feedForward(0)', () => dw.feedForward(0), /hidden/],
  ['feedForward, dropout 2', () => dw.feedForward(8, { dropout: 2 }), /dropout/],
  ['swiglu(0.5)', () => dw.swiglu(0.5), /swiglu takes hidden/],
  ['geglu, approximate', () => dw.geglu(8, { approximate: wrong('"erf"') }), /"none" or "tanh"/],
  [
    'gatedFeedForward, activation',
    () => dw.gatedFeedForward(8, { activation: wrong('"sulu"') }),
    /did you mean|no activation/,
  ],
  ['mixtureOfExperts without hidden', () => dw.mixtureOfExperts(4, wrong('{}')), /hidden/],
  ['mixtureOfExperts(4, topK 5)', () => dw.mixtureOfExperts(4, { hidden: 8, topK: 5 }), /at most its 4 experts/],
  ['transformerDecoderLayer(0, 8)', () => dw.transformerDecoderLayer(0, 8), /heads/],
  ['transformerEncoder(0, 2, 8)', () => dw.transformerEncoder(0, 2, 8), /depth/],
  ['transformerDecoder(2, 2, 0)', () => dw.transformerDecoder(2, 2, 0), /units|hidden/],
];

describe('arguments of the layers of transformers', () => {
  test.each(ARGUMENTS)('%s is refused where it is made', (_, make, says) => {
    const error = errorOf(make);
    expect(error.code).toBe('LAYER_ARGUMENT');
    expect(error.message).toMatch(says);
    expect(error.origin?.site?.place?.file).toContain('transformer-arguments.test.ts');
    expect(error.expected).toBeTruthy();
    expect(error.actual).toBeTruthy();
  });
});

const MAKERS: readonly (readonly [kind: string, make: (options: never) => unknown])[] = [
  ['groupedQueryAttention', (options) => dw.groupedQueryAttention(4, { kvHeads: 2, ...(options as object) })],
  ['multiQueryAttention', (options) => dw.multiQueryAttention(4, options)],
  ['crossAttention', (options) => dw.crossAttention(4, options)],
  ['scaledDotProductAttention', (options) => dw.scaledDotProductAttention(options)],
  ['rotaryEmbedding', (options) => dw.rotaryEmbedding(options)],
  ['sinusoidalEncoding', (options) => dw.sinusoidalEncoding(options)],
  ['timestepEmbedding', (options) => dw.timestepEmbedding(8, options)],
  ['relativePositionBias', (options) => dw.relativePositionBias(2, options)],
  ['alibi', (options) => dw.alibi(2, options)],
  ['learnedTokens', (options) => dw.learnedTokens(1, options)],
  ['patchEmbedding', (options) => dw.patchEmbedding(4, 8, options)],
  ['feedForward', (options) => dw.feedForward(8, options)],
  ['gatedFeedForward', (options) => dw.gatedFeedForward(8, options)],
  ['swiglu', (options) => dw.swiglu(8, options)],
  ['geglu', (options) => dw.geglu(8, options)],
  ['mixtureOfExperts', (options) => dw.mixtureOfExperts(4, { hidden: 8, ...(options as object) })],
  ['transformerDecoderLayer', (options) => dw.transformerDecoderLayer(2, 8, options)],
  ['transformerEncoder', (options) => dw.transformerEncoder(1, 2, 8, options)],
  ['transformerDecoder', (options) => dw.transformerDecoder(1, 2, 8, options)],
];

describe('options of the layers of transformers', () => {
  test.each(MAKERS)('%s refuses a misspelt one with a hint', (kind, make) => {
    const error = errorOf(() => make(wrong('{ "nmae": "x" }')));
    expect(error.code).toBe('LAYER_ARGUMENT');
    expect(error.message).toContain(`${kind} has no option nmae; it has `);
    expect(error.hint).toBe('did you mean name?');
    expect(() => make(wrong('{}'))).not.toThrow();
  });
});

interface Mistake {
  readonly name: string;
  readonly make: () => dw.Composition;
  readonly inputs?: Readonly<Record<string, dw.InputSpec>>;
  readonly batch: dw.Batch;
  readonly code: dw.ErrorCode;
  readonly says: RegExp;
}

const MISTAKES: readonly Mistake[] = [
  {
    name: 'grouped attention of a width that its heads do not divide',
    make: () => dw.groupedQueryAttention(4, { kvHeads: 2 }),
    batch: [2, 5, 6],
    code: 'SHAPE_MISMATCH',
    says: /multiple of 4|width/,
  },
  {
    name: 'rotaryEmbedding of an odd head',
    make: () => dw.rotaryEmbedding({ heads: 2 }),
    batch: [2, 5, 6],
    code: 'SHAPE_MISMATCH',
    says: /multiple of 4, got 6/,
  },
  {
    name: 'rotaryEmbedding with positions of floats',
    make: () => dw.rotaryEmbedding(),
    inputs: { x: ['n', 's', 8], positions: tensor('float32', ['n', 's']) },
    batch: { x: [2, 5, 8], positions: [2, 5] },
    code: 'DTYPE_MISMATCH',
    says: /integer type, got float32/,
  },
  {
    name: 'sinusoidalEncoding in halves of an odd width',
    make: () => dw.sinusoidalEncoding({ layout: 'halves' }),
    batch: [2, 5, 7],
    code: 'SHAPE_MISMATCH',
    says: /multiple of 2, got 7/,
  },
  {
    name: 'learnedTokens on rank 2',
    make: () => dw.learnedTokens(),
    batch: [2, 8],
    code: 'RANK_MISMATCH',
    says: /rank/,
  },
  {
    name: 'patchEmbedding of an image smaller than a patch',
    make: () => dw.patchEmbedding(4, 8),
    batch: [1, 3, 3, 8],
    code: 'SHAPE_MISMATCH',
    says: /at least 4, got 3/,
  },
  {
    name: 'a decoder and a memory of another batch',
    make: () => dw.transformerDecoderLayer(2, 8),
    inputs: { x: ['n', 's', 8], memory: ['m', 't', 8] },
    batch: { x: [2, 5, 8], memory: [3, 5, 8] },
    code: 'BIND_MISMATCH',
    says: /m == n|n == m/,
  },
  {
    name: 'relativePositionBiasOf with other buckets',
    make: () => (x: Value, weight: Value) => functional.relativePositionBias(x, undefined, weight, { buckets: 16 }),
    inputs: { x: ['n', 's', 8], weight: [32, 2] },
    batch: { x: [2, 5, 8], weight: [32, 2] },
    code: 'SHAPE_MISMATCH',
    says: /buckets/,
  },
];

describe('calls of the layers of transformers', () => {
  test.each(MISTAKES.map((one) => [one.name, one] as const))('%s is refused', (_, one) => {
    const error = errorOf(() => dw.model(one.make(), one.inputs ? { inputs: one.inputs } : {}).bind(one.batch));
    expect(error.code).toBe(one.code);
    expect(error.message).toMatch(one.says);
    expect(error.origin?.site?.place?.file).toContain('transformer-arguments.test.ts');
  });
});
