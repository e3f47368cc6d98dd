// The frequencies of rotary position embedding, and how they are scaled for longer texts than a model was trained on.
import type { Node } from '../ir/graph.ts';
import { refuseArgument } from './arguments.ts';
import { choiceOf, floatAttribute, numberOf } from './layer-values.ts';

/**
 * How rotary frequencies are scaled: positions divided by a factor (`linear`: Chen et al., 2023), a base that grows with the text
 * (`dynamic`: NTK-aware scaling), wavelengths scaled by their place between two bounds (`llama3`: Llama 3.1's code; `yarn`: Peng et al.,
 * "YaRN", 2023). `originalPositions` is the longest text of the training; names and defaults are those of transformers' `rope_parameters`.
 */
export type RotaryScaling =
  | { readonly type: 'linear'; readonly factor: number }
  | { readonly type: 'dynamic'; readonly factor: number; readonly originalPositions: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly originalPositions: number;
      /** 1 by default. */
      readonly lowFreqFactor?: number | undefined;
      /** 4 by default. */
      readonly highFreqFactor?: number | undefined;
    }
  | {
      readonly type: 'yarn';
      readonly factor: number;
      readonly originalPositions: number;
      /** 32 by default. */
      readonly betaFast?: number | undefined;
      /** 1 by default. */
      readonly betaSlow?: number | undefined;
      /** The factor of sines and cosines; `0.1 ln(factor) + 1` by default. */
      readonly attentionFactor?: number | undefined;
    };

const TYPES = ['none', 'linear', 'dynamic', 'llama3', 'yarn'] as const;

/** The names of the kinds of scaling and of what each takes. */
const NAMES: Readonly<Record<RotaryScaling['type'], readonly string[]>> = {
  linear: ['factor'],
  dynamic: ['factor', 'originalPositions'],
  llama3: ['factor', 'originalPositions', 'lowFreqFactor', 'highFreqFactor'],
  yarn: ['factor', 'originalPositions', 'betaFast', 'betaSlow', 'attentionFactor'],
};

/** Checks a scaling. @throws LAYER_ARGUMENT when its type is unknown, or a number is missing, unknown or not positive */
export function checkScaling(layer: string, scaling: RotaryScaling): void {
  if (typeof scaling !== 'object' || scaling === null || !Object.hasOwn(NAMES, scaling.type))
    refuseArgument(layer, 'scaling', `an object whose type is one of ${TYPES.slice(1).join(', ')}`, scaling);
  const known = NAMES[scaling.type];
  for (const [name, value] of Object.entries(scaling)) {
    if (name === 'type' || value === undefined) continue;
    if (!known.includes(name))
      refuseArgument(layer, `scaling ${scaling.type}`, `type, ${known.join(', ')}`, `${name}: ${String(value)}`);
    if (!(Number.isFinite(value) && Number(value) > 0)) refuseArgument(layer, `scaling.${name}`, 'a number > 0', value);
  }
  for (const name of known.slice(0, 2))
    if (!Object.hasOwn(scaling, name)) refuseArgument(layer, `scaling.${name}`, 'a number > 0', undefined);
}

/** A scaling as attributes of a node. */
export function scalingAttributes(scaling: RotaryScaling | undefined) {
  if (!scaling) return { scaling: 'none', scale0: floatAttribute(1) };
  const numbers: readonly number[] = scalingNumbers(scaling);
  const attributes = Object.fromEntries(numbers.map((value, i) => [`scale${i}`, floatAttribute(value)]));
  return { scaling: scaling.type, ...attributes };
}

/** The numbers of a scaling, the factor first, then the original positions. */
function scalingNumbers(scaling: RotaryScaling): readonly number[] {
  switch (scaling.type) {
    case 'linear':
      return [scaling.factor];
    case 'dynamic':
      return [scaling.factor, scaling.originalPositions];
    case 'llama3':
      return [scaling.factor, scaling.originalPositions, scaling.lowFreqFactor ?? 1, scaling.highFreqFactor ?? 4];
    default: {
      const { factor, originalPositions, betaFast = 32, betaSlow = 1 } = scaling;
      const attentionFactor = scaling.attentionFactor ?? (factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1);
      return [factor, originalPositions, betaFast, betaSlow, attentionFactor];
    }
  }
}

/** The kind of a node's scaling. */
export function scalingOf(node: Node): (typeof TYPES)[number] {
  return choiceOf(node, 'scaling', TYPES);
}

/** The frequencies of a node. */
export interface Frequencies {
  /** One per pair of elements: radians for each position. */
  readonly inverse: readonly number[];
  /** The factor of sines and cosines. */
  readonly amplitude: number;
  /**
   * Where the base grows with the text: behind the original positions frequency i is multiplied by
   * `(factor * length / positions - factor + 1) ^ exponents[i]`.
   */
  readonly growth?: { readonly factor: number; readonly positions: number; readonly exponents: readonly number[] };
}

/**
 * The frequencies `base ^ (-2i / size)` of a node, scaled as its attributes say.
 *
 * @param size elements of a head that are turned
 */
export function frequenciesOf(node: Node, size: number): Frequencies {
  const base = numberOf(node, 'base');
  const plain = Array.from({ length: size / 2 }, (_, i) => base ** ((-2 * i) / size));
  const number = (i: number): number => numberOf(node, `scale${i}`);
  const type = scalingOf(node);
  switch (type) {
    case 'none':
      return { inverse: plain, amplitude: 1 };
    case 'linear':
      return { inverse: plain.map((f) => f / number(0)), amplitude: 1 };
    case 'dynamic': {
      const exponents = plain.map((_, i) => (-2 * i) / (size - 2));
      return { inverse: plain, amplitude: 1, growth: { factor: number(0), positions: number(1), exponents } };
    }
    case 'llama3':
      return {
        inverse: plain.map((f) => llamaFrequency(f, [number(0), number(1), number(2), number(3)])),
        amplitude: 1,
      };
    default:
      return { inverse: yarn(plain, { size, base, number }), amplitude: number(4) };
  }
}

/** Long wavelengths are divided by the factor, short ones kept, those between mixed. */
function llamaFrequency(f: number, [factor, positions, low, high]: readonly [number, number, number, number]): number {
  const wave = (2 * Math.PI) / f;
  if (wave > positions / low) return f / factor;
  if (wave < positions / high) return f;
  const smooth = (positions / wave - low) / (high - low);
  return ((1 - smooth) * f) / factor + smooth * f;
}

interface YarnParts {
  readonly size: number;
  readonly base: number;
  readonly number: (i: number) => number;
}

/** Frequencies that turn often are kept, those that turn seldom divided, with a ramp between. */
function yarn(plain: readonly number[], { size, base, number }: YarnParts): readonly number[] {
  const [factor, positions, fast, slow] = [number(0), number(1), number(2), number(3)];
  const place = (turns: number): number => (size * Math.log(positions / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const low = Math.max(Math.floor(place(fast)), 0);
  const high = Math.min(Math.ceil(place(slow)), size - 1);
  const span = high === low ? 0.001 : high - low;
  return plain.map((f, i) => {
    const ramp = Math.min(Math.max((i - low) / span, 0), 1);
    return (f / factor) * ramp + f * (1 - ramp);
  });
}
