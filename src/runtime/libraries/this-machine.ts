// The file system and environment of this process, for looking for libraries.
import { LibraryFinder, type LibraryWorld } from './library-finder.ts';
import { readLoaderCache } from './loader-cache.ts';

/** A cache of the loader is some hundred kilobytes; a larger file is none. */
const MOST_CACHE_BYTES = 2 ** 25;

/** Looks on this machine; undefined where libraries are not looked for: outside of Node, and on other systems than Linux. */
export function machineFinder(): LibraryFinder | undefined {
  if (typeof process === 'undefined' || process.platform !== 'linux') return undefined;
  return new LibraryFinder(machineWorld());
}

/** Node's modules are asked for at run time, so that this file also loads where there are none. */
function machineWorld(): LibraryWorld {
  const fs = process.getBuiltinModule('node:fs');
  return {
    environment: process.env,
    exists: (path) => fs.existsSync(path),
    list: (folder) => orElse(() => fs.readdirSync(folder), []),
    withFile: (path, read) =>
      orElse(() => {
        const file = fs.openSync(path, 'r');
        try {
          const { size } = fs.fstatSync(file);
          return read((offset, length) => {
            const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
            return bytes.subarray(0, bytes.length === 0 ? 0 : fs.readSync(file, bytes, 0, bytes.length, offset));
          });
        } finally {
          fs.closeSync(file);
        }
      }, undefined),
    cached: onceOf(() =>
      orElse(() => {
        const path = '/etc/ld.so.cache';
        return fs.statSync(path).size > MOST_CACHE_BYTES
          ? new Map<string, string>()
          : readLoaderCache(fs.readFileSync(path), process.arch);
      }, new Map<string, string>()),
    ),
  };
}

/** What cannot be read is not there: the search goes on. */
function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function onceOf<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
