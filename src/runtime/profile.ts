// The profile that ONNX Runtime writes of a session: where it goes, and which file it became.
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';

/** Asks for a profile of a session. */
export interface ProfileOptions {
  /** The path with which the name of the file begins; ONNX Runtime adds a stamp of the time and `.json`. */
  readonly prefix: string;
}

/** The prefix under which ONNX Runtime finds no file of another session, whatever ran with the author's prefix before. */
export function ownPrefix({ prefix }: ProfileOptions): string {
  return `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
}

/**
 * The file that ONNX Runtime made of a prefix: it tells its name to nobody.
 *
 * @param prefix one of {@link ownPrefix}
 * @throws FILE_READ when there is none
 */
export function profileFile(prefix: string): string {
  const { readdirSync } = process.getBuiltinModule('node:fs');
  const { basename, dirname, join, resolve } = process.getBuiltinModule('node:path');
  const folder = dirname(resolve(prefix));
  const name = basename(prefix);
  let found: string | undefined;
  try {
    found = readdirSync(folder).find((file) => file.startsWith(name) && file.endsWith('.json'));
  } catch (cause) {
    throw noProfile(prefix, cause);
  }
  if (found === undefined) throw noProfile(prefix);
  return join(folder, found);
}

function noProfile(prefix: string, cause?: unknown) {
  return dimwiseError({
    code: 'FILE_READ',
    message: `ONNX Runtime wrote no profile at ${prefix}*.json`,
    origin: { site: captureSite() },
    expected: `${prefix}*.json`,
    hint: 'the folder of the prefix must exist and be writable',
    cause,
  });
}
