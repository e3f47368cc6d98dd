// Opens model files for commands: loads, binds and initializes as the options say.
import { extname } from 'node:path';
import { isUnbound } from '../../codegen/onnx/bind/bindings.ts';
import { dimwiseError } from '../base/errors.ts';
import { warn } from '../base/warn.ts';
import type { SizeSpec } from '../ir/value.ts';
import type { BatchInput } from '../model/batch.ts';
import type { BoundModel } from '../model/bound-model.ts';
import type { CompiledModel } from '../model/compiled-model.ts';
import type { DefinedModel } from '../model/defined-model.ts';
import type { DeclaredInput } from '../model/program.ts';
import type { Seed } from '../nn/random/key.ts';
import { type LoadedModel, loadModelFile, MODEL_EXTENSIONS } from '../node/load-model.ts';
import { bindingsOfInputs } from './bind-definition.ts';
import type { Bindings, InputBinding } from './bind-option.ts';
import { publicModule } from './public-module.ts';
import { usageError } from './report.ts';
import type { LoadedWeights, WeightsOption } from './weights-option.ts';

/** How a model file is opened. */
export interface OpenOptions {
  readonly bindings: Bindings;
  readonly isStatic: boolean;
  readonly seed: Seed | undefined;
  /** Weights that the model gets before it is bound. */
  readonly weights?: WeightsOption | undefined;
}

/** A model file that was opened. */
export interface OpenedModel {
  readonly model: LoadedModel;
  /** What was loaded into it; undefined where nothing was asked for. */
  readonly weights: LoadedWeights | undefined;
}

/** The kinds of files that commands take. */
export type FileKind = 'model' | 'onnx';

/** The kind of a file, by its ending. @throws CLI_USAGE for any other ending */
export function fileKind(path: string): FileKind {
  const ending = extname(path).toLowerCase();
  if (ending === '.onnx') return 'onnx';
  if (MODEL_EXTENSIONS.includes(ending)) return 'model';
  throw usageError(
    `${path} is of no kind that dimwise knows${ending ? `: ${ending}` : ''}`,
    'give a .ts or .js model file, or an .onnx file',
  );
}

/** A model file, loaded and bound as far as the options, a checkpoint and its own declarations say. */
export async function openModel(path: string, options: OpenOptions): Promise<OpenedModel> {
  const { model: loaded, names } = await loadModelFile(path, { dimwise: publicModule() });
  if (loaded.state === 'compiled') {
    if (!isUnbound(options.bindings)) warnUnused(path, 'compiled', '--bind');
    if (options.weights) warnUnused(path, 'compiled', '--weights');
    return { model: loaded, weights: undefined };
  }
  const model = loaded.state === 'defined' ? loaded : loaded.model;
  if (options.seed !== undefined) initializeAnew(model, options.seed);
  const weights = await options.weights?.load(model, names);
  const isLoose = loaded.state === 'bound' && isUnbound(options.bindings);
  return { model: isLoose ? loaded : bindOpened(model, options), weights };
}

/** Binds a model as the options say, else by what it declares; it stays as it is where that leaves sizes open. */
function bindOpened(model: DefinedModel, options: OpenOptions): DefinedModel | BoundModel {
  if (!isUnbound(options.bindings)) {
    const { inputs, isFixed } = bindingsOfInputs(options.bindings, model.inputs);
    // A number that is given for a symbol by its name takes its place.
    return model.bind(batchOf(inputs, model.inputs), { static: options.isStatic || isFixed });
  }
  return model.bound ?? bindAsDeclared(model) ?? model;
}

/**
 * Compiles a model that was opened; parameters that nobody initialized are drawn from the seed.
 *
 * @throws NOT_BOUND when sizes are open that neither the file nor the options settle
 */
export function compileOpened(
  path: string,
  opened: LoadedModel,
  seed: Seed | undefined,
  target?: string,
): CompiledModel {
  if (opened.state === 'compiled') {
    if (target !== undefined && target !== opened.target.name) warnUnused(path, 'compiled', '--target');
    return opened;
  }
  if (opened.state === 'defined') throw notBound(path, opened);
  initializeRest(opened, seed ?? 0);
  return opened.compile({ target });
}

/** @throws CLI_USAGE when an `.onnx` file is to get weights, for it has its own */
export function refuseWeights(file: string, { weights }: Pick<OpenOptions, 'weights'>): void {
  if (weights)
    throw usageError(`--weights is for model files; ${file} has its own`, 'give the .ts or .js file of the model');
}

/** Draws every parameter from the seed, those that have data already too. */
function initializeAnew(model: DefinedModel, seed: Seed): void {
  model.initialize({ seed, forceReinit: true });
}

/** Parameters that the file did not initialize get their default recipe; no other one is touched. */
export function initializeRest(model: BoundModel, seed: Seed): void {
  for (const cell of model.parameters().values()) if (!cell.isInitialized) cell.initialize({ seed });
}

/** Binds by the declared sizes alone where none of them is open. */
function bindAsDeclared(model: DefinedModel): BoundModel | undefined {
  const batch: Record<string, BatchInput> = {};
  for (const { name, spec } of model.inputs) {
    const { shape } = spec;
    if (!shape || shape.some((size) => size === null || size === '?')) return undefined;
    batch[name] = { dtype: spec.dtype, shape };
  }
  return model.bind(batch);
}

function batchOf(bindings: readonly InputBinding[], inputs: readonly DeclaredInput[]): Record<string, BatchInput> {
  const [only] = inputs;
  const entries = bindings.map(({ name, dtype, sizes }): [string, BatchInput] => {
    if (name === undefined && (inputs.length !== 1 || !only)) {
      const names = inputs.map((input) => input.name).join(', ');
      throw usageError(`--bind without a name stands for the only input; the inputs are ${names}`);
    }
    return [name ?? only?.name ?? 'x', dtype === undefined ? sizes : { dtype, shape: sizes }];
  });
  const given = entries.map(([name]) => name);
  // A name that the model does not know is told first, by bind(): it may be one of the missing ones, misspelt.
  if (given.every((name) => inputs.some((input) => input.name === name))) {
    const absent = inputs.filter(({ name }) => !given.includes(name));
    if (absent.length > 0) throw notGiven(absent, inputs);
  }
  return Object.fromEntries(entries);
}

/** The example of --bind for an input: what is known of its sizes, with numbers where they are open. */
function example({ name, spec }: DeclaredInput): string {
  const sizes: readonly SizeSpec[] = spec.shape ?? ['batch', 20];
  return `--bind "${name}=[${sizes.map((size) => (size === null || size === '?' ? 20 : size)).join(',')}]"`;
}

function notGiven(absent: readonly DeclaredInput[], inputs: readonly DeclaredInput[]) {
  const list = (some: readonly DeclaredInput[]): string => some.map(({ name }) => `"${name}"`).join(', ');
  return dimwiseError({
    code: 'BIND_INPUT_MISSING',
    message: `--bind lacks ${absent.length > 1 ? 'inputs' : 'input'} ${list(absent)}; the model has ${list(inputs)}`,
    expected: list(inputs),
    hint: `add ${absent.map(example).join(' ')}`,
  });
}

function notBound(path: string, model: DefinedModel) {
  const open = model.inputs.filter(
    ({ spec }) => !spec.shape || spec.shape.some((size) => size === null || size === '?'),
  );
  const names = open.map(({ name }) => `"${name}"`).join(', ');
  return dimwiseError({
    code: 'NOT_BOUND',
    message: `${path} leaves the sizes of input ${names} open, and nothing binds them`,
    origin: { what: path },
    expected: 'a size or a symbol for every axis',
    actual: open
      .map(({ name, spec }) => `${name}: ${spec.shape ? `[${spec.shape.join(', ')}]` : 'any shape'}`)
      .join(', '),
    hint: `for example: ${open.map(example).join(' ')}`,
  });
}

function warnUnused(path: string, state: string, option: string): void {
  warn({
    code: 'CLI_USAGE',
    message: `${option} changes nothing: ${path} exports a ${state} model`,
    hint: 'export the model itself, before bind() and compile()',
  });
}
