// Network in Network (Lin et al. 2013) as https://d2l.ai/chapter_convolutional-modern/nin.html has it.
import {
  conv2d,
  type DefinedModel,
  dropout,
  flatten,
  globalAvgPool,
  type Layer,
  maxPool2d,
  model,
  relu,
  sequential,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** A convolution, then a perceptron for each pixel: two convolutions of 1 x 1. */
const ninBlock = (channels: number, kernel: number, strides: number, padding: number): Layer =>
  sequential(
    conv2d(channels, kernel, { strides, padding }),
    relu(),
    conv2d(channels, 1),
    relu(),
    conv2d(channels, 1),
    relu(),
  );

/** NiN for images of any size from 123 x 123 pixels on; no dense layer. */
export function nin(classes = 10, width = 96): DefinedModel {
  return model(
    sequential(
      ninBlock(width, 11, 4, 0),
      maxPool2d(3, { strides: 2 }),
      ninBlock(Math.round((width * 8) / 3), 5, 1, 2),
      maxPool2d(3, { strides: 2 }),
      ninBlock(4 * width, 3, 1, 1),
      maxPool2d(3, { strides: 2 }),
      dropout(0.5),
      ninBlock(classes, 3, 1, 1),
      globalAvgPool({ keepDims: true }),
      flatten(),
    ),
    { name: 'nin', inputs: { x: ['batch', '?', 'height', 'width'] } },
  );
}

const net = nin();
export default net;

if (isScript(import.meta.url)) showLayers(net, [1, 1, 224, 224]);
