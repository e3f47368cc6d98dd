// Errors as people and programs read them.
import { ERROR_CODES } from '../base/codes.ts';
import {
  type Diagnostic,
  DimwiseError,
  dimwiseError,
  formatDiagnostic,
  isDimwiseError,
  MISTAKES_IN_TEXT,
} from '../base/errors.ts';
import { formatOrigin } from '../base/origin.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';

/** The error of a command line that is not as the help says. */
export function usageError(message: string, hint = 'see dimwise --help'): DimwiseError {
  return dimwiseError({ code: 'CLI_USAGE', message, hint });
}

/** All mistakes of an error; one that dimwise did not make on purpose is a defect, whose stack helps to find it. */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (isDimwiseError(error)) return error.errors.map(inOptions);
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [{ code: 'INTERNAL_INVARIANT', message, hint: 'report it with the model', cause: error }];
}

/** Providers are chosen by an option here. */
const inOptions = (mistake: Diagnostic): Diagnostic =>
  mistake.code === 'RUNTIME_PROVIDER' ? { ...mistake, hint: '--provider cpu, or install the libraries' } : mistake;

/** Writes the mistakes of an error for a person: the first 100, and how many more there are. */
export function printError(error: unknown, io: Io): void {
  const mistakes = diagnosticsOf(error);
  // One by one: where several files are printed, each mistake names its own.
  for (const mistake of mistakes.slice(0, MISTAKES_IN_TEXT)) io.err(formatDiagnostic(mistake));
  if (mistakes.length > MISTAKES_IN_TEXT) io.err(`and ${mistakes.length - MISTAKES_IN_TEXT} more`);
}

/** One mistake as JSON; members without content are left out. */
export interface JsonDiagnostic {
  readonly code: string;
  readonly message: string;
  /** The layer path and the author's source line as text; null where neither is known. */
  readonly origin: string | null;
  readonly expected?: string;
  readonly actual?: string;
  /** What to do: the diagnostic's own hint, else that of its code. */
  readonly hint: string;
  readonly related?: readonly { readonly message: string; readonly origin: string | null }[];
}

/** The mistakes of an error as JSON. */
export function jsonDiagnostics(error: unknown): JsonDiagnostic[] {
  return diagnosticsOf(error).map(({ code, message, origin, expected, actual, hint, related }) => ({
    code,
    message,
    origin: formatOrigin(origin) || null,
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    hint: hint ?? ERROR_CODES[code].remedy,
    ...(related?.length
      ? { related: related.map((each) => ({ message: each.message, origin: formatOrigin(each.origin) || null })) }
      : {}),
  }));
}

/** Tells a person, and with --json a program, why a file failed. @returns the exit code of that */
export function reportFailure(file: string, error: unknown, io: Io, isJson: boolean): ExitCode {
  if (isJson) io.out(JSON.stringify({ file, errors: jsonDiagnostics(error) }));
  printError(error, io);
  return EXIT.failed;
}
