// ResNet-50 (He et al. 2015; the stride on the 3 x 3 convolution), with the parameter names of torchvision.
import {
  batchNorm,
  block,
  conv2d,
  type DefinedModel,
  dense,
  flatten,
  globalAvgPool,
  type Layer,
  maxPool2d,
  model,
  op,
  sequential,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link resnet50}. */
export interface ResnetConfig {
  /** Channels of the first stage. */
  readonly width?: number;
  /** Blocks of each stage. */
  readonly depths?: readonly [number, number, number, number];
  readonly classes?: number;
}

/** Convolutions of 1 x 1, 3 x 3 and 1 x 1 around a shortcut; the first block of a stage projects the shortcut. */
function bottleneck(channels: number, strides: number, projects: boolean): Layer {
  const conv1 = conv2d(channels, 1, { bias: false });
  const conv2 = conv2d(channels, 3, { strides, padding: 1, bias: false });
  const conv3 = conv2d(4 * channels, 1, { bias: false });
  const [bn1, bn2, bn3] = [batchNorm(), batchNorm(), batchNorm()];
  const downsample = sequential(conv2d(4 * channels, 1, { strides, bias: false }), batchNorm());
  const parts = { conv1, bn1, conv2, bn2, conv3, bn3, ...(projects ? { downsample } : {}) };
  return block(parts, (x: Value) => {
    const y = op.Relu(bn2(conv2(op.Relu(bn1(conv1(x))))));
    return op.Relu(op.Add(bn3(conv3(y)), projects ? downsample(x) : x));
  });
}

const stage = (channels: number, depth: number, strides: number): Layer =>
  sequential(...Array.from({ length: depth }, (_, i) => bottleneck(channels, i === 0 ? strides : 1, i === 0)));

/** ResNet-50 for images of any size: 25,557,032 trained parameters at 3 channels and 1000 classes. */
export function resnet50({ width = 64, depths = [3, 4, 6, 3], classes = 1000 }: ResnetConfig = {}): DefinedModel {
  const conv1 = conv2d(width, 7, { strides: 2, padding: 3, bias: false });
  const [bn1, maxpool, avgpool] = [batchNorm(), maxPool2d(3, { strides: 2, padding: 1 }), globalAvgPool()];
  const layer1 = stage(width, depths[0], 1);
  const layer2 = stage(2 * width, depths[1], 2);
  const layer3 = stage(4 * width, depths[2], 2);
  const layer4 = stage(8 * width, depths[3], 2);
  const [flat, fc] = [flatten(), dense(classes)];
  const body = block({ conv1, bn1, maxpool, layer1, layer2, layer3, layer4, avgpool, flat, fc }, (x: Value) => {
    const stem = maxpool(op.Relu(bn1(conv1(x))));
    return fc(flat(avgpool(layer4(layer3(layer2(layer1(stem)))))));
  });
  return model(body, { name: 'resnet50', inputs: { x: ['batch', '?', 'height', 'width'] } });
}

const net = resnet50();
export default net;

if (isScript(import.meta.url)) showLayers(net, ['batch', 3, 'height', 'width']);
