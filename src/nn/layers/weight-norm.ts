// weightNorm: a layer whose weight has its lengths apart from its directions.
import { op } from '../../build/op.ts';
import { constant } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import { readElements } from '../../ir/convert-floats.ts';
import { elementCount, materialize, type TensorData } from '../../ir/tensor-data.ts';
import { perOutput } from '../../ops/costs/elementwise.ts';
import { axisOf, computedLayer, ownParameter, sizeOf } from '../computed-layer.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import type { Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { numberOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';

/** Options of {@link weightNorm}. */
export interface WeightNormOptions {
  /** The parameter of the layer that is computed; `weight` by default. */
  readonly parameter?: string | undefined;
  /** The axis whose elements keep their own length; 0, the outputs, by default; `'none'` takes one length for all, as PyTorch's None. */
  readonly axis?: number | 'none' | undefined;
  /** Fills the lengths; ones by default. */
  readonly lengthInitializer?: InitializerInput | undefined;
  /** The path segment; the layer's own by default. */
  readonly name?: string | undefined;
}

/** The names of {@link WeightNormOptions}. */
const WEIGHT_NORM_OPTIONS: OptionNames<WeightNormOptions> = {
  parameter: true,
  axis: true,
  lengthInitializer: true,
  name: true,
};

/**
 * Weight normalization: a layer whose weight is `g * v / |v|`, lengths taken over all axes but one. The weight is computed in the
 * graph from the two parameters, which a checkpoint of PyTorch holds as `weight_g` and `weight_v`.
 *
 * *Input shape*, *Output shape*: those of the layer, whose unknown sizes the first batch settles as always.
 * Parameters: those of the layer, `weightV` of the shape of `weight` and `weightG`, of size 1 along all axes but `axis`, in its place.
 * The lengths start as 1, or as those of a weight whose numbers are there already.
 * Source: Salimans and Kingma, "Weight normalization", 2016; https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.weight_norm.html
 *
 * @param layer a layer with a weight of its own; it keeps the initializer of the weight for `weightV`
 * @throws LAYER_ARGUMENT when it has no such parameter, or an option is of the wrong kind
 * @example sequential(weightNorm(conv1d(64, 3)), relu(), weightNorm(dense(10)))
 */
export function weightNorm<A extends readonly unknown[], R>(
  layer: Layer<A, R>,
  options: WeightNormOptions = {},
): Layer<A, R> {
  checkOptions('weightNorm', options, WEIGHT_NORM_OPTIONS);
  const { parameter = 'weight', axis = 0 } = options;
  const weight = ownParameter('weightNorm', layer, parameter);
  const rank = weight.shape.length;
  const kept = axis === 'none' ? undefined : axisOf('weightNorm', axis, rank);
  const g = new Parameter({
    shape: weight.shape.map((dim, i) => (i === kept ? sizeOf(dim) : 1)),
    dtype: weight.isDTypeOpen ? undefined : weight.dtype,
    initializer: options.lengthInitializer,
    fallback: 'ones',
  });
  const lengths = weight.isReady ? lengthsOf(weight.data(), kept) : undefined;
  if (lengths) g.setData({ dims: weight.shape.map((_, i) => (i === kept ? lengths.length : 1)), data: lengths });
  return computedLayer(layer, {
    kind: 'weightNorm',
    name: options.name,
    parameter,
    parts: { [`${parameter}G`]: g, [`${parameter}V`]: weight },
    compute: ([lengths, direction]) => emitLayerOne(WEIGHT_NORM, [lengths, direction], { axis: kept ?? -1 }),
  });
}

/** The lengths of a weight whose numbers are there, so that the layer goes on computing what it did; undefined where they are not floats. */
function lengthsOf(data: TensorData, kept: number | undefined): number[] | undefined {
  const bytes = materialize(data);
  const values = bytes && readElements(bytes, data.dtype);
  if (!values) return undefined;
  const count = kept === undefined ? 1 : (data.shape[kept] ?? 1);
  const inner = kept === undefined ? values.length : elementCount(data.shape.slice(kept + 1));
  const squares = Array.from({ length: count }, () => 0);
  values.forEach((value, i) => {
    const at = Math.floor(i / inner) % count;
    squares[at] = (squares[at] ?? 0) + value * value;
  });
  return squares.map(Math.sqrt);
}

/** Inputs g and v, sizes of g being 1 but along `axis`; none for -1. It becomes a norm, a Div and a Mul. */
export const WEIGHT_NORM: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'weightNorm',
  cost: perOutput(4),
  infer: (cx) => {
    const kept = cx.int('axis', -1);
    const v = cx.rankBetween(1, 1, Number.POSITIVE_INFINITY);
    cx.sameDType(0, 1);
    if (!v) return [cx.tensor(undefined)];
    cx.ranked(0, v.length).forEach((size, axis) => {
      if (axis === kept) cx.unifyAxes({ input: 0, axis }, { input: 1, axis }, 'lengths and directions');
      else cx.unify(size, constant(1), 'sizes of the lengths');
    });
    return [cx.tensor(v)];
  },
  lower: (node) => {
    const [g, v] = [inputOf(node, 0), inputOf(node, 1)];
    const axes = v.shape.map((_, i) => i).filter((i) => i !== numberOf(node, 'axis'));
    return [op.Mul(v, op.Div(g, op.ReduceL2(v, axes, { keepdims: 1 })))];
  },
  examples: [
    { inputs: ['float32[?, 1, 1]', 'float32[8, ?, 3]'], attributes: { axis: 0 }, outputs: ['float32[8, ?, 3]'] },
    { inputs: ['float32[1, 1]', 'float32[a, b]'], attributes: { axis: -1 }, outputs: ['float32[a, b]'] },
    { inputs: ['float32[8, 3]', 'float32[8, 3]'], attributes: { axis: 0 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[6, 1]', 'float32[8, 3]'], attributes: { axis: 0 }, fails: 'SHAPE_MISMATCH' },
  ],
};
