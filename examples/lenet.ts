// LeNet for handwritten digits of 28 x 28 pixels, as https://d2l.ai/chapter_convolutional-neural-networks/lenet.html has it.
import {
  avgPool2d,
  conv2d,
  type DefinedModel,
  dense,
  flatten,
  layerShapes,
  model,
  sequential,
  sigmoid,
  staticShape,
} from 'dimwise';
import { isScript, shapeTable, table } from './support/script.ts';

/** LeNet-5 with average pools and sigmoids, as in the 1990s; no layer is told what comes in. */
export function lenet(): DefinedModel {
  return model(
    sequential(
      conv2d(6, 5, { padding: 2 }),
      sigmoid(),
      avgPool2d(2, { strides: 2 }),
      conv2d(16, 5),
      sigmoid(),
      avgPool2d(2, { strides: 2 }),
      flatten(),
      dense(120),
      sigmoid(),
      dense(84),
      sigmoid(),
      dense(10),
    ),
    { name: 'lenet' },
  );
}

/** The layers with the sizes of their outputs for one digit, in the manner of the book's `layer_summary`: `1x6x28x28`. */
export function layerSummary(net: DefinedModel, batch: readonly number[]): (readonly [kind: string, sizes: string])[] {
  return layerShapes(net.bind(batch, { static: true })).map(({ kind, type }) => {
    const sizes = type.kind === 'tensor' ? staticShape(type.shape) : undefined;
    return [kind, sizes?.join('x') ?? '?'];
  });
}

const net = lenet();
export default net;

if (isScript(import.meta.url)) {
  console.log('LeNet on one digit:\n');
  console.log(table(layerSummary(net, [1, 1, 28, 28])));
  console.log('\nThe same weights on any number of digits:\n');
  console.log(shapeTable(layerShapes(net.bind(['batch', 1, 28, 28]))));
}
