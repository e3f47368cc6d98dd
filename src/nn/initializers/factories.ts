// The factory functions of the initializers: what an author writes.
import { createInitializer } from './create-initializer.ts';
import type { Initializer, InitializerFields, InitializerKind } from './initializer.ts';

type Options<K extends InitializerKind> = Partial<InitializerFields[K]>;

/** All elements 0. */
export const zeros = (): Initializer<'zeros'> => createInitializer('zeros');

/** All elements 1. */
export const ones = (): Initializer<'ones'> => createInitializer('ones');

/**
 * All elements `value`.
 *
 * @throws INITIALIZER_INVALID when `value` is not finite
 * @example constant(0.1)
 */
export const constant = (value: number): Initializer<'constant'> => createInitializer('constant', { value });

/**
 * Uniform from `low` (default -0.07) to `high` (default 0.07, Gluon's).
 *
 * @throws INITIALIZER_INVALID when a bound is not finite, or `high` lies below `low`
 * @example uniform({ low: -0.1, high: 0.1 })
 */
export const uniform = (options: Options<'uniform'> = {}): Initializer<'uniform'> =>
  createInitializer('uniform', options);

/**
 * Normal with `mean` (default 0) and standard deviation `std` (default 0.01, Gluon's).
 *
 * @throws INITIALIZER_INVALID when `std` is negative or a number is not finite
 * @example normal({ std: 0.02 })
 */
export const normal = (options: Options<'normal'> = {}): Initializer<'normal'> => createInitializer('normal', options);

/**
 * Normal with `mean` (default 0) and `std` (default 0.01), cut off at `low` and `high` standard deviations from the mean
 * (default -2 and 2). `std` is that before the cut, as in PyTorch; unlike there the bounds count in standard deviations.
 *
 * @throws INITIALIZER_INVALID when `low` is not below `high`, or both lie beyond 30 on one side
 * @example truncatedNormal({ std: 0.02 })
 */
export const truncatedNormal = (options: Options<'truncatedNormal'> = {}): Initializer<'truncatedNormal'> =>
  createInitializer('truncatedNormal', options);

/**
 * Xavier (Glorot) uniform: bound `gain * sqrt(6 / (fanIn + fanOut))`; `gain` is 1 by default.
 *
 * @throws INITIALIZER_INVALID when `gain` is not finite; at binding when the rank is below 2
 * @example xavierUniform({ gain: calculateGain('tanh') })
 */
export const xavierUniform = (options: Options<'xavierUniform'> = {}): Initializer<'xavierUniform'> =>
  createInitializer('xavierUniform', options);

/**
 * Xavier (Glorot) normal: standard deviation `gain * sqrt(2 / (fanIn + fanOut))`; `gain` is 1 by default.
 *
 * @throws INITIALIZER_INVALID when `gain` is not finite; at binding when the rank is below 2
 */
export const xavierNormal = (options: Options<'xavierNormal'> = {}): Initializer<'xavierNormal'> =>
  createInitializer('xavierNormal', options);

/**
 * Kaiming (He) uniform: bound `gain * sqrt(3 / fan)` with the gain of `nonlinearity` (default `leakyRelu`) and its negative
 * slope `a` (default 0), and `mode` `fanIn` (default) or `fanOut`.
 *
 * @throws INITIALIZER_INVALID when an option is none of those; at binding when the rank is below 2
 * @example kaimingUniform({ nonlinearity: 'relu' })
 */
export const kaimingUniform = (options: Options<'kaimingUniform'> = {}): Initializer<'kaimingUniform'> =>
  createInitializer('kaimingUniform', options);

/**
 * Kaiming (He) normal: standard deviation `gain / sqrt(fan)`; options as {@link kaimingUniform}.
 *
 * @throws INITIALIZER_INVALID when an option is none of those; at binding when the rank is below 2
 */
export const kaimingNormal = (options: Options<'kaimingNormal'> = {}): Initializer<'kaimingNormal'> =>
  createInitializer('kaimingNormal', options);

/** LeCun uniform: bound `sqrt(3 / fanIn)`. */
export const lecunUniform = (): Initializer<'lecunUniform'> => createInitializer('lecunUniform');

/** LeCun normal: standard deviation `1 / sqrt(fanIn)`, not truncated. */
export const lecunNormal = (): Initializer<'lecunNormal'> => createInitializer('lecunNormal');

/** PyTorch's default for weights and biases of linear and convolution layers: uniform within `1 / sqrt(fanIn)`. */
export const torchDefault = (): Initializer<'torchDefault'> => createInitializer('torchDefault');

/**
 * Gluon's Xavier: scale `sqrt(magnitude / factor)` as the bound of `rndType` `uniform` (default) or the standard deviation of
 * `gaussian`; `factorType` `avg` (default), `in` or `out` says which fans; `magnitude` is 3 by default.
 *
 * @throws INITIALIZER_INVALID when an option is none of those; at binding when the rank is below 2
 * @example gluonXavier({ factorType: 'in', magnitude: 2.34 })
 */
export const gluonXavier = (options: Options<'gluonXavier'> = {}): Initializer<'gluonXavier'> =>
  createInitializer('gluonXavier', options);

/** Gluon's default for the weight of a dense layer: uniform from -0.07 to 0.07; its bias is {@link zeros}. */
export const gluonDense = (): Initializer<'uniform'> => createInitializer('uniform', { low: -0.07, high: 0.07 });

/** Gluon's default for the weight of a convolution: uniform from -0.07 to 0.07; its bias is {@link zeros}. */
export const gluonConv = (): Initializer<'uniform'> => gluonDense();

/**
 * A matrix with orthonormal rows or columns, whichever are fewer, times `gain` (default 1); axes behind the first count as one.
 *
 * @throws INITIALIZER_INVALID when `gain` is not finite; at binding when the rank is below 2
 */
export const orthogonal = (options: Options<'orthogonal'> = {}): Initializer<'orthogonal'> =>
  createInitializer('orthogonal', options);

/**
 * The identity matrix times `gain` (default 1); it need not be square.
 *
 * @throws INITIALIZER_INVALID when `gain` is not finite; at binding when the rank is not 2
 */
export const identity = (options: Options<'identity'> = {}): Initializer<'identity'> =>
  createInitializer('identity', options);

/**
 * A convolution that passes its input channels on, in each of `groups` (default 1) groups of output channels.
 *
 * @throws INITIALIZER_INVALID when `groups` is no positive integer; at binding when the rank is not 3 to 5, or the groups do
 * not divide the first axis
 */
export const dirac = (options: Options<'dirac'> = {}): Initializer<'dirac'> => createInitializer('dirac', options);

/** Numbers, or arrays of numbers to any depth. */
export type NestedNumbers = Float32Array | Float64Array | readonly (number | NestedNumbers)[];

/**
 * The given values, copied. A flat array fits every parameter with as many elements, in C order; a nested one must have the
 * parameter's shape. Meant for small constants: large weights are set as data.
 *
 * @param data finite numbers; nested arrays must be regular
 * @throws INITIALIZER_INVALID when the data is irregular or not finite; at binding when the shape differs
 * @example fromArray([[1, 0], [0, 1]])
 */
export const fromArray = (data: NestedNumbers): Initializer<'fromArray'> =>
  createInitializer('fromArray', { values: data });
