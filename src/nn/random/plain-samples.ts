// The samples in plain JavaScript: one random word u gives one sample by fixed IEEE 754 float64 steps.
import { centralQuantile, normalQuantile, tailQuantile } from './normal-distribution.ts';
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

/** Fills with `low + span * (u + 0.5) * 2^-32`. */
export function fillPlainUniform(target: SampleTarget, low: number, span: number): void {
  forEachBlock(target, (out, begin, count) => {
    for (let i = 0; i < count; i++) out[begin + i] = low + span * (((words[i] ?? 0) + 0.5) * TWO_POW_MINUS_32);
  });
}

/** Fills with `mean + std * quantile((u + 0.5) * 2^-32)`. */
export function fillPlainNormal(target: SampleTarget, mean: number, std: number): void {
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

/** A normal distribution of which the probabilities from `base` on, `span` wide, are used. */
export interface ClampedNormal {
  readonly mean: number;
  readonly std: number;
  /** The probability where the samples begin. */
  readonly base: number;
  /** The probability between the first and the last sample. */
  readonly span: number;
  /** The least sample in standard deviations from the mean. */
  readonly from: number;
  /** The greatest sample in standard deviations from the mean. */
  readonly to: number;
}

/** Fills with `mean + std * clamp(quantile(base + span * (u + 0.5) * 2^-32), from, to)`. */
export function fillPlainClampedNormal(target: SampleTarget, { mean, std, base, span, from, to }: ClampedNormal): void {
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
