// ResNet-18 (He et al., "Deep residual learning for image recognition", 2015), with the parameter names of torchvision.
import {
  batchNorm,
  block,
  conv2d,
  type DefinedModel,
  dense,
  flatten,
  globalAvgPool,
  type Layer,
  layerShapes,
  maxPool2d,
  model,
  op,
  sequential,
  type Value,
} from 'dimwise';
import { isScript, shapeTable } from './support/script.ts';

/** Two 3x3 convolutions around a shortcut, which is projected where size or channels change. */
function basicBlock(channels: number, strides: number, projects: boolean): Layer {
  const conv1 = conv2d(channels, 3, { strides, padding: 1, bias: false });
  const conv2 = conv2d(channels, 3, { padding: 1, bias: false });
  const [bn1, bn2] = [batchNorm(), batchNorm()];
  const downsample = sequential(conv2d(channels, 1, { strides, bias: false }), batchNorm());
  const parts = { conv1, bn1, conv2, bn2, ...(projects ? { downsample } : {}) };
  return block(parts, (x: Value) => {
    const y = bn2(conv2(op.Relu(bn1(conv1(x)))));
    return op.Relu(op.Add(y, projects ? downsample(x) : x));
  });
}

/** Two blocks; the first changes size and channels. */
const stage = (channels: number, strides: number, projects = true): Layer =>
  sequential(basicBlock(channels, strides, projects), basicBlock(channels, 1, false));

/** ResNet-18 for images of any size: 11,689,512 trained parameters at 3 channels and 1000 classes. */
export function resnet18(classes = 1000): DefinedModel {
  const conv1 = conv2d(64, 7, { strides: 2, padding: 3, bias: false });
  const [bn1, maxpool, fc] = [batchNorm(), maxPool2d(3, { strides: 2, padding: 1 }), dense(classes)];
  const [layer1, layer2, layer3, layer4] = [stage(64, 1, false), stage(128, 2), stage(256, 2), stage(512, 2)];
  const [avgpool, flat] = [globalAvgPool(), flatten()];
  const parts = { conv1, bn1, maxpool, layer1, layer2, layer3, layer4, avgpool, flatten: flat, fc };
  const body = block(parts, (x: Value) => {
    const stem = maxpool(op.Relu(bn1(conv1(x))));
    return fc(flat(avgpool(layer4(layer3(layer2(layer1(stem)))))));
  });
  return model(body, { name: 'resnet18', inputs: { x: ['batch', '?', 'height', 'width'] } });
}

const net = resnet18();
export default net;

if (isScript(import.meta.url)) {
  const bound = net.bind(['batch', 3, 'height', 'width']);
  console.log('ResNet-18 on images of any size; one formula for each size, whatever comes in:\n');
  console.log(shapeTable(layerShapes(bound)));
  const trained = [...bound.parameters().values()].filter((cell) => cell.trainable);
  console.log(`\n${trained.reduce((sum, cell) => sum + (cell.size ?? 0), 0)} trained parameters.`);
}
