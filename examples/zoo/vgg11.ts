// VGG-11 (Simonyan and Zisserman 2014) as https://d2l.ai/chapter_convolutional-modern/vgg.html has it.
import {
  conv2d,
  type DefinedModel,
  dense,
  dropout,
  flatten,
  type Layer,
  maxPool2d,
  model,
  relu,
  sequential,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link vgg11}. */
export interface VggConfig {
  /** Convolutions and channels of each block. */
  readonly blocks?: readonly (readonly [convs: number, channels: number])[];
  readonly hidden?: number;
  readonly classes?: number;
}

const BLOCKS = [
  [1, 64],
  [1, 128],
  [2, 256],
  [2, 512],
  [2, 512],
] as const;

/** Convolutions of 3 x 3 that keep the size, then a pool that halves it. */
const vggBlock = (convs: number, channels: number): Layer =>
  sequential(
    ...Array.from({ length: convs }, () => [conv2d(channels, 3, { padding: 1 }), relu()]).flat(),
    maxPool2d(2, { strides: 2 }),
  );

/** VGG-11: 132,863,336 parameters at 3 channels, 224 x 224 pixels and 1000 classes. */
export function vgg11({ blocks = BLOCKS, hidden = 4096, classes = 10 }: VggConfig = {}): DefinedModel {
  return model(
    sequential(
      ...blocks.map(([convs, channels]) => vggBlock(convs, channels)),
      flatten(),
      dense(hidden),
      relu(),
      dropout(0.5),
      dense(hidden),
      relu(),
      dropout(0.5),
      dense(classes),
    ),
    { name: 'vgg11' },
  );
}

const net = vgg11();
export default net;

if (isScript(import.meta.url)) showLayers(net, [1, 1, 224, 224]);
