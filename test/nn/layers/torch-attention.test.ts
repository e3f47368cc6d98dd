// Attention and what surrounds it compute on ONNX Runtime what PyTorch and transformers compute with the same weights, at every opset.
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import { functional } from '../../../src/index.ts';
import { isDType } from '../../../src/ir/dtype.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import recorded from '../../fixtures/layers/torch-attention.json' with { type: 'json' };

interface Numbers {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly name: string;
  readonly inputs: readonly Numbers[];
  readonly parameters: Readonly<Record<string, Numbers | undefined>>;
  readonly outputs: readonly Numbers[];
}

const CASES: readonly Case[] = recorded.cases;

type Compute = (...inputs: Value[]) => Value | readonly Value[];

/** A layer, and how a model calls it where that is not by its inputs alone. */
interface Made {
  readonly layer: dw.AnyLayer;
  readonly compute: Compute;
}

const plain = (layer: dw.Layer<[x: Value]>): Made => ({ layer, compute: (x) => layer(read(x)) });

function read(value: Value | undefined): Value {
  if (!value) throw new Error('a case has this input');
  return value;
}

const llama = { kvHeads: 2, headSize: 6, rotary: true, bias: false, cache: true } as const;

function cached(options: Partial<dw.AttentionOptions> = {}): Made {
  const layer = dw.groupedQueryAttention(4, { ...llama, ...options, cache: true, kvHeads: 2 });
  const compute: Compute = (x, key, value) => {
    const { output, presentKey, presentValue } = layer(read(x), read(key), read(value));
    return [output, presentKey, presentValue];
  };
  return { layer, compute };
}

function rotated(scaling?: dw.RotaryScaling, base = 10000): Made {
  const layer = dw.rotaryEmbedding({ base, ...(scaling ? { scaling } : {}) });
  return { layer, compute: (x, positions) => layer(read(x), positions) };
}

/** The numbers that the bias of T5 has for the first query, then for the last. */
function rows(layer: dw.Layer<dw.BiasInputs>): Made {
  const compute: Compute = (x) => {
    const bias = layer(read(x));
    return dw.op.Concat([dw.op.Gather(bias, 0n, { axis: 2 }), dw.op.Gather(bias, -1n, { axis: 2 })], { axis: -1 });
  };
  return { layer, compute };
}

function t5(): Made {
  const attention = dw.multiHeadAttention(2, { headSize: 3, scale: 1, bias: false });
  const bias = dw.relativePositionBias(2);
  const layer = dw.block({ attention, bias }, (x: Value) => attention(x, x, x, bias(x)));
  return plain(layer);
}

function decoding(layer: dw.Layer<dw.DecoderInputs>): Made {
  return { layer, compute: (x, memory) => layer(read(x), read(memory)) };
}

function dotProduct(scale?: number): Made {
  const options = { heads: 4, kvHeads: 2, ...(scale === undefined ? {} : { scale }) };
  const layer = dw.block({}, (q: Value, k: Value, v: Value, mask: Value) =>
    functional.scaledDotProductAttention(q, k, v, mask, options),
  );
  return { layer, compute: (q, k, v, mask) => layer(read(q), read(k), read(v), read(mask)) };
}

const places = dw.positionalEmbedding(7);
const original = { originalPositions: 64 };

/** The model of each recorded case. */
const LAYERS: Readonly<Record<string, () => Made>> = {
  'llama attention, no past': () => cached(),
  'llama attention, past': () => cached(),
  'llama attention, one new token': () => cached(),
  'qwen3 attention, norms of heads': () => cached({ qkNorm: true }),
  'gemma2 attention, capped, scaled, windowed': () => cached({ softcap: 1.5, scale: 1 / 3, window: 3 }),
  rotary: () => rotated(undefined, 500),
  'rotary, linear': () => rotated({ type: 'linear', factor: 4 }),
  'rotary, llama3': () => rotated({ type: 'llama3', factor: 8, ...original }, 500),
  'rotary, yarn': () => rotated({ type: 'yarn', factor: 4, ...original }, 100),
  'rotary, dynamic, short': () => rotated({ type: 'dynamic', factor: 2, ...original }),
  'rotary, dynamic, long': () => rotated({ type: 'dynamic', factor: 2, originalPositions: 5 }),
  'rotary, interleaved, part of a head': () => plain(dw.rotaryEmbedding({ heads: 3, dim: 4, interleaved: true })),
  't5 bias, encoder': () => rows(dw.relativePositionBias(2)),
  't5 bias, decoder': () => rows(dw.relativePositionBias(2, { bidirectional: false })),
  't5 attention': t5,
  'alibi, 4 heads': () => plain(dw.alibi(4)),
  'alibi, 6 heads': () => plain(dw.alibi(6)),
  'sinusoidal, halves': () => plain(dw.sinusoidalEncoding({ layout: 'halves' })),
  'sinusoidal, width 6': () => plain(dw.sinusoidalEncoding()),
  'sinusoidal, width 7': () => plain(dw.sinusoidalEncoding()),
  swiglu: () => plain(dw.swiglu(12)),
  'geglu, tanh': () => plain(dw.geglu(12, { approximate: 'tanh' })),
  feedForward: () => plain(dw.feedForward(12, { activation: 'gelu' })),
  mixtral: () => plain(dw.mixtureOfExperts(5, { hidden: 12 })),
  'decoder layer': () => decoding(dw.transformerDecoderLayer(2, 12)),
  'decoder layer, norm first': () => decoding(dw.transformerDecoderLayer(2, 12, { normFirst: true })),
  decoder: () => decoding(dw.transformerDecoder(2, 2, 12)),
  encoder: () => plain(dw.transformerEncoder(2, 2, 12)),
  'scaledDotProductAttention, grouped, masked': () => dotProduct(0.3),
  'scaledDotProductAttention, grouped, a bias for each head': () => dotProduct(),
  patchEmbedding: () => plain(dw.patchEmbedding(2, 6)),
  learnedTokens: () => plain(dw.learnedTokens(2)),
  'positionalEmbedding at places': () => ({ layer: places, compute: (x, at) => places(read(x), at) }),
  timestepEmbedding: () => plain(dw.timestepEmbedding(8)),
};

/** The same cases as functions of values, their weights too. */
const FUNCTIONS: Readonly<Record<string, Compute>> = {
  rotary: (x, positions) => functional.rotaryEmbedding(read(x), positions, { base: 500 }),
  'rotary, interleaved, part of a head': (x) =>
    functional.rotaryEmbedding(read(x), undefined, { heads: 3, dim: 4, interleaved: true }),
  'alibi, 6 heads': (x) => functional.alibi(read(x), undefined, 6),
  'sinusoidal, width 7': (x) => functional.sinusoidalEncoding(read(x)),
  timestepEmbedding: (x) => functional.timestepEmbedding(read(x), 8),
  learnedTokens: (x, weight) => functional.learnedTokens(read(x), read(weight)),
  'positionalEmbedding at places': (x, at, weight) => functional.positionalEmbedding(read(x), read(weight), at),
  't5 bias, encoder': (x, weight) => {
    const bias = functional.relativePositionBias(read(x), undefined, read(weight));
    return dw.op.Concat([dw.op.Gather(bias, 0n, { axis: 2 }), dw.op.Gather(bias, -1n, { axis: 2 })], { axis: -1 });
  },
};

/** Inputs whose sizes a run may change: only widths are numbers, so that what is computed holds for every length. */
function declare({ name, inputs }: Case): Record<string, dw.InputSpec> {
  const declared = inputs.map(({ dtype, shape }, i) => {
    if (!isDType(dtype)) throw new Error(`unknown dtype ${dtype}`);
    const features = shape.length === 1 ? [] : [shape.length - 1, ...(name === 'patchEmbedding' ? [1] : [])];
    const sizes = shape.map((_, axis) => (features.includes(axis) ? '?' : `d${i}_${axis}`));
    return [`in${i}`, dw.tensor(dtype, sizes)] as const;
  });
  return Object.fromEntries(declared);
}

/** The model of a case, bound by its inputs, with the recorded weights; an operator of opset 24 on a second output raises it. */
function boundModel(one: Case, isNew: boolean): dw.BoundModel {
  const made = LAYERS[one.name]?.();
  if (!made) throw new Error(`no layer for ${one.name}`);
  const lengths = Object.fromEntries(
    one.inputs.flatMap(({ shape }, i) =>
      shape.flatMap((size, axis) => (size === 0 ? [[`d${i}_${axis}`, { min: 0 }]] : [])),
    ),
  );
  const compute: Compute = (...inputs) => {
    const results = [made.compute(...inputs)].flat();
    return isNew ? [...results, dw.op.Swish(dw.op.Cast(read(inputs[0]), { to: 'float32' }))] : results;
  };
  const net = dw.model(compute as dw.Composition, { inputs: declare(one), symbols: lengths });
  const bound = net.bind(Object.fromEntries(one.inputs.map(({ shape }, i) => [`in${i}`, shape])));
  for (const [path, numbers] of Object.entries(one.parameters)) {
    const whole = [...net.parameters().keys()].find(
      (key) => key === path || key.endsWith(`.${path}`) || key === `0.${path}`,
    );
    if (numbers) net.parameter(whole ?? path).setData(dw.tensorFromValues('float32', numbers.shape, numbers.data));
  }
  expect([...net.parameters().values()].filter((cell) => !cell.isReady)).toEqual([]);
  return bound;
}

describe('attention and what surrounds it', () => {
  test('every recorded case has its layer', () => {
    expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(LAYERS).sort());
  });

  const runs = CASES.flatMap((one) => [
    [one.name, 'as parts', one, false] as const,
    [one.name, 'at opset 24', one, true] as const,
  ]);
  test.each(runs)('%s computes what PyTorch computes, %s', async (_, __, one, isNew) => {
    const compiled = boundModel(one, isNew).compile();
    await using session = await createSession(compiled, { providers: ['cpu'] });
    const results = Object.values(await session.run(Object.fromEntries(one.inputs.map((feed, i) => [`in${i}`, feed]))));
    one.outputs.forEach((expected, i) => {
      expect(results[i]?.shape).toEqual(expected.shape);
      const most = Math.max(...expected.data.map(Math.abs));
      const off = expected.data.map((value, j) => Math.abs(value - Number(results[i]?.data[j])));
      expect(Math.max(...off)).toBeLessThanOrEqual(1e-5 * most);
    });
  });

  test.each(Object.entries(FUNCTIONS))('%s computes the same as a function of values', async (name, compute) => {
    const one = CASES.find((candidate) => candidate.name === name);
    const [expected] = one?.outputs ?? [];
    if (!one || !expected) throw new Error(`no case ${name}`);
    const feeds = [...one.inputs, ...Object.values(one.parameters).flatMap((weight) => weight ?? [])];
    const shapes = Object.fromEntries(feeds.map(({ shape }, i) => [`in${i}`, shape]));
    const inputs = Object.fromEntries(
      feeds.map(({ dtype, shape }, i) => [`in${i}`, dw.tensor(dtype === 'int64' ? 'int64' : 'float32', shape)]),
    );
    const net = dw.model(compute as dw.Composition, { inputs });
    await using session = await createSession(net.bind(shapes).compile(), { providers: ['cpu'] });
    const { output } = await session.run(Object.fromEntries(feeds.map((feed, i) => [`in${i}`, feed])));
    expect(output?.shape).toEqual(expected.shape);
    const most = Math.max(...expected.data.map(Math.abs));
    const off = expected.data.map((value, j) => Math.abs(value - Number(output?.data[j])));
    expect(Math.max(...off)).toBeLessThanOrEqual(1e-5 * most);
  });
});
