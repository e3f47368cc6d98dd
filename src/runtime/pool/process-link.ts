// Workers that are processes: what crashes or hangs there ends with them.
import type { ChildProcess } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { type Frame, FrameReader, frameChunks } from './frame.ts';
import type { LinkOptions, LinkRequest, WorkerLink } from './link.ts';
import { PROCESS_PROGRAM } from './worker-program.ts';
import type { WorkerEnd } from './worker-slot.ts';

/** So many characters of what a worker writes to its error output are kept. */
const LOG_LENGTH = 2000;

/**
 * Starts a process. It keeps this one not alive, and ends with it.
 *
 * @param program what it runs; tests hand in others
 */
export function processLink({ isLoud }: LinkOptions, program: string = PROCESS_PROGRAM): WorkerLink {
  const { spawn } = process.getBuiltinModule('node:child_process');
  // Options of this process, such as loaders, are nothing to a program without imports; Electron's binary is a Node only when told so.
  const env = { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' };
  const child = spawn(process.execPath, ['-e', program], {
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (isLoud) process.stderr.write(text);
    log = (log + text).slice(-LOG_LENGTH);
  });
  let answer: ((frame: Frame) => void) | undefined;
  const reader = new FrameReader((frame) => answer?.(frame));
  const [, , , data, watch] = child.stdio as readonly unknown[] as readonly (Duplex | undefined)[];
  data?.on('data', (chunk: Uint8Array) => reader.push(chunk));
  // A write to a process that is gone; its end is told by the process itself.
  data?.on('error', () => {});
  watch?.on('error', () => {});
  for (const stream of [child, child.stderr, data, watch]) unref(stream);
  return {
    name: `process ${child.pid ?? '(not started)'}`,
    id: child.pid ?? 0,
    ended: endOf(child, () => log),
    request: ({ head, bodies }: LinkRequest) =>
      new Promise((resolve) => {
        answer = resolve;
        for (const chunk of frameChunks(head, bodies)) data?.write(chunk);
      }),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Sockets of child processes can be told not to keep the process alive; the types of streams do not say so. */
function unref(stream: ChildProcess | Readable | Duplex | null | undefined): void {
  if (stream && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
}

function endOf(child: ChildProcess, logOf: () => string): Promise<WorkerEnd> {
  return new Promise((resolve) => {
    const end = (reason: string): void => {
      const log = logOf().trim();
      resolve(log === '' ? { reason } : { reason, log });
    };
    child.on('error', ({ message }) => child.pid === undefined && end(`it could not be started: ${message}`));
    child.on('close', (code, signal) => end(signal ? `it was killed by ${signal}` : `it ended with exit code ${code}`));
  });
}
