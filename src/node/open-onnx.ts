// Opens .onnx files as models that lose nothing.

import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { allLimits } from '../../codegen/onnx/limits.ts';
import { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { ExternalFiles } from './external-files.ts';
import { inFile, type ReadFileOptions, readRegularFile } from './read-model.ts';

/** How an `.onnx` file is opened. */
export interface OpenOnnxOptions extends ReadFileOptions {}

/**
 * Opens an `.onnx` file. External data stays in its files, which must lie in the model's folder.
 *
 * @param path the `.onnx` file
 * @throws FILE_READ when the path is no regular file, cannot be read or is too large
 * @throws ONNX_MALFORMED when the file is no ONNX message; the message names the field and the byte offset
 * @example formatShape((await openOnnx('lenet.onnx')).graph.outputs[0].shape)
 */
export async function openOnnx(path: string, options: OpenOnnxOptions = {}): Promise<OnnxModel> {
  const limits = allLimits(options.limits);
  const bytes = await readRegularFile(path, limits.fileBytes);
  // External data lies beside the file itself, also where the path given is a link to it.
  const files = new ExternalFiles(dirname(await realpath(path)), options);
  return inFile(path, () => new OnnxModel(decodeModel(bytes, limits), files, limits));
}
