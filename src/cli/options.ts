// Reads the values of options as commander gives them.
import { isDimwiseError } from '../base/errors.ts';
import type { Seed } from '../nn/random/key.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { printError, usageError } from './report.ts';

/** The options of a call by name. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** The text of an option; undefined where it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of an option that may be repeated. */
export function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** Whether an option without a value was given. */
export function flagOption(options: OptionValues, name: string): boolean {
  return options[name] === true;
}

/** The seed; undefined where it was not given. @throws CLI_USAGE when it is no integer from 0 to 2^64 - 1 */
export function seedOption(options: OptionValues): Seed | undefined {
  const text = textOption(options, 'seed');
  if (text === undefined) return undefined;
  const seed = /^\d+$/.test(text) ? BigInt(text) : -1n;
  if (seed < 0n || seed >= 2n ** 64n) {
    throw usageError(`--seed ${text} is no integer from 0 to 2^64 - 1`, 'give a whole number, --seed 7');
  }
  return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed;
}

/** Reads options; any mistake in them is one of the command line, whatever its code. */
export function readOptions<T>(io: Io, read: () => T): { readonly value: T } | ExitCode {
  try {
    return { value: read() };
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    printError(error, io);
    return EXIT.usage;
  }
}

/** The number of threads; undefined where it was not given. @throws CLI_USAGE when it is no whole number from 1 to 16 */
export function threadsOption(options: OptionValues): number | undefined {
  const text = textOption(options, 'threads');
  if (text === undefined) return undefined;
  const threads = /^\d+$/.test(text) ? Number(text) : 0;
  if (threads < 1 || threads > 16) {
    throw usageError(`--threads ${text} is no whole number from 1 to 16`, 'give a number of threads, --threads 2');
  }
  return threads;
}
