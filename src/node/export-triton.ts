// Exports models for servers; what does the work is loaded when it is called.

import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import type { EnsembleOptions } from '../../codegen/triton/ensemble.ts';
import type { KserveOptions } from '../../codegen/triton/kserve.ts';
import type { TritonOptions } from '../../codegen/triton/model-options.ts';
import type { CompiledModel } from '../model/compiled-model.ts';
import type { DrawProgress } from './progress.ts';
import type { SaveOptions } from './save-model.ts';

/** A model that can be served. */
export type ServableModel = CompiledModel | OnnxModel;

/** Where a model goes in a repository of Triton; weights from 1.5 GiB on, or as asked, lie beside it in the folder of the version. */
export interface RepositoryOptions extends SaveOptions {
  /** The folder of the repository; made where it does not exist. */
  readonly repository: string;
  /** The number of the version; one more than the newest by default. */
  readonly version?: number | undefined;
  /** Whether a model of this name is replaced with all of its versions; false by default: versions are added. */
  readonly overwrite?: boolean | undefined;
  /** Whether only the configuration is made, and nothing is written. */
  readonly dryRun?: boolean | undefined;
}

/** Options of {@link exportTriton}. */
export interface ExportTritonOptions extends RepositoryOptions, TritonOptions {
  /** The name of the model: that of its folder, and a part of addresses. The model's own name by default. */
  readonly name?: string | undefined;
  /** 1 to 16 threads that draw weights; where left out, up to four where there is enough to draw. */
  readonly threads?: number | undefined;
  /** Is told how much of the weights is written. */
  readonly onProgress?: ((progress: DrawProgress) => void) | undefined;
}

/** Options of {@link exportTritonEnsemble}. */
export interface ExportEnsembleOptions extends RepositoryOptions, EnsembleOptions {
  /** The name of the ensemble. */
  readonly name: string;
  /** How single models are served, by their names. */
  readonly models?: Readonly<Record<string, TritonOptions>> | undefined;
}

/** A file of a repository. */
export interface RepositoryFile {
  readonly path: string;
  readonly bytes: number;
}

/** A model in a repository. */
export interface TritonExport {
  readonly name: string;
  /** The folder of the model. */
  readonly folder: string;
  readonly version: number;
  /** What was written; nothing in a dry run. */
  readonly files: readonly RepositoryFile[];
  /** The text of config.pbtxt. */
  readonly config: string;
  /** `max_batch_size`. */
  readonly maxBatch: number;
  /** What valid requests meet and Triton does not check. */
  readonly unchecked: readonly string[];
}

/** The models of an ensemble and the ensemble itself, which comes last. */
export type EnsembleExport = readonly TritonExport[];

/**
 * Writes a model into a repository of Triton Inference Server: its configuration, made from the contract, the model, its weights and a
 * page. A version appears at once or not at all; older ones stay.
 *
 * @throws EXPORT_UNSUPPORTED when Triton cannot pass an input or output
 * @throws EXPORT_OPTION when an option does not fit the contract or Triton
 * @throws EXPORT_EXISTS when the version is there, or older versions have other inputs and outputs
 * @throws FEED_MISMATCH when a warm-up breaks the contract
 * @throws FILE_WRITE when a file cannot be written
 * @example await exportTriton(net.bind(['batch', 20]).compile(), { repository: 'models', name: 'mlp', maxBatch: 16 });
 */
export async function exportTriton(model: ServableModel, options: ExportTritonOptions): Promise<TritonExport> {
  return (await import('./triton-repository.ts')).exportModel(model, options);
}

/**
 * Writes models and an ensemble of them into a repository of Triton Inference Server.
 *
 * @param models the models by their names
 * @throws JOIN_MISMATCH, VALUE_UNKNOWN, NAME_DUPLICATE when they do not fit together
 * @throws what {@link exportTriton} throws
 * @example
 * await exportTritonEnsemble({ encoder, head }, { repository: 'models', name: 'classifier', connect: { 'head.x': 'encoder.features' } });
 */
export async function exportTritonEnsemble(
  models: Readonly<Record<string, ServableModel>>,
  options: ExportEnsembleOptions,
): Promise<EnsembleExport> {
  return (await import('./triton-repository.ts')).exportEnsemble(models, options);
}

/**
 * The manifest of an InferenceService of KServe, in YAML, for a repository that {@link exportTriton} has written and somebody has
 * uploaded.
 *
 * @throws EXPORT_OPTION when a name, address, quantity or number is none
 * @example await kserveYaml({ name: 'mlp', storageUri: 's3://bucket/models', gpus: 1 });
 */
export async function kserveYaml(options: KserveOptions): Promise<string> {
  const { kserveManifest, printManifest } = await import('../../codegen/triton/kserve.ts');
  return printManifest(kserveManifest(options), [`Service ${options.name}, written by dimwise.`]);
}
