// ConvNeXt-T (Liu et al. 2022), with the parameter names of torchvision but for `layer_scale`, which is `scale.gamma` here.
import {
  block,
  constant,
  conv2d,
  type DefinedModel,
  defineLayer,
  dense,
  flatten,
  gelu,
  globalAvgPool,
  type Layer,
  layerNorm,
  model,
  type NameRule,
  op,
  Parameter,
  sequential,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link convnextTiny}. */
export interface ConvnextConfig {
  /** Channels of each stage. */
  readonly widths?: readonly number[];
  /** Blocks of each stage. */
  readonly depths?: readonly number[];
  readonly classes?: number;
}

/** From torchvision's names, where a scale is no layer of its own and a normalization of pixels is its own layer. */
export const names: readonly NameRule[] = [
  [/layer_scale$/, 'scale.gamma'],
  [/^(features\.(?:0\.1|[246]\.0)|classifier\.0)\./, '$1.norm.'],
];

const toLast = (x: Value): Value => op.Transpose(x, { perm: [0, 2, 3, 1] });
const toFirst = (x: Value): Value => op.Transpose(x, { perm: [0, 3, 1, 2] });

/** Normalizes each pixel over its channels. */
function normalizePixels(): Layer {
  const norm = layerNorm({ epsilon: 1e-6 });
  return block({ norm }, (x: Value) => toFirst(norm(toLast(x))));
}

/** Scales each channel by a weight of its own, small at first. */
function channelScale(channels: number): Layer {
  const gamma = new Parameter({ shape: [channels, 1, 1], initializer: constant(1e-6) });
  return defineLayer({
    kind: 'channelScale',
    parameters: { gamma },
    apply: ({ parameters }, x: Value): Value => op.Mul(x, parameters.gamma),
  });
}

/** Mixes pixels by a convolution of 7 x 7 for each channel, then channels by two dense layers, around a shortcut. */
function convnextBlock(channels: number): Layer {
  const body = sequential(
    conv2d(channels, 7, { padding: 3, groups: channels }),
    toLast,
    layerNorm({ epsilon: 1e-6 }),
    dense(4 * channels),
    gelu(),
    dense(channels),
    toFirst,
  );
  const scale = channelScale(channels);
  return block({ block: body, scale }, (x: Value) => op.Add(scale(body(x)), x));
}

/** ConvNeXt-T for images of any size from 32 x 32 pixels on: 28,589,128 parameters at 3 channels and 1000 classes. */
export function convnextTiny(config: ConvnextConfig = {}): DefinedModel {
  const { widths = [96, 192, 384, 768], depths = [3, 3, 9, 3], classes = 1000 } = config;
  const stages = widths.flatMap((channels, i) => [
    i === 0
      ? sequential(conv2d(channels, 4, { strides: 4 }), normalizePixels())
      : sequential(normalizePixels(), conv2d(channels, 2, { strides: 2 })),
    sequential(...Array.from({ length: depths[i] ?? 1 }, () => convnextBlock(channels))),
  ]);
  const [features, avgpool] = [sequential(...stages), globalAvgPool()];
  const classifier = sequential(normalizePixels(), flatten(), dense(classes));
  return model(
    block({ features, avgpool, classifier }, (x: Value) => classifier(avgpool(features(x)))),
    { name: 'convnext-tiny', inputs: { x: ['batch', '?', 'height', 'width'] } },
  );
}

const net = convnextTiny();
export default net;

if (isScript(import.meta.url)) showLayers(net, ['batch', 3, 'height', 'width']);
