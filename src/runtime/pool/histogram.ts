// Counts times in buckets of a fixed relative width, so that percentiles cost no memory for each time.

/** Buckets for each doubling: a percentile is within 1/32 of the time that it stands for. */
const PER_DOUBLING = 32;
/** The shortest time that is told from zero, in milliseconds. */
const LEAST = 2 ** -10;
/** From a microsecond up to about nine hours. */
const DOUBLINGS = 35;

/** Times in milliseconds, as far as percentiles need them. */
export interface Percentiles {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Times that were seen. */
export class Histogram {
  readonly #buckets = new Float64Array(PER_DOUBLING * DOUBLINGS + 1);
  #count = 0;
  #sum = 0;
  #max = 0;

  /** @param time milliseconds */
  add(time: number): void {
    const place = time <= LEAST ? 0 : 1 + Math.floor(Math.log2(time / LEAST) * PER_DOUBLING);
    const last = this.#buckets.length - 1;
    const bucket = Math.min(place, last);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    this.#sum += time;
    this.#max = Math.max(this.#max, time);
  }

  /** The time that so much of all times are not above, in milliseconds; 0 where there are none. @param share from 0 to 1 */
  percentile(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let i = 0; i < this.#buckets.length && this.#count > 0; i++) {
      seen += this.#buckets[i] ?? 0;
      // The upper end of a bucket: a percentile is not told shorter than it is.
      if (seen >= wanted) return Math.min(this.#max, LEAST * 2 ** (i / PER_DOUBLING));
    }
    return 0;
  }

  /** The usual percentiles. */
  summary(): Percentiles {
    return {
      count: this.#count,
      mean: this.#count === 0 ? 0 : this.#sum / this.#count,
      p50: this.percentile(0.5),
      p90: this.percentile(0.9),
      p99: this.percentile(0.99),
      p999: this.percentile(0.999),
      max: this.#max,
    };
  }
}
