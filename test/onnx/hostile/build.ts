// Small functions that build models as messages, and bytes that no message can stand for.
import { ATTRIBUTE_TYPE } from '../../../codegen/onnx/proto/enums.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  ValueInfoProto,
} from '../../../codegen/onnx/proto/messages.ts';
import type { TensorProto } from '../../../codegen/onnx/proto/tensor-messages.ts';
import { encodeModel } from '../../../codegen/onnx/proto/write-message.ts';

const utf8 = new TextEncoder();

/** A value with its type; sizes are numbers or names. */
export function value(name: string, sizes: readonly (number | string)[] = ['n', 4], elemType = 1): ValueInfoProto {
  const dim = sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** A node; inputs and outputs are names divided by spaces. */
export function node(
  opType: string,
  input: string,
  output: string,
  attributes: Readonly<Record<string, Attr>> = {},
  fields: Partial<NodeProto> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, attr]) => ({ name, ...attributeFields(attr) }));
  return { opType, input: words(input), output: words(output), attribute, ...fields };
}

const words = (text: string): string[] =>
  text === '' ? [] : text.split(' ').map((word) => (word === '_' ? '' : word));

/** The value of an attribute; `{f: 1}` is a float, a number an integer. */
export type Attr =
  | number
  | string
  | readonly number[]
  | { readonly f: number }
  | { readonly g: GraphProto }
  | AttributeProto;

function attributeFields(attr: Attr): AttributeProto {
  if (typeof attr === 'number') return { type: ATTRIBUTE_TYPE.INT, i: attr };
  if (typeof attr === 'string') return { type: ATTRIBUTE_TYPE.STRING, s: utf8.encode(attr) };
  if (isList(attr)) return { type: ATTRIBUTE_TYPE.INTS, ints: attr };
  if ('f' in attr && attr.f !== undefined) return { type: ATTRIBUTE_TYPE.FLOAT, f: attr.f };
  if ('g' in attr && attr.g !== undefined) return { type: ATTRIBUTE_TYPE.GRAPH, g: attr.g };
  if ('t' in attr && attr.t !== undefined) return { type: ATTRIBUTE_TYPE.TENSOR, t: attr.t };
  return attr;
}

const isList = (attr: Attr): attr is readonly number[] => Array.isArray(attr);

/** A graph from its inputs, nodes and outputs. */
export function graph(
  inputs: readonly ValueInfoProto[],
  nodes: readonly NodeProto[],
  outputs: readonly (ValueInfoProto | string)[],
  fields: Partial<GraphProto> = {},
): GraphProto {
  const output = outputs.map((each) => (typeof each === 'string' ? { name: each } : each));
  return { name: 'main', input: inputs, node: nodes, output, ...fields };
}

/** A model of IR version 10 at opset 21. */
export function model(main: GraphProto, fields: Partial<ModelProto> = {}): ModelProto {
  return { irVersion: 10, opsetImport: [{ version: 21 }], graph: main, ...fields };
}

/** The bytes of a model with some nodes between an input `x` and an output `y`. */
export function nodesModel(
  nodes: readonly NodeProto[],
  { inputs = [value('x')], outputs = ['y'], ...fields }: NodesModelOptions = {},
): Uint8Array {
  const { initializers = [], functions = [], opset = 21, model: more, ...graphFields } = fields;
  return encodeModel(
    model(graph(inputs, nodes, outputs, { initializer: initializers, ...graphFields }), {
      functions,
      opsetImport: [{ version: opset }, ...(functions.length > 0 ? [{ domain: 'f', version: 1 }] : [])],
      ...more,
    }),
  );
}

/** What a model of nodes has beside them. */
export interface NodesModelOptions extends Partial<GraphProto> {
  readonly inputs?: readonly ValueInfoProto[];
  readonly outputs?: readonly (ValueInfoProto | string)[];
  readonly initializers?: readonly TensorProto[];
  readonly functions?: readonly FunctionProto[];
  readonly opset?: number;
  readonly model?: Partial<ModelProto>;
}

/** A function of domain `f`. */
export function functionOf(
  name: string,
  input: string,
  nodes: readonly NodeProto[],
  output: string,
  fields: Partial<FunctionProto> = {},
): FunctionProto {
  const opsetImport = [{ version: 21 }, { domain: 'f', version: 1 }];
  return { name, domain: 'f', input: words(input), output: words(output), node: nodes, opsetImport, ...fields };
}

/** A call of a function of domain `f`. */
export const call = (name: string, input: string, output: string): NodeProto =>
  node(name, input, output, {}, { domain: 'f' });

/** A tensor of int64. */
export function ints(name: string, elements: readonly (number | bigint)[], dims?: readonly number[]): TensorProto {
  return { name, dataType: 7, dims: dims ?? [elements.length], int64Data: elements };
}

/** A tensor of float32 with raw data of zeros. */
export function floats(name: string, dims: readonly number[]): TensorProto {
  const count = dims.reduce((product, size) => product * size, 1);
  return { name, dataType: 1, dims, rawData: new Uint8Array(4 * count) };
}

/** The bytes of a varint. */
export function varint(number: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(number));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}

/** The bytes of a field with its length. */
export function field(number: number, content: Uint8Array | readonly number[] | string): Uint8Array {
  const body = typeof content === 'string' ? utf8.encode(content) : content;
  return bytes(varint((number << 3) | 2), varint(body.length), body);
}

/** Bytes behind each other. */
export function bytes(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Wraps content in messages, from the inside out, without a copy for each level.
 *
 * @param fields the numbers of the fields, outermost first
 */
export function nested(fields: readonly number[], content: Uint8Array): Uint8Array {
  const heads: number[][] = [];
  let length = content.length;
  for (let i = fields.length - 1; i >= 0; i--) {
    const head = [...varint(((fields[i] ?? 0) << 3) | 2), ...varint(length)];
    heads.push(head);
    length += head.length;
  }
  return bytes(heads.reverse().flat(), content);
}
