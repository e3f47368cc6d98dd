// The error of dimwise that a call throws.
import { type DimwiseError, isDimwiseError } from '../../../src/base/errors.ts';

/** Calls `run` and returns the error of dimwise that it throws; another outcome is thrown. */
export function errorOf(run: () => unknown): DimwiseError {
  try {
    run();
  } catch (error) {
    if (isDimwiseError(error)) return error;
    throw error;
  }
  throw new Error('the call threw nothing');
}
