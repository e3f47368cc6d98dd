// localResponseNorm: each element divided by a power of its neighbours along the channels.
import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { perInput } from '../../ops/costs/elementwise.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { filled, floatAttribute, numberOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';

/** Options of {@link localResponseNorm}; defaults are PyTorch's. */
export interface LocalResponseNormOptions {
  /** The factor of the mean of squares; 1e-4 by default. */
  readonly alpha?: number | undefined;
  /** The power; 0.75 by default. */
  readonly beta?: number | undefined;
  /** What is added to the mean; 1 by default. */
  readonly k?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link LocalResponseNormOptions}. */
const OPTIONS: OptionNames<LocalResponseNormOptions> = { alpha: true, beta: true, k: true, name: true };

function finite(argument: string, value: number): number {
  if (!Number.isFinite(value)) refuseArgument('localResponseNorm', argument, 'a finite number', value);
  return value;
}

/** Both forms of {@link localResponseNorm}. */
export const LOCAL_RESPONSE_NORMS: PlainForms<[size?: number, options?: LocalResponseNormOptions]> = plainForms(
  'localResponseNorm',
  (size = 5, options: LocalResponseNormOptions = {}) => {
    checkOptions('localResponseNorm', options, OPTIONS);
    positiveInteger('localResponseNorm', 'size', size);
    const attributes = {
      size,
      alpha: floatAttribute(finite('alpha', options.alpha ?? 1e-4)),
      beta: floatAttribute(finite('beta', options.beta ?? 0.75)),
      k: floatAttribute(finite('k', options.k ?? 1)),
    };
    return { name: options.name, compute: (x) => emitLayerOne(LOCAL_RESPONSE_NORM, [x], attributes) };
  },
);

/**
 * Local response normalization: `y = x / (k + alpha * mean(x^2))^beta`, the mean over `size` neighbours along the channels, those
 * outside counted as zeros.
 *
 * *Input shape*: `[n, c, d...]`. *Output shape*: the same.
 * Source: Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", 2012, section 3.3, with the mean in the
 * place of the sum, as in PyTorch and ONNX; of an even size one neighbour more stands before than behind, as in PyTorch.
 *
 * @param size the number of neighbours, the element itself counted; 5 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example localResponseNorm(5, { alpha: 1e-4, beta: 0.75, k: 2 })
 */
export function localResponseNorm(size = 5, options: LocalResponseNormOptions = {}): Layer {
  return LOCAL_RESPONSE_NORMS.layer(size, options);
}

/** Input x. It becomes LRN, which ONNX Runtime has for rank 4 and odd sizes, else its parts. */
export const LOCAL_RESPONSE_NORM: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'localResponseNorm',
  cost: perInput(4),
  infer: (cx) => [cx.tensor(cx.rankBetween(0, 3, Number.POSITIVE_INFINITY))],
  lower: (node) => {
    const x = inputOf(node, 0);
    const size = numberOf(node, 'size');
    if (x.rank !== 4 || size % 2 === 0) return [lowerParts(node, x)];
    const [alpha, beta, bias] = [numberOf(node, 'alpha'), numberOf(node, 'beta'), numberOf(node, 'k')];
    return [op.LRN(x, { size, alpha, beta, bias })];
  },
  examples: [
    {
      inputs: ['float32[n, c, h, w]'],
      attributes: { size: 5, alpha: 0.5, beta: 0.75, k: 2.5 },
      outputs: ['float32[n, c, h, w]'],
    },
    { inputs: ['float32[n, c]'], attributes: { size: 5, alpha: 0.5, beta: 0.75, k: 2.5 }, fails: 'RANK_MISMATCH' },
  ],
};

/** A pool over the channels, places in one axis behind them: `[n, 1, c, places]`. */
function lowerParts(node: Node, x: Value): Value {
  const size = numberOf(node, 'size');
  const flat: Value = x.rank === 3 ? x : op.Reshape(x, [0, 0, -1]);
  const before = Math.floor(size / 2);
  const means = op.AveragePool(op.Unsqueeze(op.Mul(flat, flat), [1]), {
    kernel_shape: [size, 1],
    pads: [before, 0, size - 1 - before, 0],
    count_include_pad: 1,
  });
  const constant = (name: string) => filled(x.dtype, [], numberOf(node, name));
  const sum = op.Add(op.Mul(op.Squeeze(means, [1]), constant('alpha')), constant('k'));
  const result = op.Div(flat, op.Pow(sum, constant('beta')));
  return x.rank === 3 ? result : op.Reshape(result, op.Shape(x));
}
