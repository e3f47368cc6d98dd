// Initializers by name or from a file.
import { dimwiseError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { captureSite } from '../../base/origin.ts';
import { createInitializer } from './create-initializer.ts';
import { gluonConv, gluonDense } from './factories.ts';
import type { Initializer, InitializerKind } from './initializer.ts';
import { INITIALIZERS } from './initializers.ts';

/** Other names of initializers: those of Keras and PyTorch, and the defaults of Gluon's layers. */
const ALIASES: Readonly<Record<string, () => Initializer>> = {
  eye: () => createInitializer('identity'),
  xavier: () => createInitializer('xavierUniform'),
  glorotUniform: () => createInitializer('xavierUniform'),
  glorotNormal: () => createInitializer('xavierNormal'),
  heUniform: () => createInitializer('kaimingUniform'),
  heNormal: () => createInitializer('kaimingNormal'),
  gluonDense,
  gluonConv,
};

/** An initializer as an author or a file may give it: the name of one with its defaults, a recipe, or the fields of one. */
export type InitializerInput = Initializer | string | { readonly kind: string };

/**
 * Resolves the name of an initializer, or checks and completes a recipe, which may come from JSON.
 *
 * @param given a name, `xavierUniform`, or an object with `kind`
 * @returns the frozen recipe
 * @throws INITIALIZER_INVALID when the name is unknown or an option does not fit
 * @example parseInitializer('xavierUniform')
 */
export function parseInitializer(given: InitializerInput): Initializer {
  const name = typeof given === 'string' ? given : given.kind;
  if (isKind(name)) return createInitializer(name, typeof given === 'string' ? {} : given);
  const alias = typeof given === 'string' && Object.hasOwn(ALIASES, given) ? ALIASES[given] : undefined;
  if (alias) return alias();
  const near = nearest(String(name), [...Object.keys(INITIALIZERS), ...Object.keys(ALIASES)]);
  throw dimwiseError({
    code: 'INITIALIZER_INVALID',
    message: `there is no initializer ${JSON.stringify(name)}`,
    expected: Object.keys(INITIALIZERS).join(', '),
    actual: String(name),
    origin: { site: captureSite() },
    hint: near ? `did you mean ${near}?` : `choose one of ${Object.keys(INITIALIZERS).join(', ')}`,
  });
}

function isKind(name: unknown): name is InitializerKind {
  return typeof name === 'string' && Object.hasOwn(INITIALIZERS, name);
}
