// Sends what is said during a command to its stream of diagnostics: warnings, and under --json what model files print.
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { type Diagnostic, formatDiagnostic } from '../base/errors.ts';
import { setWarningHandler } from '../base/warn.ts';
import type { Io } from './io.ts';

/** Runs work whose warnings go to the diagnostics of a command. */
export async function withWarnings<T>(io: Io, work: () => Promise<T>): Promise<T> {
  const before = setWarningHandler((warning) => io.err(`warning: ${formatDiagnostic(inOptions(warning))}`));
  try {
    return await work();
  } finally {
    setWarningHandler(before);
  }
}

/**
 * Runs work that may print by `console`, as model files do; under `--json` that goes to the diagnostics, because the results are
 * read by a program.
 */
export async function withConsole<T>(io: Io, isJson: boolean, work: () => Promise<T>): Promise<T> {
  if (!isJson) return work();
  const before = globalThis.console;
  const stream = new Writable({
    decodeStrings: false,
    write: (text, _encoding, done) => {
      io.err(String(text).replace(/\n$/, ''));
      done();
    },
  });
  globalThis.console = new Console(stream, stream);
  try {
    return await work();
  } finally {
    globalThis.console = before;
  }
}

/** A warning whose hint is in terms of the API, in those of the command line. */
function inOptions(warning: Diagnostic): Diagnostic {
  if (warning.code !== 'RUNTIME_PROVIDER' || warning.actual === undefined) return warning;
  return { ...warning, hint: `--provider ${warning.actual} where that is meant` };
}
