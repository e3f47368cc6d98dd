// Checks the names of options: a model file that nobody type-checks must not lose a misspelt option.
import { dimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { refuseArgument } from './arguments.ts';

/** The names of the options `O`; the type asks for every one and for no other. */
export type OptionNames<O> = Readonly<Record<keyof O, true>>;

/**
 * Refuses options that a layer does not have.
 *
 * @param layer the kind of the layer, in messages
 * @param options what the caller gave
 * @param names the options that the layer has
 * @throws LAYER_ARGUMENT when the options are no object, or one of them is unknown
 */
export function checkOptions(layer: string, options: object, names: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    refuseArgument(layer, 'its options', 'an object', options);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names);
    const near = nearest(name, known);
    throw dimwiseError({
      code: 'LAYER_ARGUMENT',
      message: `${layer} has no option ${name}; it has ${known.join(', ')}`,
      origin: { site: captureSite() },
      expected: known.join(', '),
      actual: name,
      hint: near && `did you mean ${near}?`,
    });
  }
}
