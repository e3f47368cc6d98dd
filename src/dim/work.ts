// Counts the work that dims take, so that whoever asks for too much is refused everywhere or nowhere: steps do not depend on the machine.
import type { DimwiseError } from '../base/errors.ts';

/** How many steps may still be taken, and the error of one more. */
export interface WorkBound {
  /** The steps that are left. */
  left: number;
  /** The error of the step beyond. */
  readonly refuse: () => DimwiseError;
}

let done = 0;
let end = Number.POSITIVE_INFINITY;
let current: WorkBound | undefined;

/** The steps since the start. */
export const workDone = (): number => done;

/**
 * Counts steps; one takes some 0.2 microseconds.
 *
 * @throws what the bound says when they are beyond it
 */
export function spend(steps: number): void {
  done += steps;
  if (done > end && current) throw current.refuse();
}

/** Runs a task, whose steps count for a bound and for those around it; undefined is no bound. */
export function withinBound<T>(bound: WorkBound | undefined, task: () => T): T {
  if (!bound) return task();
  const [from, outerEnd, outer] = [done, end, current];
  if (done + bound.left < end) {
    end = done + bound.left;
    current = bound;
  }
  try {
    return task();
  } finally {
    bound.left -= done - from;
    end = outerEnd;
    current = outer;
  }
}
