// patchEmbedding: the patches of an image as a sequence of vectors.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { perAxis, positiveInteger } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions } from '../weight-and-bias.ts';
import { conv2d } from './conv.ts';

/** Options of {@link patchEmbedding}. */
export interface PatchEmbeddingOptions extends WeightOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link PatchEmbeddingOptions}. */
const PATCH_OPTIONS: OptionNames<PatchEmbeddingOptions> = { ...WEIGHT_OPTIONS, name: true };

/**
 * Cuts images into patches that do not overlap and maps each to a vector: a convolution whose strides are its kernel, rows first.
 *
 * *Input shape*: `[n, c, h, w]`, h and w at least the patch's; what does not fill a patch at the right and bottom is left out. c is settled
 * by the first batch, the others may stay symbolic. *Output shape*: `[n, (h//p1)*(w//p2), width]`.
 * *Parameters*: `projection.weight [width, c, p1, p2]`, `projection.bias [width]` (`patch_embed.proj` in timm).
 * Source: Dosovitskiy et al., "An image is worth 16x16 words", 2020.
 *
 * @param size pixels along each side of a patch, a number or [height, width]
 * @param width features of a vector
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws SHAPE_MISMATCH, RANK_MISMATCH (at the call) when the input is no batch of images, or smaller than a patch
 * @example sequential(patchEmbedding(16, 768), learnedTokens(1), positionalEmbedding(197), transformerEncoder(12, 12, 3072))
 */
export function patchEmbedding(
  size: number | readonly number[],
  width: number,
  options: PatchEmbeddingOptions = {},
): Layer {
  checkOptions('patchEmbedding', options, PATCH_OPTIONS);
  const sides = perAxis('patchEmbedding', 'size', size, 2, 1);
  positiveInteger('patchEmbedding', 'width', width);
  const { name, ...weights } = options;
  const projection = conv2d(width, sides, { ...weights, strides: sides });
  return defineLayer({
    kind: 'patchEmbedding',
    name,
    children: [['projection', projection]],
    apply: (_call, x: Value): Value => {
      // -1 is never asked for where a size is 0: images of a contract are at least a patch.
      return op.Transpose(op.Reshape(projection(x), [0, width, -1]), { perm: [0, 2, 1] });
    },
  });
}
