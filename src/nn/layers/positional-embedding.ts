// positionalEmbedding: a learned vector for each position, added to a sequence.
import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { DType } from '../../ir/dtype.ts';
import type { Value } from '../../ir/graph.ts';
import { broadcastInto } from '../../ops/rules/broadcast-into.ts';
import { positiveInteger } from '../arguments.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';
import { requireIntegers } from '../positions.ts';

/** Options of {@link positionalEmbedding}. */
export interface PositionalEmbeddingOptions {
  /** Fills the weight; a normal distribution with standard deviation 0.02 by default, as in BERT and GPT-2. */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Element type of the weight; that of the first batch by default. */
  readonly dtype?: DType | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link PositionalEmbeddingOptions}. */
const POSITIONAL_EMBEDDING_OPTIONS: OptionNames<PositionalEmbeddingOptions> = {
  weightInitializer: true,
  dtype: true,
  name: true,
};

/**
 * Adds a learned vector to each position of a sequence: `y[n, i] = x[n, i] + weight[i]`.
 *
 * *Input shape*: `[n, s, w]`; w is settled by the first batch, s may stay symbolic and is at most `positions`, which the contract of
 * the model says; places `[s]` or `[n, s]` of any integer type, below `positions`, where they are not 0, 1, ...: behind a past, or padding.
 * *Output shape*: the same.
 * Parameters: `weight [positions, w]`.
 * Source: Devlin et al., "BERT", 2018; the default initializer is that of its published code (initializer_range 0.02).
 *
 * @param positions the longest sequence
 * @throws LAYER_ARGUMENT when `positions` is no positive integer
 * @throws SHAPE_MISMATCH (at the call) when the sequence is longer
 * @example sequential(embedding(30522, 768), positionalEmbedding(512), layerNorm())
 */
export function positionalEmbedding(
  positions: number,
  options: PositionalEmbeddingOptions = {},
): Layer<[x: Value, places?: Value | undefined]> {
  checkOptions('positionalEmbedding', options, POSITIONAL_EMBEDDING_OPTIONS);
  positiveInteger('positionalEmbedding', 'positions', positions);
  const weight = new Parameter({
    shape: [positions, '?'],
    dtype: options.dtype,
    initializer: options.weightInitializer,
    fallback: { kind: 'normal', std: 0.02 },
    layout: 'embedding',
  });
  return defineLayer({
    kind: 'positionalEmbedding',
    name: options.name,
    parameters: { weight },
    apply: ({ parameters }, x: Value, places?: Value | undefined): Value =>
      positionalEmbeddingOf(x, parameters.weight, places),
  });
}

/**
 * {@link positionalEmbedding} of values.
 *
 * @param x `[n, s, w]`
 * @param weight `[positions, w]`, at least s rows where places are left out
 * @param places `[s]` or `[n, s]`, integers below positions; 0, 1, ... by default
 */
export function positionalEmbeddingOf(x: Value, weight: Value, places?: Value | undefined): Value {
  return emitLayerOne(POSITIONAL_EMBEDDING, places ? [x, weight, places] : [x, weight]);
}

/** Inputs x, weight, places. It becomes a Slice of the weight, where the sequence is not as long as it, or a Gather of places, and an Add. */
export const POSITIONAL_EMBEDDING: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'positionalEmbedding',
  infer: (cx) => {
    const x = cx.ranked(0, 3);
    const [positions] = cx.ranked(1, 2);
    cx.sameDType(0, 1);
    cx.unifyAxes({ input: 0, axis: 2 }, { input: 1, axis: 1 }, 'features');
    const [, length] = x;
    if (cx.has(2)) {
      requireIntegers(cx, 2);
      cx.rankBetween(2, 1, 2);
      const [batch] = x;
      if (batch && length) broadcastInto(cx, 2, [batch, length]);
      // Places say what is looked up: a sequence may be longer than the table.
    } else if (positions && length) cx.atLeast(positions, length, 'the number of positions');
    return [cx.tensor(x)];
  },
  lower: (node) => {
    const [x, weight, places] = [inputOf(node, 0), inputOf(node, 1), node.inputs[2]];
    if (places) {
      const isIndex = places.dtype === 'int64' || places.dtype === 'int32';
      return [op.Add(x, op.Gather(weight, isIndex ? places : op.Cast(places, { to: 'int64' }), { axis: 0 }))];
    }
    const [, length] = x.shape;
    const isWhole = length !== undefined && length === weight.shape[0];
    const rows: Value = isWhole ? weight : op.Slice(weight, [0], op.Shape(x, { start: 1, end: 2 }), [0]);
    return [op.Add(x, rows)];
  },
  examples: [
    {
      inputs: ['float32[n, s, 64]', 'float32[512, ?]'],
      outputs: ['float32[n, s, 64]'],
      constraints: ['s <= 512'],
    },
    { inputs: ['float32[n, s, 64]', 'float32[512, ?]', 'int64[n, s]'], outputs: ['float32[n, s, 64]'] },
    { inputs: ['float32[n, s, 64]', 'float32[512, 64]', 'float32[s]'], fails: 'DTYPE_MISMATCH' },
    { inputs: ['float32[n, 600, 64]', 'float32[512, 64]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 64]', 'float32[512, 64]'], fails: 'RANK_MISMATCH' },
  ],
};
