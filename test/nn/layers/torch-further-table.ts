// The layers of the cases that PyTorch recorded in torch-further.json.
import type { Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import recorded from '../../fixtures/layers/torch-further.json' with { type: 'json' };
import type { RecordedCase } from './recorded-model.ts';

/** The recorded cases. */
export const CASES: readonly RecordedCase[] = recorded.cases;

const bag = (options: dw.EmbeddingBagOptions, order: 'ids' | 'offsets' | 'weights' | 'both') => (): dw.Composition => {
  const layer = dw.embeddingBag(7, 3, options);
  if (order === 'weights') return (ids: Value, weights: Value) => layer(ids, undefined, weights);
  if (order === 'ids') return (ids: Value) => layer(ids);
  if (order === 'offsets') return (ids: Value, offsets: Value) => layer(ids, offsets);
  return (ids: Value, offsets: Value, weights: Value) => layer(ids, offsets, weights);
};

const POOLS = { 1: dw.maxPool1d, 2: dw.maxPool2d, 3: dw.maxPool3d } as const;
const UNPOOLS = { 1: dw.maxUnpool1d, 2: dw.maxUnpool2d, 3: dw.maxUnpool3d } as const;

/** A pool and its inverse, with the sizes of the pool's input or without. */
export function unpooled(axes: 1 | 2 | 3, like: boolean, size: dw.PerAxis, options: dw.MaxPoolOptions = {}) {
  return (): dw.Composition => {
    const { ceilMode: _, ...window } = options;
    const [pool, back] = [POOLS[axes](size, { ...options, returnIndices: true }), UNPOOLS[axes](size, window)];
    return (x: Value) => {
      const { output, indices } = pool(x);
      return back(output, indices, like ? x : undefined);
    };
  };
}

/** Windows that overlap. */
export const overlapping = { strides: 2, padding: 1 } as const;

/** The model of each recorded case. */
export const LAYERS: Readonly<Record<string, () => dw.Composition>> = {
  maxUnpool1d: unpooled(1, false, 2),
  'maxUnpool1d to the sizes of the input': unpooled(1, true, 2),
  maxUnpool2d: unpooled(2, false, 2),
  'maxUnpool2d of windows that overlap': unpooled(2, true, 3, overlapping),
  'maxUnpool2d behind a pool that rounds up': unpooled(2, true, 2, { ceilMode: true }),
  maxUnpool3d: unpooled(3, false, [1, 2, 2]),
  'embeddingBag mean with padding': bag({ paddingIdx: 0 }, 'ids'),
  'embeddingBag sum with padding': bag({ mode: 'sum', paddingIdx: 0 }, 'ids'),
  'embeddingBag max with padding': bag({ mode: 'max', paddingIdx: 0 }, 'ids'),
  'embeddingBag mean with offsets and padding': bag({ paddingIdx: 0 }, 'offsets'),
  'embeddingBag sum with offsets and padding': bag({ mode: 'sum', paddingIdx: 0 }, 'offsets'),
  'embeddingBag max with offsets and padding': bag({ mode: 'max', paddingIdx: 0 }, 'offsets'),
  'embeddingBag max of low weights with padding': bag({ mode: 'max', paddingIdx: 0 }, 'ids'),
  'embeddingBag max of low weights with offsets and padding': bag({ mode: 'max', paddingIdx: 0 }, 'offsets'),
  'embeddingBag of weighted rows': bag({ mode: 'sum' }, 'weights'),
  'embeddingBag of weighted rows with offsets': bag({ mode: 'sum' }, 'both'),
  pixelShuffle1d: () => dw.pixelShuffle1d(3),
  pixelUnshuffle1d: () => dw.pixelUnshuffle1d(3),
  pixelShuffle3d: () => dw.pixelShuffle3d([2, 3, 2]),
  pixelUnshuffle3d: () => dw.pixelUnshuffle3d([2, 3, 2]),
  'lpPool1d of signed powers': () => dw.lpPool1d(3, { p: 1, strides: 2, signed: true }),
  'lpPool2d of signed powers rounded up': () => dw.lpPool2d(2, { signed: true, ceilMode: true }),
  'lpPool3d of signed powers': () => dw.lpPool3d(2, { p: 2.5, signed: true }),
  unflatten: () => dw.unflatten(-1, [2, -1]),
  'mixtureOfExperts with biases': () => dw.mixtureOfExperts(3, { hidden: 5, bias: true }),
};
