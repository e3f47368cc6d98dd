// The refusal of a pool that has too much to do.
import { type Diagnostic, UserError } from '../../base/errors.ts';

/** The refusal of a pool whose queue is full, code POOL_FULL. */
export class PoolFullError extends UserError {
  /** Milliseconds after which there may be room, by what requests took lately. */
  readonly retryAfter: number;

  constructor(first: Diagnostic, retryAfter: number) {
    super(first);
    this.retryAfter = retryAfter;
  }
}
