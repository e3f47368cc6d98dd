// Initializers by name or from a file.
import { dimwiseError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { captureSite } from '../../base/origin.ts';
import { createInitializer, isRecipe } from './create-initializer.ts';
import { gluonConv, gluonDense } from './factories.ts';
import type { Initializer, InitializerFields, InitializerKind } from './initializer.ts';
import { INITIALIZERS } from './initializers.ts';

/** Other names of initializers: those of Keras and PyTorch, and the defaults of Gluon's layers. */
const ALIASES = {
  eye: () => createInitializer('identity'),
  xavier: () => createInitializer('xavierUniform'),
  glorotUniform: () => createInitializer('xavierUniform'),
  glorotNormal: () => createInitializer('xavierNormal'),
  heUniform: () => createInitializer('kaimingUniform'),
  heNormal: () => createInitializer('kaimingNormal'),
  gluonDense,
  gluonConv,
} satisfies Record<string, () => Initializer>;

/** The name of an initializer with its defaults. */
export type InitializerName = InitializerKind | keyof typeof ALIASES;

/** An initializer as an author gives it: the name of one, or a recipe, where what is left out takes its default. */
export type InitializerInput =
  | InitializerName
  | { readonly [K in InitializerKind]: { readonly kind: K } & Partial<InitializerFields[K]> }[InitializerKind];

/**
 * Resolves the name of an initializer, or checks and completes a recipe, which may come from JSON.
 *
 * @param given a name, `xavierUniform`, or an object with `kind`
 * @returns the frozen recipe
 * @throws INITIALIZER_INVALID when the name is unknown or an option does not fit
 * @example parseInitializer('xavierUniform')
 */
export function parseInitializer(given: InitializerInput | string | { readonly kind: string }): Initializer {
  if (typeof given !== 'string')
    return typeof given === 'object' && given !== null && isRecipe(given) ? given : readInitializer(given);
  let named = byName.get(given);
  if (!named) byName.set(given, (named = readInitializer(given)));
  return named;
}

/** Recipes by their names; they are frozen, and one serves all parameters. */
const byName = new Map<string, Initializer>();

function readInitializer(given: string | { readonly kind: string }): Initializer {
  // A caller without types, or a file, may bring anything.
  const fields = typeof given === 'object' && given !== null ? given : undefined;
  const name: unknown = fields ? fields.kind : given;
  if (isKind(name)) return createInitializer(name, fields);
  if (isAlias(given)) return ALIASES[given]();
  const near = nearest(String(name), [...Object.keys(INITIALIZERS), ...Object.keys(ALIASES)]);
  throw dimwiseError({
    code: 'INITIALIZER_INVALID',
    message: `there is no initializer ${JSON.stringify(name) ?? 'undefined'}`,
    expected: Object.keys(INITIALIZERS).join(', '),
    actual: String(name),
    origin: { site: captureSite() },
    hint: near ? `did you mean ${near}?` : `choose one of ${Object.keys(INITIALIZERS).join(', ')}`,
  });
}

function isAlias(name: unknown): name is keyof typeof ALIASES {
  return typeof name === 'string' && Object.hasOwn(ALIASES, name);
}

function isKind(name: unknown): name is InitializerKind {
  return typeof name === 'string' && Object.hasOwn(INITIALIZERS, name);
}
