// The option --names: the rules that lead from names in a checkpoint to the paths of a model.
import { readFile } from 'node:fs/promises';
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import { ggufNames } from '../../codegen/weights/gguf/names.ts';
import type { NamePattern, NameRule } from '../../codegen/weights/name-rules.ts';
import { dimwiseError } from '../base/errors.ts';
import { errorReason } from '../node/write-atomic.ts';
import { listOption, type OptionValues } from './options.ts';
import { usageError } from './report.ts';

/** The rules for a checkpoint; `exported` is what a model file exports as `names`. */
export type RulesFor = (checkpoint: Checkpoint, exported?: unknown) => Promise<readonly NameRule[]>;

/** Stands for the rules of {@link ggufNames}; a file of that name is `./gguf`. */
const GGUF = 'gguf';

/** Reads all `--names`. What a model file exports counts where the option names no file. */
export function namesOption(options: OptionValues): RulesFor {
  const given = listOption(options, 'names');
  return async (checkpoint, exported) => {
    const read = given.map((each) => (each === GGUF ? ggufNames(checkpoint) : readRules(each)));
    const rules = (await Promise.all(read)).flat();
    return given.every((each) => each === GGUF) ? [...rules, ...exportedRules(exported)] : rules;
  };
}

/** The rules that a model file exports; what is no rule is told when they are used. */
function exportedRules(exported: unknown): readonly NameRule[] {
  if (exported === undefined) return [];
  if (typeof exported === 'function') return [exported as Extract<NameRule, (name: string) => unknown>];
  if (Array.isArray(exported)) return exported;
  throw usageError('the export "names" of the model file is no list of rules', 'see docs/checkpoints.md');
}

const EXAMPLE = '[["model.", ""], ["/inv_freq$/", null]]';

async function readRules(path: string): Promise<readonly NameRule[]> {
  let rules: unknown;
  try {
    rules = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw dimwiseError({
      code: 'FILE_READ',
      message: `the rules of ${path} cannot be read: ${errorReason(cause)}`,
      hint: `a file of rules is JSON: ${EXAMPLE}`,
      cause,
    });
  }
  if (!Array.isArray(rules)) throw usageError(`${path} holds no list of rules`, EXAMPLE);
  return rules.map((rule: unknown, i) => withPatterns(rule, `rule ${i + 1} of ${path}`));
}

/** A rule of JSON, which has no patterns: the first of a pair, and what `from` says, is one where it stands between slashes. */
function withPatterns(rule: unknown, what: string): NameRule {
  const pattern = (text: unknown): NamePattern => patternOf(text, what);
  if (Array.isArray(rule)) {
    const [from, to = '']: readonly unknown[] = rule;
    if (rule.length === 2 && (to === null || typeof to === 'string')) return [pattern(from), to];
  } else if (typeof rule === 'object' && rule !== null && 'from' in rule) {
    const { from } = rule;
    return { ...rule, from: Array.isArray(from) ? from.map(pattern) : pattern(from) };
  }
  throw usageError(`${what} is ${JSON.stringify(rule)}, no rule`, `a pair or an object: ${EXAMPLE}`);
}

function patternOf(text: unknown, what: string): NamePattern {
  if (typeof text !== 'string')
    throw usageError(`${what} begins with ${JSON.stringify(text)}, no text`, 'a name, or a pattern between slashes');
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/.exec(text) ?? [];
  if (source === undefined) return text;
  try {
    return new RegExp(source, flags);
  } catch (cause) {
    throw usageError(`${what} has a pattern that cannot be read: ${errorReason(cause)}`, 'a regular expression');
  }
}
