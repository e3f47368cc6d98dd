// ResNet-50 (He et al. 2015; the stride on the 3x3 convolution, as torchvision has it), without any input size.
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
  relu,
  sequential,
  type Value,
} from 'dimwise';

/** 1x1, 3x3, 1x1 convolutions around a shortcut; the first block of a stage projects the shortcut. */
function bottleneck(channels: number, stride: number, projects: boolean): Layer {
  const body = sequential(
    conv2d(channels, 1, { bias: false }),
    batchNorm(),
    relu(),
    conv2d(channels, 3, { strides: stride, padding: 1, bias: false }),
    batchNorm(),
    relu(),
    conv2d(4 * channels, 1, { bias: false }),
    batchNorm(),
  );
  if (!projects) return block({ body }, (x: Value) => op.Relu(op.Add(body(x), x)));
  const shortcut = sequential(conv2d(4 * channels, 1, { strides: stride, bias: false }), batchNorm());
  return block({ body, shortcut }, (x: Value) => op.Relu(op.Add(body(x), shortcut(x))));
}

function stage(channels: number, blocks: number, stride: number): Layer {
  return sequential(...Array.from({ length: blocks }, (_, i) => bottleneck(channels, i === 0 ? stride : 1, i === 0)));
}

/** 25,557,032 parameters at 3 input channels and 1,000 classes. */
export function resnet50(): DefinedModel {
  return model(
    sequential(
      conv2d(64, 7, { strides: 2, padding: 3, bias: false }),
      batchNorm(),
      relu(),
      maxPool2d(3, { strides: 2, padding: 1 }),
      stage(64, 3, 1),
      stage(128, 4, 2),
      stage(256, 6, 2),
      stage(512, 3, 2),
      globalAvgPool(),
      flatten(),
      dense(1000),
    ),
    { name: 'resnet50' },
  );
}
