// Answers inference requests: reads them, has the model's workers run them, writes what they give.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Feed, RunOutputs } from 'dimwise';
import { CALLER_GONE, HttpError, httpError } from './http-error.ts';
import type { JsonThread } from './json-thread.ts';
import { datatypeOf } from './protocol/datatypes.ts';
import { type InferRequest, readInferRequest } from './protocol/infer-request.ts';
import { type AnswerFacts, type MessageBody, writeInferResponse } from './protocol/infer-response.ts';
import { HEADER_LENGTH, splitMessage } from './protocol/message.ts';
import { type BodyLimits, readBody } from './read-body.ts';
import { type Answer, send } from './send.ts';
import type { ServedModel } from './served-model.ts';

/** What bounds a request. */
export interface InferLimits extends BodyLimits {
  /** The most bytes of JSON. */
  readonly mostJson: number;
  /** Reads and writes JSON that would block the server. */
  readonly thread: JsonThread;
}

/** A request with the way to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Answers an inference request.
 *
 * @throws HttpError where it cannot be answered; what becomes of it is counted either way
 */
export async function answerInfer(
  model: ServedModel,
  { request, response }: Exchange,
  limits: InferLimits,
): Promise<void> {
  const { counts } = model;
  const start = performance.now();
  counts.last = Date.now();
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  response.once('close', leave);
  try {
    // A server that reads what it will refuse answers less and less the more it is asked.
    model.pool.checkRoom();
    const body = await readBody(request, limits);
    try {
      const read = performance.now();
      const asked = await readRequest(request, body.bytes, limits);
      checkTypes(model, asked.feeds);
      counts.input.add(performance.now() - read);
      const outputs = await model.pool.run(asked.feeds, runOptions(asked, gone.signal));
      const ran = performance.now();
      const { id, outputs: wanted, isBinary } = asked;
      const facts = { model: model.name, version: model.version, request: { id, outputs: wanted, isBinary } };
      const message = await writeAnswer(outputs, facts, limits);
      counts.output.add(performance.now() - ran);
      // As Triton counts: the rows of a request where requests are joined, else the request.
      counts.rows += model.pool.batching ? rowsOf(asked.feeds) : 1;
      response.off('close', leave);
      counts.success.add(performance.now() - start);
      await send(request, response, answerOf(message));
    } finally {
      body.hold.release();
    }
  } catch (error) {
    const failure = gone.signal.aborted ? new HttpError(CALLER_GONE, 'the caller has gone') : httpError(error);
    counts.failed(failure.status, performance.now() - start);
    // What the server is at fault for is told to its log as it is.
    throw failure.status === 500 && !gone.signal.aborted ? Object.assign(failure, { cause: error }) : failure;
  } finally {
    response.off('close', leave);
  }
}

/** Larger JSON is read by another thread: this one would be blocked for more than some milliseconds. */
const LARGE_JSON = 2 ** 17;
/** Outputs of more elements are written by another thread. */
const LARGE_OUTPUT = 2 ** 14;

async function readRequest(
  { headers }: IncomingMessage,
  bytes: Uint8Array,
  { mostJson, thread }: InferLimits,
): Promise<InferRequest> {
  const header = headers[HEADER_LENGTH];
  const length = Array.isArray(header) ? header[0] : header;
  const json = length === undefined ? bytes.byteLength : Number(length);
  if (json > mostJson) {
    throw new HttpError(413, `the request has ${json} bytes of JSON, this server takes ${mostJson}; send binary data`);
  }
  return json > LARGE_JSON ? thread.read(bytes, length) : readInferRequest(splitMessage(bytes, length));
}

async function writeAnswer(outputs: RunOutputs, facts: AnswerFacts, { thread }: InferLimits): Promise<MessageBody> {
  const { outputs: wanted, isBinary } = facts.request;
  const written = wanted ?? Object.keys(outputs).map((name) => ({ name, isBinary, classes: 0 }));
  const isLarge = written.some(({ name, isBinary: asBytes, classes }) => {
    const data = Object.hasOwn(outputs, name) ? outputs[name]?.data : undefined;
    return (!asBytes || classes > 0) && ArrayBuffer.isView(data) && data.length > LARGE_OUTPUT;
  });
  return isLarge ? thread.write(outputs, facts) : writeInferResponse(outputs, facts);
}

/** Feeds of dimwise take other types where nothing is lost; Triton does not, and clients shall find the same here. */
function checkTypes({ inputs }: ServedModel, feeds: InferRequest['feeds']): void {
  for (const { name, datatype } of inputs) {
    const feed = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
    const given = typeof feed === 'object' && 'dtype' in feed ? datatypeOf(feed.dtype) : undefined;
    if (given !== undefined && given !== datatype) {
      throw new HttpError(400, `input "${name}" is ${datatype}, the request gives ${given}`);
    }
  }
}

/** Triton counts priorities from 1, the highest, and pools from 0 upwards. */
const runOptions = ({ outputs, priority, timeout }: InferRequest, signal: AbortSignal) => ({
  signal,
  timeout,
  priority: priority === 0 ? 0 : 1 / priority,
  outputs: outputs?.map(({ name }) => name),
});

/** The rows of a request: the size of the first axis of its first input. */
function rowsOf(feeds: Readonly<Record<string, Feed>>): number {
  const [first] = Object.values(feeds);
  const shape = typeof first === 'object' && first !== null && 'shape' in first ? first.shape : undefined;
  return typeof shape?.[0] === 'number' ? shape[0] : 1;
}

function answerOf({ parts, headerLength }: MessageBody): Answer {
  if (headerLength === undefined) return { status: 200, headers: { 'Content-Type': 'application/json' }, parts };
  return {
    status: 200,
    headers: { 'Content-Type': 'application/octet-stream', 'Inference-Header-Content-Length': String(headerLength) },
    parts,
  };
}
