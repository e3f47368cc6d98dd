// Operators that sample an image at computed places: GridSample, AffineGrid, RoiAlign, MaxRoiPool.
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { gridSampleCost, roiAlignCost } from '../costs/window.ts';
import { requirePositive } from '../rules/channels.ts';
import { listLength, sizeElements } from '../rules/size-elements.ts';
import { spatialInts } from '../rules/window.ts';

/** The shape of GridSample; undefined where neither input tells the rank. */
export function gridSampled(cx: InferContext): Shape | undefined {
  const rank = (cx.rankBetween(0, 3, Number.POSITIVE_INFINITY) ?? cx.rankBetween(1, 3, Number.POSITIVE_INFINITY))
    ?.length;
  if (rank === undefined) return undefined;
  const x = cx.ranked(0, rank);
  const grid = cx.ranked(1, rank);
  const batch = cx.unifyAxes({ input: 0, axis: 0 }, { input: 1, axis: 0 }, 'batch');
  const last = grid[rank - 1];
  if (last) cx.unify(constant(rank - 2), last, `spatial axes of X and the last axis of ${cx.inputName(1)}`);
  return [batch, ...x.slice(1, 2), ...grid.slice(1, -1)];
}

/**
 * GridSample (since 16): X read at the places in grid.
 * `[n, c, d...] x [n, o..., r] -> [n, c, o...]`, r being the number of spatial axes.
 */
const GridSample: OperatorRow = {
  name: 'GridSample',
  cost: gridSampleCost,
  infer: (cx) => [cx.tensor(gridSampled(cx))],
  examples: [
    { inputs: ['float32[n, c, h, w]', 'float32[n, a, b, 2]'], outputs: ['float32[n, c, a, b]'] },
    { inputs: ['float32[n, c, d, h, w]', 'float32[n, 4, 5, 6, 3]'], outputs: ['float32[n, c, 4, 5, 6]'] },
    { inputs: ['float32[1, c, h, w]', 'float32[1, a, b, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, c, h, w]', 'float32[2, a, b, 2]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, c, h, w]', 'float32[1, a, 2]'], fails: 'RANK_MISMATCH' },
  ],
};

function affineGrid(cx: InferContext): Shape | undefined {
  const theta = cx.ranked(0, 3);
  const rows = theta[1];
  const length = listLength(cx, 1) ?? (rows?.kind === 'const' ? rows.value + 2 : undefined);
  if (length === undefined) return undefined;
  if (length !== 4 && length !== 5) {
    cx.fail('SHAPE_MISMATCH', `${cx.op}: ${cx.inputName(1)} needs 4 or 5 elements, got ${length}`, {
      expected: '4 or 5',
      actual: String(length),
    });
  }
  const spatial = length - 2;
  const size = sizeElements(cx, 1) ?? [];
  const [batch] = theta;
  const expected = [size[0] ?? batch ?? constant(1), constant(spatial), constant(spatial + 1)];
  const [n] = cx.unifyShapes(expected, theta, 'size and theta (n, axes, axes + 1)');
  const sizes: Dim[] = Array.from({ length: spatial }, (_, i) => size[i + 2] ?? cx.fresh('grid', { min: 1 }));
  return n && [n, ...sizes, constant(spatial)];
}

/**
 * AffineGrid (since 20): the places that an affine map gives for a grid of `size`.
 * theta `[n, 2, 3]` with size `(n, c, h, w)` -> `[n, h, w, 2]`; `[n, 3, 4]` with `(n, c, d, h, w)` -> `[n, d, h, w, 3]`.
 */
const AffineGrid: OperatorRow = {
  name: 'AffineGrid',
  infer: (cx) => [cx.tensor(affineGrid(cx))],
  examples: [
    { inputs: ['float32[n, 2, 3]', 'int64[4] = [n, 3, h, 28]'], outputs: ['float32[n, h, 28, 2]'] },
    { inputs: ['float32[n, 3, 4]', 'int64[5] = [n, c, 4, 5, 6]'], outputs: ['float32[n, 4, 5, 6, 3]'] },
    { inputs: ['float32[2, 2, 3]', 'int64[4] = [1, 3, 5, 5]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 2, 3]', 'int64[5] = [2, 3, 5, 5, 5]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 2, 3]', 'int64[3] = [2, 3, 5]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** Requires that input `i` is `[regions, width]`; returns the number of regions. */
function regions(cx: InferContext, i: number, width: number): Dim {
  const [count, size] = cx.ranked(i, 2);
  if (size) cx.unify(constant(width), size, `coordinates per region of ${cx.inputName(i)}`);
  return count ?? constant(0);
}

/** RoiAlign (since 10): each region of X resampled; X `[n, c, h, w]`, rois `[r, 4]`, batch_indices `[r]` -> `[r, c, output_height, output_width]`. */
const RoiAlign: OperatorRow = {
  name: 'RoiAlign',
  cost: roiAlignCost,
  infer: (cx) => {
    const [, channels] = cx.ranked(0, 4);
    regions(cx, 1, 4);
    cx.ranked(2, 1);
    const count = cx.unifyAxes({ input: 1, axis: 0 }, { input: 2, axis: 0 }, 'regions');
    const [height, width] = [requirePositive(cx, 'output_height'), requirePositive(cx, 'output_width')];
    return [cx.tensor(channels && [count, channels, height, width])];
  },
  examples: [
    {
      inputs: ['float32[n, 256, h, w]', 'float32[r, 4]', 'int64[r]'],
      attributes: { output_height: 7, output_width: 5 },
      outputs: ['float32[r, 256, 7, 5]'],
    },
    { inputs: ['float32[1, 3, 8, 8]', 'float32[4, 4]', 'int64[3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 3, 8, 8]', 'float32[4, 5]', 'int64[4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 3, 8]', 'float32[4, 4]', 'int64[4]'], fails: 'RANK_MISMATCH' },
  ],
};

/** MaxRoiPool (since 1): the greatest elements of each region; X `[n, c, h, w]`, rois `[r, 5]` -> `[r, c, pooled_shape...]`. */
const MaxRoiPool: OperatorRow = {
  name: 'MaxRoiPool',
  infer: (cx) => {
    const [, channels] = cx.ranked(0, 4);
    const count = regions(cx, 1, 5);
    const pooled = spatialInts(cx, 'pooled_shape', 2, 1) ?? [];
    return [cx.tensor(channels && [count, channels, ...pooled])];
  },
  examples: [
    {
      inputs: ['float32[n, c, h, w]', 'float32[r, 5]'],
      attributes: { pooled_shape: [2, 3] },
      outputs: ['float32[r, c, 2, 3]'],
    },
    { inputs: ['float32[1, 3, 8, 8]', 'float32[r, 4]'], attributes: { pooled_shape: [2, 3] }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 3, 8, 8]', 'float32[r, 5]'], attributes: { pooled_shape: [2] }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** The family. */
export const SAMPLING_ROWS: readonly OperatorRow[] = [GridSample, AffineGrid, RoiAlign, MaxRoiPool];
