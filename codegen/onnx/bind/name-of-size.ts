// Finds where a file uses a name for a size that no input declares.

import { symbolsOf } from '../../../src/dim/dim.ts';
import { givenName } from '../../../src/dim/given-names.ts';
import { mapDims } from '../../../src/ir/type.ts';
import type { ReadModel } from '../read.ts';

/** The first size that the file calls so, in words: `axis 1 of value "boxes"`; undefined where none is. */
export function aliasOf({ declared }: ReadModel, name: string): string | undefined {
  for (const [value, type] of declared) {
    let axis = 0;
    let found: number | undefined;
    mapDims(type, (dim) => {
      if (found === undefined && [...symbolsOf(dim)].some((symbol) => givenName(symbol) === name)) found = axis;
      axis++;
      return dim;
    });
    if (found !== undefined) return `axis ${found} of ${value.label}`;
  }
  return undefined;
}
