// Uniform, normal and truncated normal samples: one random word gives one sample, by fixed IEEE 754 float64 steps.
import { centralQuantile, normalCdf, normalQuantile, tailQuantile } from './normal-distribution.ts';
import { fillUint32, type RandomKey } from './philox.ts';

/** What is filled: consecutive elements of the sequence of a key. */
export interface SampleTarget {
  /** Receives the samples; a Float32Array gets the float64 samples rounded to nearest. */
  readonly out: Float32Array | Float64Array;
  readonly key: RandomKey;
  /** The number of the element that goes to `out[0]`, from 0 to 2^53 - 1. */
  readonly start: number;
}

/** Words are drawn into this block, which stays in the first-level cache, and turned into samples from there. */
const words = new Uint32Array(2048);
const tails = new Uint16Array(words.length);
const TWO_POW_MINUS_32 = 2 ** -32;
/** 0.075 * 2^32: the words below it, and as many at the upper end, give samples in the tails. */
const TAIL = 322122547;
const CENTRE = 2 ** 32 - 2 * TAIL;

/**
 * Fills with samples that are uniform between `low` and `high`: `low + (high - low) * ((u + 0.5) * 2^-32)`.
 *
 * @param low the lower end; a sample may round to it
 * @param high the upper end; a sample may round to it
 */
export function fillUniform(target: SampleTarget, low: number, high: number): void {
  const span = high - low;
  forEachBlock(target, (out, begin, count) => {
    for (let i = 0; i < count; i++) out[begin + i] = low + span * (((words[i] ?? 0) + 0.5) * TWO_POW_MINUS_32);
  });
}

/**
 * Fills with normal samples: `mean + std * quantile((u + 0.5) * 2^-32)`, at most 6.34 standard deviations from the mean.
 *
 * @param mean the mean of the distribution
 * @param std its standard deviation
 */
export function fillNormal(target: SampleTarget, mean: number, std: number): void {
  forEachBlock(target, (out, begin, count) => {
    let tailCount = 0;
    for (let i = 0; i < count; i++) {
      const u = words[i] ?? 0;
      // Tails are set aside instead of branched to: one word in seven at random would defeat branch prediction.
      tails[tailCount] = i;
      tailCount += (u - TAIL) >>> 0 < CENTRE ? 0 : 1;
      out[begin + i] = mean + std * centralQuantile((u - 2147483647.5) * TWO_POW_MINUS_32);
    }
    for (let t = 0; t < tailCount; t++) {
      const i = tails[t] ?? 0;
      out[begin + i] = mean + std * tailSample(words[i] ?? 0);
    }
  });
}

/** `normalQuantile((u + 0.5) * 2^-32)` of a word in a tail: every step before the quantile is exact. */
function tailSample(u: number): number {
  const sign = u >>> 31 === 0 ? -1 : 1;
  const fromEnd = sign < 0 ? u : ~u >>> 0;
  return sign * tailQuantile((fromEnd + 0.5) * TWO_POW_MINUS_32);
}

/** The bounds of a truncated normal distribution; `std` is that of the distribution before truncation. */
export interface TruncatedNormal {
  readonly mean: number;
  readonly std: number;
  /** The lower bound in standard deviations from the mean, at most 30. */
  readonly low: number;
  /** The upper bound in standard deviations from the mean, at least -30. */
  readonly high: number;
}

/**
 * Fills with samples of a truncated normal distribution: `mean + std * quantile(F(low) + (F(high) - F(low)) * t)` with
 * `t = (u + 0.5) * 2^-32` and F the normal distribution function, held inside the bounds. Where both bounds are positive the
 * mirror image is drawn, because probabilities near 0 are finer than those near 1.
 */
export function fillTruncatedNormal(target: SampleTarget, distribution: TruncatedNormal): void {
  const { mean, low, high } = distribution;
  const mirror = low > 0;
  const from = mirror ? -high : low;
  const to = mirror ? -low : high;
  const std = mirror ? -distribution.std : distribution.std;
  const base = normalCdf(from);
  const span = normalCdf(to) - base;
  forEachBlock(target, (out, begin, count) => {
    for (let i = 0; i < count; i++) {
      const z = normalQuantile(base + span * (((words[i] ?? 0) + 0.5) * TWO_POW_MINUS_32));
      out[begin + i] = mean + std * (z < from ? from : z > to ? to : z);
    }
  });
}

/** Draws the words of the target block by block and has `convert` turn the first `count` of them into `out[begin]` and on. */
function forEachBlock(
  target: SampleTarget,
  convert: (out: Float32Array | Float64Array, begin: number, count: number) => void,
): void {
  const { out, key, start } = target;
  for (let begin = 0; begin < out.length; begin += words.length) {
    const count = Math.min(words.length, out.length - begin);
    fillUint32(words, key, start + begin, count);
    convert(out, begin, count);
  }
}
