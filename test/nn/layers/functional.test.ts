// Layers as functions of values compute what PyTorch's layers compute with the same weights, which are inputs of the graph here.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { functional, type Value } from '../../../src/index.ts';
import layers from '../../fixtures/layers/torch-layers.json' with { type: 'json' };
import vision from '../../fixtures/layers/torch-vision.json' with { type: 'json' };
import { errorOf } from '../initializers/error-of.ts';
import { expectRecorded } from './recorded-case.ts';
import { type RecordedCase } from './recorded-model.ts';

const CASES: readonly RecordedCase[] = [...layers.cases, ...vision.cases];

/** What a function makes of the inputs of a case and of its weights by name. */
type Compute = (x: Value, weights: Readonly<Record<string, Value>>, rest: readonly Value[]) => Value;

const off = { dilation: 2, padding: 'same', groups: 2 } as const;
const linear = { mode: 'linear' } as const;

/** The functions of recorded cases. */
const FUNCTIONS: Readonly<Record<string, Compute>> = {
  dense: (x, { weight, bias }) => functional.dense(x, weight as Value, bias),
  'conv1d grouped, dilated, same': (x, { weight, bias }) => functional.conv1d(x, weight as Value, bias, off),
  'conv2d strided, padded': (x, { weight, bias }) =>
    functional.conv2d(x, weight as Value, bias, { strides: [2, 1], padding: [1, 0] }),
  'conv2d even kernel, same': (x, { weight }) => functional.conv2d(x, weight as Value, undefined, { padding: 'same' }),
  conv3d: (x, { weight, bias }) => functional.conv3d(x, weight as Value, bias, { strides: 2 }),
  'convTranspose1d grouped': (x, { weight, bias }) =>
    functional.convTranspose1d(x, weight as Value, bias, { strides: 2, groups: 2 }),
  'convTranspose2d padded': (x, { weight, bias }) =>
    functional.convTranspose2d(x, weight as Value, bias, { strides: 2, padding: 1, outputPadding: 1 }),
  convTranspose3d: (x, { weight, bias }) =>
    functional.convTranspose3d(x, weight as Value, bias, { strides: [1, 2, 1] }),
  batchNorm: (x, { weight, bias, runningMean, runningVar }) =>
    functional.batchNorm(x, runningMean as Value, runningVar as Value, weight, bias, { epsilon: 1e-3 }),
  layerNorm: (x, { weight, bias }) => functional.layerNorm(x, weight, bias),
  'layerNorm over two axes': (x, { weight, bias }) =>
    functional.layerNorm(x, weight, bias, { axis: -2, epsilon: 1e-3 }),
  'layerNorm without affine': (x) => functional.layerNorm(x),
  groupNorm: (x, { weight, bias }) => functional.groupNorm(x, 2, weight, bias),
  'groupNorm without affine': (x) => functional.groupNorm(x, 3),
  rmsNorm: (x, { weight }) => functional.rmsNorm(x, weight, { epsilon: 1e-3 }),
  embedding: (x, { weight }) => functional.embedding(x, weight as Value),
  positionalEmbedding: (x, { weight }) => functional.positionalEmbedding(x, weight as Value),
  flatten: (x) => functional.flatten(x),
  dropout: (x) => functional.dropout(x, 0.3),
  'maxPool1d dilated': (x) => functional.maxPool1d(x, 3, { strides: 1, dilation: 2 }),
  'maxPool2d ceil': (x) => functional.maxPool2d(x, 3, { strides: 2, padding: 1, ceilMode: true }),
  maxPool3d: (x) => functional.maxPool3d(x, 2),
  avgPool1d: (x) => functional.avgPool1d(x),
  'avgPool2d without padding': (x) => functional.avgPool2d(x, 3, { strides: 2, padding: 1, countIncludePad: false }),
  avgPool3d: (x) => functional.avgPool3d(x, [1, 2, 2]),
  globalAvgPool: (x) => functional.globalAvgPool(x),
  globalMaxPool: (x) => functional.globalMaxPool(x),
  depthwiseConv1d: (x, { weight, bias }) =>
    functional.depthwiseConv1d(x, weight as Value, bias, { multiplier: 2, padding: 1 }),
  'depthwiseConv2d strided': (x, { weight }) =>
    functional.depthwiseConv2d(x, weight as Value, undefined, { strides: [2, 1] }),
  depthwiseConv3d: (x, { weight, bias }) => functional.depthwiseConv3d(x, weight as Value, bias, { multiplier: 2 }),
  'deformableConv2d with offsets given': (x, { weight, bias }, [offset, mask]) =>
    functional.deformableConv2d(x, offset as Value, weight as Value, bias, mask, {
      strides: 2,
      padding: 1,
      groups: 2,
      offsetGroups: 2,
    }),
  zeroPad1d: (x) => functional.zeroPad1d(x, [1, 2]),
  zeroPad2d: (x) => functional.zeroPad2d(x, [2, 1, 3, 0]),
  constantPad3d: (x) => functional.constantPad3d(x, 1, 2.5),
  reflectionPad1d: (x) => functional.reflectionPad1d(x, [2, 1]),
  reflectionPad2d: (x) => functional.reflectionPad2d(x, 2),
  reflectionPad3d: (x) => functional.reflectionPad3d(x, 1),
  replicationPad1d: (x) => functional.replicationPad1d(x, [3, 1]),
  replicationPad2d: (x) => functional.replicationPad2d(x, [0, 1, 3, 2]),
  replicationPad3d: (x) => functional.replicationPad3d(x, 1),
  circularPad1d: (x) => functional.circularPad1d(x, [2, 3]),
  circularPad2d: (x) => functional.circularPad2d(x, [2, 1, 0, 2]),
  circularPad3d: (x) => functional.circularPad3d(x, 1),
  cropping2d: (x) => functional.cropping2d(x, [1, 0, 2, 1]),
  upsampling1d: (x) => functional.upsampling1d(x, 3),
  upsampling2d: (x) => functional.upsampling2d(x),
  'upsampling3d linear': (x) => functional.upsampling3d(x, 2, linear),
  'resize1d linear': (x) => functional.resize1d(x, 7, linear),
  resize2d: (x) => functional.resize2d(x, [5, 3]),
  resize3d: (x) => functional.resize3d(x, [3, 4, 1]),
  resizeTo: (x, _, [like]) => functional.resizeTo(x, like as Value, linear),
  pixelShuffle: (x) => functional.pixelShuffle(x, 2),
  pixelUnshuffle: (x) => functional.pixelUnshuffle(x, 2),
  channelShuffle: (x) => functional.channelShuffle(x, 3),
  'adaptiveAvgPool1d uneven': (x) => functional.adaptiveAvgPool1d(x, 4),
  'adaptiveAvgPool2d uneven': (x) => functional.adaptiveAvgPool2d(x, [3, 5]),
  adaptiveAvgPool3d: (x) => functional.adaptiveAvgPool3d(x, [2, 1, 3]),
  'adaptiveMaxPool1d uneven': (x) => functional.adaptiveMaxPool1d(x, 4),
  'adaptiveMaxPool2d uneven': (x) => functional.adaptiveMaxPool2d(x, [3, 1]),
  adaptiveMaxPool3d: (x) => functional.adaptiveMaxPool3d(x, 2),
  lpPool1d: (x) => functional.lpPool1d(x, 3, { strides: 2 }),
  'lpPool2d ceil': (x) => functional.lpPool2d(x, 2, { ceilMode: true }),
  'lpPool3d of absolute values': (x) => functional.lpPool3d(x, 2, { p: 3 }),
  unfold: (x) => functional.unfold(x, [2, 3], { dilation: [2, 1], padding: [1, 0], strides: [1, 2] }),
  fold: (x) => functional.fold(x, [4, 5], [2, 3], { padding: [1, 0], strides: [2, 1] }),
  localResponseNorm: (x) => functional.localResponseNorm(x, 3, { alpha: 0.5, beta: 0.6, k: 1.5 }),
  glu: (x) => functional.glu(x),
  spatialDropout: (x) => functional.spatialDropout(x, 0.4),
  alphaDropout: (x) => functional.alphaDropout(x, 0.4),
  instanceNorm: (x, { weight, bias }) => functional.instanceNorm(x, weight, bias, { epsilon: 1e-3 }),
  prelu: (x, { weight }) => functional.prelu(x, weight as Value),
  'prelu per channel': (x, { weight }) => functional.prelu(x, weight as Value),
  layerScale: (x, { weight }) => functional.layerScale(x, weight as Value),
  'layerScale over channels': (x, { weight }) => functional.layerScale(x, weight as Value, 1),
  relu: (x) => functional.relu(x),
  relu6: (x) => functional.relu6(x),
  leakyRelu: (x) => functional.leakyRelu(x),
  elu: (x) => functional.elu(x),
  selu: (x) => functional.selu(x),
  gelu: (x) => functional.gelu(x),
  geluTanh: (x) => functional.gelu(x, { approximate: 'tanh' }),
  sigmoid: (x) => functional.sigmoid(x),
  hardSigmoid: (x) => functional.hardSigmoid(x),
  hardSwish: (x) => functional.hardSwish(x),
  silu: (x) => functional.silu(x),
  mish: (x) => functional.mish(x),
  softplus: (x) => functional.softplus(x),
  softsign: (x) => functional.softsign(x),
  tanh: (x) => functional.tanh(x),
  softmax: (x) => functional.softmax(x),
  logSoftmax: (x) => functional.logSoftmax(x, { axis: 1 }),
  'celu with alpha': (x) => functional.celu(x, { alpha: 0.5 }),
  logSigmoid: (x) => functional.logSigmoid(x),
  softmin: (x) => functional.softmin(x),
  swish: (x) => functional.swish(x),
  quickGelu: (x) => functional.quickGelu(x),
  exponential: (x) => functional.exponential(x),
  squareplus: (x) => functional.squareplus(x),
  sparsePlus: (x) => functional.sparsePlus(x),
  sparseSigmoid: (x) => functional.sparseSigmoid(x),
  'hardTanh with limits': (x) => functional.hardTanh(x, { min: -0.5, max: 2 }),
  hardSilu: (x) => functional.hardSilu(x),
  hardShrink: (x) => functional.hardShrink(x),
  'softShrink with lambda': (x) => functional.softShrink(x, { lambda: 1.2 }),
  tanhShrink: (x) => functional.tanhShrink(x),
  threshold: (x) => functional.threshold(x, { threshold: 0.7, value: -20 }),
  thresholdedRelu: (x) => functional.thresholdedRelu(x),
  'rrelu with slopes': (x) => functional.rrelu(x, { lower: 0.2, upper: 0.4 }),
  squaredRelu: (x) => functional.squaredRelu(x),
};

/** Functions that no recorded case has: each computes what its layer computes. */
const ALIKE: readonly (readonly [
  name: string,
  of: (x: Value) => Value,
  layer: () => dw.Layer,
  shape: readonly number[],
])[] = [
  ['zeroPad3d', (x) => functional.zeroPad3d(x, [1, 0, 2]), () => dw.zeroPad3d([1, 0, 2]), [1, 1, 2, 3, 4]],
  ['constantPad1d', (x) => functional.constantPad1d(x, 1, 3), () => dw.constantPad1d(1, 3), [1, 1, 4]],
  ['constantPad2d', (x) => functional.constantPad2d(x, 1, 3), () => dw.constantPad2d(1, 3), [1, 1, 4, 2]],
  ['cropping1d', (x) => functional.cropping1d(x), () => dw.cropping1d(), [1, 1, 4]],
  ['cropping3d', (x) => functional.cropping3d(x), () => dw.cropping3d(), [1, 1, 4, 3, 4]],
  ['gaussianNoise', (x) => functional.gaussianNoise(x), () => dw.gaussianNoise(), [2, 3]],
  ['gaussianDropout', (x) => functional.gaussianDropout(x), () => dw.gaussianDropout(), [2, 3]],
  ['featureAlphaDropout', (x) => functional.featureAlphaDropout(x), () => dw.featureAlphaDropout(), [2, 3]],
  ['dropPath', (x) => functional.dropPath(x, 0.2), () => dw.dropPath(0.2), [2, 3]],
  ['stochasticDepth', (x) => functional.stochasticDepth(x), () => dw.stochasticDepth(), [2, 3]],
];

/** The operators and shapes of a model, as text without names of layers. */
const printed = (composition: dw.Composition, shape: readonly number[]): string =>
  dw.formatGraph(
    dw
      .model(composition, { inputs: { x: shape } })
      .initialize()
      .bind(shape)
      .compile().graph,
  );

describe('functional', () => {
  test.each(Object.entries(FUNCTIONS))('%s of values computes what PyTorch computes', async (name, compute) => {
    const one = CASES.find((candidate) => candidate.name === name);
    if (!one) throw new Error(`no case ${name}`);
    const weights = Object.entries(one.parameters).flatMap(([path, numbers]) =>
      numbers ? [[path, numbers] as const] : [],
    );
    const all = [...one.inputs, ...weights.map(([, numbers]) => numbers)];
    const batch = Object.fromEntries(all.map(({ shape }, i) => [`in${i}`, shape]));
    const program = dw.graph((g) => {
      const values = all.map(({ dtype, shape }, i) => g.input(`in${i}`, dtype as dw.DType, shape));
      const named = weights.map(([path], i) => [path, values[one.inputs.length + i]]);
      const [x, ...rest] = values.slice(0, one.inputs.length);
      return compute(x as Value, Object.fromEntries(named), rest);
    });
    expect(program.parameters().size).toBe(0);
    await expectRecorded({ ...one, inputs: all }, program.bind(batch).compile());
  });

  test.each(ALIKE)('%s of a value becomes what its layer becomes', (_, of, layer, shape) => {
    expect(printed(of, shape)).toBe(printed(layer(), shape));
  });

  test('rnnCell is tanh(x Wi^T + h Wh^T)', async () => {
    const float = (shape: readonly number[], data: readonly number[]) => ({ dtype: 'float32', shape, data });
    const inputs = [float([1, 2], [1, 2]), float([1, 1], [0.5]), float([1, 2], [0.1, -0.2]), float([1, 1], [0.4])];
    const shapes = { in0: [1, 2], in1: [1, 1], in2: [1, 2], in3: [1, 1] };
    const net = dw.model((x: Value, h: Value, wi: Value, wh: Value) => functional.rnnCell(x, h, [wi, wh]), {
      inputs: shapes,
    });
    const one = { name: 'rnnCell', inputs, parameters: {}, output: float([1, 1], [Math.tanh(-0.1)]) };
    await expectRecorded(one, net.bind(shapes).compile());
  });

  test('has every function under a test', () => {
    const folder = new URL('.', import.meta.url);
    const text = readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n');
    expect(Object.keys(functional).filter((name) => !new RegExp(`functional\\.${name}\\b`).test(text))).toEqual([]);
  });

  test('gives a layer of the same name in the package', () => {
    expect(Object.keys(functional).filter((name) => !(name in dw))).toEqual([]);
  });

  test('refuses wrong arguments where it is called', () => {
    const call = (of: (x: Value, w: Value) => Value) =>
      errorOf(() =>
        dw
          .model(of, { inputs: { x: ['n', 4, 'h', 'w'], w: [4, 1, 3, 'k'] } })
          .bind({ x: [1, 4, 5, 5], w: [4, 1, 3, 3] }),
      );
    expect(call((x) => functional.maxPool2d(x, 0)).message).toMatch(/maxPool2d takes size as an integer >= 1/);
    expect(call((x, w) => functional.depthwiseConv2d(x, w)).message).toMatch(
      /depthwiseConv2d takes weight as a value of rank 4/,
    );
    expect(call((x, w) => functional.conv1d(x, w)).message).toMatch(/conv1d takes weight as a value of rank 3/);
    expect(call((x) => functional.groupNorm(x, 0)).message).toMatch(/groupNorm takes groups/);
    expect(call((x) => functional.leakyRelu(x, { alpha: Number.NaN })).message).toMatch(/leakyRelu takes alpha/);
  });
});
