// A client of the open inference protocol: of the example server, and of Triton and KServe as it stands.
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import { InferenceError } from './client-error.ts';
import {
  type InferAnswer,
  type InferQuestion,
  readInferResponse,
  writeInferRequest,
} from './protocol/client-messages.ts';
import type { Datatype } from './protocol/datatypes.ts';
import { parseJson } from './protocol/lossless-json.ts';
import { isObject, type JsonObject, memberOf, parseObject, splitMessage } from './protocol/message.ts';

const packers = { gzip: promisify(gzip), deflate: promisify(deflate) };

/** The compression of bodies. */
export type Compression = keyof typeof packers;

/** Options of a client. */
export interface ClientOptions {
  /** Sent with every request, such as a token. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How often a request that the server has no room for is sent again, when it says; 0 by default. */
  readonly retries?: number | undefined;
}

/** How one request is sent. */
export interface CallOptions {
  readonly version?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How an inference request is sent. */
export interface InferOptions extends CallOptions, Omit<InferQuestion, 'inputs'> {
  readonly requestCompression?: Compression | undefined;
  readonly responseCompression?: Compression | undefined;
}

/** What a server tells of a model. */
export interface ModelMetadata {
  readonly name: string;
  readonly versions?: readonly string[];
  readonly platform: string;
  readonly inputs: readonly { readonly name: string; readonly datatype: Datatype; readonly shape: readonly number[] }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: Datatype;
    readonly shape: readonly number[];
  }[];
}

/** What a server tells of itself. */
export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  readonly extensions: readonly string[];
}

/**
 * Talks to a server.
 *
 * @example
 * const client = new InferenceClient('http://127.0.0.1:8000');
 * const { outputs } = await client.infer('lenet', { x: { datatype: 'FP32', shape: [1, 1, 28, 28], data: pixels } });
 */
export class InferenceClient {
  readonly #base: string;
  readonly #options: ClientOptions;

  /** @param address of the server, without the path of the protocol */
  constructor(address: string, options: ClientOptions = {}) {
    this.#base = address.replace(/\/+$/, '');
    this.#options = options;
  }

  /** Whether the server is there. */
  isLive(options: CallOptions = {}): Promise<boolean> {
    return this.#isOk('/v2/health/live', options);
  }

  /** Whether the server takes requests. */
  isReady(options: CallOptions = {}): Promise<boolean> {
    return this.#isOk('/v2/health/ready', options);
  }

  /** Whether a model takes requests. */
  isModelReady(model: string, options: CallOptions = {}): Promise<boolean> {
    return this.#isOk(`${modelPath(model, options)}/ready`, options);
  }

  /** @throws InferenceError when the server refuses */
  serverMetadata(options: CallOptions = {}): Promise<ServerMetadata> {
    return this.#json<ServerMetadata>('GET', '/v2', options);
  }

  /** @throws InferenceError when the server refuses, 404 for a model that it does not have */
  modelMetadata(model: string, options: CallOptions = {}): Promise<ModelMetadata> {
    return this.#json<ModelMetadata>('GET', modelPath(model, options), options);
  }

  /** The configuration of a model. @throws InferenceError when the server refuses */
  modelConfig(model: string, options: CallOptions = {}): Promise<JsonObject> {
    return this.#json<JsonObject>('GET', `${modelPath(model, options)}/config`, options);
  }

  /** The statistics of a model, or of all. @throws InferenceError when the server refuses */
  statistics(model?: string, options: CallOptions = {}): Promise<{ readonly model_stats: readonly JsonObject[] }> {
    return this.#json('GET', `${model === undefined ? '/v2/models' : modelPath(model, options)}/stats`, options);
  }

  /** The models that the server has. @throws InferenceError when the server refuses */
  repositoryIndex(options: CallOptions = {}): Promise<readonly JsonObject[]> {
    return this.#json('POST', '/v2/repository/index', options);
  }

  /**
   * Runs a model.
   *
   * @param inputs its inputs by name; FP16 as bits, BOOL as 0 and 1, BYTES as text
   * @throws InferenceError when the server refuses; `retryAfter` tells when it wants to be asked again
   */
  async infer(model: string, inputs: InferQuestion['inputs'], options: InferOptions = {}): Promise<InferAnswer> {
    const { requestCompression, responseCompression, signal } = options;
    const { parts, headerLength } = writeInferRequest({ ...options, inputs });
    const plain = Buffer.concat(parts);
    const body = requestCompression ? await packers[requestCompression](plain) : plain;
    const headers: Record<string, string> = {
      'Content-Type': headerLength === undefined ? 'application/json' : 'application/octet-stream',
      // Without it, fetch would ask for compression by itself.
      'Accept-Encoding': responseCompression ?? 'identity',
      ...(headerLength === undefined ? {} : { 'Inference-Header-Content-Length': String(headerLength) }),
      ...(requestCompression ? { 'Content-Encoding': requestCompression } : {}),
    };
    const path = `${modelPath(model, options)}/infer`;
    const response = await this.#send('POST', path, { body, headers, signal });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return readInferResponse(splitMessage(bytes, response.headers.get('inference-header-content-length')));
  }

  async #isOk(path: string, { signal }: CallOptions): Promise<boolean> {
    const response = await fetch(this.#base + path, this.#init('GET', { signal }));
    await response.arrayBuffer();
    return response.ok;
  }

  /** What the server tells; its form is the protocol's word, not looked at here. */
  async #json<T>(method: string, path: string, { signal }: CallOptions): Promise<T> {
    const response = await this.#send(method, path, { signal });
    return parseJson(await response.text()) as T;
  }

  async #send(method: string, path: string, call: Call): Promise<Response> {
    const { retries = 0 } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(this.#base + path, this.#init(method, call));
      if (response.ok) return response;
      const error = await errorOf(response);
      if (error.status !== 503 || attempt >= retries) throw error;
      await waitFor(error.retryAfter ?? 1000, call.signal);
    }
  }

  #init(method: string, { body, headers = {}, signal }: Call): RequestInit {
    const own = { ...this.#options.headers, ...headers };
    return { method, headers: own, ...(body ? { body } : {}), ...(signal ? { signal } : {}) };
  }
}

interface Call {
  readonly body?: Uint8Array | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

const modelPath = (model: string, { version }: CallOptions): string =>
  `/v2/models/${encodeURIComponent(model)}${version === undefined ? '' : `/versions/${encodeURIComponent(version)}`}`;

async function errorOf(response: Response): Promise<InferenceError> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const milliseconds = response.headers.get('retry-after-ms');
  const seconds = response.headers.get('retry-after');
  const retryAfter =
    milliseconds === null ? (seconds === null ? undefined : Number(seconds) * 1000) : Number(milliseconds);
  return new InferenceError(
    response.status,
    messageOf(bytes) ?? `${response.status} ${response.statusText}`,
    retryAfter,
  );
}

function messageOf(bytes: Uint8Array): string | undefined {
  try {
    const json = parseObject(bytes);
    const error = isObject(json) ? memberOf(json, 'error') : undefined;
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

function waitFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', give);
      resolve();
    }, milliseconds);
    if (signal?.aborted) give();
    else signal?.addEventListener('abort', give, { once: true });
  });
}
