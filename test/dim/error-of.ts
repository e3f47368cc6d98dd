// The error that a call throws.
import { type DimwiseError, isDimwiseError } from '../../src/base/errors.ts';

/** The dimwise error that a call throws; anything else fails the test. */
export function errorOf(call: () => unknown): DimwiseError {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    if (isDimwiseError(error)) return error;
    throw error;
  }
  throw new Error(`expected an error, got ${String(result)}`);
}
