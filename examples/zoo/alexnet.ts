// AlexNet (Krizhevsky et al. 2012) as https://d2l.ai/chapter_convolutional-modern/alexnet.html has it.
import { conv2d, type DefinedModel, dense, dropout, flatten, maxPool2d, model, relu, sequential } from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link alexnet}; the book's by default. */
export interface AlexnetConfig {
  readonly channels?: readonly [number, number, number, number, number];
  readonly hidden?: number;
  readonly classes?: number;
}

/** AlexNet; images of 224 x 224 pixels, or of any size that the first batch settles. */
export function alexnet(config: AlexnetConfig = {}): DefinedModel {
  const { channels = [96, 256, 384, 384, 256], hidden = 4096, classes = 10 } = config;
  return model(
    sequential(
      conv2d(channels[0], 11, { strides: 4, padding: 1 }),
      relu(),
      maxPool2d(3, { strides: 2 }),
      conv2d(channels[1], 5, { padding: 2 }),
      relu(),
      maxPool2d(3, { strides: 2 }),
      conv2d(channels[2], 3, { padding: 1 }),
      relu(),
      conv2d(channels[3], 3, { padding: 1 }),
      relu(),
      conv2d(channels[4], 3, { padding: 1 }),
      relu(),
      maxPool2d(3, { strides: 2 }),
      flatten(),
      dense(hidden),
      relu(),
      dropout(0.5),
      dense(hidden),
      relu(),
      dropout(0.5),
      dense(classes),
    ),
    { name: 'alexnet' },
  );
}

const net = alexnet();
export default net;

if (isScript(import.meta.url)) showLayers(net, [1, 1, 224, 224]);
