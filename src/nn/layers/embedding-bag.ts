// embeddingBag: rows of a table looked up by number, and brought together bag by bag.
import { op } from '../../build/op.ts';
import type { DType } from '../../ir/dtype.ts';
import type { Value } from '../../ir/graph.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { filled } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';
import { embeddingOf } from './embedding.ts';

/** How the rows of a bag are brought together. */
export type BagMode = 'mean' | 'sum' | 'max';

/** Options of {@link embeddingBag}. */
export interface EmbeddingBagOptions {
  /** How the rows of a bag are brought together; `mean` by default, as in PyTorch. */
  readonly mode?: BagMode | undefined;
  /** Fills the weight; a standard normal distribution by default. */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Element type of the weight; float32 by default. */
  readonly dtype?: DType | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

const BAG_OPTIONS: OptionNames<EmbeddingBagOptions> = {
  mode: true,
  weightInitializer: true,
  dtype: true,
  name: true,
};

const MODES: readonly string[] = ['mean', 'sum', 'max'] satisfies BagMode[];

/** A bag layer: numbers, and where each bag begins. */
export type EmbeddingBagLayer = Layer<[ids: Value, offsets?: Value]>;

/**
 * Looks up a row of its table for each number, and brings the rows of each bag together.
 *
 * *Input shape*: `[n, k]` of any integer type, a bag for each row; or `[k]` with offsets `[n]`, int32 or int64, rising from 0, that say
 * where each bag begins. *Output shape*: `[n, size]`; an empty bag gives zeros.
 * Parameters: `weight [count, size]`, normal with mean 0 and standard deviation 1.
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.EmbeddingBag.html
 *
 * @param count rows of the table
 * @param size features of a row
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind
 * @throws RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the input is of another rank or no integer
 * @example model((ids: Value, offsets: Value) => bag(ids, offsets)) // with const bag = embeddingBag(1000, 64)
 */
export function embeddingBag(count: number, size: number, options: EmbeddingBagOptions = {}): EmbeddingBagLayer {
  checkOptions('embeddingBag', options, BAG_OPTIONS);
  positiveInteger('embeddingBag', 'count', count);
  positiveInteger('embeddingBag', 'size', size);
  const { mode = 'mean', dtype, weightInitializer } = options;
  if (!MODES.includes(mode)) refuseArgument('embeddingBag', 'mode', MODES.join(', '), mode);
  const fallback = { kind: 'normal', std: 1 } as const;
  const weight = new Parameter({
    shape: [count, size],
    dtype,
    initializer: weightInitializer,
    fallback,
    layout: 'embedding',
  });
  return defineLayer({
    kind: 'embeddingBag',
    name: options.name,
    parameters: { weight },
    apply: ({ parameters }, ids: Value, offsets?: Value): Value =>
      embeddingBagOf(ids, parameters.weight, offsets, mode),
  });
}

/**
 * {@link embeddingBag} of values.
 *
 * @param ids `[n, k]`, or `[k]` with offsets
 * @param weight `[count, size]`
 * @param offsets `[n]`: where each bag begins
 * @param mode `mean` by default
 */
export function embeddingBagOf(ids: Value, weight: Value, offsets?: Value, mode: BagMode = 'mean'): Value {
  const rows = embeddingOf(ids, weight);
  if (offsets) return bags(rows, op.Cast(offsets, { to: 'int64' }), mode);
  if (mode === 'sum') return op.ReduceSum(rows, [1], { keepdims: 0 });
  return mode === 'max' ? op.ReduceMax(rows, [1], { keepdims: 0 }) : op.ReduceMean(rows, [1], { keepdims: 0 });
}

/** Rows `[k, size]` brought together by bags; each row goes to the last bag that begins at or before it. */
function bags(rows: Value, offsets: Value, mode: BagMode): Value {
  const places = op.Unsqueeze(op.Range(0n, op.Squeeze(op.Shape(rows, { start: 0, end: 1 }), [0]), 1n), [1]);
  const isAfter = op.Cast(op.GreaterOrEqual(places, op.Unsqueeze(offsets, [0])), { to: 'int64' });
  const bag = op.Sub(op.ReduceSum(isAfter, [1], { keepdims: 1 }), 1n);
  const shape = op.Concat([op.Shape(offsets), op.Shape(rows, { start: 1, end: 2 })], { axis: 0 });
  const { dtype } = rows;
  const start = (value: number) => op.Expand(filled(dtype, [], value), shape);
  const zeros = start(0);
  if (mode === 'sum') return op.ScatterND(zeros, bag, rows, { reduction: 'add' });
  const ones = op.Expand(filled(dtype, [], 1), op.Shape(rows));
  const counts = op.ScatterND(zeros, bag, ones, { reduction: 'add' });
  if (mode === 'mean') {
    const sums = op.ScatterND(zeros, bag, rows, { reduction: 'add' });
    return op.Div(sums, op.Max([counts, filled(dtype, [], 1)]));
  }
  // The least number of every float type that ONNX Runtime scatters; bags that stay at it are empty.
  const greatest = op.ScatterND(start(-65504), bag, rows, { reduction: 'max' });
  return op.Where(op.Greater(counts, filled(dtype, [], 0)), greatest, zeros);
}
