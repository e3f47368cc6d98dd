// MobileNetV3, large and small (Howard et al. 2019), with the parameter names of torchvision.
import {
  batchNorm,
  block,
  conv2d,
  type DefinedModel,
  dense,
  dropout,
  flatten,
  globalAvgPool,
  hardSwish,
  type Layer,
  model,
  op,
  relu,
  sequential,
  squeezeExcite,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** One inverted residual: what goes in, the kernel, the expanded channels, what comes out, and how. */
type Block = readonly [
  input: number,
  kernel: number,
  expanded: number,
  output: number,
  squeezes: boolean,
  activation: 'relu' | 'hardSwish',
  strides: number,
];

const LARGE: readonly Block[] = [
  [16, 3, 16, 16, false, 'relu', 1],
  [16, 3, 64, 24, false, 'relu', 2],
  [24, 3, 72, 24, false, 'relu', 1],
  [24, 5, 72, 40, true, 'relu', 2],
  [40, 5, 120, 40, true, 'relu', 1],
  [40, 5, 120, 40, true, 'relu', 1],
  [40, 3, 240, 80, false, 'hardSwish', 2],
  [80, 3, 200, 80, false, 'hardSwish', 1],
  [80, 3, 184, 80, false, 'hardSwish', 1],
  [80, 3, 184, 80, false, 'hardSwish', 1],
  [80, 3, 480, 112, true, 'hardSwish', 1],
  [112, 3, 672, 112, true, 'hardSwish', 1],
  [112, 5, 672, 160, true, 'hardSwish', 2],
  [160, 5, 960, 160, true, 'hardSwish', 1],
  [160, 5, 960, 160, true, 'hardSwish', 1],
];

const SMALL: readonly Block[] = [
  [16, 3, 16, 16, true, 'relu', 2],
  [16, 3, 72, 24, false, 'relu', 2],
  [24, 3, 88, 24, false, 'relu', 1],
  [24, 5, 96, 40, true, 'hardSwish', 2],
  [40, 5, 240, 40, true, 'hardSwish', 1],
  [40, 5, 240, 40, true, 'hardSwish', 1],
  [40, 5, 120, 48, true, 'hardSwish', 1],
  [48, 5, 144, 48, true, 'hardSwish', 1],
  [48, 5, 288, 96, true, 'hardSwish', 2],
  [96, 5, 576, 96, true, 'hardSwish', 1],
  [96, 5, 576, 96, true, 'hardSwish', 1],
];

/** The multiple of 8 that is nearest, but no more than a tenth below. */
function nearestEight(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

const normalize = (): Layer => batchNorm({ epsilon: 1e-3 });

/** How a convolution here differs from a plain one of 1 x 1. */
interface ConvConfig {
  readonly kernel?: number;
  readonly strides?: number;
  readonly groups?: number;
  readonly activation?: Layer | undefined;
}

function convolve(channels: number, { kernel = 1, strides = 1, groups = 1, activation }: ConvConfig): Layer {
  const conv = conv2d(channels, kernel, { strides, groups, padding: (kernel - 1) / 2, bias: false });
  return sequential(conv, normalize(), ...(activation ? [activation] : []));
}

function invertedResidual([input, kernel, expanded, output, squeezes, kind, strides]: Block): Layer {
  const activation = (): Layer => (kind === 'relu' ? relu() : hardSwish());
  const body = sequential(
    ...(expanded === input ? [] : [convolve(expanded, { activation: activation() })]),
    convolve(expanded, { kernel, strides, groups: expanded, activation: activation() }),
    ...(squeezes ? [squeezeExcite(4, { channels: nearestEight(expanded / 4), gate: 'hardSigmoid' })] : []),
    convolve(output, {}),
  );
  const keeps = strides === 1 && input === output;
  return block({ block: body }, (x: Value) => (keeps ? op.Add(body(x), x) : body(x)));
}

function mobilenetV3(blocks: readonly Block[], hidden: number, classes: number, name: string): DefinedModel {
  const last = 6 * (blocks.at(-1)?.[3] ?? 0);
  const features = sequential(
    convolve(16, { kernel: 3, strides: 2, activation: hardSwish() }),
    ...blocks.map(invertedResidual),
    convolve(last, { activation: hardSwish() }),
  );
  const classifier = sequential(dense(hidden), hardSwish(), dropout(0.2), dense(classes));
  const [avgpool, flat] = [globalAvgPool(), flatten()];
  return model(
    block({ features, avgpool, flat, classifier }, (x: Value) => classifier(flat(avgpool(features(x))))),
    { name, inputs: { x: ['batch', '?', 'height', 'width'] } },
  );
}

/** MobileNetV3-Large for images of any size: 5,483,032 trained parameters at 3 channels and 1000 classes. */
export const mobilenetV3Large = (classes = 1000): DefinedModel =>
  mobilenetV3(LARGE, 1280, classes, 'mobilenet-v3-large');

/** MobileNetV3-Small for images of any size: 2,542,856 trained parameters at 3 channels and 1000 classes. */
export const mobilenetV3Small = (classes = 1000): DefinedModel =>
  mobilenetV3(SMALL, 1024, classes, 'mobilenet-v3-small');

const net = mobilenetV3Large();
export default net;

if (isScript(import.meta.url)) showLayers(net, ['batch', 3, 'height', 'width']);
