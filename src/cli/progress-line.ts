// One line that tells how far long work is, at a terminal only.
import type { DrawProgress } from '../node/progress.ts';
import type { Io } from './io.ts';

/** Work shorter than this many milliseconds is not spoken of. */
const LONG_MS = 500;

/** A line that shows how many bytes are written, and goes away at the end. */
export interface ProgressLine {
  readonly show: ((progress: DrawProgress) => void) | undefined;
  readonly clear: () => void;
}

/**
 * The line of a command.
 *
 * @param what what is written, for the line
 * @param isSilent whether the command prints for a program, or was asked to be quiet
 */
export function progressLine(io: Io, what: string, isSilent: boolean): ProgressLine {
  const { status } = io;
  if (!status || isSilent) return { show: undefined, clear: () => {} };
  const begin = performance.now();
  let isShown = false;
  return {
    show: ({ done, total }) => {
      if (performance.now() - begin < LONG_MS) return;
      isShown = true;
      status(`writing ${what}: ${Math.floor((100 * done) / total)}% of ${(total / 1e6).toFixed(0)} MB`);
    },
    clear: () => {
      if (isShown) status('');
    },
  };
}
