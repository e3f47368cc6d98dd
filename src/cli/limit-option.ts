// The options of commands that open .onnx files: what the user trusts a file with.
import { allLimits, LIMIT_NAMES, type OnnxLimits } from '../../codegen/onnx/limits.ts';
import type { ReadFileOptions } from '../node/read-model.ts';
import { flagOption, listOption, type OptionValues } from './options.ts';
import { usageError } from './report.ts';

/**
 * How the options say that `.onnx` files are opened: `--limit`, `--allow-hard-links`.
 *
 * @throws CLI_USAGE when a limit has another form, or names none
 * @throws ONNX_LIMIT when a limit is beyond what it can be raised to
 */
export function openingOptions(options: OptionValues): ReadFileOptions {
  return { limits: limitOption(options), allowHardLinks: flagOption(options, 'allowHardLinks') };
}

/**
 * Reads all `--limit NAME=NUMBER`.
 *
 * @throws CLI_USAGE when one has another form, or names no limit
 * @throws ONNX_LIMIT when a number is beyond what its limit can be raised to
 */
export function limitOption(options: OptionValues): OnnxLimits {
  const limits: Record<string, number> = {};
  for (const text of listOption(options, 'limit')) {
    const [, wish = '', number = ''] = /^(\w+)=(\d+)$/.exec(text) ?? [];
    const name = LIMIT_NAMES.find((each) => each === wish);
    if (!name) {
      const hint = wish === '' ? 'write --limit nodes=2000000' : `the limits are ${LIMIT_NAMES.join(', ')}`;
      throw usageError(`--limit ${text} names no limit`, hint);
    }
    limits[name] = Number(number);
  }
  allLimits(limits);
  return limits;
}
