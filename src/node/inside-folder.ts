// Paths that a file names: resolved inside of a folder only, every step looked at for links.
import { lstatSync, type Stats } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { DimwiseError } from '../base/errors.ts';
import { errorReason } from './write-atomic.ts';

/** Makes the error of a location; `fact` is a clause. */
export type RefuseLocation = (fact: string, hint?: string, cause?: unknown) => DimwiseError;

/** Whether a path lies below a folder; both are absolute. */
export function isInside(folder: string, path: string): boolean {
  const inner = relative(folder, path);
  return inner !== '' && inner !== '..' && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}

/**
 * The path of a location that a file names.
 *
 * @param folder the real path of the folder that locations start from
 * @param location as the file has it
 * @param what whose folder it is, in messages: `model`
 * @throws what `refuse` makes when the location is absolute, no file name, or lies outside of the folder
 */
export function pathInside(folder: string, location: string, what: string, refuse: RefuseLocation): string {
  if (isAbsolute(location) || /^[A-Za-z]:|^[\\/]/.test(location)) throw refuse(`"${location}" is an absolute path`);
  if (location.includes('\0') || (sep === '/' && location.includes('\\')))
    throw refuse(`"${location}" is no file name`);
  const path = resolve(folder, location);
  if (!isInside(folder, path)) throw refuse(`"${location}" lies outside of the ${what}'s folder ${folder}`);
  return path;
}

/** A link on the way to a path. */
export interface FoundLink {
  readonly link: string;
}

/**
 * Looks at every step of the path from the folder down; the folder itself is a real path already.
 *
 * @returns what the path leads to, or the first link on the way
 * @throws what `refuse` makes when a step cannot be read
 */
export function lookInside(folder: string, path: string, refuse: RefuseLocation): Stats | FoundLink {
  let at = folder;
  let stats: Stats | undefined;
  for (const step of relative(folder, path).split(sep)) {
    at = join(at, step);
    try {
      stats = lstatSync(at);
    } catch (cause) {
      throw refuse(`${at} cannot be read: ${errorReason(cause)}`, undefined, cause);
    }
    if (stats.isSymbolicLink()) return { link: at };
  }
  if (!stats) throw refuse(`${path} names no file`);
  return stats;
}
