// Layers in float16 compute what they compute in float32, as far as half precision reaches.
import { getFloat16 } from '@petamoriken/float16';
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { tensor, tensorFromValues } from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';

const off = { scale: false, center: false } as const;

/** Layers that write constants of their own, which must be of the input's type. */
const LAYERS: readonly (readonly [string, () => dw.Layer, readonly number[]])[] = [
  ['dense', () => dw.dense(4), [2, 8]],
  ['conv2d', () => dw.conv2d(3, 3), [1, 2, 5, 5]],
  ['batchNorm without affine', () => dw.batchNorm(off), [2, 8]],
  ['layerNorm without scale', () => dw.layerNorm({ scale: false }), [2, 8]],
  ['groupNorm without affine', () => dw.groupNorm(2, off), [2, 8, 3]],
  ['rmsNorm', () => dw.rmsNorm(), [2, 8]],
  ['relu6', () => dw.relu6(), [2, 8]],
  ['constantPad2d', () => dw.constantPad2d(1, 0.5), [1, 2, 3, 3]],
  ['upsampling2d, linear', () => dw.upsampling2d(2, { mode: 'linear' }), [1, 2, 3, 3]],
  ['adaptiveAvgPool2d, uneven', () => dw.adaptiveAvgPool2d(3), [1, 2, 5, 4]],
  ['localResponseNorm, even', () => dw.localResponseNorm(2, { alpha: 0.5 }), [1, 4, 3]],
  ['instanceNorm without affine', () => dw.instanceNorm(off), [1, 2, 6]],
  ['depthwiseConv2d', () => dw.depthwiseConv2d(3), [1, 2, 5, 5]],
  ['prelu', () => dw.prelu(), [2, 8]],
  ['layerScale', () => dw.layerScale(0.5), [2, 8]],
  ['squeezeExcite', () => dw.squeezeExcite(2), [1, 4, 3, 3]],
  ['weightNorm', () => dw.weightNorm(dw.dense(4)), [2, 8]],
  ['spectralNorm', () => dw.spectralNorm(dw.dense(4), { iterations: 2 }), [2, 8]],
  ['glu', () => dw.glu(), [2, 8]],
  ['sparsePlus', () => dw.sparsePlus(), [2, 8]],
  ['squareplus', () => dw.squareplus(), [2, 8]],
  ['quickGelu', () => dw.quickGelu(), [2, 8]],
  ['threshold', () => dw.threshold({ threshold: 0.25, value: -1 }), [2, 8]],
  ['hardTanh', () => dw.hardTanh({ max: 0.5 }), [2, 8]],
  ['positionalEmbedding', () => dw.positionalEmbedding(7), [2, 5, 8]],
  ['attention, causal', () => dw.multiHeadAttention(2, { causal: true }), [2, 5, 8]],
  ['transformerEncoderLayer', () => dw.transformerEncoderLayer(2, 12), [2, 5, 8]],
  [
    'groupedQueryAttention',
    () => {
      const attention = dw.groupedQueryAttention(4, { kvHeads: 2, rotary: true, qkNorm: true, softcap: 3, window: 3 });
      const bias = dw.alibi(4);
      return dw.block({ attention, bias }, (x: dw.Value) => attention(x, x, x, bias(x)));
    },
    [2, 5, 8],
  ],
  ['sinusoidalEncoding', () => dw.sinusoidalEncoding(), [2, 5, 8]],
  ['swiglu', () => dw.swiglu(12), [2, 5, 8]],
  ['mixtureOfExperts', () => dw.mixtureOfExperts(4, { hidden: 12, topK: 4 }), [2, 5, 8]],
  ['learnedTokens', () => dw.learnedTokens(2), [2, 5, 8]],
];

const view = new DataView(new ArrayBuffer(2));

/** The number that the bits of a float16 stand for. */
function float16Of(bits: number): number {
  view.setUint16(0, bits);
  return getFloat16(view, 0);
}

async function outputOf(layer: dw.Layer, dtype: 'float16' | 'float32', shape: readonly number[]): Promise<number[]> {
  const net = dw.model(layer).initialize({ seed: 2 });
  const compiled = net.bind(tensor(dtype, shape)).compile();
  expect(compiled.graph.outputs.map((output) => output.dtype)).toEqual([dtype]);
  expect([...net.parameters().values()].every((cell) => cell.dtype === dtype)).toBe(true);
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Array.from({ length: count }, (_, i) => Math.fround(Math.round(Math.sin(i) * 64) / 64));
  await using session = await createSession(compiled, { providers: ['cpu'] });
  const { output } = await session.run({ x: tensorFromValues(dtype, shape, data) });
  if (output?.dtype === 'float16') return Array.from(output.data, float16Of);
  return [...(output?.data ?? [])].map(Number);
}

describe('layers in float16', () => {
  test.each(LAYERS)('%s', async (_, make, shape) => {
    const half = await outputOf(make(), 'float16', shape);
    const single = await outputOf(make(), 'float32', shape);
    const most = Math.max(...single.map(Math.abs));
    expect(half).toHaveLength(single.length);
    expect(Math.max(...half.map((value, i) => Math.abs(value - (single[i] ?? 0))))).toBeLessThan(0.02 * most);
  });
});
