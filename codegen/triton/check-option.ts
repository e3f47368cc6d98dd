// Checks options of exports, with errors that name the option and both facts.
import { type DimwiseError, dimwiseError } from '../../src/base/errors.ts';
import { didYouMean } from '../../src/base/nearest.ts';

/** The largest int32, which Triton's counts are. */
export const MOST_COUNT = 2 ** 31 - 1;

/** The error of an option that does not fit. */
export function optionError(
  message: string,
  rest: { expected?: string | undefined; actual?: string | undefined; hint?: string | undefined } = {},
): DimwiseError {
  return dimwiseError({ code: 'EXPORT_OPTION', message, ...rest });
}

/**
 * A whole number within limits.
 *
 * @param what the option, for the message
 * @param least the least value
 * @param most the greatest value, that of an int32 by default
 * @throws EXPORT_OPTION when it is none
 */
export function wholeNumber(what: string, value: number, least: number, most = MOST_COUNT): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const expected = `a whole number from ${least} to ${most}`;
  throw optionError(`${what} is ${value}, expected ${expected}`, { expected, actual: String(value) });
}

/** Refuses names that a table does not have. @throws EXPORT_OPTION for the first one, with the nearest name that there is */
export function knownNames(what: string, names: readonly string[], known: readonly string[]): void {
  const stranger = names.find((name) => !known.includes(name));
  if (stranger === undefined) return;
  throw optionError(`${what} knows no "${stranger}"`, {
    expected: known.join(', '),
    actual: stranger,
    hint: didYouMean(stranger, known) ?? `one of ${known.join(', ')}`,
  });
}
