// uniforms(): numbers in [0, 1) that a seed gives everywhere alike, to feed to models that draw.
import { type TensorData, tensorFromBytes } from '../../ir/tensor-data.ts';
import { nonNegativeInteger } from '../arguments.ts';
import { deriveKey, type Seed } from './key.ts';
import { fillUint32 } from './philox.ts';

/**
 * Draws numbers uniformly from [0, 1) by Philox: the same seed and path give the same on every platform, and element i does not depend on
 * how many are drawn. Each is a multiple of 2^-24, so that float32 holds it and it stays below 1.
 *
 * @param seed an integer from 0 to 2^53 - 1, or a bigint from 0 to 2^64 - 1
 * @param shape sizes from 0 on
 * @param path what the numbers are for: others give independent numbers; `uniforms` by default
 * @returns float32 of that shape, which can be fed
 * @throws SEED_INVALID when the seed is negative, fractional or too large
 * @throws LAYER_ARGUMENT when a size is negative or fractional
 * @example await session.run({ input_ids, attention_mask, uniforms: uniforms(7, [steps, batch]) });
 */
export function uniforms(seed: Seed, shape: readonly number[], path = 'uniforms'): TensorData {
  for (const size of shape) nonNegativeInteger('uniforms', 'shape', size);
  const words = new Uint32Array(shape.reduce((count, size) => count * size, 1));
  fillUint32(words, deriveKey(seed, path), 0);
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setFloat32(4 * i, (word >>> 8) / 2 ** 24, true);
  return tensorFromBytes('float32', shape, bytes);
}
