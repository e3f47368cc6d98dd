// What the kernel is told to draw: plain numbers, which another thread can be sent.
import type { DType } from '../../ir/dtype.ts';
import type { Distribution } from './distribution.ts';
import type { RandomKey } from './philox.ts';
import type { SampleKernel } from './sample-kernel.ts';

/** Element types that the kernel writes, by their number there, and their bytes. */
const TYPES = {
  float64: { type: 0, width: 8 },
  float32: { type: 1, width: 4 },
  float16: { type: 2, width: 2 },
  bfloat16: { type: 3, width: 2 },
} as const;

/** An element type that the kernel writes. */
export type SampleDType = keyof typeof TYPES;

/** Tells whether the kernel writes an element type. */
export function isSampleDType(dtype: DType): dtype is SampleDType {
  return Object.hasOwn(TYPES, dtype);
}

/** The samples of one key, of which any part can be drawn. */
export interface KernelJob {
  readonly key: RandomKey;
  /** The export that sets the distribution. */
  readonly set: 'setUniform' | 'setNormal' | 'setClamped';
  readonly parameters: readonly number[];
  readonly type: number;
  /** The bytes of one element. */
  readonly width: number;
}

/** Says in the kernel's words what to draw. */
export function kernelJob(distribution: Distribution, key: RandomKey, dtype: SampleDType): KernelJob {
  const { set, parameters } = settingOf(distribution);
  const { type, width } = TYPES[dtype];
  return { key, set, parameters, type, width };
}

function settingOf(d: Distribution): Pick<KernelJob, 'set' | 'parameters'> {
  switch (d.kind) {
    case 'uniform':
      return { set: 'setUniform', parameters: [d.low, d.span] };
    case 'normal':
      return { set: 'setNormal', parameters: [d.mean, d.std] };
    case 'clamped':
      return { set: 'setClamped', parameters: [d.mean, d.std, d.base, d.span, d.from, d.to] };
  }
}

const TWO_POW_32 = 2 ** 32;

/** The view that was asked for last. */
let drawn = new Uint8Array();

/** Bytes of the kernel's memory. Models have many parameters of one size, and a view costs as much as a few hundred samples. */
function drawnBytes({ memory }: SampleKernel, from: number, length: number): Uint8Array {
  const { buffer } = memory;
  if (drawn.buffer !== buffer || drawn.byteOffset !== from || drawn.length !== length)
    drawn = new Uint8Array(buffer, from, length);
  return drawn;
}

/**
 * Draws consecutive samples.
 *
 * @param out receives their little-endian bytes, whole elements
 * @param start the number of the element that goes to the first bytes, from 0 to 2^53 - 1
 */
export function drawByKernel(kernel: SampleKernel, job: KernelJob, out: Uint8Array, start: number): void {
  const { key, set, parameters, type, width } = job;
  kernel.setKey(key[0], key[1]);
  kernel[set](...parameters);
  const from = kernel.samplesAt.value;
  const most = kernel.most.value;
  const count = out.byteLength / width;
  let lane = start % 4;
  for (let done = 0; done < count; ) {
    const part = Math.min(most - lane, count - done);
    const block = Math.floor((start + done) / 4);
    kernel.draw(block % TWO_POW_32, Math.floor(block / TWO_POW_32), lane + part, type);
    out.set(drawnBytes(kernel, from + lane * width, part * width), done * width);
    done += part;
    lane = 0;
  }
}
