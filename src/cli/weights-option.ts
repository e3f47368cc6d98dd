// The options --weights, --names and --partial: weights of a checkpoint for a model file.
import { readFile } from 'node:fs/promises';
import type { NameRule } from '../../codegen/weights/name-rules.ts';
import { dimwiseError } from '../base/errors.ts';
import type { DefinedModel } from '../model/defined-model.ts';
import type { LoadReport } from '../model/load-checkpoint.ts';
import { openCheckpoint } from '../node/open-checkpoint.ts';
import { errorReason } from '../node/write-atomic.ts';
import type { Io } from './io.ts';
import { flagOption, type OptionValues, textOption } from './options.ts';
import { usageError } from './report.ts';

/** Loads weights into a model; `exported` is what its file exports as `names`. */
export type LoadWeights = (model: DefinedModel, exported: unknown) => Promise<void>;

/** Names of a report that are printed. */
const MOST_NAMES = 8;

/**
 * Reads the options.
 *
 * @param told where the report goes; undefined where nobody wants it
 * @returns undefined where there are no weights to load
 * @throws CLI_USAGE when one stands without --weights
 */
export function weightsOption(options: OptionValues, told: Io | undefined): LoadWeights | undefined {
  const file = textOption(options, 'weights');
  const rules = textOption(options, 'names');
  const partial = flagOption(options, 'partial');
  if (file === undefined) {
    if (rules !== undefined || partial)
      throw usageError(`${partial ? '--partial' : '--names'} has no meaning without --weights`, '--weights FILE');
    return undefined;
  }
  return async (model, exported) => {
    const names = rules === undefined ? exportedRules(exported) : await readRules(rules);
    const report = model.load(await openCheckpoint(file), { names, partial });
    if (told) tell(report, file, told);
  };
}

/** The rules that a model file exports; what is no rule is told when they are used. */
function exportedRules(exported: unknown): readonly NameRule[] {
  if (exported === undefined) return [];
  if (typeof exported === 'function') return [exported as Extract<NameRule, (name: string) => unknown>];
  if (Array.isArray(exported)) return exported;
  throw usageError('the export "names" of the model file is no list of rules', 'see docs/checkpoints.md');
}

async function readRules(path: string): Promise<readonly NameRule[]> {
  let rules: unknown;
  try {
    rules = JSON.parse(await readFile(path, 'utf8'), (key, value) => patternOf(key, value));
  } catch (cause) {
    throw dimwiseError({ code: 'FILE_READ', message: `${path} cannot be read: ${errorReason(cause)}`, cause });
  }
  if (Array.isArray(rules)) return rules;
  throw usageError(`${path} holds no list of rules`, '[["model.", ""], ["/inv_freq$/", null]]');
}

/** JSON has no patterns: the first of a pair, and what `from` lists, is one where it stands between slashes. */
function patternOf(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !(key === '0' || key === 'from' || /^\d+$/.test(key))) return value;
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/.exec(value) ?? [];
  return source === undefined ? value : new RegExp(source, flags);
}

function tell({ loaded, missing, unexpected, mismatched }: LoadReport, file: string, io: Io): void {
  io.err(`${loaded.size} parameters from ${file}`);
  const paths = mismatched.map(({ path }) => path);
  for (const [what, names] of [
    ['missing there', missing],
    ['unexpected', unexpected],
    ['of another shape', paths],
  ] as const) {
    if (names.length === 0) continue;
    const rest = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : '';
    io.err(`${what}: ${names.slice(0, MOST_NAMES).join(', ')}${rest}`);
  }
}
