// The error codes of pools of workers: a part of the table in codes.ts.
import { type CodeRow, user } from './code-row.ts';

/** The rows of the codes of pools. */
export const POOL_CODES = {
  POOL_FULL: user(
    'A pool holds as many waiting requests as its queue takes.',
    'Send the request again after `retryAfter` milliseconds, wait for `pool.ready()`, or give the pool more workers.',
  ),
  POOL_BROKEN: user(
    'The workers of a pool must start.',
    'Remove the cause that the message names, and create another pool.',
  ),
  RUN_TIMEOUT: user(
    'A request must be answered within its time limit, in which it also waits.',
    'Allow more time, send fewer requests, or give the pool more workers.',
  ),
  RUN_CANCELLED: user('A request that its caller gives up is not answered.', 'Nothing, where that was meant.'),
  WORKER_LOST: user(
    'A worker must live until it has answered.',
    'Send the request again; where it ends workers each time, look at the memory that it needs and at what the worker wrote.',
  ),
  BATCH_UNSUPPORTED: user(
    'Requests can be joined where one symbol is axis 0 of all inputs and outputs, and no other axis depends on it.',
    'Leave out `batching`, or change the axis that the message names.',
  ),
} as const satisfies Record<string, CodeRow>;
