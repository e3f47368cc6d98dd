// Equality and short text of recipes.
import type { Initializer } from './initializer.ts';

/**
 * Tells whether two recipes say the same: same kind, same options, equal numbers.
 *
 * @example sameInitializer(zeros(), parseInitializer('zeros')) // true
 */
export function sameInitializer(a: Initializer, b: Initializer): boolean {
  return a === b || sameFields(a, b);
}

function sameFields(a: object, b: object): boolean {
  const left = Object.entries(a);
  const right = new Map<string, unknown>(Object.entries(b));
  return (
    left.length === right.size && left.every(([name, value]) => right.has(name) && sameValue(value, right.get(name)))
  );
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => item === b[i]);
  return a === b;
}

/**
 * The short text of a recipe: its kind, with its options where it has some; an array by its shape.
 *
 * @example describeInitializer(normal()) // 'normal(mean=0, std=0.01)'
 */
export function describeInitializer(recipe: Initializer): string {
  if (recipe.kind === 'fromArray') return `fromArray([${recipe.shape.join(', ')}])`;
  const options = Object.entries(recipe).filter(([name]) => name !== 'kind');
  return options.length === 0
    ? recipe.kind
    : `${recipe.kind}(${options.map(([name, value]) => `${name}=${value}`).join(', ')})`;
}
