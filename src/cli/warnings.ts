// Sends the warnings of a command to its stream of diagnostics.
import { formatDiagnostic } from '../base/errors.ts';
import { setWarningHandler } from '../base/warn.ts';
import type { Io } from './io.ts';

/** Runs work whose warnings go to the diagnostics of a command. */
export async function withWarnings<T>(io: Io, work: () => Promise<T>): Promise<T> {
  const before = setWarningHandler((warning) => io.err(`warning: ${formatDiagnostic(warning)}`));
  try {
    return await work();
  } finally {
    setWarningHandler(before);
  }
}
