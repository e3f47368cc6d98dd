// Writes the answers to inference requests: JSON, with binary data behind it where that was asked for.
import type { RunOutputs, RunTensor } from 'dimwise';
import { classify } from './classify.ts';
import { datatypeOf, type WireTensor } from './datatypes.ts';
import type { InferRequest, RequestedOutput } from './infer-request.ts';
import { ProtocolError } from './protocol-error.ts';
import { bytesOfTensor } from './tensor-bytes.ts';
import { jsonOfTensor } from './tensor-json.ts';

/** The body of a message in pieces. */
export interface MessageBody {
  readonly parts: readonly Uint8Array[];
  /** The bytes of the JSON, where binary data follows it. */
  readonly headerLength: number | undefined;
}

/** What an answer tells beside its outputs. */
export interface AnswerFacts {
  readonly model: string;
  readonly version: string;
  readonly request: Pick<InferRequest, 'id' | 'outputs' | 'isBinary'>;
}

/**
 * Writes an answer.
 *
 * @throws ProtocolError when an output is of a type that JSON cannot have
 */
export function writeInferResponse(outputs: RunOutputs, { model, version, request }: AnswerFacts): MessageBody {
  const wanted: readonly RequestedOutput[] =
    request.outputs ?? Object.keys(outputs).map((name) => ({ name, isBinary: request.isBinary, classes: 0 }));
  const binary: Uint8Array[] = [];
  const texts = wanted.map(({ name, isBinary, classes }) => {
    const output = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
    if (!output) throw new ProtocolError(`the model gave no output "${name}"`);
    const tensor = wireTensor(name, output);
    return outputText(name, classes > 0 ? classify(name, tensor, classes) : tensor, isBinary ? binary : undefined);
  });
  const members = [
    ...(request.id === undefined ? [] : [`"id":${JSON.stringify(request.id)}`]),
    `"model_name":${JSON.stringify(model)}`,
    `"model_version":${JSON.stringify(version)}`,
    `"outputs":[${texts.join(',')}]`,
  ];
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  return { parts: [json, ...binary], headerLength: binary.length > 0 ? json.byteLength : undefined };
}

/** An output of a run as the protocol has it. */
export function wireTensor(name: string, { dtype, shape, data }: RunTensor): WireTensor {
  const datatype = datatypeOf(dtype);
  if (datatype) return { datatype, shape, data };
  throw new ProtocolError(`output "${name}" is ${dtype}, which the protocol does not have`);
}

/** A tensor of a message as text; its data goes to `binary` where that is given. */
export function outputText(name: string, tensor: WireTensor, binary: Uint8Array[] | undefined): string {
  const head = `"name":${JSON.stringify(name)},"datatype":"${tensor.datatype}","shape":[${tensor.shape.join(',')}]`;
  if (!binary) return `{${head},"data":${jsonOfTensor(`output "${name}"`, tensor)}}`;
  const bytes = bytesOfTensor(tensor);
  binary.push(bytes);
  return `{${head},"parameters":{"binary_data_size":${bytes.byteLength}}}`;
}
