// Opens and saves models as text in ONNX's syntax.

import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { allLimits } from '../../codegen/onnx/limits.ts';
import { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { formatOnnx } from '../../codegen/onnx/text/format-onnx.ts';
import { parseOnnx } from '../../codegen/onnx/text/parse-onnx.ts';
import { dimwiseError } from '../base/errors.ts';
import { ExternalFiles } from './external-files.ts';
import { inFile, type ReadFileOptions } from './read-model.ts';
import { readRegularFile } from './regular-file.ts';
import { writeAtomic } from './write-atomic.ts';

/** A text above this size fits no string of a JavaScript engine. */
const MOST_TEXT_BYTES = 2 ** 28;

/**
 * Opens a model that is written as text, such as an `.onnxtxt` file. External data lies beside it.
 *
 * @throws FILE_READ when the path is no regular file, cannot be read or is too large
 * @throws GRAPH_TEXT_SYNTAX when the text is no model, or no UTF-8
 */
export async function openOnnxText(path: string, options: ReadFileOptions = {}): Promise<OnnxModel> {
  const limits = allLimits(options.limits);
  const bytes = await readRegularFile(path, Math.min(limits.fileBytes, MOST_TEXT_BYTES));
  const files = new ExternalFiles(dirname(await realpath(path)), options);
  return inFile(path, () => new OnnxModel(parseOnnx(decode(bytes)).proto, files, limits));
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw dimwiseError({ code: 'GRAPH_TEXT_SYNTAX', message: 'the text is no valid UTF-8', cause });
  }
}

/**
 * Saves a model as text; external data stays where it is. The old file stays as it is when anything fails.
 *
 * @throws FILE_WRITE when the file cannot be written
 * @throws EMIT_TOO_LARGE when a tensor has more elements than a text can hold
 * @returns the bytes that were written
 */
export async function saveOnnxText(model: OnnxModel, path: string): Promise<number> {
  const bytes = new TextEncoder().encode(formatOnnx(model));
  await writeAtomic(path, [bytes]);
  return bytes.length;
}
