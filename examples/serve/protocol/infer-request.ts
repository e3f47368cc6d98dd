// Reads inference requests: JSON, JSON with binary data, and what is asked of the outputs.
import { DATATYPE_NAMES, DATATYPES, type Datatype, isDatatype, type TensorData } from './datatypes.ts';
import { BinaryReader, isCount, type JsonObject, type Message, memberOf, objectsOf, parametersOf } from './message.ts';
import { ProtocolError } from './protocol-error.ts';
import { tensorFromBytes } from './tensor-bytes.ts';
import { elementsFromJson, type JsonElement } from './tensor-json.ts';

/** An output that is asked for. */
export interface RequestedOutput {
  readonly name: string;
  readonly isBinary: boolean;
  /** So many of the greatest elements of each row are wanted, as `value:index`; 0 for the tensor itself. */
  readonly classes: number;
}

/** A tensor that was read; elements of JSON stay as they were written. */
export interface ReadFeed {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: TensorData | readonly JsonElement[];
}

/** An inference request. */
export interface InferRequest {
  readonly id: string | undefined;
  readonly feeds: Readonly<Record<string, ReadFeed>>;
  /** Undefined where all outputs are wanted. */
  readonly outputs: readonly RequestedOutput[] | undefined;
  /** Whether outputs that say nothing of it are sent as binary data. */
  readonly isBinary: boolean;
  /** 1 is the most urgent; 0 where nothing is said. */
  readonly priority: number;
  /** Milliseconds; undefined where nothing is said. */
  readonly timeout: number | undefined;
}

/**
 * Reads a request. Whether its tensors fit the model is not looked at here.
 *
 * @throws ProtocolError when it breaks the protocol, or asks for what this server does not have
 */
export function readInferRequest({ json, binary }: Message): InferRequest {
  const id = memberOf(json, 'id');
  if (id !== undefined && typeof id !== 'string') throw new ProtocolError('"id" takes a text');
  const parameters = parametersOf(json);
  refuseSequence(parameters);
  const reader = new BinaryReader(binary);
  const feeds: [string, ReadFeed][] = [];
  const seen = new Set<string>();
  for (const input of objectsOf(json, 'inputs')) {
    const name = nameOf(input, 'inputs');
    if (seen.has(name)) throw new ProtocolError(`input "${name}" is given twice`);
    seen.add(name);
    feeds.push([name, readInput(name, input, reader)]);
  }
  reader.end();
  const isBinary = memberOf(parameters, 'binary_data_output') === true;
  const timeout = countParameter(parameters, 'timeout');
  return {
    id,
    // Built at once: an input may be called __proto__.
    feeds: Object.fromEntries(feeds),
    outputs: readOutputs(json, isBinary),
    isBinary,
    priority: countParameter(parameters, 'priority') ?? 0,
    timeout: timeout === undefined || timeout === 0 ? undefined : timeout / 1000,
  };
}

function readInput(name: string, input: JsonObject, reader: BinaryReader): ReadFeed {
  const what = `input "${name}"`;
  const datatype = datatypeIn(what, input);
  const shape = shapeIn(what, input);
  const { dtype } = DATATYPES[datatype];
  const parameters = parametersOf(input);
  refuseSharedMemory(what, parameters);
  const size = countParameter(parameters, 'binary_data_size');
  const data = memberOf(input, 'data');
  const tensor = size === undefined ? undefined : tensorFromBytes(what, datatype, shape, reader.take(what, size));
  if (tensor) {
    if (data !== undefined) throw new ProtocolError(`${what} has data both as JSON and as binary data`);
    refuseZeros(what, tensor.data);
    return { dtype, shape, data: tensor.data };
  }
  if (data === undefined) throw new ProtocolError(`${what} has no data`);
  const elements = elementsFromJson(what, datatype, shape, data);
  refuseZeros(what, elements);
  return { dtype, shape, data: elements };
}

/** onnxruntime-node ends texts at a character zero, and says nothing of it. */
function refuseZeros(what: string, data: TensorData | readonly JsonElement[]): void {
  if (ArrayBuffer.isView(data)) return;
  const at = data.findIndex((each) => typeof each === 'string' && each.includes('\0'));
  if (at >= 0)
    throw new ProtocolError(`element ${at} of ${what} has a character zero, where ONNX Runtime would cut it`);
}

/** The element type of a tensor in a message. @throws ProtocolError when it is none */
export function datatypeIn(what: string, tensor: JsonObject): Datatype {
  const datatype = memberOf(tensor, 'datatype');
  if (isDatatype(datatype)) return datatype;
  const given = typeof datatype === 'string' ? `"${datatype}"` : 'missing';
  throw new ProtocolError(`the datatype of ${what} is ${given}; this server takes ${DATATYPE_NAMES.join(', ')}`);
}

/** The shape of a tensor in a message. @throws ProtocolError when it is none */
export function shapeIn(what: string, tensor: JsonObject): readonly number[] {
  const shape = memberOf(tensor, 'shape');
  if (Array.isArray(shape) && shape.every(isCount)) return shape;
  throw new ProtocolError(`${what} takes its shape as a list of sizes from 0 on`);
}

function readOutputs(json: JsonObject, isBinary: boolean): RequestedOutput[] | undefined {
  const wanted = objectsOf(json, 'outputs');
  if (wanted.length === 0) return undefined;
  const names = new Set<string>();
  return wanted.map((output) => {
    const name = nameOf(output, 'outputs');
    if (names.has(name)) throw new ProtocolError(`output "${name}" is asked for twice`);
    names.add(name);
    const parameters = parametersOf(output);
    refuseSharedMemory(`output "${name}"`, parameters);
    const own = memberOf(parameters, 'binary_data');
    const classes = countParameter(parameters, 'classification') ?? 0;
    return { name, isBinary: typeof own === 'boolean' ? own : isBinary, classes };
  });
}

function nameOf(tensor: JsonObject, list: string): string {
  const name = memberOf(tensor, 'name');
  if (typeof name === 'string') return name;
  throw new ProtocolError(`a member of "${list}" has no name`);
}

function countParameter(parameters: JsonObject, name: string): number | undefined {
  const value = memberOf(parameters, name);
  if (value === undefined || isCount(value)) return value;
  throw new ProtocolError(`the parameter ${name} takes an integer from 0 on`);
}

function refuseSharedMemory(what: string, parameters: JsonObject): void {
  if (memberOf(parameters, 'shared_memory_region') === undefined) return;
  throw new ProtocolError(`${what} is in shared memory, which this server does not have`);
}

function refuseSequence(parameters: JsonObject): void {
  const id = memberOf(parameters, 'sequence_id');
  if (id === undefined || id === 0 || id === '') return;
  throw new ProtocolError('the request is one of a sequence, and this server keeps no state between requests');
}
