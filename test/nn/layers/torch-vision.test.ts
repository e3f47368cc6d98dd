// Layers for images compute on ONNX Runtime what PyTorch computes, for sizes that are known and for sizes that only a run tells.
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import recorded from '../../fixtures/layers/torch-vision.json' with { type: 'json' };
import { expectRecorded, type RecordedCase, recordedModel } from './recorded-case.ts';

const CASES: readonly RecordedCase[] = recorded.cases;

const linear = { mode: 'linear' } as const;
const cubic = { mode: 'cubic' } as const;

/** A layer with offsets and factors as second and third input. */
const given = (layer: dw.Layer<dw.DeformableInputs>) => (x: Value, offset: Value, mask: Value) =>
  layer(x, offset, mask);

/** The model of each recorded case. */
const LAYERS: Readonly<Record<string, () => dw.Composition>> = {
  depthwiseConv1d: () => dw.depthwiseConv1d(3, { multiplier: 2, padding: 1 }),
  'depthwiseConv2d strided': () => dw.depthwiseConv2d([3, 2], { strides: [2, 1], bias: false }),
  depthwiseConv3d: () => dw.depthwiseConv3d(2, { multiplier: 2 }),
  separableConv2d: () => dw.separableConv2d(3, 3, { multiplier: 2, padding: 1 }),
  convTranspose3d: () => dw.convTranspose3d(3, 2, { strides: [1, 2, 1] }),
  zeroPad1d: () => dw.zeroPad1d([1, 2]),
  zeroPad2d: () => dw.zeroPad2d([2, 1, 3, 0]),
  constantPad3d: () => dw.constantPad3d(1, 2.5),
  reflectionPad1d: () => dw.reflectionPad1d([2, 1]),
  reflectionPad2d: () => dw.reflectionPad2d(2),
  reflectionPad3d: () => dw.reflectionPad3d(1),
  replicationPad1d: () => dw.replicationPad1d([[3, 1]]),
  replicationPad2d: () =>
    dw.replicationPad2d([
      [0, 3],
      [1, 2],
    ]),
  replicationPad3d: () => dw.replicationPad3d(1),
  circularPad1d: () => dw.circularPad1d([2, 3]),
  circularPad2d: () => dw.circularPad2d([2, 1, 0, 2]),
  circularPad3d: () => dw.circularPad3d(1),
  upsampling1d: () => dw.upsampling1d(3),
  upsampling2d: () => dw.upsampling2d(),
  'upsampling2d linear': () => dw.upsampling2d(2, linear),
  'upsampling2d linear, corners': () => dw.upsampling2d([2, 3], { ...linear, alignCorners: true }),
  'upsampling2d linear, by fractions': () => dw.upsampling2d([1.5, 0.5], linear),
  'upsampling2d cubic': () => dw.upsampling2d(2, cubic),
  'upsampling2d cubic, corners': () => dw.upsampling2d(2, { ...cubic, alignCorners: true }),
  'upsampling3d linear': () => dw.upsampling3d(2, linear),
  'resize1d linear': () => dw.resize1d(7, linear),
  resize2d: () => dw.resize2d([5, 3]),
  'resize2d linear': () => dw.resize2d([5, 3], linear),
  'resize2d cubic': () => dw.resize2d([7, 3], cubic),
  resize3d: () => dw.resize3d([3, 4, 1]),
  resizeTo: () => dw.resizeTo(linear),
  pixelShuffle: () => dw.pixelShuffle(2),
  pixelUnshuffle: () => dw.pixelUnshuffle(2),
  channelShuffle: () => dw.channelShuffle(3),
  cropping2d: () => dw.cropping2d([1, 0, 2, 1]),
  'adaptiveAvgPool1d uneven': () => dw.adaptiveAvgPool1d(4),
  'adaptiveAvgPool2d uneven': () => dw.adaptiveAvgPool2d([3, 5]),
  'adaptiveAvgPool2d larger than its input': () => dw.adaptiveAvgPool2d(5),
  'adaptiveAvgPool2d even': () => dw.adaptiveAvgPool2d([2, 'same']),
  adaptiveAvgPool3d: () => dw.adaptiveAvgPool3d([2, 1, 3]),
  'adaptiveMaxPool1d uneven': () => dw.adaptiveMaxPool1d(4),
  'adaptiveMaxPool2d uneven': () => dw.adaptiveMaxPool2d([3, 1]),
  adaptiveMaxPool3d: () => dw.adaptiveMaxPool3d(2),
  lpPool1d: () => dw.lpPool1d(3, { strides: 2 }),
  'lpPool2d ceil': () => dw.lpPool2d(2, { ceilMode: true }),
  'lpPool3d of absolute values': () => dw.lpPool3d(2, { p: 3 }),
  unfold: () => dw.unfold([2, 3], { dilation: [2, 1], padding: [1, 0], strides: [1, 2] }),
  fold: () => dw.fold([4, 5], [2, 3], { padding: [1, 0], strides: [2, 1] }),
  localResponseNorm: () => dw.localResponseNorm(3, { alpha: 0.5, beta: 0.6, k: 1.5 }),
  'localResponseNorm even': () => dw.localResponseNorm(4, { alpha: 0.5 }),
  'localResponseNorm rank 3': () => dw.localResponseNorm(3, { alpha: 0.5 }),
  'localResponseNorm rank 5': () => dw.localResponseNorm(2, { alpha: 0.5 }),
  glu: () => dw.glu(),
  'glu over channels': () => dw.glu({ axis: 1 }),
  spatialDropout: () => dw.spatialDropout(0.4),
  alphaDropout: () => dw.alphaDropout(0.4),
  instanceNorm: () => dw.instanceNorm({ epsilon: 1e-3 }),
  'instanceNorm without affine': () => dw.instanceNorm({ scale: false, center: false }),
  prelu: () => dw.prelu(),
  'prelu per channel': () => dw.prelu({ perChannel: true }),
  squeezeExcite: () => dw.squeezeExcite(4),
  'squeezeExcite with channels and another gate': () => dw.squeezeExcite(4, { channels: 3, gate: 'hardSigmoid' }),
  'weightNorm of dense': () => dw.weightNorm(dw.dense(3)),
  'weightNorm of conv2d': () => dw.weightNorm(dw.conv2d(3, 2)),
  'weightNorm of convTranspose1d': () => dw.weightNorm(dw.convTranspose1d(3, 2)),
  'weightNorm over all': () => dw.weightNorm(dw.dense(3), { axis: 'none' }),
  'spectralNorm of dense': () => dw.spectralNorm(dw.dense(3)),
  'spectralNorm with steps in the graph': () => dw.spectralNorm(dw.dense(3), { iterations: 3 }),
  'spectralNorm of conv2d': () => dw.spectralNorm(dw.conv2d(3, 2)),
  'spectralNorm of convTranspose2d': () => dw.spectralNorm(dw.convTranspose2d(3, 2), { axis: 1 }),
  layerScale: () => dw.layerScale(),
  'layerScale over channels': () => dw.layerScale(1, { axis: 1 }),
  deformableConv2d: () => dw.deformableConv2d(3, 2),
  'deformableConv2d modulated': () => dw.deformableConv2d(3, 2, { modulated: true }),
  'deformableConv2d with offsets given': () =>
    given(
      dw.deformableConv2d(2, 3, {
        strides: 2,
        padding: 1,
        groups: 2,
        offsetGroups: 2,
        offsets: 'given',
        modulated: true,
      }),
    ),
  celu: () => dw.celu(),
  'celu with alpha': () => dw.celu({ alpha: 0.5 }),
  logSigmoid: () => dw.logSigmoid(),
  softmin: () => dw.softmin(),
  swish: () => dw.swish(),
  quickGelu: () => dw.quickGelu(),
  exponential: () => dw.exponential(),
  squareplus: () => dw.squareplus(),
  sparsePlus: () => dw.sparsePlus(),
  sparseSigmoid: () => dw.sparseSigmoid(),
  hardTanh: () => dw.hardTanh(),
  'hardTanh with limits': () => dw.hardTanh({ min: -0.5, max: 2 }),
  hardSilu: () => dw.hardSilu(),
  hardShrink: () => dw.hardShrink(),
  softShrink: () => dw.softShrink(),
  'softShrink with lambda': () => dw.softShrink({ lambda: 1.2 }),
  tanhShrink: () => dw.tanhShrink(),
  threshold: () => dw.threshold({ threshold: 0.7, value: -20 }),
  thresholdedRelu: () => dw.thresholdedRelu(),
  rrelu: () => dw.rrelu(),
  'rrelu with slopes': () => dw.rrelu({ lower: 0.2, upper: 0.4 }),
  squaredRelu: () => dw.squaredRelu(),
};

function layerOf(name: string): dw.Composition {
  const composition = LAYERS[name]?.();
  if (!composition) throw new Error(`no layer for ${name}`);
  return composition;
}

/** Cases with one input whose channels and places may all be symbols. */
const SYMBOLIC = CASES.filter(
  ({ inputs, parameters }) =>
    inputs.length === 1 && Object.keys(parameters).length === 0 && (inputs[0]?.shape.length ?? 0) > 2,
);

describe('layers for images', () => {
  test('every recorded case has its layer', () => {
    expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test.each(CASES.map((one) => [one.name, one] as const))('%s computes what PyTorch computes', async (name, one) => {
    await expectRecorded(one, recordedModel(one, layerOf(name)).compile());
  });

  test.each(CASES.filter(({ name }) => name.startsWith('deformable')).map((one) => [one.name, one] as const))(
    '%s computes it in parts, for runtimes without the operator',
    async (name, one) => {
      const compiled = recordedModel(one, layerOf(name)).compile({ target: 'ort@1.24' });
      const operators = [...compiled.graph.nodes()].map((node) => node.op);
      expect(operators).toContain('GridSample');
      expect(operators).not.toContain('DeformConv');
      await expectRecorded(one, compiled);
    },
  );

  test('deformableConv2d in parts keeps its shape for sizes that a run tells', async () => {
    const net = dw.model(dw.deformableConv2d(4, 3, { padding: 1, strides: 2, offsetGroups: 2, modulated: true }));
    const compiled = net.initialize().bind(['n', 4, 'h', 'w']).compile({ target: 'ort@1.24' });
    expect(compiled.graph.outputs.map(({ shape }) => dw.formatShape(shape))).toEqual([
      '[n, 4, ceildiv(h, 2), ceildiv(w, 2)]',
    ]);
    await using session = await dw.createSession(compiled, { providers: ['cpu'] });
    for (const [n, h, w] of [
      [1, 5, 6],
      [3, 1, 9],
    ] as const) {
      const { output } = await session.run({
        x: { dims: [n, 4, h, w], type: 'float32', data: new Float32Array(n * 4 * h * w) },
      });
      expect(output?.shape).toEqual([n, 4, Math.ceil(h / 2), Math.ceil(w / 2)]);
    }
  });

  test.each(SYMBOLIC.map((one) => [one.name, one] as const))(
    '%s computes it for sizes that a run tells',
    async (name, one) => {
      const sizes = ['n', 'c', 'd', 'h', 'w'].slice(0, one.inputs[0]?.shape.length);
      // The windows of fold are counted by the image that it makes.
      const shape = name === 'fold' ? ['n', 'c', 9] : sizes;
      const net = dw.model(layerOf(name), { inputs: { in0: shape } });
      await expectRecorded(one, net.initialize().bind(shape).compile());
    },
  );
});
