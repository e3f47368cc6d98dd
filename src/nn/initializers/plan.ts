// What a recipe comes to once the shape is known: the distribution or the pattern of the elements.
import { type DimwiseError, dimwiseError } from '../../base/errors.ts';
import type { Origin } from '../../base/origin.ts';
import { type Fans, fans, type WeightLayout } from './fans.ts';
import type { InitializerKind } from './initializer.ts';

/** The elements of one tensor, all numbers settled. */
export type DrawPlan =
  | { readonly kind: 'fill'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  | {
      readonly kind: 'truncatedNormal';
      readonly mean: number;
      readonly std: number;
      readonly low: number;
      readonly high: number;
    }
  /** Zeros but for `value` at `positions`, ascending element numbers. */
  | { readonly kind: 'sparse'; readonly value: number; readonly positions: readonly number[] }
  | { readonly kind: 'values'; readonly values: readonly number[] }
  /** A matrix of orthonormal rows or columns, whichever are fewer, times `gain`: computed as a whole. */
  | { readonly kind: 'orthogonal'; readonly rows: number; readonly columns: number; readonly gain: number };

/** What an initializer may ask of the tensor that it fills. */
export interface InitializedTensor {
  /** The sizes, each at least 0. */
  readonly shape: readonly number[];
  /** The order of the axes; default `oi`. */
  readonly layout?: WeightLayout | undefined;
  /** The fans to use instead of those of the shape: a bias is drawn with those of its weight. */
  readonly fans?: Fans | undefined;
  /** The path of the parameter, for messages. */
  readonly path?: string | undefined;
  /** The call that made the parameter, for messages. */
  readonly origin?: Origin | undefined;
}

/**
 * The fans of a tensor: those that were given, else those of its shape.
 *
 * @throws INITIALIZER_INVALID when none were given and the rank is below 2
 */
export function tensorFans(kind: InitializerKind, tensor: InitializedTensor): Fans {
  if (tensor.fans) return tensor.fans;
  requireRank(kind, tensor, 2, Infinity);
  return fans(tensor.shape, tensor.layout);
}

/**
 * Checks the rank of a tensor.
 *
 * @throws INITIALIZER_INVALID when it lies outside of `least` to `most`
 */
export function requireRank(kind: InitializerKind, tensor: InitializedTensor, least: number, most: number): void {
  const rank = tensor.shape.length;
  if (rank >= least && rank <= most) return;
  const wanted =
    least === most ? `rank ${least}` : most === Infinity ? `rank ${least} or more` : `rank ${least} to ${most}`;
  throw unfit(kind, tensor, wanted, `rank ${rank}`);
}

/** The error of an initializer that does not fit a tensor. */
export function unfit(
  kind: InitializerKind,
  tensor: InitializedTensor,
  expected: string,
  actual: string,
): DimwiseError {
  const name = tensor.path === undefined ? 'the shape' : tensor.path;
  return dimwiseError({
    code: 'INITIALIZER_INVALID',
    message: `${kind} takes a tensor of ${expected}; ${name} is [${tensor.shape.join(', ')}], ${actual}`,
    expected,
    actual,
    origin: tensor.origin,
  });
}
