// The layers of the cases that PyTorch and transformers recorded in torch-attention.json, and the models of them.
import type { Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import { functional } from '../../../src/index.ts';
import { isDType } from '../../../src/ir/dtype.ts';
import recorded from '../../fixtures/layers/torch-attention.json' with { type: 'json' };

/** A tensor as it was recorded. */
export interface Numbers {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One layer with its weights, and what it made of its inputs. */
export interface Case {
  readonly name: string;
  readonly inputs: readonly Numbers[];
  readonly parameters: Readonly<Record<string, Numbers | undefined>>;
  readonly outputs: readonly Numbers[];
}

/** The recorded cases. */
export const CASES: readonly Case[] = recorded.cases;

/** What a model computes. */
export type Compute = (...inputs: Value[]) => Value | readonly Value[];

/** A layer, and how a model calls it where that is not by its inputs alone. */
interface Made {
  readonly layer: dw.AnyLayer;
  readonly compute: Compute;
}

const plain = (layer: dw.Layer<[x: Value]>): Made => ({ layer, compute: (x) => layer(read(x)) });

/** An input that the case has. */
export function read(value: Value | undefined): Value {
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
export const LAYERS: Readonly<Record<string, () => Made>> = {
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
export function boundModel(one: Case, isNew = false): dw.BoundModel {
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
  const missing = [...net.parameters().values()].find((cell) => !cell.isReady);
  if (missing) throw new Error(`nothing is recorded of ${missing.path}`);
  return bound;
}
