// The SIMD kernel of the samples as a running WebAssembly instance.
import { ConstantPool, KERNEL_WORDS, SAMPLES_AT } from './kernel-memory.ts';
import { normalBody } from './kernel-normal.ts';
import { narrowBody, uniformBody } from './kernel-uniform.ts';
import { wordsBody } from './kernel-words.ts';
import { assembleModule } from './wasm-assembler.ts';

/** The functions of the kernel; each `end` counts bytes of words. */
interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Draws the words of the blocks from [low, high] on, up to `end`, a multiple of 64. */
  readonly words: (low: number, high: number, key0: number, key1: number, end: number) => void;
  /** Makes `low + span * t` of each word, up to `end`, a multiple of 16, as the other functions. */
  readonly uniform: (end: number, low: number, span: number) => void;
  /** Makes `mean + std * clamp(quantile(base + span * t), from, to)` of each word. */
  readonly normal: (
    end: number,
    base: number,
    span: number,
    from: number,
    to: number,
    mean: number,
    std: number,
  ) => void;
  /** Rounds the samples of each word to float32. */
  readonly narrow: (end: number) => void;
}

/** What is used of the engine's WebAssembly. */
declare const WebAssembly:
  | {
      readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
      readonly Instance: new (module: object) => { readonly exports: KernelExports };
    }
  | undefined;

/** The kernel: its functions and views of its samples. */
export interface SampleKernel extends KernelExports {
  readonly float32: Float32Array<ArrayBuffer>;
  readonly float64: Float64Array<ArrayBuffer>;
}

let kernel: SampleKernel | null | undefined;

/** The kernel, assembled at the first call; null where the engine, or the policy of a page, has no WebAssembly SIMD. */
export function sampleKernel(): SampleKernel | null {
  if (kernel === undefined) kernel = typeof WebAssembly === 'undefined' ? null : instantiate(WebAssembly);
  return kernel;
}

function instantiate(engine: NonNullable<typeof WebAssembly>): SampleKernel | null {
  const pool = new ConstantPool();
  const bytes = assembleModule({
    words: wordsBody(),
    uniform: uniformBody(pool),
    normal: normalBody(pool),
    narrow: narrowBody(),
  });
  try {
    const { exports } = new engine.Instance(new engine.Module(bytes));
    const { buffer } = exports.memory;
    new Float64Array(buffer).set(pool.values);
    const float32 = new Float32Array(buffer, SAMPLES_AT, KERNEL_WORDS);
    return { ...exports, float32, float64: new Float64Array(buffer, SAMPLES_AT, KERNEL_WORDS) };
  } catch {
    // No SIMD, or no code generation allowed: the plain functions give the same bits.
    return null;
  }
}
