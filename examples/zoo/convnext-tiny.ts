// ConvNeXt-T (Liu et al. 2022), with the parameter names of torchvision but for `layer_scale`, which is `layer_scale.weight` here.
import {
  block,
  conv2d,
  type DefinedModel,
  dense,
  flatten,
  gelu,
  globalAvgPool,
  type Layer,
  layerNorm,
  layerScale,
  model,
  type NameRule,
  op,
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
  { from: /layer_scale$/, to: 'layer_scale.weight', reshape: [-1] },
  [/^(features\.(?:0\.1|[246]\.0)|classifier\.0)\./, '$1.norm.'],
];

const toLast = (x: Value): Value => op.Transpose(x, { perm: [0, 2, 3, 1] });
const toFirst = (x: Value): Value => op.Transpose(x, { perm: [0, 3, 1, 2] });

/** Normalizes each pixel over its channels. */
function normalizePixels(): Layer {
  const norm = layerNorm({ epsilon: 1e-6 });
  return block({ norm }, (x: Value) => toFirst(norm(toLast(x))));
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
  const layer_scale = layerScale(1e-6, { axis: 1 });
  return block({ block: body, layer_scale }, (x: Value) => op.Add(layer_scale(body(x)), x));
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
