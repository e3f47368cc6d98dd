// Makes a recipe from the options of its kind.
import type { Initializer, InitializerKind } from './initializer.ts';
import { INITIALIZERS } from './initializers.ts';
import { type GivenOptions, refuseUnknown, requireObject } from './read-options.ts';

const made = new WeakSet<object>();

/** Tells whether something is a recipe that was made here, and so is complete. */
export function isRecipe(thing: object): thing is Initializer {
  return made.has(thing);
}

/**
 * Makes the frozen, complete recipe of a kind.
 *
 * @param options the fields of the recipe; missing ones take their defaults
 * @throws INITIALIZER_INVALID when the options are no object, or one is unknown, missing, of the wrong type or out of range
 */
export function createInitializer<K extends InitializerKind>(kind: K, options: object = {}): Initializer<K> {
  requireObject(kind, options);
  const given: GivenOptions = { kind, values: { ...options } };
  const recipe = INITIALIZERS[kind].read(given);
  refuseUnknown(given, Object.keys(recipe));
  Object.freeze(recipe);
  made.add(recipe);
  return recipe;
}
