// The errors of a pool, with what it knows of the request, the worker and the queue.
import { type Diagnostic, dimwiseError, isDimwiseError } from '../../base/errors.ts';
import { captureSite } from '../../base/origin.ts';
import { PoolFullError } from './pool-full-error.ts';
import type { PoolJob } from './pool-job.ts';
import type { PoolErrors } from './scheduler-parts.ts';
import type { WorkerEnd } from './worker-slot.ts';

/** The bounds of a queue. */
interface QueueBounds {
  readonly queue: number;
  readonly queueBytes: number;
}

/**
 * Makes the errors of a pool.
 *
 * @param model its name in messages
 */
export function poolErrors(model: string, { queue, queueBytes }: QueueBounds): PoolErrors<PoolJob> {
  return {
    full: ({ count, bytes }, retryAfter) => fullError({ model, count, bytes, queue, queueBytes, retryAfter }),
    timedOut: (job, waited, ran) => timeoutError(model, job, waited, ran),
    lost: (job, worker, end) => lostError(model, job, { worker, end }),
    closed: () =>
      dimwiseError({
        code: 'SESSION_DISPOSED',
        message: `the pool of ${model} was disposed, it runs nothing any more`,
        origin: { site: captureSite() },
        hint: 'create another pool',
      }),
    broken: (cause) => brokenError(model, cause),
  };
}

function fullError(facts: QueueBounds & Record<'count' | 'bytes' | 'retryAfter', number> & { readonly model: string }) {
  const { model, count, bytes, queue, queueBytes, retryAfter } = facts;
  const isOfBytes = count < queue;
  const what = isOfBytes
    ? `${bytes} bytes of feeds wait, it takes ${queueBytes}`
    : `${count} requests wait, it takes ${queue}`;
  const diagnostic: Diagnostic = {
    code: 'POOL_FULL',
    message: `the queue of the pool of ${model} is full: ${what}`,
    expected: `at most ${isOfBytes ? `${queueBytes} bytes` : queue}`,
    actual: String(isOfBytes ? bytes : count),
    hint: `send it again after ${retryAfter} ms, or wait for pool.ready()`,
  };
  return new PoolFullError(diagnostic, retryAfter);
}

function timeoutError(model: string, job: PoolJob, waited: number, ran: number | undefined) {
  const spent =
    ran === undefined
      ? `it waited ${Math.round(waited)} ms for a worker`
      : `it waited ${Math.round(waited)} ms for a worker and ran ${Math.round(ran)} ms`;
  return dimwiseError({
    code: 'RUN_TIMEOUT',
    message: `a request to the pool of ${model} took more than ${job.timeout} ms: ${spent}`,
    origin: { site: job.site },
    expected: `${job.timeout} ms`,
    actual: spent,
    hint:
      ran === undefined
        ? 'the pool has too much to do: send fewer requests, or give it more workers'
        : 'allow more time, or look at why the run takes so long',
  });
}

function lostError(model: string, job: PoolJob, { worker, end }: { readonly worker: string; readonly end: WorkerEnd }) {
  return dimwiseError({
    code: 'WORKER_LOST',
    message: `the worker that ran a request to the pool of ${model} is lost: ${worker}, ${reasonOf(end)}${logOf(end)}`,
    origin: { site: job.site },
    expected: 'a worker that lives',
    actual: end.reason,
    hint: isOfMemory(end)
      ? 'the request may need more memory than there is: give it smaller sizes, or the pool fewer workers; otherwise it can be sent again'
      : 'native code crashed; another worker has taken its place, the request can be sent again',
  });
}

/** Linux ends what takes too much memory by the signal that nobody can catch, and says nothing of it to the process. */
const reasonOf = ({ reason }: WorkerEnd): string =>
  /SIGKILL/.test(reason) ? `${reason}, perhaps by the out-of-memory killer` : reason;

const isOfMemory = ({ reason, log = '' }: WorkerEnd): boolean =>
  /SIGKILL/.test(reason) || /out of memory|allocation failed|bad_alloc/i.test(`${reason} ${log}`);

/** The error for requests to a pool that has no workers any more. */
function brokenError(model: string, cause: unknown) {
  return dimwiseError({
    code: 'POOL_BROKEN',
    message: `the pool of ${model} cannot start workers: ${firstLine(cause)}`,
    actual: firstLine(cause),
    cause,
  });
}

/** The error for a worker that ended before it was ready. */
export function startError(model: string, worker: string, end: WorkerEnd) {
  return dimwiseError({
    code: 'WORKER_LOST',
    message: `a worker of the pool of ${model} ended before it was ready: ${worker}, ${reasonOf(end)}${logOf(end)}`,
    expected: 'a worker that starts',
    actual: end.reason,
    hint: 'look at the memory that the model needs, and at what the worker wrote',
  });
}

/** The error of a request that its caller gave up. */
export function cancelledError(model: string, site: PoolJob['site'], reason: unknown) {
  return dimwiseError({
    code: 'RUN_CANCELLED',
    message: `a request to the pool of ${model} was cancelled by its caller`,
    origin: { site },
    cause: reason,
  });
}

const logOf = ({ log }: WorkerEnd): string => (log === undefined ? '' : `; it wrote: ${log}`);

function firstLine(cause: unknown): string {
  const text = isDimwiseError(cause) ? (cause.errors[0]?.message ?? cause.message) : String(cause);
  return text.split('\n')[0] ?? text;
}
