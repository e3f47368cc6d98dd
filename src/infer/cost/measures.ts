// The measures of what a model does, and their arithmetic.
import {
  addCounts,
  type Count,
  CountSum,
  isAtLeast,
  maxOfCounts,
  multiplyCounts,
  type RangeOf,
  ZERO,
} from '../../dim/count.ts';

/** What one run of a node or of a model does. */
export interface Measures {
  /** Multiply-accumulates of matrix products and convolutions. */
  readonly macs: Count;
  /** Operations on numbers: two for each mac, and all others. */
  readonly flops: Count;
  /** Bytes read: inputs, weights included. */
  readonly read: Count;
  /** Bytes written: outputs. */
  readonly written: Count;
}

/** The names of {@link Measures}. */
export const MEASURES = ['macs', 'flops', 'read', 'written'] as const satisfies readonly (keyof Measures)[];

/** Nothing done. */
export const NOTHING: Measures = Object.freeze({ macs: ZERO, flops: ZERO, read: ZERO, written: ZERO });

/** All measures made by one rule. */
export function mapMeasures(rule: (name: keyof Measures) => Count): Measures {
  return { macs: rule('macs'), flops: rule('flops'), read: rule('read'), written: rule('written') };
}

/** The sum of measures. */
export function sumMeasures(parts: readonly Measures[]): Measures {
  return mapMeasures((name) => {
    const sum = new CountSum();
    for (const part of parts) sum.add(part[name]);
    return sum.total();
  });
}

/** The measures of so many runs. */
export function repeatMeasures(measures: Measures, times: Count): Measures {
  return mapMeasures((name) => multiplyCounts(measures[name], times));
}

/** The greatest of each measure; which part does more may differ between them. */
export function maxMeasures(parts: readonly Measures[], range: RangeOf): Measures {
  return mapMeasures((name) =>
    maxOfCounts(
      parts.map((part) => part[name]),
      range,
    ),
  );
}

/** Tells whether one part surely does no less than another in every measure. */
export function isNoLess(a: Measures, b: Measures, range: RangeOf): boolean {
  return MEASURES.every((name) => isAtLeast(a[name], b[name], range));
}

/** Bytes read and written together. */
export function trafficOf({ read, written }: Measures): Count {
  return addCounts(read, written);
}
