// Loading: the tensors of a checkpoint become the data of a model's parameters, all of them or none.
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import { type MappedTensor, mapTensors, type NameRule } from '../../codegen/weights/name-rules.ts';
import { type Diagnostic, throwDiagnostics } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { type DType, isDType } from '../ir/dtype.ts';
import { refuseArgument } from '../nn/arguments.ts';
import { checkOptions, type OptionNames } from '../nn/option-names.ts';
import type { Parameter } from '../nn/parameter.ts';
import { type MismatchedTensor, matchTensor, type TensorMatch } from './match-tensor.ts';
import { hintAtGguf, hintAtPrefix } from './prefix-hint.ts';

/** Options of {@link DefinedModel.load}. */
export interface LoadOptions {
  /** From names in the checkpoint to paths of parameters; the names themselves by default. */
  readonly names?: readonly NameRule[] | ((name: string) => string | null | undefined) | undefined;
  /**
   * What happens where element types differ, which is refused by default: `model` converts the tensors to the types of the parameters, float32
   * where a batch would decide; `checkpoint` gives the parameters the types of the tensors; an element type gives both that one.
   */
  readonly cast?: 'model' | 'checkpoint' | DType | undefined;
  /** Leaves parameters that the checkpoint lacks as they are: all, or those whose path a pattern matches; false by default. */
  readonly allowMissing?: boolean | RegExp | undefined;
  /** Passes over tensors that the model lacks: all, or those whose name a pattern matches; false by default. */
  readonly allowUnexpected?: boolean | RegExp | undefined;
  /** Leaves parameters whose tensor has another shape as they are, as a new head on an old body needs it; false by default. */
  readonly allowMismatched?: boolean | RegExp | undefined;
  /** Stands for the three: takes what fits and reports the rest; false by default. */
  readonly partial?: boolean | undefined;
}

/** The names of {@link LoadOptions}. */
const LOAD_OPTIONS: OptionNames<LoadOptions> = {
  names: true,
  cast: true,
  allowMissing: true,
  allowUnexpected: true,
  allowMismatched: true,
  partial: true,
};

/** What a load did. */
export interface LoadReport {
  /** The names in the checkpoint that each parameter took its data from, by path. */
  readonly loaded: ReadonlyMap<string, readonly string[]>;
  /** Parameters that the checkpoint lacks. */
  readonly missing: readonly string[];
  /** Tensors that the model lacks, under their names in the checkpoint. */
  readonly unexpected: readonly string[];
  readonly mismatched: readonly MismatchedTensor[];
  /** Tensors that the name map leaves out. */
  readonly ignored: readonly string[];
}

/**
 * Loads a checkpoint into parameters.
 *
 * @param parameters by path
 * @param settled runs when the parameters have their data; what it throws undoes the load
 * @throws what {@link DefinedModel.load} says; nothing is changed then
 */
export function loadCheckpoint(
  parameters: ReadonlyMap<string, Parameter>,
  checkpoint: Checkpoint,
  options: LoadOptions,
  settled: () => void,
): LoadReport {
  checkOptions('load()', options, LOAD_OPTIONS);
  if (!(checkpoint?.tensors instanceof Map))
    refuseArgument('load()', 'its first argument', 'a checkpoint, as openCheckpoint gives it', checkpoint);
  if (options.cast !== undefined && !['model', 'checkpoint'].includes(options.cast) && !isDType(options.cast))
    refuseArgument('load()', 'cast', "'model', 'checkpoint' or an element type", options.cast);
  const { names = [], partial } = options;
  const { tensors, ignored } = mapTensors(checkpoint, typeof names === 'function' ? [names] : names);
  const matches: TensorMatch[] = [];
  const mismatched: MismatchedTensor[] = [];
  const mistakes: Diagnostic[] = [];
  for (const [path, cell] of parameters) {
    const tensor = tensors.get(path);
    const found = tensor && matchTensor(path, cell, tensor, { source: checkpoint.source, cast: options.cast });
    if (!found) continue;
    if ('data' in found) matches.push(found);
    else {
      mismatched.push(found.mismatch);
      if (found.isType || !allows(options.allowMismatched ?? partial, path)) mistakes.push(found.mistake);
    }
  }
  const missing = [...parameters.keys()].filter((path) => !tensors.has(path));
  const extra = [...tensors.values()].filter(({ name }) => !parameters.has(name));
  const prefix = hintAtGguf(checkpoint, extra) ?? hintAtPrefix(missing, extra);
  const places = { source: checkpoint.source, prefix, ignored };
  mistakes.push(
    ...missing
      .filter((path) => !allows(options.allowMissing ?? partial, path))
      .map((path) => missingMistake(path, parameters.get(path), extra, places)),
    ...extra
      .filter(({ name }) => !allows(options.allowUnexpected ?? partial, name))
      .map((tensor) => unexpectedMistake(tensor, missing, [...parameters.keys()], places)),
  );
  throwDiagnostics(mistakes);
  applyAll(matches, checkpoint.source, settled);
  return {
    loaded: new Map(matches.map(({ path, sources }) => [path, sources])),
    missing,
    unexpected: extra.flatMap(({ sources }) => sources),
    mismatched,
    ignored,
  };
}

const allows = (option: boolean | RegExp | undefined, name: string): boolean =>
  option instanceof RegExp ? name.search(option) >= 0 : (option ?? false);

/** What the mistakes of one load have in common. */
interface Places {
  readonly source: string;
  /** What to do where all names differ alike. */
  readonly prefix: string | undefined;
  readonly ignored: readonly string[];
}

function missingMistake(
  path: string,
  cell: Parameter | undefined,
  extra: readonly MappedTensor[],
  { source, prefix, ignored }: Places,
): Diagnostic {
  const names = extra.map(({ name }) => name);
  const left = names.length > 0 ? `left over: ${listSome(names)}` : 'all tensors have their parameters';
  return {
    code: 'CHECKPOINT_MISSING',
    message: `${source} has no tensor for parameter ${path}`,
    origin: { path, site: captureSite() },
    expected: String(cell),
    actual: left,
    hint: prefix ?? didYouMean(path, names) ?? leftOut(ignored),
    related: cell?.origin ? [{ message: 'the parameter was made here', origin: cell.origin }] : [],
  };
}

function unexpectedMistake(
  { name, sources }: MappedTensor,
  missing: readonly string[],
  paths: readonly string[],
  { source, prefix }: Places,
): Diagnostic {
  const original = sources.join(' and ');
  const mapped = original === name ? '' : `, mapped to ${name},`;
  return {
    code: 'CHECKPOINT_UNEXPECTED',
    message: `tensor ${original} of ${source}${mapped} is no parameter of the model`,
    origin: { site: captureSite() },
    expected: missing.length > 0 ? `one of ${listSome(missing)}` : `one of ${listSome(paths)}`,
    actual: name,
    hint: prefix ?? didYouMean(name, missing),
  };
}

/** A rule that leaves out too much is a common mistake. */
const leftOut = (ignored: readonly string[]): string | undefined =>
  ignored.length > 0 ? `the name map leaves out ${listSome(ignored)}` : undefined;

const listSome = (names: readonly string[]): string =>
  `${names.slice(0, 4).join(', ')}${names.length > 4 ? `, ... (${names.length} in all)` : ''}`;

/** Gives all parameters their data, or, where the sizes do not fit together, none. */
function applyAll(matches: readonly TensorMatch[], source: string, settled: () => void): void {
  const undo = matches.map(({ cell }) => cell.savepoint());
  try {
    for (const { cell, data, sources } of matches) cell.take(data, `${sources.join(' and ')} of ${source}`);
    settled();
  } catch (error) {
    for (const restore of undo) restore();
    throw error;
  }
}
