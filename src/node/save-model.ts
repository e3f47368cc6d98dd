// Saves compiled models into files.
import { basename, extname } from 'node:path';
import type { WeightPlacement } from '../../codegen/onnx/emit.ts';
import type { CompiledModel } from '../model/compiled-model.ts';
import type { DrawProgress } from './progress.ts';
import { type WrittenModel, writeModel } from './write-model.ts';

/** Where weights go when a model is saved. */
export interface SaveOptions {
  /** Where weights go: `auto` (the default) into a file beside the model from 1.5 GiB on, `external` always, `inline` never. */
  readonly externalData?: WeightPlacement | undefined;
  /** Bytes of weights from which `auto` writes a file beside the model. */
  readonly externalLimit?: number | undefined;
}

/** Options of {@link saveModel}. */
export interface SaveModelOptions extends SaveOptions {
  /** 1 to 16 threads that draw weights; where left out, up to four where there is enough to draw. */
  readonly threads?: number | undefined;
  /** Is told how much is written, at most every tenth of a second. */
  readonly onProgress?: ((progress: DrawProgress) => void) | undefined;
}

/**
 * Saves a compiled model as `.onnx`; weights are drawn while they are written. The old file stays as it is when anything fails.
 *
 * @param path the `.onnx` file; its folder must exist
 * @throws FILE_WRITE when a file cannot be written
 * @throws DRAW_THREADS when the number of threads is out of range
 * @throws DRAW_FAILED when a thread fails; names the parameter
 * @throws EMIT_TOO_LARGE when weights of 2 GiB or more are to be inline
 * @example await saveModel(net.bind([2, 20]).compile(), 'mlp.onnx');
 */
export function saveModel(
  compiled: CompiledModel,
  path: string,
  options: SaveModelOptions = {},
): Promise<WrittenModel> {
  const { threads, onProgress, ...emission } = options;
  return writeModel(path, compiled.emit({ ...emission, fileName: basename(path, extname(path)) }), {
    draw: { threads, onProgress },
  });
}
