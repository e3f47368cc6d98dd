// Opens .onnx files as models that lose nothing.

import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { allLimits } from '../../codegen/onnx/limits.ts';
import { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { ExternalFiles } from './external-files.ts';
import { type ReadFileOptions, readMessage } from './read-model.ts';

/** How an `.onnx` file is opened. */
export interface OpenOnnxOptions extends ReadFileOptions {}

/**
 * Opens an `.onnx` file. External data stays in its files, which must lie in the model's folder; the large weights of a file of 16 MiB
 * and more stay there too, so a model needs little memory, and the file must not change while the model is in use.
 *
 * @param path the `.onnx` file
 * @throws FILE_READ when the path is no regular file, cannot be read or is too large
 * @throws ONNX_MALFORMED when the file is no ONNX message; the message names the field and the byte offset
 * @example formatShape((await openOnnx('lenet.onnx')).graph.outputs[0].shape)
 */
export async function openOnnx(path: string, options: OpenOnnxOptions = {}): Promise<OnnxModel> {
  const limits = allLimits(options.limits);
  const message = await readMessage(path, limits, options.lazyBytes);
  // External data lies beside the file itself, also where the path given is a link to it.
  const files = new ExternalFiles(dirname(await realpath(path)), options);
  return new OnnxModel(message, files, limits);
}
