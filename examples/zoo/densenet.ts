// DenseNet (Huang et al. 2016) as https://d2l.ai/chapter_convolutional-modern/densenet.html has it.
import {
  avgPool2d,
  batchNorm,
  concat,
  conv2d,
  type DefinedModel,
  dense,
  flatten,
  globalAvgPool,
  type Layer,
  maxPool2d,
  model,
  relu,
  sequential,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link densenet}; the book's by default. */
export interface DensenetConfig {
  readonly channels?: number;
  readonly growth?: number;
  /** Convolutions in each dense block. */
  readonly convs?: readonly number[];
  readonly classes?: number;
}

const convBlock = (channels: number): Layer => sequential(batchNorm(), relu(), conv2d(channels, 3, { padding: 1 }));

/** Each convolution reads what all before it gave: their outputs are put side by side. */
export const denseBlock = (convs: number, growth: number): Layer =>
  sequential(...Array.from({ length: convs }, () => concat((x) => x, convBlock(growth), { axis: 1 })));

/** Halves the size, and the channels to `channels`. */
export const transition = (channels: number): Layer =>
  sequential(batchNorm(), relu(), conv2d(channels, 1), avgPool2d(2, { strides: 2 }));

/** DenseNet for images of any size from 32 x 32 pixels on. */
export function densenet(config: DensenetConfig = {}): DefinedModel {
  const { channels = 64, growth = 32, convs = [4, 4, 4, 4], classes = 10 } = config;
  const stem = sequential(
    conv2d(channels, 7, { strides: 2, padding: 3 }),
    batchNorm(),
    relu(),
    maxPool2d(3, { strides: 2, padding: 1 }),
  );
  const body: Layer[] = [];
  let width = channels;
  for (const [i, count] of convs.entries()) {
    body.push(denseBlock(count, growth));
    width += count * growth;
    if (i < convs.length - 1) {
      width = Math.floor(width / 2);
      body.push(transition(width));
    }
  }
  const last = sequential(batchNorm(), relu(), globalAvgPool({ keepDims: true }), flatten(), dense(classes));
  return model(sequential(stem, ...body, last), {
    name: 'densenet',
    inputs: { x: ['batch', '?', 'height', 'width'] },
  });
}

const net = densenet();
export default net;

if (isScript(import.meta.url)) showLayers(net, [1, 1, 96, 96]);
