// dimwise export: models become a model repository of Triton, or a manifest of KServe.
import { bindTo } from '../../codegen/onnx/bind/bind-model.ts';
import { isUnbound } from '../../codegen/onnx/bind/bindings.ts';
import { serviceName } from '../../codegen/triton/kserve.ts';
import type { TritonOptions } from '../../codegen/triton/model-options.ts';
import { didYouMean } from '../base/nearest.ts';
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
import { type ModelCall, modelCalls } from './export-models.ts';
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
import { compileOpened, type OpenOptions, openModel, refuseWeights } from './open-model.ts';
import {
  flagOption,
  listOption,
  type OptionValues,
  readOptions,
  seedOption,
  textOption,
  threadsOption,
} from './options.ts';
import { refuseEmpty } from './refuse-empty.ts';
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
      didYouMean(format, ['triton', 'kserve']) ?? `dimwise export triton ${args.join(' ')}`,
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

interface RepositoryCall {
  readonly files: readonly string[];
  readonly threads: number | undefined;
  readonly to: RepositoryOptions;
}

/** How one model is opened and served. */
interface ServedCall extends ModelCall, OpenOptions {
  readonly target: string | undefined;
  readonly served: TritonOptions;
  readonly labels: Readonly<Record<string, string>>;
}

function repositoryCall(files: readonly string[], options: OptionValues): Work {
  const models = modelCalls(files, options);
  const ensemble = textOption(options, 'ensemble');
  if (ensemble === undefined)
    refuseIdle(options, (name) => ['connect', 'keepOutput'].includes(name), 'no --ensemble is made');
  if (!models.some(({ kind }) => kind === 'model')) {
    const ofModels = ['static', 'seed', 'weights', 'names', 'cast', 'partial', 'target', 'threads'];
    refuseIdle(options, (name) => ofModels.includes(name), 'the models are .onnx files');
  }
  const kserve = textOption(options, 'kserve');
  if (kserve === undefined) refuseManifestOptions(options);
  const calls = models.map((each) => servedCall(each, models.length > 1));
  const single = calls.length === 1 ? calls[0]?.name : undefined;
  const service = textOption(options, 'service') ?? serviceName(ensemble ?? calls[0]?.name ?? '');
  const model = ensemble ?? single;
  const manifest =
    kserve === undefined ? undefined : { path: kserve, asked: { ...kserveOptions(options, service), model } };
  const call: RepositoryCall = { files, threads: threadsOption(options), to: repositoryOptions(options) };
  const connect = pairsOption(options, 'connect');
  return async (io, isJson) => {
    const opened: Opened[] = [];
    for (const each of calls) {
      const served = { ...each.served, labels: await readLabels(each.labels) };
      opened.push({ name: each.name, served, model: await openServable(each, io, isJson) });
    }
    const exports =
      ensemble === undefined
        ? await exportAll(opened, call)
        : await exportTritonEnsemble(Object.fromEntries(opened.map((each) => [each.name, each.model])), {
            ...call.to,
            name: ensemble,
            connect,
            keepOutputs: listOption(options, 'keepOutput'),
            models: Object.fromEntries(opened.map((each) => [each.name, each.served])),
          });
    const isDry = call.to.dryRun === true;
    if (manifest) await writeManifest(manifest.path, () => kserveYaml(manifest.asked), isDry);
    if (isJson) io.out(JSON.stringify(describe(call, exports, isDry ? null : (manifest?.path ?? null))));
    else for (const each of exports) print(each, isDry, io);
    if (!isJson && manifest && !isDry) io.out(`written: ${manifest.path}`);
  };
}

/** A model that is ready to be exported. */
interface Opened {
  readonly name: string;
  readonly served: TritonOptions;
  readonly model: ServableModel;
}

function servedCall(model: ModelCall, isOneOfSeveral: boolean): ServedCall {
  const { options, file, kind } = model;
  const target = textOption(options, 'target');
  const files = listOption(options, 'weights');
  if (files.length > 1) throw usageError(`--weights is given twice for ${file}`, 'give one checkpoint');
  const weights = weightsOption(isOneOfSeveral && files.length === 0 ? {} : { ...options, weights: files[0] });
  if (kind === 'onnx') refuseWeights(file, { weights });
  return {
    ...model,
    name: textOption(options, 'name') ?? model.name,
    bindings: parseBind(listOption(options, 'bind')),
    isStatic: flagOption(options, 'static'),
    seed: seedOption(options),
    weights,
    target: target === undefined ? undefined : parseTarget(target).name,
    served: tritonOptions(options),
    labels: pairsOption(options, 'labels'),
  };
}

async function openServable(call: ServedCall, io: Io, isJson: boolean): Promise<ServableModel> {
  const { file, kind } = call;
  if (kind === 'onnx') {
    await refuseEmpty(file);
    const model = await openOnnx(file, openingOptions(call.options));
    return isUnbound(call.bindings) ? model : inFile(file, () => bindTo(model, call.bindings, true));
  }
  const { model, weights } = await openModel(file, call);
  if (!isJson) tellWeights(weights, io);
  return compileOpened(file, model, call.seed, call.target);
}

async function exportAll(models: readonly Opened[], { to, threads }: RepositoryCall): Promise<readonly TritonExport[]> {
  const exports: TritonExport[] = [];
  for (const { name, served, model } of models)
    exports.push(await exportTriton(model, { ...to, ...served, name, threads }));
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
