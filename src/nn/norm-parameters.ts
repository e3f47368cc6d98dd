// What the normalization layers share: their affine parameters, options and the constants that stand for absent ones.
import { op } from '../build/op.ts';
import type { DType } from '../ir/dtype.ts';
import type { Node, ShapeSpec, Value } from '../ir/graph.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import { staticShape } from '../ir/type.ts';
import { refuseArgument } from './arguments.ts';
import type { InitializerInput } from './initializers/parse-initializer.ts';
import { inputOf } from './layer-node.ts';
import { filled } from './layer-values.ts';
import type { OptionNames } from './option-names.ts';
import { Parameter } from './parameter.ts';

/** Options that all normalizations share. */
export interface NormOptions {
  /** Added to the variance, or mean square, against division by zero; 1e-5 by default, as in PyTorch, Gluon and ONNX (Keras: 1e-3). */
  readonly epsilon?: number | undefined;
  /** Whether the result is scaled by the parameter `weight`; true by default. */
  readonly scale?: boolean | undefined;
  /** Fills the weight; ones by default. */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Element type of the parameters; that of the first batch by default. */
  readonly dtype?: DType | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** Options of normalizations that also shift. */
export interface ShiftedNormOptions extends NormOptions {
  /** Whether the parameter `bias` is added to the result; true by default. */
  readonly center?: boolean | undefined;
  /** Fills the bias; zeros by default. */
  readonly biasInitializer?: InitializerInput | undefined;
}

/** The names of {@link NormOptions}. */
export const NORM_OPTIONS: OptionNames<NormOptions> = {
  epsilon: true,
  scale: true,
  weightInitializer: true,
  dtype: true,
  name: true,
};

/** The names of {@link ShiftedNormOptions}. */
export const SHIFTED_NORM_OPTIONS: OptionNames<ShiftedNormOptions> = {
  ...NORM_OPTIONS,
  center: true,
  biasInitializer: true,
};

/** The affine parameters; undefined ones do not exist in the layer. */
export type AffineParameters = {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
};

/** Makes the scale and shift of a normalization over axes of the given sizes. */
export function affineParameters(shape: ShapeSpec, options: ShiftedNormOptions): AffineParameters {
  const { dtype, scale = true, center = true } = options;
  return {
    weight: scale ? new Parameter({ shape, dtype, initializer: options.weightInitializer ?? 'ones' }) : undefined,
    bias: center ? new Parameter({ shape, dtype, initializer: options.biasInitializer ?? 'zeros' }) : undefined,
  };
}

/** The epsilon of a normalization. @throws LAYER_ARGUMENT when it is no finite number >= 0 */
export function readEpsilon(layer: string, epsilon = 1e-5): number {
  if (!(Number.isFinite(epsilon) && epsilon >= 0)) refuseArgument(layer, 'epsilon', 'a finite number >= 0', epsilon);
  return epsilon;
}

/**
 * What stands in the place of an absent scale or shift: `value` for the axes of input 0 from `from` up to but without `to`; a constant
 * where their sizes are numbers, which no parameter may have made them.
 */
export function filledLike(node: Node, value: 0 | 1, from: number, to?: number): TensorData | Value {
  const x = inputOf(node, 0);
  const shape = staticShape(x.shape.slice(from, to));
  if (shape) return filled(x.dtype, shape, value);
  return op.Expand(filled(x.dtype, [], value), op.Shape(x, { start: from, end: to }));
}
