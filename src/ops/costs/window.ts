// What pools and resampling cost: one operation for each element that a result is made of.
import { countOf, countOfSizes, multiplyCounts } from '../../dim/count.ts';
import type { CostContext, CostRule } from '../../ir/cost.ts';

/** A pool: one operation for each element of each window, those in the padding included. */
export const poolCost: CostRule = (cx) => {
  const kernel = cx.ints('kernel_shape');
  return kernel && { operations: multiplyCounts(cx.outputElements(0), countOfSizes(kernel)) };
};

const TAPS: Readonly<Record<string, number>> = { linear: 2, bilinear: 2, trilinear: 2, cubic: 4, bicubic: 4 };

/**
 * Resizing: nothing for the nearest element, else one multiplication and addition for each element that meets: 2 per axis that is
 * resized linearly, 4 cubically.
 */
export const resizeCost: CostRule = (cx) => {
  const taps = TAPS[cx.string('mode', 'nearest')];
  if (taps === undefined) return {};
  const [from, to] = [cx.shape(0), cx.outputShape(0)];
  if (!from || !to) return undefined;
  const resized = from.filter((size, axis) => size !== to[axis]).length;
  return { operations: multiplyCounts(cx.outputElements(0), countOf(2 * taps ** resized)) };
};

/** Sampling at points: as {@link resizeCost}, over all spatial axes of the output. */
export const gridSampleCost: CostRule = (cx) => {
  const taps = TAPS[cx.string('mode', 'linear')];
  const rank = cx.outputShape(0)?.length;
  if (taps === undefined || rank === undefined) return taps === undefined ? {} : undefined;
  return { operations: multiplyCounts(cx.outputElements(0), countOf(2 * taps ** Math.max(rank - 2, 0))) };
};

/**
 * A convolution that samples bilinearly: each element that meets the kernel is drawn from four others first, once for each group
 * of offsets.
 */
export const deformableConvolution: CostRule = (cx: CostContext) => {
  const [weight, y, x] = [cx.shape(1), cx.outputShape(0), cx.shape(0)];
  const channels = x?.[1];
  if (!weight || !y || !channels) return undefined;
  const samples = countOfSizes([...y.slice(0, 1), ...y.slice(2), channels, ...weight.slice(2)]);
  return {
    macs: multiplyCounts(cx.outputElements(0), countOfSizes(weight.slice(1))),
    operations: multiplyCounts(countOf(8), samples),
  };
};

/** LRN: the squares of `size` channels are summed for each element, which is then divided by a power. */
export const localNormalization: CostRule = (cx) => ({
  operations: multiplyCounts(cx.outputElements(0), countOf(2 * cx.int('size', 1) + 3)),
});

/** RoiAlign: `sampling_ratio` squared points per element, each of four neighbours; as many as the boxes ask for where it is 0. */
export const roiAlignCost: CostRule = (cx) => {
  const ratio = cx.int('sampling_ratio', 0);
  return ratio < 1 ? undefined : { operations: multiplyCounts(cx.outputElements(0), countOf(8 * ratio * ratio)) };
};
