// Uniform, normal and truncated normal samples, by the SIMD kernel or, with the same bits, in plain JavaScript.
import { KERNEL_WORDS } from './kernel-memory.ts';
import { normalCdf } from './normal-distribution.ts';
import { fillPlainClampedNormal, fillPlainNormal, fillPlainUniform, type SampleTarget } from './plain-samples.ts';
import { type SampleKernel, sampleKernel } from './sample-kernel.ts';

/** After so many samples the kernel is assembled, which takes as long as they do. */
const KERNEL_AFTER = 300_000;
const TWO_POW_32 = 2 ** 32;

/**
 * Fills with samples that are uniform between `low` and `high`: `low + (high - low) * ((u + 0.5) * 2^-32)`.
 *
 * @param low the lower end; a sample may round to it
 * @param high the upper end; a sample may round to it
 */
export function fillUniform(target: SampleTarget, low: number, high: number): void {
  const span = high - low;
  fill(target, {
    kernel: (kernel, end) => kernel.uniform(end, low, span),
    plain: (part) => fillPlainUniform(part, low, span),
  });
}

/**
 * Fills with normal samples: `mean + std * quantile((u + 0.5) * 2^-32)`, at most 6.34 standard deviations from the mean.
 *
 * @param mean the mean of the distribution
 * @param std its standard deviation
 */
export function fillNormal(target: SampleTarget, mean: number, std: number): void {
  fill(target, {
    kernel: (kernel, end) => kernel.normal(end, 0, 1, -Infinity, Infinity, mean, std),
    plain: (part) => fillPlainNormal(part, mean, std),
  });
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
export function fillTruncatedNormal(target: SampleTarget, { mean, std, low, high }: TruncatedNormal): void {
  const mirror = low > 0;
  const [from, to, scale] = mirror ? [-high, -low, -std] : [low, high, std];
  const base = normalCdf(from);
  const span = normalCdf(to) - base;
  fill(target, {
    kernel: (kernel, end) => kernel.normal(end, base, span, from, to, mean, scale),
    plain: (part) => fillPlainClampedNormal(part, { mean, std: scale, base, span, from, to }),
  });
}

/** The two ways to the same samples. */
interface Fill {
  /** Turns the words of the kernel, up to byte `end`, into float64 samples. */
  readonly kernel: (kernel: SampleKernel, end: number) => void;
  readonly plain: (target: SampleTarget) => void;
}

/** How many samples this process has asked for. */
let asked = 0;

function fill(target: SampleTarget, ways: Fill): void {
  asked += target.out.length;
  const kernel = asked > KERNEL_AFTER ? sampleKernel() : null;
  if (kernel) fillByKernel(kernel, target, ways);
  else ways.plain(target);
}

function fillByKernel(kernel: SampleKernel, { out, key, start }: SampleTarget, ways: Fill): void {
  let begin = 0;
  while (begin < out.length) {
    const block = Math.floor((start + begin) / 4);
    const lane = (start + begin) % 4;
    const low = block % TWO_POW_32;
    const count = Math.min(KERNEL_WORDS - lane, out.length - begin);
    if (low + KERNEL_WORDS / 4 > TWO_POW_32) {
      // The kernel adds to the low counter word only.
      ways.plain({ out: out.subarray(begin, begin + count), key, start: start + begin });
    } else {
      const end = 4 * Math.ceil((lane + count) / 16) * 16;
      kernel.words(low, Math.floor(block / TWO_POW_32), key[0], key[1], end);
      ways.kernel(kernel, end);
      copySamples(kernel, out, begin, lane, count, end);
    }
    begin += count;
  }
}

/** Copies samples out of the kernel's memory, `count` from the number `lane` on, to `out[begin]` and on. */
function copySamples(
  kernel: SampleKernel,
  out: Float32Array | Float64Array,
  begin: number,
  lane: number,
  count: number,
  end: number,
): void {
  if (out instanceof Float64Array) {
    out.set(kernel.float64.subarray(lane, lane + count), begin);
  } else {
    kernel.narrow(end);
    out.set(kernel.float32.subarray(lane, lane + count), begin);
  }
}
