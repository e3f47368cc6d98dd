// What a new parameter is made of.
import type { DType } from '../ir/dtype.ts';
import type { ShapeSpec } from '../ir/graph.ts';
import type { WeightLayout } from './initializers/fans.ts';
import type { InitializerInput } from './initializers/parse-initializer.ts';
import type { OptionNames } from './option-names.ts';
import type { Parameter } from './parameter.ts';

/** What a new parameter is made of. */
export interface ParameterOptions {
  /** Sizes; `'?'` is settled by the first batch. */
  readonly shape: ShapeSpec;
  /** Element type; that of the first batch where it is left out and the batch is of floats, else float32. */
  readonly dtype?: DType | undefined;
  /** What fills it; wins over the initializer of the whole model. */
  readonly initializer?: InitializerInput | undefined;
  /** What fills it where neither it nor the model names an initializer; xavierUniform by default. */
  readonly fallback?: InitializerInput | undefined;
  /** How fans are read off the shape: `oi` for [out, in, kernel...] (default), `io`, `embedding`. */
  readonly layout?: WeightLayout | undefined;
  /** The weight whose fans fill a bias, as `torchDefault` asks for. */
  readonly fansOf?: Parameter | undefined;
  /** False for running statistics and other buffers; true by default. */
  readonly trainable?: boolean | undefined;
}

/** What binding found out about one parameter; applied only when all of a model's parameters are known. */
export interface Settlement {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** What settled the unknown sizes: `the first batch, x: float32[2, 20]`. */
  readonly by: string;
}

/** The names of {@link ParameterOptions}. */
export const PARAMETER_OPTIONS: OptionNames<ParameterOptions> = {
  shape: true,
  dtype: true,
  initializer: true,
  fallback: true,
  layout: true,
  fansOf: true,
  trainable: true,
};
