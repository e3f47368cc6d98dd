// The trailing axes that layerNorm and rmsNorm work on: how they are given, and how their sizes meet the parameters.
import type { SizeSpec } from '../ir/graph.ts';
import type { InferContext } from '../ir/operator.ts';
import type { Shape } from '../ir/type.ts';
import { refuseArgument } from './arguments.ts';
import type { OptionNames } from './option-names.ts';

/** Which axes are normalized. Counted from the end, so that the parameters' rank is known before any batch. */
export interface TrailingAxes {
  /** The first of them: -1, the default, is the last axis alone, -2 the last two. */
  readonly axis?: number | undefined;
  /** Their sizes instead, as in PyTorch; `'?'` is settled by the first batch. */
  readonly normalizedShape?: readonly SizeSpec[] | undefined;
}

/** The names of {@link TrailingAxes}. */
export const TRAILING_AXES: OptionNames<TrailingAxes> = { axis: true, normalizedShape: true };

/**
 * The sizes of the axes, `'?'` where a batch settles them.
 *
 * @throws LAYER_ARGUMENT when both options are given, or one is of the wrong kind
 */
export function trailingAxes(layer: string, { axis, normalizedShape }: TrailingAxes): readonly SizeSpec[] {
  if (normalizedShape === undefined) {
    const first = axis ?? -1;
    if (!Number.isSafeInteger(first) || first >= 0)
      refuseArgument(layer, 'axis', 'a negative integer, counted from the end', first);
    return Array.from({ length: -first }, () => '?');
  }
  if (axis !== undefined) refuseArgument(layer, 'axis', 'nothing where normalizedShape is given', axis);
  const isFit = Array.isArray(normalizedShape) && normalizedShape.length > 0 && normalizedShape.every(isSize);
  if (!isFit)
    refuseArgument(layer, 'normalizedShape', "a list of integers >= 1 or '?'", `[${String(normalizedShape)}]`);
  return normalizedShape;
}

const isSize = (size: SizeSpec): boolean => size === '?' || (Number.isSafeInteger(size) && Number(size) >= 1);

/**
 * Requires that the parameters among inputs `parameters` have the sizes of input 0's last axes, as many as the attribute `axes` says.
 *
 * @returns the sizes of input 0; undefined where its rank is unknown
 */
export function unifyTrailing(cx: InferContext, parameters: readonly number[]): Shape | undefined {
  const count = cx.int('axes', 1);
  const x = cx.rankBetween(0, count, Number.POSITIVE_INFINITY);
  const given = parameters.filter((i) => cx.has(i));
  const [first] = given;
  for (const i of given) {
    cx.ranked(i, count);
    cx.sameDType(0, i);
    for (let axis = 0; axis < count; axis++) {
      if (x) cx.unifyAxes({ input: 0, axis: axis - count }, { input: i, axis }, 'normalized features');
      else if (first !== undefined && i !== first)
        cx.unifyAxes({ input: first, axis }, { input: i, axis }, 'normalized features');
    }
  }
  return x;
}
