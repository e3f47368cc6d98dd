// EfficientNet-B0 (Tan and Le 2019), with the parameter names of torchvision.
import {
  batchNorm,
  block,
  conv2d,
  type DefinedModel,
  dense,
  dropout,
  flatten,
  globalAvgPool,
  type Layer,
  model,
  op,
  sequential,
  silu,
  squeezeExcite,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** One stage: how far its blocks expand, their kernel, the stride of the first, channels in and out, and how many they are. */
type Stage = readonly [
  expansion: number,
  kernel: number,
  strides: number,
  input: number,
  output: number,
  depth: number,
];

const STAGES: readonly Stage[] = [
  [1, 3, 1, 32, 16, 1],
  [6, 3, 2, 16, 24, 2],
  [6, 5, 2, 24, 40, 2],
  [6, 3, 2, 40, 80, 3],
  [6, 5, 1, 80, 112, 3],
  [6, 5, 2, 112, 192, 4],
  [6, 3, 1, 192, 320, 1],
];

/** A convolution that keeps the size at stride 1, and a normalization. */
const convolve = (channels: number, kernel = 1, strides = 1, groups = 1): readonly [Layer, Layer] => [
  conv2d(channels, kernel, { strides, groups, padding: (kernel - 1) / 2, bias: false }),
  batchNorm(),
];

/** A mobile inverted bottleneck. */
function mbConv(expansion: number, kernel: number, strides: number, input: number, output: number): Layer {
  const expanded = input * expansion;
  const body = sequential(
    ...(expansion === 1 ? [] : [sequential(...convolve(expanded), silu())]),
    sequential(...convolve(expanded, kernel, strides, expanded), silu()),
    squeezeExcite(4, { channels: Math.max(1, Math.floor(input / 4)), activation: 'silu' }),
    sequential(...convolve(output)),
  );
  const keeps = strides === 1 && input === output;
  return block({ block: body }, (x: Value) => (keeps ? op.Add(body(x), x) : body(x)));
}

const stage = ([expansion, kernel, strides, input, output, depth]: Stage): Layer =>
  sequential(
    ...Array.from({ length: depth }, (_, i) =>
      mbConv(expansion, kernel, i === 0 ? strides : 1, i === 0 ? input : output, output),
    ),
  );

/** EfficientNet-B0 for images of any size: 5,288,548 trained parameters at 3 channels and 1000 classes. */
export function efficientnetB0(classes = 1000): DefinedModel {
  const features = sequential(
    sequential(...convolve(32, 3, 2), silu()),
    ...STAGES.map(stage),
    sequential(...convolve(1280), silu()),
  );
  const [avgpool, flat, classifier] = [globalAvgPool(), flatten(), sequential(dropout(0.2), dense(classes))];
  return model(
    block({ features, avgpool, flat, classifier }, (x: Value) => classifier(flat(avgpool(features(x))))),
    { name: 'efficientnet-b0', inputs: { x: ['batch', '?', 'height', 'width'] } },
  );
}

const net = efficientnetB0();
export default net;

if (isScript(import.meta.url)) showLayers(net, ['batch', 3, 'height', 'width']);
