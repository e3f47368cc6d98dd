// Where the sample kernel keeps its words, samples and constants.
import { type Code, i32, v128 } from './wasm-assembler.ts';

/** How many words the memory holds: few enough that all of it stays in the first-level cache. */
export const KERNEL_WORDS = 1024;
/** Where the words lie, in bytes from the start of the memory; the constants lie before them. */
export const WORDS_AT = 2048;
/** Where the samples lie, as float64, or as float32 once they are narrowed. */
export const SAMPLES_AT = WORDS_AT + 4 * KERNEL_WORDS;
/** Where the places of the words in the tails lie, with room for one more. */
export const TAILS_AT = SAMPLES_AT + 8 * KERNEL_WORDS;

/** Collects the float64 constants, which the kernel loads from its memory: cheaper than building each from its bits. */
export class ConstantPool {
  readonly values: number[] = [];

  /** A constant in both lanes. */
  pair(value: number): Code {
    const known = this.values.indexOf(value);
    return v128.loadSplat64(8 * (known < 0 ? this.values.push(value) - 1 : known), i32(0));
  }

  /** A constant whose bits are two 32-bit words, in both lanes. */
  bits(low: number, high: number): Code {
    return v128.loadSplat64(
      8 * (this.values.push(new Float64Array(Uint32Array.of(low, high).buffer)[0] ?? 0) - 1),
      i32(0),
    );
  }
}
