// The client's half of inference: writes requests and reads answers.
import type { Datatype, WireTensor } from './datatypes.ts';
import { DATATYPES } from './datatypes.ts';
import { datatypeIn, shapeIn } from './infer-request.ts';
import type { MessageBody } from './infer-response.ts';
import { outputText } from './infer-response.ts';
import { BinaryReader, isCount, type Message, memberOf, objectsOf, parametersOf } from './message.ts';
import { ProtocolError } from './protocol-error.ts';
import { tensorFromBytes } from './tensor-bytes.ts';
import { tensorFromJson } from './tensor-json.ts';

/** What a client asks for. */
export interface InferQuestion {
  readonly inputs: Readonly<Record<string, WireTensor>>;
  /** The outputs that are wanted; all by default. */
  readonly outputs?: readonly (string | { readonly name: string; readonly classes: number })[] | undefined;
  /** Whether tensors travel as bytes; true by default. */
  readonly isBinary?: boolean | undefined;
  readonly id?: string | undefined;
  /** 1 is the most urgent. */
  readonly priority?: number | undefined;
  /** Milliseconds in which the server shall answer. */
  readonly timeout?: number | undefined;
}

/** Writes a request. @throws ProtocolError when a tensor has another number of elements than its shape, or cannot go as JSON */
export function writeInferRequest(question: InferQuestion): MessageBody {
  const { inputs, outputs, isBinary = true, id, priority, timeout } = question;
  const binary: Uint8Array[] = [];
  const texts = Object.entries(inputs).map(([name, tensor]) => {
    checkCount(name, tensor);
    return outputText(name, tensor, isBinary ? binary : undefined);
  });
  const wanted = outputs?.map((each) => {
    const { name, classes } = typeof each === 'string' ? { name: each, classes: 0 } : each;
    return { name, parameters: { binary_data: isBinary, ...(classes > 0 ? { classification: classes } : {}) } };
  });
  const parameters = {
    ...(wanted ? {} : { binary_data_output: isBinary }),
    ...(priority === undefined ? {} : { priority }),
    ...(timeout === undefined ? {} : { timeout: Math.round(timeout * 1000) }),
  };
  const members = [
    ...(id === undefined ? [] : [`"id":${JSON.stringify(id)}`]),
    `"inputs":[${texts.join(',')}]`,
    ...(wanted ? [`"outputs":${JSON.stringify(wanted)}`] : []),
    ...(Object.keys(parameters).length > 0 ? [`"parameters":${JSON.stringify(parameters)}`] : []),
  ];
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  return { parts: [json, ...binary], headerLength: binary.length > 0 ? json.byteLength : undefined };
}

function checkCount(name: string, { datatype, shape, data }: WireTensor): void {
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length === count) return;
  throw new ProtocolError(
    `input "${name}" has ${data.length} elements of ${datatype}, its shape [${shape.join(', ')}] has ${count}`,
  );
}

/** An answer. */
export interface InferAnswer {
  readonly id: string | undefined;
  readonly model: string;
  readonly version: string | undefined;
  readonly outputs: Readonly<Record<string, WireTensor>>;
}

/** Reads an answer. @throws ProtocolError when it breaks the protocol */
export function readInferResponse({ json, binary }: Message): InferAnswer {
  const reader = new BinaryReader(binary);
  const outputs = objectsOf(json, 'outputs').map((output): [string, WireTensor] => {
    const name = textMember(output, 'name') ?? '';
    const what = `output "${name}"`;
    const datatype: Datatype = datatypeIn(what, output);
    const shape = shapeIn(what, output);
    const size = memberOf(parametersOf(output), 'binary_data_size');
    if (isCount(size)) return [name, tensorFromBytes(what, datatype, shape, reader.take(what, size))];
    return [name, tensorFromJson(what, datatype, shape, memberOf(output, 'data') ?? null)];
  });
  reader.end();
  return {
    id: textMember(json, 'id'),
    model: textMember(json, 'model_name') ?? '',
    version: textMember(json, 'model_version'),
    outputs: Object.fromEntries(outputs),
  };
}

function textMember(json: Message['json'], name: string): string | undefined {
  const value = memberOf(json, name);
  return typeof value === 'string' ? value : undefined;
}

/** The name that dimwise has for the type of a tensor, so that an answer can be fed. */
export const dtypeOf = ({ datatype }: WireTensor): string => DATATYPES[datatype].dtype;
