// The models of one export: their names, and the options that speak of one of them.
import { basename, extname } from 'node:path';
import { didYouMean } from '../base/nearest.ts';
import { type FileKind, fileKind } from './open-model.ts';
import { listOption, type OptionValues } from './options.ts';
import { usageError } from './report.ts';

/** One model of a command line. */
export interface ModelCall {
  readonly name: string;
  readonly file: string;
  readonly kind: FileKind;
  /** The options that this model is exported with. */
  readonly options: OptionValues;
}

/** Options that say whose they are where there are several models: `--bind encoder:x=[batch,20]`. */
const OWN = ['bind', 'weights', 'names', 'warmup', 'labels', 'sequence', 'control', 'keepState', 'profile'] as const;

/** Options of one model that cannot say whose they are. */
const OF_ONE = ['name', 'prefer'];

/**
 * The models of the operands, each `FILE` or `NAME=FILE`.
 *
 * @param operands as they were given
 * @throws CLI_USAGE when two models have one name, a file is of no kind that is known, or an option does not say whose it is
 */
export function modelCalls(operands: readonly string[], options: OptionValues): readonly ModelCall[] {
  const named = operands.map(splitOperand);
  const names = named.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw usageError(`two of the files are models of the name "${twice}"`, `give one a name: other=${operands[0]}`);
  }
  if (operands.length > 1) {
    const one = OF_ONE.find((name) => options[name] !== undefined);
    if (one !== undefined) {
      const hint = one === 'name' ? 'name each one: encoder=FILE' : 'export each one for itself';
      throw usageError(`--${one} speaks of one model, and there are several`, hint);
    }
  }
  return named.map(({ name, file }) => {
    const own = OWN.map((option) => [option, ownValues(option, options, name, names)] as const);
    return { name, file, kind: fileKind(file), options: { ...options, ...Object.fromEntries(own) } };
  });
}

/** A name in front of a file has no slash, so that `./a=b.onnx` is a file. */
function splitOperand(operand: string): { readonly name: string; readonly file: string } {
  const [, name, file] = /^([^=/\\]+)=(.+)$/.exec(operand) ?? [];
  return name !== undefined && file !== undefined ? { name, file } : { name: nameOfFile(operand), file: operand };
}

/** The name of a model, after its file. */
const nameOfFile = (file: string): string =>
  basename(file, extname(file))
    .replace(/[^\w.-]+/g, '_')
    .replace(/^[.-]+/, '') || 'model';

/** The values of an option that are those of one model. */
function ownValues(option: string, options: OptionValues, name: string, names: readonly string[]): readonly string[] {
  const values = listOption(options, option);
  if (names.length < 2) return values;
  return values.flatMap((value) => {
    // A model's name may begin as that of another one does.
    const whose = names.filter((each) => value.startsWith(`${each}:`)).toSorted((a, b) => b.length - a.length)[0];
    if (whose === undefined) {
      const flag = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      const [said = ''] = value.split(':');
      throw usageError(
        `${flag} ${value} does not say which of the models it is for: ${names.join(', ')}`,
        (value.includes(':') ? didYouMean(said, names) : undefined) ?? `${flag} ${names[0]}:${value}`,
      );
    }
    return whose === name ? [value.slice(name.length + 1)] : [];
  });
}
