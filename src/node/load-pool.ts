// Pools on `.onnx` files: the file is checked first, then each worker's ONNX Runtime reads it itself.
import { resolve } from 'node:path';
import { edgesOfRead } from '../runtime/edges.ts';
import type { SessionPoolOptions } from '../runtime/pool/pool-options.ts';
import type { SessionPool } from '../runtime/pool/session-pool.ts';
import { type ReadFileOptions, readModelFile } from './read-model.ts';

/**
 * Loads an `.onnx` file, with the external data beside it, into the workers of a pool. The file must not change while the pool is in
 * use: a worker that takes the place of another reads it again.
 *
 * @throws FILE_READ, ONNX_MALFORMED, EXTERNAL_DATA when the file or its data cannot be trusted
 * @throws what `createPool` throws
 * @example await using pool = await loadPool('lenet.onnx', { workers: 2 });
 */
export async function loadPool(path: string, options: SessionPoolOptions & ReadFileOptions = {}): Promise<SessionPool> {
  const { limits, lazyBytes, allowHardLinks, ...poolOptions } = options;
  const [read, { openPool }] = await Promise.all([
    readModelFile(path, { limits, lazyBytes, allowHardLinks }),
    import('../runtime/pool/open-pool.ts'),
  ]);
  return openPool({ model: resolve(path), edges: { ...edgesOfRead(read), name: path } }, poolOptions);
}
