// Small messages for tests of checks: a model that is right, and the pieces to make it wrong.
import { ATTRIBUTE_TYPE, DATA_TYPE } from '../../../codegen/onnx/proto/enums.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  ValueInfoProto,
} from '../../../codegen/onnx/proto/messages.ts';
import type { StringStringEntryProto, TensorProto } from '../../../codegen/onnx/proto/tensor-messages.ts';

const FLOAT = DATA_TYPE.FLOAT;

/** A value with its type; float32 unless another number is given. */
export const value = (
  name: string,
  dims: readonly (number | string)[] = [2, 3],
  elemType: number = FLOAT,
): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: { dim: dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })) },
    },
  },
});

/** A node; `more` holds its name, domain and attributes. */
export const node = (
  opType: string,
  input: readonly string[],
  output: readonly string[],
  more: Omit<NodeProto, 'opType' | 'input' | 'output'> = {},
): NodeProto => ({ ...more, opType, input, output });

/** An attribute of one integer. */
export const int = (name: string, i: number): AttributeProto => ({ name, i, type: ATTRIBUTE_TYPE.INT });
/** An attribute of integers. */
export const ints = (name: string, ...list: number[]): AttributeProto => ({
  name,
  ints: list,
  type: ATTRIBUTE_TYPE.INTS,
});
/** An attribute of one float. */
export const float = (name: string, f: number): AttributeProto => ({ name, f, type: ATTRIBUTE_TYPE.FLOAT });
/** An attribute of one text. */
export const text = (name: string, s: string): AttributeProto => ({
  name,
  s: new TextEncoder().encode(s),
  type: ATTRIBUTE_TYPE.STRING,
});
/** An attribute that is a body. */
export const body = (name: string, g: GraphProto): AttributeProto => ({
  name,
  g: { name, ...g },
  type: ATTRIBUTE_TYPE.GRAPH,
});
/** An attribute that is a tensor. */
export const tensor = (name: string, t: TensorProto): AttributeProto => ({ name, t, type: ATTRIBUTE_TYPE.TENSOR });

/** A float32 tensor. */
export const floats = (name: string, dims: readonly number[], ...floatData: number[]): TensorProto => ({
  name,
  dims,
  dataType: FLOAT,
  floatData,
});
/** An int64 tensor. */
export const int64s = (name: string, dims: readonly number[], ...int64Data: number[]): TensorProto => ({
  name,
  dims,
  dataType: DATA_TYPE.INT64,
  int64Data,
});
/** Entries of external data or metadata. */
export const entries = (pairs: Readonly<Record<string, string>>): StringStringEntryProto[] =>
  Object.entries(pairs).map(([key, text]) => ({ key, value: text }));

/** A graph that reads `x` and gives `y`, both float32[2, 3], by the nodes given; `Relu` by default. */
export const graph = (more: GraphProto = {}): GraphProto => ({
  name: 'g',
  input: [value('x')],
  output: [value('y')],
  node: [node('Relu', ['x'], ['y'])],
  ...more,
});

/** A model of a graph at opset 21. */
export const model = (parts: GraphProto = {}, more: ModelProto = {}): ModelProto => ({
  irVersion: 10,
  opsetImport: [{ domain: '', version: 21 }],
  graph: graph(parts),
  ...more,
});

/** A model of nodes. */
export const nodes = (...list: NodeProto[]): ModelProto => model({ node: list });

/** A model that imports ai.onnx and the domain `own`, with functions. */
export const functions = (list: readonly FunctionProto[], parts: GraphProto = {}): ModelProto =>
  model(parts, {
    opsetImport: [
      { domain: '', version: 21 },
      { domain: 'own', version: 1 },
    ],
    functions: list,
  });

/** A function `own.NAME` of one input and one output; `Relu` by default. */
export const fn = (name: string, more: FunctionProto = {}): FunctionProto => ({
  name,
  domain: 'own',
  input: ['a'],
  output: ['b'],
  node: [node('Relu', ['a'], ['b'])],
  opsetImport: [{ domain: '', version: 21 }],
  ...more,
});
