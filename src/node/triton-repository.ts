// Writes model repositories of Triton: a version appears by one renaming, the configuration after it.
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { annotateModel } from '../../codegen/onnx/annotate/annotate-model.ts';
import { isOnnxModel } from '../../codegen/onnx/is-onnx-model.ts';
import { optionError, wholeNumber } from '../../codegen/triton/check-option.ts';
import { type EnsemblePart, ensembleConfig } from '../../codegen/triton/ensemble.ts';
import { type TritonConfig, tritonConfig } from '../../codegen/triton/model-config.ts';
import { repositoryReadme } from '../../codegen/triton/readme.ts';
import { dimwiseError, isDimwiseError } from '../base/errors.ts';
import { type ExportStage, openStage } from './export-stage.ts';
import type {
  EnsembleExport,
  ExportEnsembleOptions,
  ExportTritonOptions,
  RepositoryFile,
  RepositoryOptions,
  ServableModel,
  TritonExport,
} from './export-triton.ts';
import { type SaveModelOptions, saveModel } from './save-model.ts';
import { saveOnnx } from './save-onnx.ts';
import { errorCode, errorReason, writeAtomic } from './write-atomic.ts';
import type { WrittenModel } from './write-model.ts';

/** What is written for one model. */
interface Plan {
  readonly name: string;
  readonly config: string;
  readonly interfaceText: string;
  readonly maxBatch: number;
  readonly unchecked: readonly string[];
  /** Texts beside the configuration, by their names. */
  readonly texts: Readonly<Record<string, string>>;
  /** Fills the folder of a version. */
  readonly fill: (folder: string) => Promise<readonly RepositoryFile[]>;
}

/** Does what `exportTriton` says. */
export async function exportModel(model: ServableModel, options: ExportTritonOptions): Promise<TritonExport> {
  const name = options.name ?? ownName(model);
  const servable = withTypes(model);
  const config = tritonConfig(name, servable.contract, options);
  return writeVersion(planOf(servable, config, options), options);
}

/** Does what `exportTritonEnsemble` says. */
export async function exportEnsemble(
  models: Readonly<Record<string, ServableModel>>,
  options: ExportEnsembleOptions,
): Promise<EnsembleExport> {
  const strange = Object.keys(options.models ?? {}).find((each) => !Object.hasOwn(models, each));
  if (strange !== undefined) throw optionError(`options are given for "${strange}", which is no model of the ensemble`);
  const servable = Object.entries(models).map(([name, model]) => ({ name, model: withTypes(model) }));
  const parts = servable.map(({ name, model }): EnsemblePart & { readonly model: ServableModel } => {
    const { contract } = model;
    return { contract, config: tritonConfig(name, contract, options.models?.[name]), model };
  });
  const ensemble = ensembleConfig(options.name, parts, options);
  const plans: Plan[] = parts.map(({ model, config }) => planOf(model, config, options));
  const { inputs, outputs, unchecked, most } = ensemble;
  plans.push({
    name: options.name,
    config: ensemble.text,
    interfaceText: ensemble.interfaceText,
    maxBatch: most,
    unchecked,
    texts: { 'README.md': repositoryReadme({ name: options.name, inputs, outputs, most, unchecked }) },
    // Storage of objects keeps no empty folders, and Triton asks for the folder of the version.
    fill: async (folder) => [await writeText(join(folder, '.keep'), '')],
  });
  const exports: TritonExport[] = [];
  for (const plan of plans) await checkPlace(plan, options);
  for (const plan of plans) exports.push(await writeVersion(plan, options));
  return exports;
}

const ownName = (model: ServableModel): string =>
  isOnnxModel(model) ? String(model.proto.graph?.name ?? 'model') : model.name;

/** A model whose file says the shapes of its outputs, which Triton compares with the configuration. */
const withTypes = (model: ServableModel): ServableModel => (isOnnxModel(model) ? annotateModel(model) : model);

function planOf(
  model: ServableModel,
  config: TritonConfig,
  { threads, onProgress, externalData, externalLimit }: SaveModelOptions,
): Plan {
  const { name, text, interfaceText, inputs, outputs, unchecked, limit, labelFiles } = config;
  const { most, batching } = limit;
  const reason = batching.kind === 'none' ? batching.reason : undefined;
  const labels = Object.entries(labelFiles).map(([file, lines]) => [file, `${lines.join('\n')}\n`]);
  return {
    name,
    config: text,
    interfaceText,
    maxBatch: most,
    unchecked,
    texts: {
      'README.md': repositoryReadme({ name, inputs, outputs, most, reason, unchecked }),
      ...Object.fromEntries(labels),
    },
    fill: async (folder) => {
      const path = join(folder, 'model.onnx');
      const written = isOnnxModel(model)
        ? await saveOnnx(model, path, { externalData, externalLimit })
        : await saveModel(model, path, { threads, onProgress, externalData, externalLimit });
      return filesOf(written);
    },
  };
}

function filesOf({ path, bytes, external }: WrittenModel): RepositoryFile[] {
  return [{ path, bytes }, ...(external ? [external] : [])];
}

/** What is there already. */
interface Place {
  readonly folder: string;
  readonly isThere: boolean;
  readonly version: number;
}

/** @throws EXPORT_EXISTS when the model that is there cannot take the version */
async function checkPlace(plan: Plan, options: RepositoryOptions): Promise<Place> {
  const folder = join(options.repository, plan.name);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw writeError(folder, error);
  });
  const asked = options.version === undefined ? undefined : wholeNumber('the version', options.version, 1);
  if (!entries || options.overwrite) return { folder, isThere: entries !== undefined, version: asked ?? 1 };
  const versions = entries
    .filter((each) => each.isDirectory() && /^[1-9]\d*$/.test(each.name))
    .map(({ name }) => Number(name));
  if (asked !== undefined && versions.includes(asked)) {
    throw exists(`version ${asked} of model "${plan.name}" is there already`, {
      expected: `another version than ${versions.join(', ')}`,
      actual: String(asked),
    });
  }
  const config = await readFile(join(folder, 'config.pbtxt'), 'utf8').catch(() => '');
  if (!config.includes(plan.interfaceText)) {
    const what = config === '' ? 'no configuration' : 'other batches, inputs or outputs in its configuration';
    throw exists(`model "${plan.name}" is in ${options.repository} already, with ${what}`, {
      expected: plan.interfaceText,
      actual: config === '' ? 'no config.pbtxt' : undefined,
    });
  }
  return { folder, isThere: true, version: asked ?? Math.max(0, ...versions) + 1 };
}

const exists = (message: string, facts: { expected?: string; actual?: string | undefined }) =>
  dimwiseError({
    code: 'EXPORT_EXISTS',
    message,
    ...facts,
    hint: 'give another name, or replace the model and all of its versions with overwrite',
  });

/** Writes a version of a model beside the repository and renames it into its place. */
async function writeVersion(plan: Plan, options: RepositoryOptions): Promise<TritonExport> {
  const { folder, isThere, version } = await checkPlace(plan, options);
  const { name, config, maxBatch, unchecked } = plan;
  const done = { name, folder, version, config, maxBatch, unchecked };
  if (options.dryRun) return { ...done, files: [] };
  let stage: ExportStage | undefined;
  try {
    await mkdir(options.repository, { recursive: true });
    stage = await openStage(options.repository);
    const staged = join(stage.folder, name);
    await mkdir(join(staged, String(version)), { recursive: true });
    const model = await plan.fill(join(staged, String(version)));
    const texts = Object.entries({ ...plan.texts, 'config.pbtxt': config });
    for (const [file, text] of texts) await writeAtomic(join(staged, file), [Buffer.from(text)]);
    if (isThere && !options.overwrite) {
      await rename(join(staged, String(version)), join(folder, String(version)));
      // The configuration comes last: an older one goes with the new version too, because they share inputs and outputs.
      for (const [file] of texts) await rename(join(staged, file), join(folder, file));
    } else {
      stage.place(staged, folder, name);
    }
    const placed = model.map(({ path, bytes }) => ({ path: join(folder, String(version), basename(path)), bytes }));
    const written = texts.map(([file, text]) => ({ path: join(folder, file), bytes: Buffer.byteLength(text) }));
    return { ...done, files: [...written, ...placed] };
  } catch (error) {
    throw isDimwiseError(error) ? error : writeError(folder, error);
  } finally {
    await stage?.close();
  }
}

async function writeText(path: string, text: string): Promise<RepositoryFile> {
  await writeFile(path, text);
  return { path, bytes: Buffer.byteLength(text) };
}

const writeError = (path: string, cause: unknown) =>
  dimwiseError({
    code: 'FILE_WRITE',
    message: `${path} cannot be written: ${errorReason(cause)}`,
    actual: errorCode(cause),
    hint: 'check the path of the repository and its permissions',
    cause,
  });
