// Initializer recipes: plain frozen objects on `kind` that say how a parameter is filled.

/** Which fan a kaiming initializer keeps the variance of: `fanIn` that of the forward pass, `fanOut` that of the backward pass. */
export const FAN_MODES = ['fanIn', 'fanOut'] as const;
/** See {@link FAN_MODES}. */
export type FanMode = (typeof FAN_MODES)[number];

/** The functions that {@link calculateGain} knows. */
export const NONLINEARITIES = [
  'linear',
  'conv1d',
  'conv2d',
  'conv3d',
  'sigmoid',
  'tanh',
  'relu',
  'leakyRelu',
  'selu',
] as const;
/** See {@link NONLINEARITIES}. */
export type Nonlinearity = (typeof NONLINEARITIES)[number];

/** The two distributions of Gluon's Xavier. */
export const GLUON_RND_TYPES = ['uniform', 'gaussian'] as const;
/** See {@link GLUON_RND_TYPES}. */
export type GluonRndType = (typeof GLUON_RND_TYPES)[number];

/** The fans that Gluon's Xavier divides by: their mean, fan in, fan out. */
export const GLUON_FACTOR_TYPES = ['avg', 'in', 'out'] as const;
/** See {@link GLUON_FACTOR_TYPES}. */
export type GluonFactorType = (typeof GLUON_FACTOR_TYPES)[number];

/** The scale of an initializer. */
export interface Gain {
  /** The factor on the standard deviation, the bound or the values. */
  readonly gain: number;
}

/** What a kaiming initializer scales by. */
export interface Kaiming {
  readonly mode: FanMode;
  readonly nonlinearity: Nonlinearity;
  /** The negative slope of `leakyRelu`; without effect for others. */
  readonly a: number;
}

/** The fields of each kind of recipe beside `kind`. */
export interface InitializerFields {
  readonly zeros: object;
  readonly ones: object;
  readonly constant: { readonly value: number };
  readonly uniform: { readonly low: number; readonly high: number };
  readonly normal: { readonly mean: number; readonly std: number };
  /** `std` is that before truncation; `low` and `high` count in standard deviations from the mean. */
  readonly truncatedNormal: {
    readonly mean: number;
    readonly std: number;
    readonly low: number;
    readonly high: number;
  };
  readonly xavierUniform: Gain;
  readonly xavierNormal: Gain;
  readonly kaimingUniform: Kaiming;
  readonly kaimingNormal: Kaiming;
  readonly lecunUniform: object;
  readonly lecunNormal: object;
  readonly torchDefault: object;
  readonly gluonXavier: {
    readonly rndType: GluonRndType;
    readonly factorType: GluonFactorType;
    readonly magnitude: number;
  };
  readonly orthogonal: Gain;
  readonly identity: Gain;
  readonly dirac: { readonly groups: number };
  /** `values` in C order; a `shape` of rank 1 fits every parameter with as many elements. */
  readonly fromArray: { readonly values: readonly number[]; readonly shape: readonly number[] };
}

/** The kinds of recipes. */
export type InitializerKind = keyof InitializerFields;

/** A recipe for the elements of a parameter: frozen, complete with its defaults, unchanged by a trip through JSON. */
export type Initializer<K extends InitializerKind = InitializerKind> = {
  readonly [P in K]: { readonly kind: P } & InitializerFields[P];
}[K];
