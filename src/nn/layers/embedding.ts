// embedding: rows of a table looked up by number.

import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import { type DType, isIntegerDType } from '../../ir/dtype.ts';
import type { Value } from '../../ir/graph.ts';
import { pickFrom } from '../../ops/costs/movement.ts';
import { positiveInteger } from '../arguments.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** Fills the weight; a standard normal distribution by default. */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Element type of the weight; float32 by default. */
  readonly dtype?: DType | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link EmbeddingOptions}. */
const EMBEDDING_OPTIONS: OptionNames<EmbeddingOptions> = { weightInitializer: true, dtype: true, name: true };

/**
 * Looks up a row of its table for each number of the input.
 *
 * *Input shape*: `[...]` of any integer type, numbers from 0 to count - 1. *Output shape*: `[..., size]`.
 * Parameters: `weight [count, size]`; all sizes are known, so it can be read before any batch.
 * The default initializer is PyTorch's for torch.nn.Embedding: normal with mean 0 and standard deviation 1.
 *
 * @param count rows of the table
 * @param size features of a row
 * @throws LAYER_ARGUMENT when `count` or `size` is no positive integer
 * @throws DTYPE_MISMATCH (at the call) when the input is not of an integer type
 * @example model(embedding(1000, 64), { inputs: { ids: tensor('int64', ['batch', 'seq']) } })
 */
export function embedding(count: number, size: number, options: EmbeddingOptions = {}): Layer {
  checkOptions('embedding', options, EMBEDDING_OPTIONS);
  positiveInteger('embedding', 'count', count);
  positiveInteger('embedding', 'size', size);
  const weight = new Parameter({
    shape: [count, size],
    dtype: options.dtype,
    initializer: options.weightInitializer,
    fallback: { kind: 'normal', std: 1 },
    layout: 'embedding',
  });
  return defineLayer({
    kind: 'embedding',
    name: options.name,
    parameters: { weight },
    apply: ({ parameters }, ids: Value): Value => embeddingOf(ids, parameters.weight),
  });
}

/**
 * {@link embedding} of values.
 *
 * @param ids `[...]` of any integer type
 * @param weight `[count, size]`
 */
export function embeddingOf(ids: Value, weight: Value): Value {
  return emitLayerOne(EMBEDDING, [ids, weight]);
}

/** Inputs ids, weight. It becomes a Gather, behind a Cast to int64 where Gather does not take the type of the ids. */
export const EMBEDDING: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'embedding',
  cost: pickFrom(1),
  infer: (cx) => {
    const ids = cx.shape(0);
    const dtype = cx.dtype(0);
    if (dtype !== 'undefined' && !isIntegerDType(dtype)) {
      cx.fail('DTYPE_MISMATCH', `embedding takes ${cx.inputName(0)} of an integer type, got ${dtype}`, {
        expected: 'an integer type',
        actual: dtype,
        hint: "declare the input: { inputs: { ids: tensor('int64', ['batch', 'seq']) } }, or cast it",
      });
    }
    const [, size] = cx.ranked(1, 2);
    return [cx.tensor(ids && size && [...ids, size], cx.dtype(1))];
  },
  lower: (node) => {
    const [ids, weight] = [inputOf(node, 0), inputOf(node, 1)];
    const isIndex = ids.dtype === 'int64' || ids.dtype === 'int32';
    return [op.Gather(weight, isIndex ? ids : op.Cast(ids, { to: 'int64' }), { axis: 0 })];
  },
  examples: [
    { inputs: ['int64[batch, seq]', 'float32[1000, 64]'], outputs: ['float32[batch, seq, 64]'] },
    { inputs: ['uint8[]', 'float16[10, 4]'], outputs: ['float16[4]'] },
    { inputs: ['float32[batch, seq]', 'float32[1000, 64]'], fails: 'DTYPE_MISMATCH' },
    { inputs: ['int64[batch]', 'float32[1000]'], fails: 'RANK_MISMATCH' },
  ],
};
