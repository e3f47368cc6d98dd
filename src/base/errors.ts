// The error classes of dimwise and the text that a person sees.
import { ERROR_CODES, type ErrorCode } from './codes.ts';
import { formatOrigin, type Origin } from './origin.ts';
import { printable, printableBlock } from './printable.ts';

/** One more place that has a part in a mistake. */
export interface Related {
  /** What that place did, as a phrase: `256 was fixed here`. */
  readonly message: string;
  readonly origin?: Origin | undefined;
}

/** One mistake or warning, before it is thrown or printed. */
export interface Diagnostic {
  readonly code: ErrorCode;
  /** The rule and both facts, with the names of the things. */
  readonly message: string;
  readonly origin?: Origin | undefined;
  /** What the rule asks for, in few words. */
  readonly expected?: string | undefined;
  /** What was found instead. */
  readonly actual?: string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
  readonly related?: readonly Related[] | undefined;
  readonly cause?: unknown;
}

/** What to do about a mistake: its own hint, or what the table says of its code. */
export function hintOf(diagnostic: Diagnostic): string {
  return diagnostic.hint ?? ERROR_CODES[diagnostic.code].remedy;
}

/**
 * The text of a diagnostic: `CODE: message`, then its place, the related places and the hint, a line each. Names in it come from files:
 * control characters are escaped.
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const lines = [`${diagnostic.code}: ${printableBlock(diagnostic.message)}`];
  const at = printable(formatOrigin(diagnostic.origin));
  if (at) lines.push(`  at ${at}`);
  for (const { message, origin } of diagnostic.related ?? []) {
    const place = formatOrigin(origin);
    lines.push(`  ${printable(place ? `${message}: ${place}` : message)}`);
  }
  lines.push(`  hint: ${printableBlock(hintOf(diagnostic))}`);
  return lines.join('\n');
}

/** So many mistakes are in the text of an error; `errors` has all. */
export const MISTAKES_IN_TEXT = 100;

/** The texts of the first mistakes, a line on how many more there are. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], most: number = MISTAKES_IN_TEXT): string {
  const texts = diagnostics.slice(0, most).map(formatDiagnostic);
  const more = diagnostics.length - texts.length;
  if (more > 0) texts.push(`and ${more} more`);
  return texts.join('\n');
}

/** The base of all errors that dimwise throws on purpose; `errors` lists every mistake that was found in one go. */
export class DimwiseError extends Error {
  override readonly name: string = 'DimwiseError';
  readonly code: ErrorCode;
  readonly origin: Origin | undefined;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
  readonly hint: string;
  readonly related: readonly Related[];
  /** All mistakes found together, this error's own first. */
  readonly errors: readonly Diagnostic[];

  constructor(first: Diagnostic, rest: readonly Diagnostic[] = []) {
    super(formatDiagnostics([first, ...rest]), first.cause === undefined ? undefined : { cause: first.cause });
    this.code = first.code;
    this.origin = first.origin;
    this.expected = first.expected;
    this.actual = first.actual;
    this.hint = hintOf(first);
    this.related = first.related ?? [];
    this.errors = [first, ...rest];
  }
}

/** The author of the model, the feed or the command must act. */
export class UserError extends DimwiseError {
  override readonly name = 'UserError';
}

/** dimwise or the target cannot do what was asked. */
export class UnsupportedError extends DimwiseError {
  override readonly name = 'UnsupportedError';
}

/** dimwise itself is at fault. */
export class InternalError extends DimwiseError {
  override readonly name = 'InternalError';
}

const CLASSES = { user: UserError, unsupported: UnsupportedError, internal: InternalError };

/** Makes the error of the class that the table names for the code of the first diagnostic. */
export function dimwiseError(first: Diagnostic, rest: readonly Diagnostic[] = []): DimwiseError {
  return new CLASSES[ERROR_CODES[first.code].by](first, rest);
}

/**
 * Throws all mistakes as one error; returns when there are none.
 *
 * @throws the code of the first diagnostic
 */
export function throwDiagnostics(diagnostics: readonly Diagnostic[]): void {
  const [first, ...rest] = diagnostics;
  if (first) throw dimwiseError(first, rest);
}

/** Tells whether a value is an error of dimwise, also one from another copy of the package. */
export function isDimwiseError(value: unknown): value is DimwiseError {
  return value instanceof Error && 'code' in value && 'errors' in value && String(value.code) in ERROR_CODES;
}
