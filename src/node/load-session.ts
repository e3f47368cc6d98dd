// Sessions on `.onnx` files: the file is checked first, then ONNX Runtime reads it itself.
import { resolve } from 'node:path';
import { openSession } from '../runtime/create-session.ts';
import { edgesOfRead } from '../runtime/edges.ts';
import type { Session } from '../runtime/session.ts';
import type { SessionOptions } from '../runtime/session-options.ts';
import { type ReadFileOptions, readModelFile } from './read-model.ts';

/**
 * Loads an `.onnx` file into ONNX Runtime, with the external data beside it.
 *
 * @throws FILE_READ, ONNX_MALFORMED, EXTERNAL_DATA when the file or its data cannot be trusted
 * @throws what `createSession` throws
 */
export async function loadSession(path: string, options: SessionOptions & ReadFileOptions = {}): Promise<Session> {
  const { limits, lazyBytes, allowHardLinks, ...sessionOptions } = options;
  const read = await readModelFile(path, { limits, lazyBytes, allowHardLinks });
  return openSession({ model: resolve(path), edges: { ...edgesOfRead(read), name: path } }, sessionOptions);
}
