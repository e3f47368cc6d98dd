// Exhaustiveness checks for switches over unions, and the guard for broken invariants.
import { dimwiseError } from './errors.ts';

/**
 * Marks a place that no value can reach; a new union member then fails to type-check here.
 *
 * @throws INTERNAL_INVARIANT when reached at run time
 */
export function assertNever(value: never, what = 'value'): never {
  throw dimwiseError({ code: 'INTERNAL_INVARIANT', message: `unexpected ${what}: ${JSON.stringify(value)}` });
}

/**
 * Throws unless an invariant of dimwise itself holds.
 *
 * @throws INTERNAL_INVARIANT when `condition` is false
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw dimwiseError({ code: 'INTERNAL_INVARIANT', message });
}
