// Saves a compiled model as an .onnx file, written beside its target and renamed.
import { basename, extname } from 'node:path';
import type { EmitOptions } from '../../codegen/onnx/emit.ts';
import type { CompiledModel } from '../model/compiled-model.ts';
import { type WrittenModel, writeModel } from './write-model.ts';

/** Options of {@link saveModel}. */
export type SaveOptions = Omit<EmitOptions, 'target' | 'fileName' | 'fileBytes'>;

/**
 * Writes a compiled model to a file; weights are drawn while it is written, and go into `NAME.<checksum>.data` beside it where they
 * are too large for one file. A failed or killed write leaves the old file.
 *
 * @param path the `.onnx` file
 * @throws FILE_WRITE when a file cannot be written
 * @throws EMIT_OPSET, EMIT_TOO_LARGE as {@link CompiledModel.emit} says
 * @example await saveModel(net.bind([2, 20]).compile(), 'mlp.onnx');
 */
export async function saveModel(model: CompiledModel, path: string, options: SaveOptions = {}): Promise<WrittenModel> {
  return writeModel(path, model.emit({ ...options, fileName: basename(path, extname(path)) }));
}
