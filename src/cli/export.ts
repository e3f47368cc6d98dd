// dimwise export: models become a model repository of Triton, or a manifest of KServe.
import { basename, extname } from 'node:path';
import { bindTo } from '../../codegen/onnx/bind/bind-model.ts';
import { isUnbound } from '../../codegen/onnx/bind/bindings.ts';
import { serviceName } from '../../codegen/triton/kserve.ts';
import type { TritonOptions } from '../../codegen/triton/model-options.ts';
import { parseTarget } from '../ir/target.ts';
import {
  exportTriton,
  exportTritonEnsemble,
  kserveYaml,
  type RepositoryOptions,
  type ServableModel,
  type TritonExport,
} from '../node/export-triton.ts';
import { openOnnx } from '../node/open-onnx.ts';
import { inFile } from '../node/read-model.ts';
import { writeAtomic } from '../node/write-atomic.ts';
import { parseBind } from './bind-option.ts';
import type { CommandCall } from './command-row.ts';
import {
  kserveOptions,
  pairsOption,
  readLabels,
  refuseIdle,
  refuseManifestOptions,
  refuseRepositoryOptions,
  repositoryOptions,
  tritonOptions,
} from './export-options.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { openingOptions } from './limit-option.ts';
import { compileOpened, fileKind, type OpenOptions, openModel } from './open-model.ts';
import {
  flagOption,
  listOption,
  type OptionValues,
  readOptions,
  seedOption,
  textOption,
  threadsOption,
} from './options.ts';
import { reportFailure, usageError } from './report.ts';
import { withConsole, withWarnings } from './warnings.ts';
import { tellWeights, weightsOption } from './weights-option.ts';

/** Exports models. */
export async function exportCommand(call: CommandCall): Promise<ExitCode> {
  const { args, options, io } = call;
  const [format = '', ...files] = args;
  const read = readOptions(io, () => {
    if (format === 'kserve') return manifestCall(files, options);
    if (format === 'triton') return repositoryCall(files, options);
    throw usageError(
      `${format} is no format of exports: triton and kserve are`,
      `dimwise export triton ${args.join(' ')}`,
    );
  });
  if (typeof read === 'number') return read;
  const isJson = flagOption(options, 'json');
  const work = async (): Promise<ExitCode> => {
    try {
      await read.value(io, isJson);
      return EXIT.ok;
    } catch (error) {
      return reportFailure(files.join(' '), error, io, isJson);
    }
  };
  return withConsole(io, isJson, () => withWarnings(io, work));
}

/** What a command line asks for. */
type Work = (io: Io, isJson: boolean) => Promise<void>;

function manifestCall(names: readonly string[], options: OptionValues): Work {
  const [name = ''] = names;
  if (names.length > 1) throw usageError('a manifest is one of a single service', 'give one name');
  refuseRepositoryOptions(options);
  refuseIdle(options, (each) => each === 'service', 'the service has its name already');
  const asked = kserveOptions(options, name);
  const path = textOption(options, 'output') ?? '';
  const isDry = flagOption(options, 'dryRun');
  return async (io, isJson) => {
    const text = await writeManifest(path, () => kserveYaml(asked), isDry);
    if (isJson)
      io.out(JSON.stringify({ service: name, output: isDry ? null : path, ...(isDry ? { manifest: text } : {}) }));
    else if (isDry) for (const line of text.trimEnd().split('\n')) io.out(line);
    else io.out(`written: ${path}`);
  };
}

async function writeManifest(path: string, make: () => Promise<string>, isDry: boolean): Promise<string> {
  const text = await make();
  if (!isDry) await writeAtomic(path, [Buffer.from(text)]);
  return text;
}

interface RepositoryCall extends OpenOptions {
  readonly files: readonly string[];
  readonly options: OptionValues;
  readonly target: string | undefined;
  readonly threads: number | undefined;
  readonly to: RepositoryOptions;
}

/** Options that speak of one model. */
const OF_ONE = ['bind', 'static', 'weights', 'names', 'cast', 'partial', 'name', 'warmup', 'labels', 'prefer'];

function repositoryCall(files: readonly string[], options: OptionValues): Work {
  const kinds = files.map(fileKind);
  const ensemble = textOption(options, 'ensemble');
  if (files.length > 1)
    refuseIdle(options, (name) => OF_ONE.includes(name), 'it speaks of one model, and there are several');
  if (ensemble === undefined)
    refuseIdle(options, (name) => ['connect', 'keepOutput'].includes(name), 'no --ensemble is made');
  if (!kinds.includes('model')) {
    const ofModels = ['static', 'seed', 'weights', 'names', 'cast', 'partial', 'target', 'threads'];
    refuseIdle(options, (name) => ofModels.includes(name), 'the models are .onnx files');
  }
  const kserve = textOption(options, 'kserve');
  if (kserve === undefined) refuseManifestOptions(options);
  const names = files.map((file) => modelName(file));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw usageError(`two of the files are models of the name "${twice}"`, 'rename one of them');
  const service =
    textOption(options, 'service') ?? serviceName(ensemble ?? textOption(options, 'name') ?? names[0] ?? '');
  const model = ensemble ?? (files.length === 1 ? (textOption(options, 'name') ?? names[0]) : undefined);
  const manifest =
    kserve === undefined ? undefined : { path: kserve, asked: { ...kserveOptions(options, service), model } };
  const target = textOption(options, 'target');
  const call: RepositoryCall = {
    files,
    options,
    bindings: parseBind(listOption(options, 'bind')),
    isStatic: flagOption(options, 'static'),
    seed: seedOption(options),
    weights: weightsOption(options),
    target: target === undefined ? undefined : parseTarget(target).name,
    threads: threadsOption(options),
    to: repositoryOptions(options),
  };
  const connect = pairsOption(options, 'connect');
  const asked = tritonOptions(options);
  const labels = pairsOption(options, 'labels');
  return async (io, isJson) => {
    const served = { ...asked, labels: await readLabels(labels) };
    const models = new Map<string, ServableModel>();
    for (const [i, file] of files.entries()) {
      const name = textOption(options, 'name') ?? names[i] ?? '';
      models.set(name, await openServable(file, call, io, isJson));
    }
    const exports =
      ensemble === undefined
        ? await exportAll(models, served, call)
        : await exportTritonEnsemble(Object.fromEntries(models), {
            ...call.to,
            name: ensemble,
            connect,
            keepOutputs: listOption(options, 'keepOutput'),
            models: Object.fromEntries(Array.from(models.keys(), (name) => [name, served])),
          });
    const isDry = call.to.dryRun === true;
    if (manifest) await writeManifest(manifest.path, () => kserveYaml(manifest.asked), isDry);
    if (isJson) io.out(JSON.stringify(describe(call, exports, isDry ? null : (manifest?.path ?? null))));
    else for (const each of exports) print(each, isDry, io);
    if (!isJson && manifest && !isDry) io.out(`written: ${manifest.path}`);
  };
}

/** The name of a model, after its file. */
const modelName = (file: string): string =>
  basename(file, extname(file))
    .replace(/[^\w.-]+/g, '_')
    .replace(/^[.-]+/, '') || 'model';

async function openServable(file: string, call: RepositoryCall, io: Io, isJson: boolean): Promise<ServableModel> {
  if (fileKind(file) === 'onnx') {
    const model = await openOnnx(file, openingOptions(call.options));
    return isUnbound(call.bindings) ? model : inFile(file, () => bindTo(model, call.bindings, true));
  }
  const { model, weights } = await openModel(file, call);
  if (!isJson) tellWeights(weights, io);
  return compileOpened(file, model, call.seed, call.target);
}

async function exportAll(
  models: ReadonlyMap<string, ServableModel>,
  served: TritonOptions,
  { to, threads }: RepositoryCall,
): Promise<readonly TritonExport[]> {
  const exports: TritonExport[] = [];
  for (const [name, model] of models) exports.push(await exportTriton(model, { ...to, ...served, name, threads }));
  return exports;
}

function describe({ files, to }: RepositoryCall, exports: readonly TritonExport[], kserve: string | null): object {
  const models = exports.map(({ name, version, maxBatch, unchecked, files: written, config }) => ({
    name,
    version,
    maxBatch,
    unchecked,
    files: written,
    ...(to.dryRun ? { config } : {}),
  }));
  return { files, repository: to.repository, models, kserve };
}

function print(
  { name, folder, version, maxBatch, unchecked, files, config }: TritonExport,
  isDry: boolean,
  io: Io,
): void {
  if (isDry) {
    for (const line of config.trimEnd().split('\n')) io.out(line);
    return;
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const batches = maxBatch > 0 ? `batches of up to ${maxBatch} rows` : 'no batches';
  io.out(`written: ${folder}, version ${version} of ${name}, ${batches}, ${bytes} bytes`);
  if (unchecked.length > 0) io.out('valid requests also meet these, which Triton does not check:');
  for (const condition of unchecked) io.out(`  ${condition}`);
}
