// Counts what becomes of the requests to one model, in the sorts that Triton has.

/** Why requests fail, as Triton names it. */
export const FAILURE_REASONS = ['REJECTED', 'CANCELED', 'BACKEND', 'OTHER'] as const;

/** Why a request failed. */
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Times that add up. */
export interface Duration {
  readonly count: number;
  /** Nanoseconds. */
  readonly ns: number;
}

class DurationSum implements Duration {
  count = 0;
  ns = 0;

  /** @param milliseconds one more time */
  add(milliseconds: number): void {
    this.count++;
    this.ns += Math.round(milliseconds * 1e6);
  }
}

/** What became of the requests to a model since the server started. */
export class ModelCounts {
  readonly success = new DurationSum();
  readonly fail = new DurationSum();
  /** Reading requests. */
  readonly input = new DurationSum();
  /** Writing answers. */
  readonly output = new DurationSum();
  readonly failures: Record<FailureReason, number> = { REJECTED: 0, CANCELED: 0, BACKEND: 0, OTHER: 0 };
  /** Inferences that succeeded: rows where requests are joined, else requests. */
  rows = 0;
  /** When the last request came, in milliseconds since 1970; 0 before the first one. */
  last = 0;

  /** Counts a request that failed. @param status the HTTP status that tells of it */
  failed(status: number, milliseconds: number): void {
    this.fail.add(milliseconds);
    this.failures[reasonOf(status)]++;
  }
}

function reasonOf(status: number): FailureReason {
  if (status === 499) return 'CANCELED';
  if (status === 503 || status === 504) return 'REJECTED';
  return status >= 500 ? 'BACKEND' : 'OTHER';
}
