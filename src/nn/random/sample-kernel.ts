// The SIMD kernel of the samples: its module, and running instances of it.
import { KERNEL_BASE64 } from './kernel.gen.ts';

/** What the kernel exports (kernels/random/index.ts). Sizes and addresses are bytes. */
export interface SampleKernel {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  /** Where the samples lie. */
  readonly samplesAt: { readonly value: number };
  /** How many samples a call draws at most, a multiple of 4. */
  readonly most: { readonly value: number };
  /** Where the memory begins that samples do not take. */
  readonly freeAt: { readonly value: number };
  /** Sets the key: two uint32 words. */
  readonly setKey: (low: number, high: number) => void;
  /** Sets `low` and `span` of a uniform distribution. */
  readonly setUniform: (...parameters: number[]) => void;
  /** Sets `mean` and `std` of a normal distribution. */
  readonly setNormal: (...parameters: number[]) => void;
  /** Sets `mean`, `std`, `base`, `span`, `from` and `to` of a part of one. */
  readonly setClamped: (...parameters: number[]) => void;
  /** Draws `count` samples from a Philox block on; types: 0 float64, 1 float32, 2 float16, 3 bfloat16. */
  readonly draw: (blockLow: number, blockHigh: number, count: number, type: number) => void;
  /** Decomposes `short` columns of `long` float64 each, as {@link orthogonalMatrix} does. */
  readonly orthogonal: (columns: number, result: number, scratch: number, long: number, short: number) => void;
}

/** What is used of the engine's WebAssembly. */
declare const WebAssembly:
  | {
      readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
      readonly Instance: new (module: object) => { readonly exports: SampleKernel };
    }
  | undefined;

let module: object | null | undefined;
let kernel: SampleKernel | null | undefined;

/**
 * The compiled module, which another thread can be handed; null where the engine, or the policy of a page, has no WebAssembly SIMD: the
 * plain functions give the same bits.
 */
export function kernelModule(): object | null {
  module ??= isLittleEndian() ? compile() : null;
  return module;
}

/** The instance that this thread draws with, made at the first call; null where there is none. */
export function sampleKernel(): SampleKernel | null {
  if (kernel === undefined) kernel = newSampleKernel();
  return kernel;
}

/** An instance with a memory of its own, which goes when the instance does; null where there is none. */
export function newSampleKernel(): SampleKernel | null {
  const compiled = kernelModule();
  if (!compiled || typeof WebAssembly === 'undefined') return null;
  return new WebAssembly.Instance(compiled).exports;
}

function compile(): object | null {
  if (typeof WebAssembly === 'undefined') return null;
  try {
    return new WebAssembly.Module(fromBase64(KERNEL_BASE64));
  } catch {
    // No SIMD, or no code generation allowed.
    return null;
  }
}

/** Samples are copied as bytes, which the kernel has in the order of WebAssembly. */
const isLittleEndian = (): boolean => new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[DIGITS.charCodeAt(i)] = i;
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let held = 0;
  for (let i = 0, at = 0; i < digits.length; i++) {
    held = (held << 6) | (values[digits.charCodeAt(i)] ?? 0);
    if (i % 4 > 0) bytes[at++] = held >> (6 - 2 * (i % 4));
  }
  return bytes;
}
