// prelu: a rectifier whose slope below zero is learned.
import { op } from '../../build/op.ts';
import { constant } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { DType } from '../../ir/dtype.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { onePerOutput } from '../../ops/costs/elementwise.ts';
import { positiveInteger } from '../arguments.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { numberOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';

/** Options of {@link prelu}. */
export interface PreluOptions {
  /** Whether each channel has a slope of its own; false by default: one slope, as in PyTorch and Gluon. */
  readonly perChannel?: boolean | undefined;
  /** The channels where each has a slope; settled by the first batch by default. */
  readonly channels?: number | undefined;
  /** Fills the slopes; 0.25 by default, as in PyTorch and Gluon (Keras: 0). */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Element type of the slopes; that of the first batch by default. */
  readonly dtype?: DType | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link PreluOptions}. */
const PRELU_OPTIONS: OptionNames<PreluOptions> = {
  perChannel: true,
  channels: true,
  weightInitializer: true,
  dtype: true,
  name: true,
};

/**
 * A rectifier with learned slopes: `y = max(x, 0) + weight * min(x, 0)`.
 *
 * *Input shape*: any; with a slope per channel `[n, c, d...]`, c being settled by the first batch. *Output shape*: the same.
 * Parameters: `weight [1]`, or `weight [c]`.
 * Source: He et al., "Delving deep into rectifiers", ICCV 2015; https://onnx.ai/onnx/operators/onnx__PRelu.html
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 * @example sequential(conv2d(64, 3), prelu({ perChannel: true }))
 */
export function prelu(options: PreluOptions = {}): Layer {
  checkOptions('prelu', options, PRELU_OPTIONS);
  const { perChannel = options.channels !== undefined, channels = '?' } = options;
  if (channels !== '?') positiveInteger('prelu', 'channels', channels);
  const weight = new Parameter({
    shape: [perChannel ? channels : 1],
    dtype: options.dtype,
    initializer: options.weightInitializer,
    fallback: { kind: 'constant', value: 0.25 },
  });
  return defineLayer({
    kind: 'prelu',
    name: options.name,
    parameters: { weight },
    apply: ({ parameters }, x: Value): Value =>
      emitLayerOne(PRELU, [x, parameters.weight], { perChannel: perChannel ? 1 : 0 }),
  });
}

/**
 * {@link prelu} of values.
 *
 * @param x any shape; `[n, c, d...]` where the weight has more than one element
 * @param weight `[1]`, or `[c]`
 */
export function preluOf(x: Value, weight: Value): Value {
  const [size] = weight.shape;
  return emitLayerOne(PRELU, [x, weight], { perChannel: size?.kind === 'const' && size.value === 1 ? 0 : 1 });
}

/** Inputs x, weight. It becomes one PRelu, the weight with an axis for each behind the channels. */
export const PRELU: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'prelu',
  cost: onePerOutput,
  infer: (cx) => {
    const [size] = cx.ranked(1, 1);
    cx.sameDType(0, 1);
    if (cx.int('perChannel', 0) === 0) {
      if (size) cx.unify(size, constant(1), 'slopes');
      return [cx.type(0)];
    }
    const x = cx.rankBetween(0, 2, Number.POSITIVE_INFINITY);
    if (x) cx.unifyAxes({ input: 1, axis: 0 }, { input: 0, axis: 1 }, 'channels');
    return [cx.tensor(x)];
  },
  lower: (node) => [lowerPrelu(node)],
  examples: [
    { inputs: ['float32[n, 8, h, w]', 'float32[?]'], attributes: { perChannel: 1 }, outputs: ['float32[n, 8, h, w]'] },
    { inputs: ['float32[n, h]', 'float32[1]'], attributes: { perChannel: 0 }, outputs: ['float32[n, h]'] },
    { inputs: ['float32[n, 8]', 'float32[6]'], attributes: { perChannel: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 8]', 'float32[8]'], attributes: { perChannel: 0 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[8]', 'float32[8]'], attributes: { perChannel: 1 }, fails: 'RANK_MISMATCH' },
  ],
};

function lowerPrelu(node: Node): Value {
  const [x, weight] = [inputOf(node, 0), inputOf(node, 1)];
  if (numberOf(node, 'perChannel') === 0 && x.rank === 0) return op.PRelu(x, op.Squeeze(weight, [0]));
  const behind = numberOf(node, 'perChannel') === 0 ? 0 : x.rank - 2;
  const axes = Array.from({ length: behind }, (_, i) => i + 1);
  return op.PRelu(x, axes.length > 0 ? op.Unsqueeze(weight, axes) : weight);
}
