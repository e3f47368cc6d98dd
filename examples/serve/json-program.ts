// What the thread for JSON runs: it reads requests and writes answers, as the server's own thread does with small ones.
import type { MessagePort, Transferable } from 'node:worker_threads';
import type { RunOutputs } from 'dimwise';
import { datatypeOf } from './protocol/datatypes.ts';
import { type InferRequest, type ReadFeed, readInferRequest } from './protocol/infer-request.ts';
import { type AnswerFacts, type MessageBody, writeInferResponse } from './protocol/infer-response.ts';
import { splitMessage } from './protocol/message.ts';
import { type PackedElements, packElements } from './protocol/pack-elements.ts';
import { ProtocolError } from './protocol/protocol-error.ts';

/** What the thread is asked for. */
export type JsonTask =
  | { readonly op: 'read'; readonly bytes: Uint8Array; readonly header: string | undefined }
  | { readonly op: 'write'; readonly outputs: RunOutputs; readonly facts: AnswerFacts };

/** A feed between the threads. */
export interface PackedFeed {
  readonly feed: ReadFeed;
  /** Where it is there, the feed has no data of its own. */
  readonly packed: PackedElements | undefined;
}

/** What the thread answers. */
export type JsonReply =
  | {
      readonly op: 'read';
      readonly request: Omit<InferRequest, 'feeds'>;
      readonly feeds: readonly (readonly [name: string, feed: PackedFeed])[];
    }
  | { readonly op: 'write'; readonly body: MessageBody }
  | { readonly op: 'failed'; readonly isProtocol: boolean; readonly message: string };

/** Answers tasks, one after the other. */
export function serveJson(port: MessagePort): void {
  port.on('message', (task: JsonTask) => {
    const arrays: ArrayBufferView[] = [];
    const reply = answer(task, arrays);
    const buffers = [...new Set(arrays.map(({ buffer }) => buffer))].filter((each) => each instanceof ArrayBuffer);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    port.postMessage(reply, buffers satisfies Transferable[]);
  });
}

/** @param arrays receives those of the reply */
function answer(task: JsonTask, arrays: ArrayBufferView[]): JsonReply {
  try {
    if (task.op === 'read') return read(task, arrays);
    const body = writeInferResponse(task.outputs, task.facts);
    arrays.push(...body.parts);
    return { op: 'write', body };
  } catch (error) {
    return {
      op: 'failed',
      isProtocol: error instanceof ProtocolError,
      message: error instanceof Error ? error.message : String(error),
    };
  }
}

function read({ bytes, header }: JsonTask & { readonly op: 'read' }, arrays: ArrayBufferView[]): JsonReply {
  const { feeds, ...request } = readInferRequest(splitMessage(bytes, header));
  const packed = Object.entries(feeds).map(([name, feed]): [string, PackedFeed] => {
    const { data, dtype } = feed;
    const datatype = datatypeOf(dtype);
    const own = ArrayBuffer.isView(data) || !datatype ? undefined : packElements(datatype, data);
    const array = own?.data ?? data;
    if (ArrayBuffer.isView(array)) arrays.push(array);
    return [name, { feed: own ? { ...feed, data: [] } : feed, packed: own }];
  });
  return { op: 'read', request, feeds: packed };
}
