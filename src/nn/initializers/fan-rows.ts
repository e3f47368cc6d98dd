// Initializers that scale with the fans of the weight, each with its source.
import { calculateGain } from './calculate-gain.ts';
import {
  FAN_MODES,
  GLUON_FACTOR_TYPES,
  GLUON_RND_TYPES,
  type GluonFactorType,
  type Initializer,
  NONLINEARITIES,
} from './initializer.ts';
import type { InitializerRows } from './initializer-row.ts';
import { type DrawPlan, type InitializedTensor, tensorFans } from './plan.ts';
import { type GivenOptions, readChoice, readNumber } from './read-options.ts';

/** The rows of xavier, kaiming, lecun and the defaults of PyTorch and Gluon. */
export const fanRows: InitializerRows<
  | 'xavierUniform'
  | 'xavierNormal'
  | 'kaimingUniform'
  | 'kaimingNormal'
  | 'lecunUniform'
  | 'lecunNormal'
  | 'torchDefault'
  | 'gluonXavier'
> = {
  // Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
  xavierUniform: {
    read: (given) => ({ kind: 'xavierUniform', gain: readNumber(given, 'gain', 1) }),
    plan: (recipe, tensor) => uniformOfStd(xavierStd(recipe, tensor)),
  },
  xavierNormal: {
    read: (given) => ({ kind: 'xavierNormal', gain: readNumber(given, 'gain', 1) }),
    plan: (recipe, tensor) => normalOfStd(xavierStd(recipe, tensor)),
  },
  // He et al., "Delving deep into rectifiers", ICCV 2015; options and defaults of torch.nn.init.kaiming_uniform_.
  kaimingUniform: {
    read: (given) => ({ kind: 'kaimingUniform', ...readKaiming(given) }),
    plan: (recipe, tensor) => uniformOfStd(kaimingStd(recipe, tensor)),
  },
  kaimingNormal: {
    read: (given) => ({ kind: 'kaimingNormal', ...readKaiming(given) }),
    plan: (recipe, tensor) => normalOfStd(kaimingStd(recipe, tensor)),
  },
  // LeCun et al., "Efficient backprop", 1998, section 4.6: variance 1 / fan in. Not truncated, other than in Keras.
  lecunUniform: {
    read: () => ({ kind: 'lecunUniform' }),
    plan: ({ kind }, tensor) => uniformOfStd(perRoot(tensorFans(kind, tensor).fanIn)),
  },
  lecunNormal: {
    read: () => ({ kind: 'lecunNormal' }),
    plan: ({ kind }, tensor) => normalOfStd(perRoot(tensorFans(kind, tensor).fanIn)),
  },
  // torch.nn.Linear and Conv: kaiming uniform with a = sqrt(5), which is 1 / sqrt(fan in), for the weight and for the bias.
  torchDefault: {
    read: () => ({ kind: 'torchDefault' }),
    plan: ({ kind }, tensor) => uniformOfBound(perRoot(tensorFans(kind, tensor).fanIn)),
  },
  // mxnet.initializer.Xavier of MXNet 1.9: scale = sqrt(magnitude / factor).
  gluonXavier: {
    read: (given) => ({
      kind: 'gluonXavier',
      rndType: readChoice(given, 'rndType', GLUON_RND_TYPES, 'uniform'),
      factorType: readChoice(given, 'factorType', GLUON_FACTOR_TYPES, 'avg'),
      magnitude: readNumber(given, 'magnitude', 3, { min: 0 }),
    }),
    plan: ({ kind, rndType, factorType, magnitude }, tensor) => {
      const scale = rootOf(magnitude, gluonFactor(factorType, kind, tensor));
      return rndType === 'uniform' ? uniformOfBound(scale) : normalOfStd(scale);
    },
  },
};

type Kaiming = Initializer<'kaimingUniform' | 'kaimingNormal'>;

function readKaiming(given: GivenOptions): Omit<Kaiming, 'kind'> {
  return {
    mode: readChoice(given, 'mode', FAN_MODES, 'fanIn'),
    nonlinearity: readChoice(given, 'nonlinearity', NONLINEARITIES, 'leakyRelu'),
    a: readNumber(given, 'a', 0),
  };
}

function kaimingStd(recipe: Kaiming, tensor: InitializedTensor): number {
  const fan = tensorFans(recipe.kind, tensor)[recipe.mode];
  return calculateGain(recipe.nonlinearity, recipe.a) * perRoot(fan);
}

function xavierStd({ kind, gain }: Initializer<'xavierUniform' | 'xavierNormal'>, tensor: InitializedTensor): number {
  const { fanIn, fanOut } = tensorFans(kind, tensor);
  return gain * rootOf(2, fanIn + fanOut);
}

function gluonFactor(factorType: GluonFactorType, kind: 'gluonXavier', tensor: InitializedTensor): number {
  const { fanIn, fanOut } = tensorFans(kind, tensor);
  return { in: fanIn, out: fanOut, avg: (fanIn + fanOut) / 2 }[factorType];
}

/** `1 / sqrt(fan)`; 0 for a fan of 0, whose weights have no elements (PyTorch does so for biases). */
function perRoot(fan: number): number {
  return fan > 0 ? 1 / Math.sqrt(fan) : 0;
}

/** `sqrt(x / fan)`; 0 for a fan of 0. */
function rootOf(x: number, fan: number): number {
  return fan > 0 ? Math.sqrt(x / fan) : 0;
}

const SQRT3 = Math.sqrt(3);

/** A uniform distribution of the standard deviation `std` spans sqrt(3) of it to both sides. */
function uniformOfStd(std: number): DrawPlan {
  return uniformOfBound(SQRT3 * std);
}

function uniformOfBound(bound: number): DrawPlan {
  return { kind: 'uniform', low: -bound, high: bound };
}

function normalOfStd(std: number): DrawPlan {
  return { kind: 'normal', mean: 0, std };
}
