// Uniform, normal and truncated normal samples, by the SIMD kernel or, with the same bits, in plain JavaScript.
import { writeElements } from '../../ir/convert-floats.ts';
import { type Distribution, type TruncatedNormal, truncatedNormal } from './distribution.ts';
import { drawByKernel, kernelJob, type SampleDType } from './kernel-job.ts';
import type { RandomKey } from './philox.ts';
import { fillPlainClampedNormal, fillPlainNormal, fillPlainUniform, type SampleTarget } from './plain-samples.ts';
import { sampleKernel } from './sample-kernel.ts';

/** After so many samples the kernel is compiled, which takes as long as they do. */
const KERNEL_AFTER = 100_000;

/** How many samples this thread has asked for. */
let asked = 0;

/**
 * Fills with samples that are uniform between `low` and `high`: `low + (high - low) * ((u + 0.5) * 2^-32)`.
 *
 * @param low the lower end; a sample may round to it
 * @param high the upper end; a sample may round to it
 */
export function fillUniform(target: SampleTarget, low: number, high: number): void {
  fillSamples(target, { kind: 'uniform', low, span: high - low });
}

/**
 * Fills with normal samples: `mean + std * quantile((u + 0.5) * 2^-32)`, at most 6.34 standard deviations from the mean.
 *
 * @param mean the mean of the distribution
 * @param std its standard deviation
 */
export function fillNormal(target: SampleTarget, mean: number, std: number): void {
  fillSamples(target, { kind: 'normal', mean, std });
}

/** Fills with samples of a truncated normal distribution; see {@link truncatedNormal}. */
export function fillTruncatedNormal(target: SampleTarget, bounds: TruncatedNormal): void {
  fillSamples(target, truncatedNormal(bounds));
}

/** Fills with samples of any distribution. */
export function fillSamples(target: SampleTarget, distribution: Distribution): void {
  const { out, key, start } = target;
  asked += out.length;
  const kernel = asked > KERNEL_AFTER ? sampleKernel() : null;
  if (!kernel) return fillPlain(target, distribution);
  const job = kernelJob(distribution, key, out instanceof Float64Array ? 'float64' : 'float32');
  drawByKernel(kernel, job, new Uint8Array(out.buffer, out.byteOffset, out.byteLength), start);
}

/** Which part of which samples is drawn as bytes. */
export interface SampleRange {
  readonly distribution: Distribution;
  readonly key: RandomKey;
  /** The element type that the float64 samples are rounded to. */
  readonly dtype: SampleDType;
  /** The number of the first element. */
  readonly start: number;
}

/** Elements that are drawn at a time where they are converted here. */
const CHUNK = 1 << 14;

/** Writes samples as little-endian elements of a float type into `out`, whose start may have any alignment. */
export function writeSamples(out: Uint8Array, { distribution, key, dtype, start }: SampleRange): void {
  const job = kernelJob(distribution, key, dtype);
  const { width } = job;
  const count = out.byteLength / width;
  asked += count;
  const kernel = asked > KERNEL_AFTER ? sampleKernel() : null;
  if (kernel) return drawByKernel(kernel, job, out, start);
  for (let at = 0; at < count; at += CHUNK) {
    const values = new Float64Array(Math.min(CHUNK, count - at));
    fillPlain({ out: values, key, start: start + at }, distribution);
    writeElements(out.subarray(at * width, (at + values.length) * width), dtype, values);
  }
}

function fillPlain(target: SampleTarget, distribution: Distribution): void {
  switch (distribution.kind) {
    case 'uniform':
      return fillPlainUniform(target, distribution.low, distribution.span);
    case 'normal':
      return fillPlainNormal(target, distribution.mean, distribution.std);
    case 'clamped':
      return fillPlainClampedNormal(target, distribution);
  }
}
