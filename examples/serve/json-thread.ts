// A thread that reads large requests in JSON and writes large answers: on the server's own thread all other clients would wait meanwhile.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { RunOutputs } from 'dimwise';
import { HttpError } from './http-error.ts';
import type { JsonReply, JsonTask } from './json-program.ts';
import type { InferRequest } from './protocol/infer-request.ts';
import type { AnswerFacts, MessageBody } from './protocol/infer-response.ts';
import { unpackElements } from './protocol/pack-elements.ts';
import { ProtocolError } from './protocol/protocol-error.ts';

/** Loads the program from its source, whatever has loaded this file. */
const START = `
const { parentPort, workerData } = require('node:worker_threads');
const { createJiti } = require(workerData.jiti);
createJiti(workerData.program).import(workerData.program).then(({ serveJson }) => serveJson(parentPort));
`;

/** The most MiB of objects: JSON of the largest body that is a tensor stays below it. */
const MOST_MEMORY = 2048;

interface Waiting {
  readonly task: JsonTask;
  readonly resolve: (reply: JsonReply) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread for JSON. It is started when it is first needed, and again when it died, which costs the request in it only. */
export class JsonThread implements AsyncDisposable {
  #worker: Worker | undefined;
  #current: Waiting | undefined;
  readonly #queue: Waiting[] = [];
  readonly #program: string;
  #isDisposed = false;

  /** @param program what the thread runs; tests hand in others */
  constructor(program: string = START) {
    this.#program = program;
  }

  /** The number of the thread; undefined where none runs. */
  get id(): number | undefined {
    return this.#worker?.threadId;
  }

  /**
   * Reads a request.
   *
   * @param bytes the body; it is handed away
   * @param header the length of the JSON where binary data follows
   * @throws ProtocolError when it breaks the protocol
   * @throws HttpError 413 when it takes too much memory
   */
  async read(bytes: Uint8Array, header: string | undefined): Promise<InferRequest> {
    const reply = await this.#ask({ op: 'read', bytes, header });
    if (reply.op !== 'read') throw failureOf(reply);
    const feeds = reply.feeds.map(
      ([name, { feed, packed }]) => [name, packed ? { ...feed, data: unpackElements(packed) } : feed] as const,
    );
    return { ...reply.request, feeds: Object.fromEntries(feeds) };
  }

  /** Writes an answer, as `writeInferResponse`. Outputs are handed away. */
  async write(outputs: RunOutputs, facts: AnswerFacts): Promise<MessageBody> {
    const reply = await this.#ask({ op: 'write', outputs, facts });
    if (reply.op !== 'write') throw failureOf(reply);
    return reply.body;
  }

  /** Ends the thread; what it does and what waits for it fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    for (const { reject } of this.#queue.splice(0)) reject(ENDED);
    await this.#worker?.terminate();
  }

  #ask(task: JsonTask): Promise<JsonReply> {
    if (this.#isDisposed) return Promise.reject(ENDED);
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#current || this.#isDisposed) return;
    const next = this.#queue.shift();
    if (!next) return;
    this.#current = next;
    this.#worker ??= this.#start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage(next.task, buffersOf(next.task));
  }

  #start(): Worker {
    const worker = new Worker(this.#program, {
      eval: true,
      execArgv: [],
      name: 'JSON',
      workerData: {
        jiti: createRequire(import.meta.url).resolve('jiti'),
        program: fileURLToPath(new URL('json-program.ts', import.meta.url)),
      },
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY },
    });
    worker.on('message', (reply: JsonReply) => this.#settle((current) => current.resolve(reply)));
    const end = (error: unknown): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#settle((current) => current.reject(error));
    };
    worker.on('error', (error: Error & { readonly code?: string }) =>
      end(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? TOO_LARGE : error),
    );
    worker.on('exit', () => end(this.#isDisposed ? ENDED : new HttpError(500, 'the thread that reads JSON has ended')));
    worker.unref();
    return worker;
  }

  #settle(settle: (current: Waiting) => void): void {
    const current = this.#current;
    this.#current = undefined;
    if (current) settle(current);
    this.#next();
  }
}

const ENDED = new HttpError(503, 'the server ends and takes no requests any more');
const TOO_LARGE = new HttpError(
  413,
  'reading this JSON takes more memory than this server gives to it; send binary data',
);

function failureOf(reply: JsonReply): Error {
  if (reply.op !== 'failed') return new HttpError(500, 'the thread that reads JSON answered something else');
  return reply.isProtocol ? new ProtocolError(reply.message) : new HttpError(500, reply.message);
}

/** The memory that goes to the thread: none that others may have views of. */
function buffersOf(task: JsonTask): ArrayBuffer[] {
  const arrays = task.op === 'read' ? [task.bytes] : Object.values(task.outputs).map(({ data }) => data);
  const own = arrays.flatMap((each) =>
    ArrayBuffer.isView(each) && each.buffer instanceof ArrayBuffer && each.buffer.byteLength === each.byteLength
      ? [each.buffer]
      : [],
  );
  return [...new Set(own)];
}
