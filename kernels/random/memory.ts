// Where the kernel keeps its words, samples and keys; what one block needs fits a processor's first cache.

/** How many words are drawn before they are turned into samples. */
export const BLOCK: u32 = 1024;
/** How many samples one call makes at most. */
export const MOST: u32 = 8192;

/** The words of a block, with room for the whole groups that the last ones are drawn in. */
export const WORDS: usize = memory.data(4 * 1024 + 128, 16);
/** The samples in the type that was asked for. */
export const SAMPLES: usize = memory.data(8 * 8192 + 128, 16);
/** Float64 samples of one block, on their way to a narrower type. */
export const WIDE: usize = memory.data(8 * 1024 + 128, 16);
/** Float32 samples of one block, likewise. */
export const NARROW: usize = memory.data(4 * 1024 + 128, 16);
/** Byte offsets of words of a block that are drawn once more, with room for one group more. */
export const AGAIN: usize = memory.data(4 * 1024 + 32, 16);
/** The words of those groups. */
export const AGAIN_WORDS: usize = memory.data(4 * 1024 + 32, 16);
/** The keys of ten rounds, each word in four lanes. */
export const KEYS: usize = memory.data(320, 16);
/** What {@link settle} writes. */
const SCRATCH: usize = memory.data(16, 16);

/**
 * Writes a value that nobody reads. Engines plan all operations between two writes together, and without a write between its parts a
 * long formula takes more registers than there are.
 */
@inline
export function settle(value: v128): v128 {
  v128.store(SCRATCH, value);
  return value;
}
