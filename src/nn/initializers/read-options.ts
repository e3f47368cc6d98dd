// Reads and checks the options of an initializer, which may come from a file.
import { dimwiseError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { captureSite } from '../../base/origin.ts';
import type { InitializerKind } from './initializer.ts';

/** The options of one initializer as they were given. */
export interface GivenOptions {
  readonly kind: InitializerKind;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a number option must be: its least value (`min` allowed, `above` not). */
export interface NumberRule {
  readonly min?: number;
  readonly above?: number;
  readonly integer?: boolean;
}

/**
 * Reads a finite number.
 *
 * @param fallback the default; without one the option is required
 * @throws INITIALIZER_INVALID when it is missing, no number, or outside of its range
 */
export function readNumber(given: GivenOptions, name: string, fallback?: number, rule: NumberRule = {}): number {
  const value = given.values[name] ?? fallback;
  const { min = -Infinity, above = -Infinity, integer = false } = rule;
  if (typeof value === 'number' && Number.isFinite(value) && value >= min && value > above) {
    if (!integer || Number.isSafeInteger(value)) return value;
  }
  const range = min > -Infinity ? ` of at least ${min}` : above > -Infinity ? ` above ${above}` : '';
  throw invalidOption(given, name, `${integer ? 'an integer' : 'a finite number'}${range}`, showValue(value));
}

/**
 * Reads one of some strings.
 *
 * @throws INITIALIZER_INVALID when it is none of them
 */
export function readChoice<T extends string>(given: GivenOptions, name: string, choices: readonly T[], fallback: T): T {
  const value = given.values[name] ?? fallback;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const near = typeof value === 'string' ? nearest(value, choices) : undefined;
  throw invalidOption(given, name, `one of ${choices.join(', ')}`, showValue(value), near && `did you mean ${near}?`);
}

/**
 * Refuses options without names, which spreading would lose: `normal(0.02)`.
 *
 * @throws INITIALIZER_INVALID when the options are no object
 */
export function requireObject(kind: InitializerKind, options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw dimwiseError({
    code: 'INITIALIZER_INVALID',
    message: `${kind} takes its options by name, not ${showValue(options)}`,
    expected: 'an object',
    actual: showValue(options),
    origin: { site: captureSite() },
    hint: `write ${kind}({ ... }), each option with its name`,
  });
}

/**
 * Refuses options that the initializer does not have.
 *
 * @throws INITIALIZER_INVALID naming the first one
 */
export function refuseUnknown(given: GivenOptions, known: readonly string[]): void {
  for (const name of Object.keys(given.values)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const options = known.filter((option) => option !== 'kind');
    throw dimwiseError({
      code: 'INITIALIZER_INVALID',
      message: `${given.kind} has no option ${name}; it has ${options.join(', ') || 'none'}`,
      expected: options.join(', ') || 'no options',
      actual: name,
      origin: { site: captureSite() },
      hint: near && `did you mean ${near}?`,
    });
  }
}

/** The error for an option of the wrong type or range; `actual` is the value or a text for it. */
export function invalidOption(
  given: GivenOptions,
  name: string,
  expected: string,
  actual: string,
  hint?: string,
): Error {
  return dimwiseError({
    code: 'INITIALIZER_INVALID',
    message: `${given.kind} takes ${expected} as ${name}, not ${actual}`,
    expected,
    actual,
    origin: { site: captureSite() },
    hint,
  });
}

/** The text of an option's value in a message. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return JSON.stringify(value);
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
