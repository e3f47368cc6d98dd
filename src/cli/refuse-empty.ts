// Refuses an .onnx file of no bytes, which is a valid message that says nothing.
import { stat } from 'node:fs/promises';
import { dimwiseError } from '../base/errors.ts';

/**
 * Refuses an empty file; what else is wrong with it is left to its reader.
 *
 * @param path the file
 * @throws ONNX_MALFORMED when it has no bytes
 */
export async function refuseEmpty(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() && found.size === 0) {
    throw dimwiseError({ code: 'ONNX_MALFORMED', message: `${path}: the model has no graph: the file is empty` });
  }
}
