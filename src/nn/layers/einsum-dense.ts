// einsumDense: a dense layer over any axes, by an equation.
import { op } from '../../build/op.ts';
import type { Dim } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { einsumCost } from '../../ops/costs/einsum.ts';
import { type Activation, activate, activationFunction } from '../activation.ts';
import { refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';
import { WEIGHT_OPTIONS, type WeightOptions } from '../weight-and-bias.ts';

/** Options of {@link einsumDense}. */
export interface EinsumDenseOptions extends Omit<WeightOptions, 'bias'> {
  /** The labels of the output that the bias has axes for, `'de'`; no bias by default, as in Keras. */
  readonly biasAxes?: string | undefined;
  /** Applied to the output; none by default. */
  readonly activation?: Activation | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

const { bias: _, ...FILLING } = WEIGHT_OPTIONS;
const EINSUM_OPTIONS: OptionNames<EinsumDenseOptions> = { ...FILLING, biasAxes: true, activation: true, name: true };

/** The labels of an equation of one input and one weight; an ellipsis stands first, in the input and the output. */
interface Labels {
  readonly input: string;
  readonly weight: string;
  readonly output: string;
  readonly isOpen: boolean;
}

const FORM = /^(\.\.\.)?([A-Za-z]*),([A-Za-z]+)->(\.\.\.)?([A-Za-z]*)$/;

function readLabels(equation: unknown): Labels {
  const expected = "an equation of one input and the weight, 'abc,cde->abde'";
  const found = typeof equation === 'string' ? FORM.exec(equation.replaceAll(' ', '')) : undefined;
  const [, first, input = '', weight = '', second, output = ''] = found ?? [];
  const isOnce = [input, weight, output].every((labels) => new Set(labels).size === labels.length);
  const isKnown = [...output].every((label) => input.includes(label) || weight.includes(label));
  if (!found || first !== second || !isOnce || !isKnown)
    refuseArgument('einsumDense', 'its equation', expected, equation);
  return { input, weight, output, isOpen: first !== undefined };
}

/**
 * A dense layer over any axes: `y = activation(einsum(equation, x, weight) + bias)`.
 *
 * *Input shape*: as the equation's first term says, `...` at its start standing for any axes. *Output shape*: as the term behind the arrow.
 * Parameters: `weight` with an axis for each label of the second term, whose size `outputShape` gives, else the input;
 * `bias` with the axes of the output from the first label of `biasAxes` on, of size 1 where it is not named.
 * Source: keras.layers.EinsumDense.
 *
 * @param equation `'abc,cd->abd'`: the input, the weight, the output; no label twice in a term
 * @param outputShape the sizes of the output's labels without the first, the batch, as in Keras, or with it; `null` takes what the input says
 * @throws LAYER_ARGUMENT when an argument is of the wrong form, or a label of the weight has no size
 * @throws SHAPE_MISMATCH (at the call) when sizes do not fit
 * @example einsumDense('abc,cde->abde', [null, 8, 64], { biasAxes: 'de' }) // heads of an attention
 */
export function einsumDense(
  equation: string,
  outputShape: number | readonly (number | null)[],
  options: EinsumDenseOptions = {},
): Layer {
  checkOptions('einsumDense', options, EINSUM_OPTIONS);
  const labels = readLabels(equation);
  const sizes = sizesOf(labels, typeof outputShape === 'number' ? [outputShape] : outputShape);
  const { dtype, weightInitializer, biasInitializer = 'zeros', biasAxes } = options;
  const shape = [...labels.weight].map((label) => sizes.get(label) ?? '?');
  const missing = [...labels.weight].find((label) => !sizes.get(label) && !labels.input.includes(label));
  if (missing)
    refuseArgument('einsumDense', `outputShape`, `a size for label ${missing}, which the input lacks`, outputShape);
  const parameters = {
    weight: new Parameter({ shape, dtype, initializer: weightInitializer, layout: 'io' }),
    bias:
      biasAxes === undefined
        ? undefined
        : new Parameter({ shape: biasShape(labels, biasAxes, sizes), dtype, initializer: biasInitializer }),
  };
  const activation = options.activation === undefined ? undefined : activationFunction(options.activation);
  return defineLayer({
    kind: 'einsumDense',
    name: options.name,
    parameters,
    apply: ({ parameters: { weight, bias } }, x: Value): Value =>
      activate(einsumDenseOf(equation, x, weight, bias), activation),
  });
}

/** The sizes that an output shape gives its labels. */
function sizesOf({ output }: Labels, given: readonly (number | null)[]): ReadonlyMap<string, number> {
  const isFit =
    Array.isArray(given) &&
    given.length <= output.length &&
    given.every((size) => size === null || (Number.isSafeInteger(size) && size >= 1));
  if (!isFit)
    refuseArgument('einsumDense', 'outputShape', `at most ${output.length} integers >= 1 or null`, `[${given}]`);
  const last = output.length - given.length;
  return new Map(given.flatMap((size, i) => (size === null ? [] : [[output[last + i] ?? '', size] as const])));
}

function biasShape({ output }: Labels, axes: unknown, sizes: ReadonlyMap<string, number>): readonly (number | '?')[] {
  const isFit = typeof axes === 'string' && axes !== '' && [...axes].every((label) => output.includes(label));
  if (!isFit) refuseArgument('einsumDense', 'biasAxes', `labels of the output, ${output}`, axes);
  const first = Math.min(...[...axes].map((label) => output.indexOf(label)));
  return Array.from(output.slice(first), (label) => (axes.includes(label) ? (sizes.get(label) ?? '?') : 1));
}

/**
 * {@link einsumDense} of values.
 *
 * @param equation as of the layer
 * @param x the input
 * @param weight an axis for each label of the second term
 * @param bias the last axes of the output, or 1 for each; none by default
 */
export function einsumDenseOf(equation: string, x: Value, weight: Value, bias?: Value): Value {
  readLabels(equation);
  return emitLayerOne(EINSUM_DENSE, [x, weight, bias], { equation: equation.replaceAll(' ', '') });
}

/** Inputs x, weight, bias, an attribute the equation. It becomes one Einsum, and an Add for the bias. */
export const EINSUM_DENSE: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'einsumDense',
  cost: einsumCost,
  infer: (cx) => {
    const { input, weight, output, isOpen } = readLabels(cx.string('equation', ''));
    const x = isOpen ? cx.rankBetween(0, input.length, Number.POSITIVE_INFINITY) : cx.ranked(0, input.length);
    const kernel = cx.ranked(1, weight.length);
    cx.sameDType(0, 1);
    const sizes = new Map<string, Dim>();
    [...weight].forEach((label, axis) => {
      const at = input.indexOf(label);
      const dim = kernel[axis];
      if (x && at >= 0)
        sizes.set(label, cx.unifyAxes({ input: 1, axis }, { input: 0, axis: at - input.length }, `sizes of ${label}`));
      else if (dim) sizes.set(label, dim);
    });
    const free = x ? x.length - input.length : 0;
    [...input].forEach((label, i) => {
      const dim = x?.[free + i];
      if (dim && !sizes.has(label)) sizes.set(label, dim);
    });
    if (cx.has(2)) {
      cx.sameDType(0, 2);
      const bias = cx.rankBetween(2, 1, output.length) ?? [];
      bias.forEach((dim, axis) => {
        const label = output[output.length - bias.length + axis];
        const size = label === undefined ? undefined : sizes.get(label);
        if (size && !(dim.kind === 'const' && dim.value === 1)) cx.unify(dim, size, `sizes of ${label}`);
      });
    }
    const outer = [...output].map((label) => sizes.get(label));
    const known = outer.filter((dim) => dim !== undefined);
    if (!x || known.length < outer.length) return [cx.tensor(undefined)];
    return [cx.tensor([...x.slice(0, free), ...known])];
  },
  lower: (node) => {
    const [x, weight, bias] = [inputOf(node, 0), inputOf(node, 1), node.inputs[2]];
    const attribute = node.attribute('equation');
    const product = op.Einsum([x, weight], { equation: attribute?.kind === 'string' ? String(attribute.value) : '' });
    return [bias ? op.Add(product, bias) : product];
  },
  examples: [
    {
      inputs: ['float32[n, s, 32]', 'float32[?, 4, 8]', 'float32[4, 8]'],
      attributes: { equation: 'abc,cde->abde' },
      outputs: ['float32[n, s, 4, 8]'],
    },
    {
      inputs: ['float32[n, s, t, 32]', 'float32[?, 8]', null],
      attributes: { equation: '...c,cd->...d' },
      outputs: ['float32[n, s, t, 8]'],
    },
    {
      inputs: ['float32[n, 7]', 'float32[8, 4]', null],
      attributes: { equation: 'ab,bc->ac' },
      fails: 'SHAPE_MISMATCH',
    },
    { inputs: ['float32[n]', 'float32[8, 4]', null], attributes: { equation: 'ab,bc->ac' }, fails: 'RANK_MISMATCH' },
    {
      inputs: ['float16[n, 8]', 'float32[8, 4]', null],
      attributes: { equation: 'ab,bc->ac' },
      fails: 'DTYPE_MISMATCH',
    },
  ],
};
