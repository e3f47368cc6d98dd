// Compares the generated files with what lies on disk.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWNED_FOLDER } from './generated-files.ts';

/** The difference between the generator and the disk: paths from the repository root. */
export interface Drift {
  /** Files whose text differs or that are missing. */
  readonly changed: readonly string[];
  /** Generated files on disk that the generator makes no more. */
  readonly stale: readonly string[];
}

/**
 * Compares generated files with the disk.
 *
 * @param files path from the repository root to text
 * @param root the repository
 */
export function findDrift(files: ReadonlyMap<string, string>, root: string): Drift {
  const changed = [...files].flatMap(([path, text]) => {
    const place = join(root, path);
    return existsSync(place) && readFileSync(place, 'utf8') === text ? [] : [path];
  });
  const folder = join(root, OWNED_FOLDER);
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const stale = present
    .map((name) => `${OWNED_FOLDER}/${name}`)
    .filter((path) => path.endsWith('.gen.ts') && !files.has(path));
  return { changed, stale };
}
