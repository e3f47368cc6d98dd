// Activations in two forms: layers, and functions of a value.
import { Value } from '../ir/graph.ts';
import { refuseArgument } from './arguments.ts';
import { defineLayer, type Layer } from './layer.ts';
import { checkOptions, type OptionNames } from './option-names.ts';

/** Options that all activations share. */
export interface ActivationOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** Options of activations with a slope or scale. */
export interface AlphaOptions extends ActivationOptions {
  /** The slope or scale below zero. */
  readonly alpha?: number | undefined;
}

/** Options of softmax and the like. */
export interface SoftmaxOptions extends ActivationOptions {
  /** The axis that sums to 1; -1, the last, by default. */
  readonly axis?: number | undefined;
}

/**
 * An elementwise function in two forms: on a value it computes, without one it makes a layer. Both may stand in a sequence.
 *
 * *Input shape*: any. *Output shape*: the same.
 *
 * @example sequential(dense(256), relu(), dense(10), softmax())
 */
export interface ActivationLayer<O extends ActivationOptions = ActivationOptions> {
  (x: Value, options?: O): Value;
  (options?: O): Layer;
}

/** The names of {@link ActivationOptions}. */
export const NAME: OptionNames<ActivationOptions> = { name: true };

/** The names of {@link AlphaOptions}. */
export const ALPHA: OptionNames<AlphaOptions> = { name: true, alpha: true };

/** The names of {@link SoftmaxOptions}. */
export const AXIS: OptionNames<SoftmaxOptions> = { name: true, axis: true };

/**
 * An activation in both its forms.
 *
 * @param kind its name: `leakyRelu`
 * @param compute the function; options that are not given are undefined
 * @param names the names of its options
 * @param check refuses options of the wrong kind
 */
export function activationLayer<O extends ActivationOptions>(
  kind: string,
  compute: (x: Value, options: Partial<O>) => Value,
  names: OptionNames<O>,
  check?: (options: Partial<O>) => void,
): ActivationLayer<O> {
  const read = (given: O | undefined): Partial<O> => {
    const options: Partial<O> = given ?? {};
    checkOptions(kind, options, names);
    check?.(options);
    return options;
  };
  function activation(x: Value, options?: O): Value;
  function activation(options?: O): Layer;
  function activation(first?: Value | O, second?: O): Value | Layer {
    if (first instanceof Value) return compute(first, read(second));
    const options = read(first);
    return defineLayer({ kind, name: options.name, apply: (_call, x: Value): Value => compute(x, options) });
  }
  Object.defineProperty(activation, 'name', { value: kind });
  return activation;
}

/** Checks that the options named are finite numbers where they are given. @throws LAYER_ARGUMENT when one is not */
export function checkFinite<K extends string>(
  kind: string,
  ...names: readonly K[]
): (options: { readonly [N in K]?: number | undefined }) => void {
  return (options) => {
    for (const name of names) {
      const value = options[name];
      if (value !== undefined && !Number.isFinite(value)) refuseArgument(kind, name, 'a finite number', value);
    }
  };
}

/** Checks the axis where it is given. @throws LAYER_ARGUMENT when it is no integer */
export function checkAxis(kind: string): (options: { readonly axis?: number | undefined }) => void {
  return ({ axis }) => {
    if (axis !== undefined && !Number.isSafeInteger(axis)) refuseArgument(kind, 'axis', 'an integer', axis);
  };
}
