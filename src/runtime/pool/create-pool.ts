// Makes pools; all that runs them is loaded when the first one is made.
import type { SessionSource } from '../create-session.ts';
import type { SessionPoolOptions } from './pool-options.ts';
import type { SessionPool } from './session-pool.ts';

/**
 * Loads a model into several workers, which run it without blocking this thread. The pool is ready when all of them are.
 *
 * @throws what `createSession` throws
 * @throws SESSION_OPTION when an option is unknown or takes another value
 * @throws BATCH_UNSUPPORTED when requests shall be joined and the contract does not allow it
 * @throws WORKER_LOST when workers end before they are ready
 * @example
 * await using pool = await createPool(net.compile(), { workers: 2, batching: true });
 * const { output } = await pool.run({ x: batch });
 */
export async function createPool(source: SessionSource, options: SessionPoolOptions = {}): Promise<SessionPool> {
  const [{ loadableOf }, { openPool }] = await Promise.all([import('../create-session.ts'), import('./open-pool.ts')]);
  return openPool(await loadableOf(source), options);
}
