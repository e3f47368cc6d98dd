// Statistics of measured times: exact percentiles of all samples, and what makes them doubtful.

/** Times of runs in milliseconds. */
export interface Latency {
  readonly samples: number;
  readonly mean: number;
  /** The standard deviation of the samples, divided by the mean. */
  readonly variation: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * A percentile by nearest rank: the least sample that so much of all samples do not exceed.
 *
 * @param sorted samples in rising order, one at least
 * @param share from 0 to 1
 */
export function percentile(sorted: Float64Array, share: number): number {
  const rank = Math.ceil(share * sorted.length - 1e-9);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] ?? Number.NaN;
}

/** The statistics of samples in any order, one at least. */
export function latencyOf(samples: readonly number[]): Latency {
  const sorted = Float64Array.from(samples).sort();
  const mean = sumOf(samples) / samples.length;
  const squares = sumOf(samples.map((each) => (each - mean) ** 2));
  const deviation = samples.length > 1 ? Math.sqrt(squares / (samples.length - 1)) : 0;
  return {
    samples: samples.length,
    mean,
    variation: mean > 0 ? deviation / mean : 0,
    min: percentile(sorted, 0),
    p50: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    max: percentile(sorted, 1),
  };
}

/** The median. @param samples in any order, one at least */
export const medianOf = (samples: readonly number[]): number => percentile(Float64Array.from(samples).sort(), 0.5);

const sumOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);

/** Fewer samples have hardly one beyond the 99th percentile. */
const ENOUGH = 100;
/** A tail so many times longer than the middle is that of the machine rather than of the model. */
const LONG_TAIL = 5;
/** By so much the halves of a steady measurement differ at most. */
const DRIFT = 0.15;

/** What a reader must know before trusting the times; samples in the order of the runs. */
export function doubtsOf(samples: readonly number[], { p50, p99 }: Latency): readonly string[] {
  const doubts: string[] = [];
  if (samples.length < ENOUGH) {
    const runs = samples.length === 1 ? 'one run' : `${samples.length} runs`;
    doubts.push(`p99 is of ${runs}, which are too few: ${ENOUGH} at least, with more --seconds or --runs`);
  }
  if (p99 > LONG_TAIL * p50) doubts.push(`p99 is ${(p99 / p50).toFixed(1)} times p50: the machine does other work too`);
  const half = samples.length >> 1;
  if (half >= 10) {
    const [first, second] = [medianOf(samples.slice(0, half)), medianOf(samples.slice(half))];
    const change = second / first - 1;
    if (Math.abs(change) > DRIFT) {
      const way = change > 0 ? 'slower' : 'faster';
      doubts.push(`the second half is ${Math.round(Math.abs(change) * 100)}% ${way} than the first: it is not steady`);
    }
  }
  return doubts;
}

/** One lane against another: the ratio of the times, above 1 where it is slower. */
export interface Ratio {
  readonly p50: number;
  /** The quarter of the rounds with the least ratios ends here. */
  readonly low: number;
  /** The quarter of the rounds with the greatest ratios begins here. */
  readonly high: number;
}

/**
 * Compares two lanes round by round, so that what changes the whole machine changes both.
 *
 * @param rounds the median time of each round
 */
export function ratioOf(rounds: readonly number[], base: readonly number[]): Ratio | undefined {
  const ratios = rounds.flatMap((time, i) => {
    const other = base[i];
    return other === undefined || other <= 0 ? [] : [time / other];
  });
  if (ratios.length === 0) return undefined;
  const sorted = Float64Array.from(ratios).sort();
  return { p50: percentile(sorted, 0.5), low: percentile(sorted, 0.25), high: percentile(sorted, 0.75) };
}
