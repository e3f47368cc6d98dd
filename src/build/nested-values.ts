// Values in lists and objects of any depth, taken apart into a flat list and put together again.
import { Value } from '../ir/graph.ts';
import { inWords } from './in-words.ts';

/** One value of a structure, and where it stands: `layers[2].key`. */
export interface NamedValue {
  readonly path: string;
  readonly value: Value;
}

/** What stands where a value, a list or an object of them should. */
export interface Misplaced {
  readonly path: string;
  readonly given: string;
}

/** The values of a structure in order, names of objects as they were written; or the first thing that is none. */
export function flattenValues(nested: unknown, path = ''): readonly NamedValue[] | Misplaced {
  if (nested instanceof Value) return [{ path, value: nested }];
  const entries = partsOf(nested, path);
  if (!entries) return { path, given: inWords(nested) };
  const all: NamedValue[] = [];
  for (const [inner, part] of entries) {
    const found = flattenValues(part, inner);
    if ('given' in found) return found;
    all.push(...found);
  }
  return all;
}

/** The parts of a list or of a plain object with their paths; undefined for anything else. */
function partsOf(nested: unknown, path: string): readonly (readonly [path: string, part: unknown])[] | undefined {
  if (Array.isArray(nested)) return nested.map((part, i) => [`${path}[${i}]`, part] as const);
  if (typeof nested !== 'object' || nested === null || !isPlain(nested)) return undefined;
  return Object.entries(nested).map(([name, part]) => [path === '' ? name : `${path}.${name}`, part] as const);
}

const isPlain = (object: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(object));

/** A structure like another one, with values from a list in the order of {@link flattenValues}. */
export function unflattenValues<N extends object>(like: N, values: readonly Value[]): N {
  let next = 0;
  const build = (part: unknown): unknown => {
    if (part instanceof Value) return values[next++];
    if (Array.isArray(part)) return part.map(build);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, build(each)]));
  };
  // The structure is the same, and a value stands where a value stood.
  return build(like) as N;
}
