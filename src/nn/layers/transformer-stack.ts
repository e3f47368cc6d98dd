// transformerEncoder, transformerDecoder: layers of a transformer in a row, with a normalization behind them.
import type { Value } from '../../ir/graph.ts';
import { positiveInteger } from '../arguments.ts';
import { type AnyLayer, defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { layerNorm } from './layer-norm.ts';
import {
  type DecoderInputs,
  type TransformerDecoderLayerOptions,
  transformerDecoderLayer,
} from './transformer-decoder-layer.ts';
import {
  ENCODER_OPTIONS,
  type TransformerEncoderLayerOptions,
  transformerEncoderLayer,
} from './transformer-encoder-layer.ts';

/** Options of {@link transformerEncoder}: those of its layers. */
export interface TransformerEncoderOptions extends TransformerEncoderLayerOptions {
  /** Whether a normalization stands behind the last layer; true by default, as in torch.nn.Transformer. */
  readonly norm?: boolean | undefined;
}

/** Options of {@link transformerDecoder}: those of its layers. */
export interface TransformerDecoderOptions extends TransformerDecoderLayerOptions {
  /** Whether a normalization stands behind the last layer; true by default, as in torch.nn.Transformer. */
  readonly norm?: boolean | undefined;
}

/** The names of {@link TransformerEncoderOptions} and {@link TransformerDecoderOptions}. */
const STACK_OPTIONS: OptionNames<TransformerEncoderOptions & TransformerDecoderOptions> = {
  ...ENCODER_OPTIONS,
  norm: true,
};

/** Layers and what stands behind them. */
interface Stack<L extends AnyLayer> {
  readonly layers: readonly L[];
  readonly finish: (x: Value) => Value;
  readonly children: readonly (readonly [string, AnyLayer])[];
}

function stack<L extends AnyLayer>(
  kind: string,
  depth: number,
  options: TransformerEncoderOptions,
  make: (options: TransformerEncoderLayerOptions) => L,
): Stack<L> {
  checkOptions(kind, options, STACK_OPTIONS);
  positiveInteger(kind, 'depth', depth);
  const { norm = true, name: _name, ...rest } = options;
  const layers = Array.from({ length: depth }, () => make(rest));
  const last = norm ? layerNorm({ epsilon: rest.epsilon, dtype: rest.dtype, center: rest.bias }) : undefined;
  const children = layers.map((layer, i) => [`layers.${i}`, layer] as const);
  return {
    layers,
    finish: (x) => last?.(x) ?? x,
    children: last ? [...children, ['norm', last]] : children,
  };
}

/**
 * Layers of a transformer's encoder in a row, and a normalization behind them.
 *
 * *Input shape*: `[n, s, w]`, w settled by the first batch; a mask as for {@link multiHeadAttention}, which all layers share.
 * *Output shape*: `[n, s, w]`.
 * *Parameters*: those of `layers.0`, `layers.1`, ... (see {@link transformerEncoderLayer}), and `norm.weight [w]`, `norm.bias [w]`.
 * Source: Vaswani et al., "Attention is all you need", 2017; torch.nn.TransformerEncoder with the norm of torch.nn.Transformer.
 *
 * @param depth the number of layers
 * @param heads the number of heads, which divides the width
 * @param hidden features between the dense layers of the feed-forward parts
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example sequential(embedding(30522, 512), sinusoidalEncoding(), transformerEncoder(6, 8, 2048))
 */
export function transformerEncoder(
  depth: number,
  heads: number,
  hidden: number,
  options: TransformerEncoderOptions = {},
): Layer<[x: Value, mask?: Value | undefined]> {
  const { layers, finish, children } = stack('transformerEncoder', depth, options, (own) =>
    transformerEncoderLayer(heads, hidden, own),
  );
  return defineLayer({
    kind: 'transformerEncoder',
    name: options.name,
    children,
    apply: (_call, x: Value, mask?: Value | undefined): Value => finish(layers.reduce((y, layer) => layer(y, mask), x)),
  });
}

/**
 * Layers of a transformer's decoder in a row, and a normalization behind them.
 *
 * *Input shape*: x `[n, s, w]`, memory `[n, t, w2]`, masks as for {@link multiHeadAttention}, which all layers share. *Output shape*:
 * `[n, s, w]`.
 * *Parameters*: those of `layers.0`, `layers.1`, ... (see {@link transformerDecoderLayer}), and `norm.weight [w]`, `norm.bias [w]`.
 * Source: Vaswani et al., "Attention is all you need", 2017; torch.nn.TransformerDecoder with the norm of torch.nn.Transformer.
 *
 * @param depth the number of layers
 * @param heads the number of heads, which divides the width
 * @param hidden features between the dense layers of the feed-forward parts
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example
 * const decoder = transformerDecoder(6, 8, 2048);
 * model((x: Value, memory: Value) => decoder(x, memory), { inputs: { x: ['n', 's', 512], memory: ['n', 't', 512] } });
 */
export function transformerDecoder(
  depth: number,
  heads: number,
  hidden: number,
  options: TransformerDecoderOptions = {},
): Layer<DecoderInputs> {
  const { layers, finish, children } = stack('transformerDecoder', depth, options, (own) =>
    transformerDecoderLayer(heads, hidden, own),
  );
  return defineLayer({
    kind: 'transformerDecoder',
    name: options.name,
    children,
    apply: (_call, ...[x, memory, mask, memoryMask]: DecoderInputs): Value =>
      finish(layers.reduce((y, layer) => layer(y, memory, mask, memoryMask), x)),
  });
}
