// Workers that are threads of this process: arrays are handed over, and native code cannot be interrupted.
import type { Frame } from './frame.ts';
import type { LinkRequest, WorkerLink } from './link.ts';
import { nextTurn } from './next-turn.ts';
import { THREAD_PROGRAM } from './worker-program.ts';
import type { WorkerEnd } from './worker-slot.ts';

/** More bytes than these are copied piece by piece into memory that both sides see: a message of theirs would block this thread. */
const SMALL = 2 ** 18;
/** So many bytes are copied at a time. */
const PIECE = 2 ** 20;

/**
 * Starts a thread. It keeps the process not alive.
 *
 * @param program what it runs; tests hand in others
 */
export function threadLink(program: string = THREAD_PROGRAM): WorkerLink {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const worker = new Worker(program, { eval: true, execArgv: [], name: 'dimwise' });
  let answer: ((frame: Frame) => void) | undefined;
  worker.on('message', ({ head, arrays }) => answer?.({ head, bodies: arrays }));
  // After the listener, which would keep the process alive again.
  worker.unref();
  let isEnded = false;
  const ended = new Promise<WorkerEnd>((resolve) => {
    worker.on('error', ({ message }) => resolve({ reason: `it failed: ${message}` }));
    worker.on('exit', (code) => resolve({ reason: `it ended with exit code ${code}` }));
  }).finally(() => (isEnded = true));
  return {
    name: `thread ${worker.threadId}`,
    id: worker.threadId,
    ended,
    async request({ head, bodies }: LinkRequest) {
      const reply = new Promise<Frame>((resolve) => (answer = resolve));
      const arrays: Uint8Array[] = [];
      for (const parts of bodies) arrays.push(await gather(parts));
      if (!isEnded) {
        // Shared memory is passed as it is; only small arrays are copied once more.
        // oxlint-disable-next-line unicorn/require-post-message-target-origin
        worker.postMessage({ head, arrays });
      }
      return reply;
    },
    kill: () => void worker.terminate(),
  };
}

/** One array of parts: small ones as they are, large ones in shared memory, copied without blocking. */
async function gather(parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const [only] = parts;
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const isReady = only !== undefined && parts.length === 1;
  // A view of a large buffer would take the whole buffer along.
  if (isReady && (only.buffer instanceof SharedArrayBuffer || (size <= SMALL && only.buffer.byteLength === size)))
    return only;
  const all = new Uint8Array(size <= SMALL ? new ArrayBuffer(size) : new SharedArrayBuffer(size));
  let at = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length; from += PIECE) {
      if (from > 0) await nextTurn();
      all.set(part.subarray(from, from + PIECE), at + from);
    }
    at += part.length;
  }
  return all;
}
