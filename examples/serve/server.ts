// The server: takes connections, hands requests to their routes, and ends without losing what it has taken.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { BodyBudget } from './body-budget.ts';
import { CALLER_GONE, HttpError, httpError, retryHeaders } from './http-error.ts';
import { answerInfer, type InferLimits } from './infer-route.ts';
import { JsonThread } from './json-thread.ts';
import { measureLoopDelay } from './loop-delay.ts';
import { metricsText } from './metrics.ts';
import { checkLength } from './read-body.ts';
import { type Route, routeOf } from './router.ts';
import { type Answer, emptyAnswer, jsonAnswer, send, textAnswer } from './send.ts';
import type { ServedModel } from './served-model.ts';
import { DEFAULT_LIMITS, type ServerLimits } from './server-limits.ts';

/** What a server is made of. */
export interface ServerOptions {
  readonly models: readonly ServedModel[];
  readonly limits?: Partial<ServerLimits> | undefined;
  /** Is told what the server is at fault for; the error output by default. */
  readonly log?: ((line: string) => void) | undefined;
}

/** The extensions of Triton that are here. */
const EXTENSIONS = [
  'binary_tensor_data',
  'classification',
  'model_configuration',
  'model_repository',
  'parameters',
  'schedule_policy',
  'statistics',
];

/** Serves models over HTTP. */
export class InferenceServer implements AsyncDisposable {
  readonly #models: ReadonlyMap<string, ServedModel>;
  readonly #limits: ServerLimits;
  readonly #inferLimits: InferLimits;
  readonly #log: (line: string) => void;
  readonly #server: Server;
  readonly #loop = measureLoopDelay();
  #connections = 0;
  #running = 0;
  #isDraining = false;
  #idle: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor({ models, limits = {}, log = (line) => void process.stderr.write(`${line}\n`) }: ServerOptions) {
    this.#models = new Map(models.map((model) => [model.name, model]));
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    const { mostBody, mostJson, mostBodies } = this.#limits;
    this.#inferLimits = { mostBytes: mostBody, mostJson, budget: new BodyBudget(mostBodies), thread: new JsonThread() };
    this.#log = log;
    this.#server = this.#createServer();
  }

  /**
   * Starts to take connections.
   *
   * @param port 0 for any that is free
   * @returns the address of the server: `http://127.0.0.1:8000`
   */
  async listen(port: number, host = '127.0.0.1'): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    // Loading models keeps the loop busy; what counts is how late it is while requests come.
    this.#loop.reset();
    const address = this.#server.address() as AddressInfo;
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** Whether requests are taken and every model would run them. */
  get isReady(): boolean {
    return !this.#isDraining && [...this.#models.values()].every((model) => model.isReady);
  }

  /**
   * Ends the server: it is not ready any more and takes no connections, requests that it has taken are answered as long as the limit
   * allows, then the workers end.
   */
  close(): Promise<void> {
    this.#closed ??= this.#drain();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #createServer(): Server {
    const { headersTimeout, requestTimeout, keepAlive, idleTimeout, mostConnections } = this.#limits;
    const take = (request: IncomingMessage, response: ServerResponse): void => void this.#take(request, response);
    const server = createServer(
      {
        headersTimeout,
        requestTimeout,
        // Node looks for slow requests every 30 seconds unless told otherwise.
        connectionsCheckingInterval: Math.min(1000, Math.ceil(headersTimeout / 2)),
        keepAliveTimeout: keepAlive,
        maxHeaderSize: 2 ** 14,
        noDelay: true,
      },
      take,
    );
    server.timeout = idleTimeout;
    server.maxConnections = mostConnections;
    server.on('connection', (socket) => {
      this.#connections++;
      socket.once('close', () => this.#connections--);
    });
    server.on('checkContinue', (request, response) => {
      try {
        checkLength(request, this.#limits.mostBody);
        response.writeContinue();
      } catch (error) {
        void this.#fail(request, response, error);
        return;
      }
      take(request, response);
    });
    server.on('clientError', refuseConnection);
    return server;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#running++;
    try {
      const path = (request.url ?? '/').split('?')[0] ?? '/';
      const route = routeOf(request.method ?? 'GET', path);
      if (route.name === 'infer') await this.#infer(route, request, response);
      else {
        request.resume();
        await send(request, response, this.#answer(route));
      }
    } catch (error) {
      await this.#fail(request, response, error);
    } finally {
      this.#running--;
      if (this.#running === 0) this.#idle?.();
    }
  }

  async #infer(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const model = this.#modelOf(route);
    if (this.#isDraining) {
      throw new HttpError(503, 'the server ends and takes no requests any more', {
        ...retryHeaders(1000),
        Connection: 'close',
      });
    }
    await answerInfer(model, { request, response }, this.#inferLimits);
  }

  async #fail(request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
    const failure = httpError(error);
    if (failure.status === 500) this.#log(`${request.method} ${request.url}: ${String(failure.cause ?? error)}`);
    // A body that is not wanted is read on for a moment: a connection that is cut while it is sent loses the answer.
    if (!request.complete && failure.status !== CALLER_GONE) {
      request.resume();
      setTimeout(() => request.complete || request.destroy(), 2000).unref();
    }
    const headers = request.complete ? failure.headers : { ...failure.headers, Connection: 'close' };
    await send(request, response, jsonAnswer({ error: failure.message }, failure.status, headers));
  }

  #answer(route: Route): Answer {
    switch (route.name) {
      case 'metrics':
        return textAnswer(this.#metrics(), 'text/plain; version=0.0.4; charset=utf-8');
      case 'server':
        return jsonAnswer({ name: 'dimwise', version: '1', extensions: EXTENSIONS });
      case 'live':
        return emptyAnswer(200);
      // The protocol has 4xx for what is not ready.
      case 'ready':
        return emptyAnswer(this.isReady ? 200 : 400);
      case 'modelReady':
        return emptyAnswer(!this.#isDraining && this.#modelOf(route).isReady ? 200 : 400);
      case 'model':
        return jsonAnswer(this.#modelOf(route).metadata);
      case 'config':
        return jsonAnswer(this.#modelOf(route).config);
      case 'stats': {
        const models = route.model === undefined ? [...this.#models.values()] : [this.#modelOf(route)];
        return jsonAnswer({ model_stats: models.map(({ statistics }) => statistics) });
      }
      case 'index':
        return jsonAnswer([...this.#models.values()].map((model) => this.#indexEntry(model)));
      case 'infer':
        throw new HttpError(500, 'inference requests are answered elsewhere');
    }
  }

  #indexEntry({ name, version, isReady }: ServedModel): object {
    return isReady
      ? { name, version, state: 'READY' }
      : { name, version, state: 'UNAVAILABLE', reason: 'no worker is ready' };
  }

  #metrics(): string {
    return metricsText([...this.#models.values()], {
      loop: this.#loop.read(),
      connections: this.#connections,
      bodyBytes: this.#inferLimits.budget.held,
      isReady: this.isReady,
    });
  }

  #modelOf({ model = '', version }: Route): ServedModel {
    const found = this.#models.get(model);
    if (!found) {
      const known = [...this.#models.keys()].join(', ');
      throw new HttpError(404, `Request for unknown model: '${model}' is not found; the models are ${known}`);
    }
    if (version === undefined || version === found.version) return found;
    throw new HttpError(
      404,
      `Request for unknown model: '${model}' version ${version} is not found; its version is ${found.version}`,
    );
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const isDone = await this.#until(this.#limits.drain);
    await Promise.all([...this.#models.values()].map(({ pool }) => pool.dispose({ force: !isDone })));
    await this.#inferLimits.thread[Symbol.asyncDispose]();
    this.#server.closeAllConnections();
    await closed;
    this.#loop.stop();
  }

  /** Waits until no request is left; false when that takes too long. */
  async #until(milliseconds: number): Promise<boolean> {
    if (this.#running === 0) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#idle = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

/** Answers what is no HTTP, too much of it, or too slow, and closes the connection. */
function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, text] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'the headers are larger than 16384 bytes']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'the request took too long to arrive']
        : ['400 Bad Request', 'the request is no HTTP'];
  const body = JSON.stringify({ error: text });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}
