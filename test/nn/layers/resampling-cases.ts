// The rows of layers without parameters over images and the like: paddings, croppings, resampling, pools, shuffles, windows.
import * as dw from '../../../src/index.ts';
import { type LayerCase, same } from './layer-case.ts';

/** A layer without parameters: its batches with the shapes that come out. */
const plain = (name: string, make: () => dw.Composition, ...batches: LayerCase['batches']): LayerCase => ({
  name,
  make,
  ...same(''),
  batches,
});

/** Normalizations without parameters, over sizes that only a run tells. */
const off = { scale: false, center: false } as const;

/** Layers over images and the like that own no parameters. */
export const RESAMPLING_CASES: readonly LayerCase[] = [
  plain('zeroPad1d', () => dw.zeroPad1d([1, 2]), [[2, 3, 4], '[batch, 3, 7]'], [['n', 'c', 't'], '[n, c, t + 3]']),
  plain(
    'zeroPad2d',
    () => dw.zeroPad2d([1, 2, 3, 4]),
    [[2, 3, 4, 5], '[batch, 3, 8, 11]'],
    [['n', 'c', 'h', 'w'], '[n, c, h + 4, w + 6]'],
  ),
  plain(
    'zeroPad3d of nothing',
    () => dw.zeroPad3d(0),
    [[2, 3, 4, 5, 6], '[batch, 3, 4, 5, 6]'],
    [['n', 'c', 'd', 'h', 'w'], '[n, c, d, h, w]'],
  ),
  plain(
    'constantPad2d',
    () =>
      dw.constantPad2d(
        [
          [1, 0],
          [0, 2],
        ],
        7,
      ),
    [[2, 3, 4, 5], '[batch, 3, 5, 7]'],
    [['n', 'c', 'h', 'w'], '[n, c, h + 1, w + 2]'],
  ),
  plain(
    'reflectionPad2d',
    () => dw.reflectionPad2d(3),
    [[2, 3, 4, 5], '[batch, 3, 10, 11]'],
    [['n', 'c', 'h', 'w'], '[n, c, h + 6, w + 6]'],
  ),
  plain(
    'replicationPad3d',
    () => dw.replicationPad3d([1, 0, 2]),
    [[1, 2, 3, 4, 5], '[batch, 2, 5, 4, 9]'],
    [['n', 'c', 'd', 'h', 'w'], '[n, c, d + 2, h, w + 4]'],
  ),
  plain(
    'circularPad1d',
    () => dw.circularPad1d([[2, 1]]),
    [[2, 3, 4], '[batch, 3, 7]'],
    [['n', 'c', 't'], '[n, c, t + 3]'],
  ),
  plain('cropping1d', () => dw.cropping1d(), [[2, 3, 4], '[batch, 3, 2]'], [['n', 'c', 't'], '[n, c, t - 2]']),
  plain(
    'cropping2d',
    () =>
      dw.cropping2d([
        [1, 2],
        [0, 1],
      ]),
    [[2, 3, 4, 5], '[batch, 3, 1, 4]'],
    [['n', 'c', 'h', 'w'], '[n, c, h - 3, w - 1]'],
  ),
  plain(
    'cropping3d',
    () => dw.cropping3d([1, 0, 2]),
    [[1, 2, 3, 4, 5], '[batch, 2, 1, 4, 1]'],
    [['n', 'c', 'd', 'h', 'w'], '[n, c, d - 2, h, w - 4]'],
  ),
  plain('upsampling1d', () => dw.upsampling1d(3), [[2, 3, 4], '[batch, 3, 12]'], [['n', 'c', 't'], '[n, c, 3*t]']),
  plain(
    'upsampling2d',
    () => dw.upsampling2d(),
    [[2, 3, 4, 5], '[batch, 3, 8, 10]'],
    [['n', 'c', 'h', 'w'], '[n, c, 2*h, 2*w]'],
  ),
  plain(
    'upsampling2d, cubic, by a fraction',
    () => dw.upsampling2d([1.5, 0.5], { mode: 'cubic' }),
    [[2, 3, 5, 5], '[batch, 3, 7, 2]'],
    [['n', 'c', 'h', 'w'], '[n, c, (3*h)//2, w//2]'],
  ),
  plain(
    'upsampling3d',
    () => dw.upsampling3d([1, 2, 3], { mode: 'linear', alignCorners: true }),
    [[1, 2, 3, 4, 5], '[batch, 2, 3, 8, 15]'],
    [['n', 'c', 'd', 'h', 'w'], '[n, c, d, 2*h, 3*w]'],
  ),
  plain(
    'resize1d',
    () => dw.resize1d(7, { mode: 'linear' }),
    [[2, 3, 4], '[batch, 3, 7]'],
    [['n', 'c', 't'], '[n, c, 7]'],
  ),
  plain(
    'resize2d',
    () => dw.resize2d([7, 9], { mode: 'cubic' }),
    [[2, 3, 4, 5], '[batch, 3, 7, 9]'],
    [['n', 'c', 'h', 'w'], '[n, c, 7, 9]'],
  ),
  plain(
    'resize3d',
    () => dw.resize3d(3),
    [[1, 2, 3, 4, 5], '[batch, 2, 3, 3, 3]'],
    [['n', 'c', 'd', 'h', 'w'], '[n, c, 3, 3, 3]'],
  ),
  {
    name: 'resizeTo',
    make: () => dw.resizeTo({ mode: 'linear' }),
    inputs: { x: ['n', 'c', 'h', 'w'], like: ['n', 'k', 'a', 'b'] },
    ...same(''),
    batches: [
      [{ x: [2, 3, 4, 5], like: [2, 1, 7, 9] }, '[n, c, a, b]'],
      [{ x: [2, 3, 4, 5], like: [2, 1, 4, 2] }, '[n, c, a, b]'],
    ],
  },
  plain(
    'pixelShuffle',
    () => dw.pixelShuffle(2),
    [[2, 12, 4, 5], '[batch, 3, 8, 10]'],
    [['n', 4, 'h', 'w'], '[n, 1, 2*h, 2*w]'],
  ),
  {
    ...plain(
      'pixelUnshuffle',
      () => dw.pixelUnshuffle(2),
      [[2, 3, 4, 6], '[batch, 12, 2, 3]'],
      [['n', 1, 8, 'w'], '[n, 4, 4, w//2]'],
    ),
    sizes: [
      [2, 6],
      [3, 10],
    ],
  },
  {
    ...plain(
      'channelShuffle',
      () => dw.channelShuffle(2),
      [[2, 8, 4, 6], '[batch, 8, 4, 6]'],
      [['n', 'c', 't'], '[n, c, t]'],
    ),
    sizes: [
      [2, 6, 5],
      [1, 4, 3],
    ],
  },
  plain(
    'adaptiveAvgPool1d',
    () => dw.adaptiveAvgPool1d(3),
    [[2, 3, 7], '[batch, 3, 3]'],
    [['n', 'c', 't'], '[n, c, 3]'],
  ),
  plain(
    'adaptiveAvgPool2d',
    () => dw.adaptiveAvgPool2d([3, 'same']),
    [[2, 3, 6, 5], '[batch, 3, 3, 5]'],
    [['n', 'c', 'h', 'w'], '[n, c, 3, w]'],
  ),
  plain(
    'adaptiveAvgPool3d',
    () => dw.adaptiveAvgPool3d([2, 1, 3]),
    [[1, 2, 3, 4, 5], '[batch, 2, 2, 1, 3]'],
    [['n', 'c', 'd', 'h', 'w'], '[n, c, 2, 1, 3]'],
  ),
  plain(
    'adaptiveMaxPool1d',
    () => dw.adaptiveMaxPool1d(),
    [[2, 3, 7], '[batch, 3, 1]'],
    [['n', 'c', 't'], '[n, c, 1]'],
  ),
  plain(
    'adaptiveMaxPool2d',
    () => dw.adaptiveMaxPool2d([4, 5]),
    [[2, 3, 6, 5], '[batch, 3, 4, 5]'],
    [['n', 'c', 'h', 'w'], '[n, c, 4, 5]'],
  ),
  plain(
    'adaptiveMaxPool3d',
    () => dw.adaptiveMaxPool3d(2),
    [[1, 2, 4, 4, 6], '[batch, 2, 2, 2, 2]'],
    [['n', 'c', 'd', 'h', 'w'], '[n, c, 2, 2, 2]'],
  ),
  plain('lpPool1d', () => dw.lpPool1d(3), [[2, 3, 7], '[batch, 3, 2]'], [['n', 'c', 't'], '[n, c, t//3]']),
  plain(
    'lpPool2d',
    () => dw.lpPool2d(2, { p: 3, ceilMode: true }),
    [[2, 3, 5, 6], '[batch, 3, 3, 3]'],
    [['n', 'c', 'h', 'w'], '[n, c, ceildiv(h, 2), ceildiv(w, 2)]'],
  ),
  plain(
    'lpPool3d',
    () => dw.lpPool3d([1, 2, 2]),
    [[1, 2, 4, 4, 6], '[batch, 2, 4, 2, 3]'],
    [['n', 'c', 'd', 'h', 'w'], '[n, c, d, h//2, w//2]'],
  ),
  plain(
    'unfold',
    () => dw.unfold(3, { padding: 1 }),
    [[2, 3, 4, 5], '[batch, 27, 20]'],
    [['n', 3, 'h', 'w'], '[n, 27, h*w]'],
  ),
  plain(
    'unfold of unknown channels',
    () => dw.unfold([2, 1], { strides: 2 }),
    [[2, 3, 4, 5], '[batch, 6, 6]'],
    [['n', 'c', 'h', 8], '[n, 2*c, 4*(h//2)]'],
  ),
  plain('fold', () => dw.fold([4, 5], 2), [[2, 8, 12], '[batch, 2, 4, 5]'], [['n', 12, 12], '[n, 3, 4, 5]']),
  plain(
    'localResponseNorm',
    () => dw.localResponseNorm(3),
    [[2, 8, 4, 5], '[batch, 8, 4, 5]'],
    [['n', 'c', 't'], '[n, c, t]'],
  ),
  plain(
    'localResponseNorm over an even size',
    () => dw.localResponseNorm(4),
    [[2, 8, 4], '[batch, 8, 4]'],
    [['n', 'c', 'd', 'h', 'w'], '[n, c, d, h, w]'],
  ),
  {
    ...plain(
      'groupNorm of any channels',
      () => dw.groupNorm(2, off),
      [[2, 4, 3], '[batch, 4, 3]'],
      [['n', 'c', 't'], '[n, c, t]'],
    ),
    sizes: [
      [2, 6, 5],
      [1, 4, 3],
    ],
  },
  plain(
    'instanceNorm of any channels',
    () => dw.instanceNorm(off),
    [[2, 4, 3], '[batch, 4, 3]'],
    [['n', 'c', 't'], '[n, c, t]'],
  ),
  plain(
    'layerNorm of any width',
    () => dw.layerNorm(off),
    [[2, 4, 3], '[batch, 4, 3]'],
    [['n', 'c', 't'], '[n, c, t]'],
  ),
  plain(
    'rmsNorm of any width',
    () => dw.rmsNorm({ scale: false }),
    [[2, 4, 3], '[batch, 4, 3]'],
    [['n', 'c', 't'], '[n, c, t]'],
  ),
  plain('glu', () => dw.glu(), [[2, 8], '[batch, 4]'], [['n', 's', 10], '[n, s, 5]']),
  {
    ...plain(
      'glu over channels',
      () => dw.glu({ axis: 1, activation: 'silu' }),
      [[2, 8, 3], '[batch, 4, 3]'],
      [['n', 'c', 'h', 'w'], '[n, c//2, h, w]'],
    ),
    sizes: [
      [2, 6, 5, 3],
      [1, 4, 3, 2],
    ],
  },
  plain('dropPath', () => dw.dropPath(0.1), [[2, 8], '[batch, 8]'], [['n', 's', 't'], '[n, s, t]']),
  plain('gaussianNoise', () => dw.gaussianNoise(2), [[2, 8], '[batch, 8]'], [['n', 's', 't'], '[n, s, t]']),
  plain(
    'spatialDropout',
    () => dw.spatialDropout(),
    [[2, 8, 4], '[batch, 8, 4]'],
    [['n', 'c', 'h', 'w'], '[n, c, h, w]'],
  ),
];
