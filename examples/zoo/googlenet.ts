// GoogLeNet (Szegedy et al. 2014) as https://d2l.ai/chapter_convolutional-modern/googlenet.html has it.
import {
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

/** The channels of the four branches of an Inception block. */
type Channels = readonly [c1: number, c2: readonly [number, number], c3: readonly [number, number], c4: number];

const STAGES: readonly (readonly Channels[])[] = [
  [
    [64, [96, 128], [16, 32], 32],
    [128, [128, 192], [32, 96], 64],
  ],
  [
    [192, [96, 208], [16, 48], 64],
    [160, [112, 224], [24, 64], 64],
    [128, [128, 256], [24, 64], 64],
    [112, [144, 288], [32, 64], 64],
    [256, [160, 320], [32, 128], 128],
  ],
  [
    [256, [160, 320], [32, 128], 128],
    [384, [192, 384], [48, 128], 128],
  ],
];

const conv = (channels: number, kernel: number, padding = 0): readonly [Layer, Layer] => [
  conv2d(channels, kernel, { padding }),
  relu(),
];

/** Four branches with windows of different sizes, side by side along the channels. */
const inception = ([c1, c2, c3, c4]: Channels): Layer =>
  concat(
    sequential(...conv(c1, 1)),
    sequential(...conv(c2[0], 1), ...conv(c2[1], 3, 1)),
    sequential(...conv(c3[0], 1), ...conv(c3[1], 5, 2)),
    sequential(maxPool2d(3, { strides: 1, padding: 1 }), ...conv(c4, 1)),
    { axis: 1 },
  );

const halve = (): Layer => maxPool2d(3, { strides: 2, padding: 1 });

/** GoogLeNet without the side classifiers of its training, for images of any size; each channel count divided by `narrow`. */
export function googlenet(classes = 10, narrow = 1): DefinedModel {
  const part = (n: number): number => n / narrow;
  const stages = STAGES.map((stage) =>
    stage.map(([c1, c2, c3, c4]) =>
      inception([part(c1), [part(c2[0]), part(c2[1])], [part(c3[0]), part(c3[1])], part(c4)]),
    ),
  );
  const [third = [], fourth = [], fifth = []] = stages;
  return model(
    sequential(
      sequential(conv2d(part(64), 7, { strides: 2, padding: 3 }), relu(), halve()),
      sequential(...conv(part(64), 1), ...conv(part(192), 3, 1), halve()),
      sequential(...third, halve()),
      sequential(...fourth, halve()),
      sequential(...fifth, globalAvgPool({ keepDims: true }), flatten()),
      dense(classes),
    ),
    { name: 'googlenet', inputs: { x: ['batch', '?', 'height', 'width'] } },
  );
}

const net = googlenet();
export default net;

if (isScript(import.meta.url)) showLayers(net, [1, 1, 96, 96]);
