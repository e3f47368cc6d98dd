// What matrix products and convolutions cost: one multiplication and addition for each pair of elements that meet.
import { type Count, countOfSizes, multiplyCounts } from '../../dim/count.ts';
import type { Dim } from '../../dim/dim.ts';
import type { CostContext, CostRule } from '../../ir/cost.ts';

/** The macs of a contraction of `length` elements into each element of output 0. */
export function contracted(cx: CostContext, length: Dim | number | undefined): { macs: Count } | undefined {
  return length === undefined ? undefined : { macs: multiplyCounts(cx.outputElements(0), countOfSizes([length])) };
}

/** A matrix product whose left operand has the inner axis last. */
export function matrixProduct(left = 0, right = 1): CostRule {
  return (cx) => contracted(cx, cx.shape(left)?.at(-1) ?? cx.shape(right)?.at(-2));
}

/** A matrix product with `transA`, the batch axes left out of account. */
export function transposedProduct(left = 0): CostRule {
  return (cx) => {
    const shape = cx.shape(left);
    // transBatchA moves the first axis in front of the last but one: [m, b, k], or [k, b, m] transposed.
    const row = cx.int('transBatchA', 0) ? 0 : -2;
    return contracted(cx, shape?.at(cx.int('transA', 0) ? row : -1));
  };
}

/**
 * A convolution: each element of the output meets a kernel over the channels of its group. Padding is counted as if it were
 * multiplied.
 *
 * @param weight the input `[m, c/group, k...]`
 */
export function convolution(weight = 1): CostRule {
  return (cx) => {
    const shape = cx.shape(weight);
    return shape && { macs: multiplyCounts(cx.outputElements(0), countOfSizes(shape.slice(1))) };
  };
}

/** A transposed convolution: each element of the input meets a kernel `[c, m/group, k...]` for each channel of its group. */
export function transposedConvolution(weight = 1): CostRule {
  return (cx) => {
    const shape = cx.shape(weight);
    return shape && { macs: multiplyCounts(cx.elements(0), countOfSizes(shape.slice(1))) };
  };
}

/** A product with weights of any layout: each element of input 0 meets as many columns as the output has. */
export const columnsOfOutput: CostRule = (cx) => {
  const columns = cx.outputShape(0)?.at(-1);
  return columns && { macs: multiplyCounts(cx.elements(0), countOfSizes([columns])) };
};

/** A product with weights whose columns attributes tell: each element of input 0 meets the sum of them. */
export function columnsOfAttributes(...names: readonly string[]): CostRule {
  return (cx) => {
    const columns = names.reduce((sum, name) => sum + cx.int(name, 0), 0);
    return { macs: multiplyCounts(cx.elements(0), countOfSizes([columns])) };
  };
}

/** Each element of the output is a sum over the last axis of an input. */
export function sumOverLast(input: number): CostRule {
  return (cx) => contracted(cx, cx.shape(input)?.at(-1));
}

/** What it does depends on the elements, not on sizes. */
export const unknownWork: CostRule = () => undefined;

/** Determinants and inverses: `n^3` for each matrix `[n, n]`, the order of an elimination. */
export const elimination: CostRule = (cx) => {
  const size = cx.shape(0)?.at(-1);
  return size && { macs: multiplyCounts(cx.elements(0), countOfSizes([size])) };
};

/**
 * A discrete Fourier transform by its definition: each real number of the output is a sum over the n points, twice as long where they
 * are complex. A fast algorithm does `O(n log n)`, which is no polynomial of n.
 */
export const fourierCost: CostRule = (cx) => {
  const shape = cx.shape(0);
  if (!shape) return undefined;
  const axis = cx.version >= 20 ? (cx.has(2) ? cx.integers(2)?.[0] : -2) : cx.int('axis', 1);
  const points = axis === undefined ? undefined : shape.at(axis);
  // The last axis holds one number for real points, two for complex ones.
  const parts = shape.at(-1);
  return points && parts && { macs: multiplyCounts(cx.outputElements(0), countOfSizes([points, parts])) };
};

/** A transform of frames: as {@link fourierCost}, over the length of a frame. */
export const frameFourierCost: CostRule = (cx) => {
  const length = cx.dims(3)?.[0] ?? cx.shape(2)?.[0];
  return length && { macs: multiplyCounts(cx.outputElements(0), countOfSizes([length])) };
};
