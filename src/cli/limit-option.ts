// The option --limit of commands that open .onnx files: limits of reading that the user raises or lowers.
import { allLimits, LIMIT_NAMES, type OnnxLimits } from '../../codegen/onnx/limits.ts';
import { listOption, type OptionValues } from './options.ts';
import { usageError } from './report.ts';

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
