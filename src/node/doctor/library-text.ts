// Reads versions out of native libraries: texts that lie in them.
import { closeSync, openSync, readSync } from 'node:fs';
import { compareVersions } from './compare-versions.ts';

/** Bytes that are read at a time. */
const PIECE = 2 ** 24;

/** A text that crosses the border of two pieces is no longer than this. */
const OVERLAP = 64;

/** The versions that a library tells. */
export interface LibraryVersions {
  /** The ONNX Runtime that it was built as: 1.30.0; undefined where it does not say, or says several. */
  readonly ort: string | undefined;
  /** The least glibc that it needs: 2.27; undefined where it does not say. */
  readonly glibc: string | undefined;
}

/**
 * The versions that stand in a library. ONNX Runtime's own exports `VERS_1.30.0`, and those of providers hold the number as a text;
 * what is needed of glibc stands there as `GLIBC_2.27`.
 */
export function versionsIn(path: string): LibraryVersions {
  const [exported, held, glibc] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const isRead = eachPiece(path, (text) => {
    for (const [, version = ''] of text.matchAll(/VERS_(1\.\d+\.\d+)/g)) exported.add(version);
    for (const [, version = ''] of text.matchAll(/\0(1\.[1-9]\d\.\d+)(?=\0)/g)) held.add(version);
    for (const [, version = ''] of text.matchAll(/\0GLIBC_(\d+(?:\.\d+)+)(?=\0)/g)) glibc.add(version);
  });
  const versions = exported.size > 0 ? exported : held;
  return { ort: isRead && versions.size === 1 ? [...versions][0] : undefined, glibc: newest(glibc) };
}

/** The newest of some versions; undefined of none. */
export const newest = (versions: Iterable<string>): string | undefined => [...versions].sort(compareVersions).at(-1);

function eachPiece(path: string, look: (text: string) => void): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    const bytes = Buffer.allocUnsafe(PIECE);
    for (let at = 0; ; at += PIECE - OVERLAP) {
      const read = readSync(file, bytes, 0, PIECE, at);
      look(bytes.toString('latin1', 0, read));
      if (read < PIECE) return true;
    }
  } finally {
    closeSync(file);
  }
}
