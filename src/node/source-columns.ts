// Maps places in transpiled model files back to the author's columns; lines are kept by the transpiler.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { PlaceMapper, SourcePlace } from '../base/origin.ts';

/** Transpiles a file to code with a source map inline, in the way that it was transpiled for running. */
export type TranspileWithMap = (filename: string, source: string) => string;

interface MappedFile {
  readonly map: SourceMap;
  readonly lines: readonly string[];
}

/**
 * Makes a mapper for the files that a loader has transpiled. A file is transpiled once more when one of its places is asked for,
 * because maps are needed only when something is wrong.
 *
 * @param isLoaded tells whether the loader has transpiled a file
 */
export function createPlaceMapper(isLoaded: (file: string) => boolean, transpile: TranspileWithMap): PlaceMapper {
  const files = new Map<string, MappedFile | undefined>();
  return (place) => {
    const file = place.file.startsWith('file://') ? fileURLToPath(place.file) : place.file;
    if (!isLoaded(file)) return place;
    if (!files.has(file)) files.set(file, mappedFile(file, transpile));
    const mapped = files.get(file);
    return mapped ? mapPlace(place, mapped) : place;
  };
}

function mappedFile(file: string, transpile: TranspileWithMap): MappedFile | undefined {
  try {
    const source = readFileSync(file, 'utf8');
    const code = transpile(file, source);
    const payload = /sourceMappingURL=data:application\/json[^,]*,([\w+/=]+)/.exec(code)?.[1];
    if (!payload) return undefined;
    const map = new SourceMap(JSON.parse(Buffer.from(payload, 'base64').toString('utf8')));
    return { map, lines: source.split('\n') };
  } catch {
    // The file is gone or changed since; the place as it is still has the right line.
    return undefined;
  }
}

function mapPlace(place: SourcePlace, { map, lines }: MappedFile): SourcePlace {
  const entry = map.findEntry(place.line - 1, place.column - 1);
  if (!('originalLine' in entry)) return place;
  const { originalLine, originalColumn } = entry;
  const before = (lines[originalLine] ?? '').slice(0, originalColumn);
  const rest = (lines[originalLine] ?? '').slice(originalColumn);
  // A call of an imported name is placed at its parenthesis; engines place calls at the name in front.
  const name = /^[(<]/.test(rest) ? (/[\w$]+$/.exec(before)?.[0] ?? '') : '';
  return { file: place.file, line: originalLine + 1, column: originalColumn - name.length + 1 };
}
