// Checks of layer arguments, with one message form.
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { inWords } from '../build/in-words.ts';

/**
 * Refuses a layer argument.
 *
 * @throws LAYER_ARGUMENT always
 */
export function refuseArgument(layer: string, argument: string, expected: string, actual: unknown): never {
  const given = inWords(actual);
  throw dimwiseError({
    code: 'LAYER_ARGUMENT',
    message: `${layer} takes ${argument} as ${expected}, got ${given}`,
    origin: { site: captureSite() },
    expected,
    actual: typeof actual === 'string' ? actual : given,
  });
}

/** @throws LAYER_ARGUMENT when the value is no integer >= 1 */
export function positiveInteger(layer: string, argument: string, value: unknown): asserts value is number {
  if (!Number.isSafeInteger(value) || Number(value) < 1) refuseArgument(layer, argument, 'an integer >= 1', value);
}

/** @throws LAYER_ARGUMENT when the value is no integer >= 0 */
export function nonNegativeInteger(layer: string, argument: string, value: unknown): asserts value is number {
  if (!Number.isSafeInteger(value) || Number(value) < 0) refuseArgument(layer, argument, 'an integer >= 0', value);
}

/** @throws LAYER_ARGUMENT when the value is no finite number in [low, high] */
export function numberBetween(
  layer: string,
  argument: string,
  value: unknown,
  low: number,
  high: number,
): asserts value is number {
  if (typeof value !== 'number' || !(value >= low && value <= high))
    refuseArgument(layer, argument, `a number from ${low} to ${high}`, value);
}

/** One size per spatial axis from a number for all or a list. @throws LAYER_ARGUMENT when the count or a size does not fit */
export function perAxis(
  layer: string,
  argument: string,
  value: number | readonly number[],
  axes: number,
  least: 0 | 1,
): readonly number[] {
  const sizes = typeof value === 'number' ? Array.from({ length: axes }, () => value) : value;
  if (!Array.isArray(sizes) || sizes.length !== axes)
    refuseArgument(layer, argument, `a number or a list of ${axes}`, value);
  for (const size of sizes) {
    if (least === 0) nonNegativeInteger(layer, argument, size);
    else positiveInteger(layer, argument, size);
  }
  return sizes;
}
