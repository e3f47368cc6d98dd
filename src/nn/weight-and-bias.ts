// The weight and bias of dense layers and convolutions, with the options that say how they are filled.
import { captureSite, type Origin } from '../base/origin.ts';
import type { DType } from '../ir/dtype.ts';
import type { ShapeSpec } from '../ir/graph.ts';
import type { InitializerInput } from './initializers/parse-initializer.ts';
import type { OptionNames } from './option-names.ts';
import { Parameter } from './parameter.ts';

/** Options of layers with a weight and a bias. */
export interface WeightOptions {
  /** Whether a bias is added; true by default. */
  readonly bias?: boolean | undefined;
  /** Fills the weight; xavierUniform by default. */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Fills the bias; zeros by default. */
  readonly biasInitializer?: InitializerInput | undefined;
  /** Element type of the parameters; that of the first batch by default. */
  readonly dtype?: DType | undefined;
}

/** The names of {@link WeightOptions}. */
export const WEIGHT_OPTIONS: OptionNames<WeightOptions> = {
  bias: true,
  weightInitializer: true,
  biasInitializer: true,
  dtype: true,
};

/** A weight and, unless it is switched off, its bias. */
export type WeightAndBias = { readonly weight: Parameter; readonly bias: Parameter | undefined };

/**
 * Makes a weight of the given sizes, output features first, and a bias with one element per output feature.
 *
 * The defaults are Keras's (Glorot uniform and zeros); PyTorch's and Gluon's go by the names `torchDefault`, `gluonDense`, `gluonConv`.
 *
 * @param origin the call that makes the layer; one capture serves the layer and both
 */
export function weightAndBias(
  shape: ShapeSpec,
  options: WeightOptions,
  origin: Origin = { site: captureSite() },
): WeightAndBias {
  const { dtype } = options;
  const weight = new Parameter({ shape, dtype, initializer: options.weightInitializer }, origin);
  if (options.bias === false) return { weight, bias: undefined };
  const initializer = options.biasInitializer ?? 'zeros';
  return { weight, bias: new Parameter({ shape: shape.slice(0, 1), dtype, initializer, fansOf: weight }, origin) };
}
