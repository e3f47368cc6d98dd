// bilinear: each output a product of two inputs with a matrix between them.
import { op } from '../../build/op.ts';
import { countOfSizes, multiplyCounts } from '../../dim/count.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { positiveInteger } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions, weightAndBias } from '../weight-and-bias.ts';

/** Options of {@link bilinear}. */
export interface BilinearOptions extends WeightOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

const BILINEAR_OPTIONS: OptionNames<BilinearOptions> = { ...WEIGHT_OPTIONS, name: true };

/**
 * A bilinear layer: `y[..., k] = sum over i, j of a[..., i] W[k, i, j] b[..., j] + bias[k]`.
 *
 * *Input shape*: two inputs, `[..., p]` and `[..., q]`, whose other sizes are equal; p and q are settled by the first batch.
 * *Output shape*: `[..., units]`. Parameters: `weight [units, p, q]`, `bias [units]` (torch.nn.Bilinear).
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Bilinear.html, with xavierUniform and zeros as everywhere here.
 *
 * @param units output features
 * @throws LAYER_ARGUMENT when `units` is no positive integer
 * @throws SHAPE_MISMATCH (at the call) when the inputs differ in another axis than the last
 * @example model((a: Value, b: Value) => pair(a, b)) // with const pair = bilinear(64)
 */
export function bilinear(units: number, options: BilinearOptions = {}): Layer<[a: Value, b: Value]> {
  checkOptions('bilinear', options, BILINEAR_OPTIONS);
  positiveInteger('bilinear', 'units', units);
  const own = weightAndBias([units, '?', '?'], options);
  return defineLayer({
    kind: 'bilinear',
    name: options.name,
    parameters: own,
    origin: own.weight.origin,
    apply: ({ parameters: { weight, bias } }, a: Value, b: Value): Value => bilinearOf(a, b, weight, bias),
  });
}

/**
 * {@link bilinear} of values.
 *
 * @param a `[..., p]`
 * @param b `[..., q]`
 * @param weight `[units, p, q]`
 * @param bias `[units]`; none by default
 */
export function bilinearOf(a: Value, b: Value, weight: Value, bias?: Value): Value {
  return emitLayerOne(BILINEAR, [a, b, weight, bias]);
}

/** Inputs a, b, weight, bias. It becomes one Einsum, and an Add for the bias. */
export const BILINEAR: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'bilinear',
  cost: (cx) => {
    const weight = cx.shape(2);
    return weight && { macs: multiplyCounts(cx.outputElements(0), countOfSizes(weight.slice(1))) };
  },
  infer: (cx) => {
    const [a, b] = [0, 1].map((i) => cx.rankBetween(i, 1, Number.POSITIVE_INFINITY));
    const weight = cx.ranked(2, 3);
    for (const i of [1, 2]) cx.sameDType(0, i);
    if (a) cx.unifyAxes({ input: 2, axis: 1 }, { input: 0, axis: -1 }, 'features of the first input');
    if (b) cx.unifyAxes({ input: 2, axis: 2 }, { input: 1, axis: -1 }, 'features of the second input');
    if (cx.has(3)) {
      cx.ranked(3, 1);
      cx.sameDType(0, 3);
      cx.unifyAxes({ input: 2, axis: 0 }, { input: 3, axis: 0 }, 'output features');
    }
    if (a && b) {
      cx.ranked(1, a.length);
      for (let axis = 0; axis < a.length - 1; axis++)
        cx.unifyAxes({ input: 0, axis }, { input: 1, axis }, 'sizes of the inputs');
    }
    const outer = a ?? b;
    return [cx.tensor(outer && [...outer.slice(0, -1), ...weight.slice(0, 1)])];
  },
  lower: (node) => {
    const [a, b, weight, bias] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2), node.inputs[3]];
    const product = op.Einsum([a, weight, b], { equation: '...p,kpq,...q->...k' });
    return [bias ? op.Add(product, bias) : product];
  },
  examples: [
    {
      inputs: ['float32[n, 4]', 'float32[n, 5]', 'float32[3, ?, ?]', 'float32[3]'],
      outputs: ['float32[n, 3]'],
    },
    {
      inputs: ['float32[n, s, 4]', 'float32[m, s, 5]', 'float32[3, 4, 5]', null],
      outputs: ['float32[n, s, 3]'],
      constraints: ['n == m'],
    },
    { inputs: ['float32[n, 4]', 'float32[n, 6]', 'float32[3, 4, 5]', null], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 4]', 'float32[n, 2, 5]', 'float32[3, 4, 5]', null], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n, 4]', 'float16[n, 5]', 'float32[3, 4, 5]', null], fails: 'DTYPE_MISMATCH' },
  ],
};
