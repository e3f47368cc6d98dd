// glu: one half of the features gated by the other.
import { op } from '../../build/op.ts';
import { floorDiv } from '../../dim/arithmetic.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { perOutput } from '../../ops/costs/elementwise.ts';
import { type Activation, activationFunction } from '../activation.ts';
import { refuseArgument } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { emitLayer, inputOf, type LayerRow } from '../layer-node.ts';
import { numberOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';

/** Options of {@link glu}. */
export interface GluOptions {
  /** The axis that is halved, counted from either end; -1, the last, by default, as in PyTorch and Keras. */
  readonly axis?: number | undefined;
  /** Applied to the second half; sigmoid by default. */
  readonly activation?: Activation | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link GluOptions}. */
const GLU_OPTIONS: OptionNames<GluOptions> = { axis: true, activation: true, name: true };

/** Both forms of {@link glu}. */
export const GLUS: PlainForms<[options?: GluOptions]> = plainForms('glu', (options: GluOptions = {}) => {
  checkOptions('glu', options, GLU_OPTIONS);
  const axis = options.axis ?? -1;
  if (!Number.isSafeInteger(axis)) refuseArgument('glu', 'axis', 'an integer', axis);
  const gate = activationFunction(options.activation ?? 'sigmoid');
  return {
    name: options.name,
    compute: (x) => {
      const [value = x, gated = x] = emitLayer(HALVES, [x], { axis }, 2);
      return op.Mul(value, gate(gated));
    },
  };
});

/**
 * A gated linear unit: `y = a * sigmoid(b)`, a and b being the halves of an axis.
 *
 * *Input shape*: any rank from 1 on, the size of the axis a multiple of 2. *Output shape*: the same with half of that axis.
 * Source: Dauphin et al., "Language modeling with gated convolutional networks", ICML 2017; other gates: Shazeer, "GLU variants improve
 * Transformer", 2020.
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind
 * @throws SHAPE_MISMATCH (at the call) when the size is odd
 * @example sequential(dense(512), glu(), dense(256))
 */
export function glu(options: GluOptions = {}): Layer {
  return GLUS.layer(options);
}

/** Input x; outputs the two halves of an axis. It becomes one Split. */
export const HALVES: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'halves',
  cost: perOutput(0),
  infer: (cx) => {
    const given = cx.int('axis', -1);
    const x = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
    if (!x) return [cx.tensor(undefined), cx.tensor(undefined)];
    const axis = cx.axis(given, x.length);
    const size = x[axis];
    if (size) cx.divides(2, size, 'the size that is halved');
    const half = cx.tensor(x.map((dim, i) => (i === axis ? floorDiv(dim, 2) : dim)));
    return [half, half];
  },
  lower: (node) => lowerHalves(node),
  examples: [
    { inputs: ['float32[n, s, 64]'], attributes: { axis: -1 }, outputs: ['float32[n, s, 32]', 'float32[n, s, 32]'] },
    {
      inputs: ['float32[n, c, h]'],
      attributes: { axis: 1 },
      outputs: ['float32[n, c//2, h]', 'float32[n, c//2, h]'],
      constraints: ['2 | c'],
    },
    { inputs: ['float32[n, 7]'], attributes: { axis: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 8]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[]'], attributes: { axis: 0 }, fails: 'RANK_MISMATCH' },
  ],
};

function lowerHalves(node: Node): readonly (Value | undefined)[] {
  return op.Split(inputOf(node, 0), undefined, { axis: numberOf(node, 'axis'), num_outputs: 2 });
}
