// embeddingBag: rows of a table looked up by number, and brought together bag by bag.
import { op } from '../../build/op.ts';
import type { DType } from '../../ir/dtype.ts';
import type { Value } from '../../ir/graph.ts';
import type { TensorData } from '../../ir/tensor-data.ts';
import { nonNegativeInteger, positiveInteger, refuseArgument } from '../arguments.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { filled } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';
import { embeddingOf } from './embedding.ts';

/** How the rows of a bag are brought together. */
export type BagMode = 'mean' | 'sum' | 'max';

/** What a bag computes. */
export interface BagComputation {
  /** How the rows of a bag are brought together; `mean` by default, as in PyTorch. */
  readonly mode?: BagMode | undefined;
  /** A number whose rows count for nothing, neither in a sum nor in the count of a mean; none by default. */
  readonly paddingIdx?: number | undefined;
}

/** Options of {@link embeddingBag}. */
export interface EmbeddingBagOptions extends BagComputation {
  /** Fills the weight; a standard normal distribution by default. */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Element type of the weight; float32 by default. */
  readonly dtype?: DType | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

const BAG_OPTIONS: OptionNames<EmbeddingBagOptions> = {
  mode: true,
  paddingIdx: true,
  weightInitializer: true,
  dtype: true,
  name: true,
};

const MODES: readonly string[] = ['mean', 'sum', 'max'] satisfies BagMode[];

/** A bag layer: numbers, where each bag begins, and what each row is multiplied by. */
export type EmbeddingBagLayer = Layer<[ids: Value, offsets?: Value | undefined, perSampleWeights?: Value | undefined]>;

/**
 * Looks up a row of its table for each number, and brings the rows of each bag together.
 *
 * *Input shape*: `[n, k]` of any integer type, a bag for each row; or `[k]` with offsets `[n]`, int32 or int64, rising from 0, that say
 * where each bag begins. Then, for the mode `sum` only, weights of the numbers' shape that rows are multiplied by.
 * *Output shape*: `[n, size]`; an empty bag, or one of `paddingIdx` alone, gives zeros.
 * *Parameters*: `weight [count, size]`, normal with mean 0 and standard deviation 1. PyTorch starts the row of its padding_idx with zeros; it
 * is drawn here like the others, and counts for nothing.
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.EmbeddingBag.html
 *
 * @param count rows of the table
 * @param size features of a row
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range; at the call when weights come with another mode than `sum`
 * @throws RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the input is of another rank or no integer
 * @example model((ids: Value, offsets: Value) => bag(ids, offsets)) // with const bag = embeddingBag(1000, 64, { paddingIdx: 0 })
 */
export function embeddingBag(count: number, size: number, options: EmbeddingBagOptions = {}): EmbeddingBagLayer {
  checkOptions('embeddingBag', options, BAG_OPTIONS);
  positiveInteger('embeddingBag', 'count', count);
  positiveInteger('embeddingBag', 'size', size);
  const { mode, paddingIdx, dtype, weightInitializer } = options;
  checkBag({ mode, paddingIdx });
  if (paddingIdx !== undefined && paddingIdx >= count)
    refuseArgument('embeddingBag', 'paddingIdx', `a number below its ${count} rows`, paddingIdx);
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
    apply: ({ parameters }, ids: Value, offsets?: Value, perSampleWeights?: Value): Value =>
      embeddingBagOf(ids, parameters.weight, offsets, { mode, paddingIdx, perSampleWeights }),
  });
}

function checkBag({ mode = 'mean', paddingIdx }: BagComputation): void {
  if (!MODES.includes(mode)) refuseArgument('embeddingBag', 'mode', MODES.join(', '), mode);
  if (paddingIdx !== undefined) nonNegativeInteger('embeddingBag', 'paddingIdx', paddingIdx);
}

/**
 * {@link embeddingBag} of values.
 *
 * @param ids `[n, k]`, or `[k]` with offsets
 * @param weight `[count, size]`
 * @param offsets `[n]`: where each bag begins
 * @param how the mode, `mean` by default, or the mode with `paddingIdx` and `perSampleWeights` of the shape of the ids
 * @throws LAYER_ARGUMENT when an option is of the wrong kind, or weights come with another mode than `sum`
 */
export function embeddingBagOf(
  ids: Value,
  weight: Value,
  offsets?: Value,
  how: BagMode | (BagComputation & { readonly perSampleWeights?: Value | undefined }) = 'mean',
): Value {
  const options = typeof how === 'string' ? { mode: how } : how;
  checkBag(options);
  const { mode = 'mean', paddingIdx, perSampleWeights } = options;
  if (perSampleWeights && mode !== 'sum')
    refuseArgument('embeddingBag', 'mode', '"sum" where rows have weights of their own', mode);
  const looked = embeddingOf(ids, weight);
  const rows: Value = perSampleWeights ? op.Mul(looked, op.Unsqueeze(perSampleWeights, [-1])) : looked;
  const kept = paddingIdx === undefined ? undefined : keptOf(ids, paddingIdx);
  if (offsets) return bags({ rows, kept, mode }, op.Cast(offsets, { to: 'int64' }));
  if (kept) return paddedRows({ rows, kept, mode });
  if (mode === 'sum') return op.ReduceSum(rows, [1], { keepdims: 0 });
  return mode === 'max' ? op.ReduceMax(rows, [1], { keepdims: 0 }) : op.ReduceMean(rows, [1], { keepdims: 0 });
}

/** Which numbers count, bool, `[..., 1]`. */
function keptOf(ids: Value, paddingIdx: number): Value {
  const number = op.Cast(ids, { to: 'int64' });
  return op.Unsqueeze(op.Not(op.Equal(number, BigInt(paddingIdx))), [-1]);
}

/** Rows that are brought together, and which of them count. */
interface Rows {
  readonly rows: Value;
  readonly kept: Value | undefined;
  readonly mode: BagMode;
}

/** Rows that count for nothing made neutral: 0 in sums, minus infinity, below every weight, in maxima. */
function neutral({ rows, kept, mode }: Rows): Value {
  return kept ? op.Where(kept, rows, filled(rows.dtype, [], mode === 'max' ? -Infinity : 0)) : rows;
}

/** Rows `[n, k, size]` brought together along k, those that count. */
function paddedRows({ rows, kept, mode }: Rows & { readonly kept: Value }): Value {
  const { dtype } = rows;
  const counted = neutral({ rows, kept, mode });
  const one = filled(dtype, [], 1);
  const sum = (value: Value): Value => op.ReduceSum(value, [1], { keepdims: 0 });
  if (mode === 'sum') return sum(counted);
  const counts = sum(op.Cast(kept, { to: dtype }));
  if (mode === 'mean') return op.Div(sum(counted), op.Max([counts, one]));
  const greatest = op.ReduceMax(counted, [1], { keepdims: 0 });
  return op.Where(op.Greater(counts, filled(dtype, [], 0)), greatest, filled(dtype, [], 0));
}

/** Rows `[k, size]` brought together by bags; each row goes to the last bag that begins at or before it. */
function bags(parts: Rows, offsets: Value): Value {
  const { kept, mode } = parts;
  const rows = neutral(parts);
  const places = op.Unsqueeze(op.Range(0n, op.Squeeze(op.Shape(rows, { start: 0, end: 1 }), [0]), 1n), [1]);
  const isAfter = op.Cast(op.GreaterOrEqual(places, op.Unsqueeze(offsets, [0])), { to: 'int64' });
  const bag = op.Sub(op.ReduceSum(isAfter, [1], { keepdims: 1 }), 1n);
  const shape = op.Concat([op.Shape(offsets), op.Shape(rows, { start: 1, end: 2 })], { axis: 0 });
  const { dtype } = rows;
  const start = (value: number) => op.Expand(filled(dtype, [], value), shape);
  const zeros = start(0);
  if (mode === 'sum') return op.ScatterND(zeros, bag, rows, { reduction: 'add' });
  const one: Value | TensorData = kept ? op.Cast(kept, { to: dtype }) : filled(dtype, [], 1);
  const ones = op.Expand(one, op.Shape(rows));
  const counts = op.ScatterND(zeros, bag, ones, { reduction: 'add' });
  if (mode === 'mean') {
    const sums = op.ScatterND(zeros, bag, rows, { reduction: 'add' });
    return op.Div(sums, op.Max([counts, filled(dtype, [], 1)]));
  }
  const greatest = op.ScatterND(start(-Infinity), bag, rows, { reduction: 'max' });
  return op.Where(op.Greater(counts, filled(dtype, [], 0)), greatest, zeros);
}
