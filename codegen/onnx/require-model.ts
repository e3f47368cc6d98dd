// Refuses what is no model of a file, and options that nobody knows: code that nobody type-checks must not lose a word.
import { refuseArgument } from '../../src/nn/arguments.ts';
import { checkOptions, type OptionNames } from '../../src/nn/option-names.ts';
import { isOnnxModel } from './is-onnx-model.ts';
import type { OnnxModel } from './onnx-model.ts';

/**
 * Refuses what is no model of a file.
 *
 * @param caller the function that is called, in messages
 * @param argument its argument, in messages; `the model` by default
 * @throws LAYER_ARGUMENT when it is none
 */
export function requireModel(caller: string, given: unknown, argument = 'the model'): asserts given is OnnxModel {
  if (!isOnnxModel(given)) refuseArgument(caller, argument, 'a model of openOnnx or readOnnx', given);
}

/**
 * Refuses arguments of a function that takes a model and options.
 *
 * @param names the options that the function has
 * @throws LAYER_ARGUMENT when the model is none, or the function does not have an option
 */
export function requireModelAnd<O extends object>(
  caller: string,
  given: unknown,
  options: O,
  names: OptionNames<O>,
): asserts given is OnnxModel {
  requireModel(caller, given);
  checkOptions(caller, options, names);
}
