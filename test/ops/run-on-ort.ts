// Runs a worked case on ONNX Runtime, as a model of one node whose outputs have no stated types.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelProto, NodeProto, OperatorSetIdProto, ValueInfoProto } from '../../codegen/onnx/proto/messages.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { type Content, intOf, type Scalar } from '../../src/ir/content.ts';
import { DTYPES, type DType } from '../../src/ir/dtype.ts';
import { Graph, type Node } from '../../src/ir/graph.ts';
import { elementCount } from '../../src/ir/tensor-data.ts';
import { formatType, staticShape, type ValueType } from '../../src/ir/type.ts';
import type { TypeText } from '../../src/ir/type-text.ts';
import { attributeMessage } from './attribute-message.ts';
import { addInputs, type Case, type ExampleInputs, inputNames, opsetsOf, readAttributes } from './run-example.ts';

/** The outputs of a run, of a list its first element, of an optional value what it holds; or why there was none. */
export type OrtOutcome = { readonly outputs: readonly (Tensor | undefined)[] } | { readonly refused: string };

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

const isArrayDType = (dtype: string): dtype is keyof typeof ARRAYS => Object.hasOwn(ARRAYS, dtype);

/** The operators that take out what a list or an optional value holds. */
const TAKERS = { sequence: 'SequenceAt', optional: 'OptionalGetElement' } as const;

const isHolder = (type: ValueType) => type.kind === 'sequence' || type.kind === 'optional';

/** Whether a value can be fetched, by what it holds where it is no tensor; what has no known rank may not be there. */
function canFetch(type: ValueType): boolean {
  if (isHolder(type)) return type.element.kind === 'tensor' && !!type.element.shape && canFetch(type.element);
  return type.kind === 'tensor' && (isArrayDType(type.dtype) || type.dtype === 'string');
}

/**
 * Runs a case on the CPU. A list is made of two equal tensors, for JavaScript can neither feed nor fetch one. Elements that the case does not tell are zeros, and where the runtime refuses those (a division, a
 * singular matrix), ones.
 *
 * @param inputs with numbers as sizes
 * @param node the inferred node: its attributes and the number of its outputs
 */
export async function runOnOrt(one: Case, inputs: ExampleInputs, node: Node): Promise<OrtOutcome> {
  const first = await runFilled(one, { inputs, node, fill: 0 });
  return 'refused' in first ? runFilled(one, { inputs, node, fill: 1 }) : first;
}

/** What a case is run with. */
export interface Filled {
  readonly inputs: ExampleInputs;
  readonly node: Node;
  readonly fill: Fill;
}

/** Elements that a case does not tell: zeros, ones, or waves of both signs, which are ones where integers are wanted. */
export type Fill = 0 | 1 | 'waves';

/** The model of a case and what it is fed; undefined feeds where JavaScript cannot feed an input. */
export interface PreparedRun {
  readonly model: Uint8Array;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

async function runFilled(one: Case, filled: Filled): Promise<OrtOutcome> {
  const prepared = prepareRun(one, filled);
  if ('refused' in prepared) return prepared;
  try {
    const session = await InferenceSession.create(prepared.model, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'disabled',
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    const results = await session.run(prepared.feeds);
    await session.release();
    return { outputs: filled.node.outputs.map((_, i) => results[fetchedName(filled.node, i)]) };
  } catch (error) {
    return { refused: String(error) };
  }
}

/** The model of a case with its feeds; or why there is none. */
export function prepareRun(one: Case, { inputs, node, fill }: Filled): PreparedRun | { readonly refused: string } {
  const odd = node.outputs.find(({ type }) => !canFetch(type));
  // Fetching an element type that JavaScript has no array for ends the process (onnxruntime-node 1.30).
  if (odd) return { refused: `an output of type ${formatType(odd.type)} cannot be fetched` };
  const feeds: Record<string, Tensor> = {};
  const lists: string[] = [];
  const { ofNode, captured } = inputNames(one.example, inputs);
  for (const [i, name] of [...ofNode, ...captured].entries()) {
    const input = inputs[i];
    if (!input) continue;
    const isList = input.type.kind === 'sequence';
    const tensor = tensorOf(input.type.kind === 'sequence' ? { type: input.type.element } : input, fill);
    if (!tensor) return { refused: `input ${i} cannot be fed` };
    feeds[isList ? elementName(name) : name] = tensor;
    if (isList) lists.push(name);
  }
  return { model: encodeModel(modelOf(one, { inputs, node, feeds, lists })), feeds };
}

const elementName = (list: string): string => `${list}_element`;

/** The name under which an output is fetched. */
const fetchedName = ({ outputs }: Node, i: number): string =>
  outputs[i] && isHolder(outputs[i].type) ? elementName(`out${i}`) : `out${i}`;

interface ModelParts {
  readonly inputs: ExampleInputs;
  readonly node: Node;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Names of the lists to make of elements that are fed. */
  readonly lists: readonly string[];
}

function modelOf(one: Case, { inputs, node, feeds, lists }: ModelParts): ModelProto {
  const makeList = (name: string): NodeProto => {
    const element = elementName(name);
    return { opType: 'SequenceConstruct', input: [element, element], output: [name] };
  };
  const takers = node.outputs.flatMap(({ type }, i): NodeProto[] => {
    if (!isHolder(type)) return [];
    const input = type.kind === 'sequence' ? [`out${i}`, 'first'] : [`out${i}`];
    return [{ opType: TAKERS[type.kind], input, output: [elementName(`out${i}`)] }];
  });
  return {
    irVersion: 10,
    opsetImport: opsetEntries(one),
    graph: {
      name: one.row.name,
      node: [...lists.map(makeList), nodeOf(one, inputs, node), ...takers],
      initializer: [{ name: 'first', dataType: DTYPES.int64.onnx, dims: [], int64Data: [0] }],
      input: Object.entries(feeds).map(([name, tensor]) => infoOf(name, tensor)),
      output: node.outputs.map((_, i) => ({ name: fetchedName(node, i) })),
    },
  };
}

/** The node of a case, its inputs and outputs by their places, its bodies as they were before inference. */
export function nodeOf(one: Case, inputs: ExampleInputs, { op, domain, outputs }: Node): NodeProto {
  const input = inputNames(one.example, inputs).ofNode.map((name, i) => (inputs[i] ? name : ''));
  while (input.at(-1) === '') input.pop();
  const graph = new Graph({ opsets: opsetsOf(one) });
  addInputs(graph, one, inputs);
  const attribute = [...readAttributes(one, graph)].map(([name, value]) => attributeMessage(name, value));
  return { opType: op, domain, input, output: outputs.map((_, i) => `out${i}`), attribute };
}

/** The opset imports of a case. */
export function opsetEntries(one: Case): readonly OperatorSetIdProto[] {
  return [...opsetsOf(one)].map(([domain, version]) => ({ domain, version }));
}

function infoOf(name: string, tensor: Tensor): ValueInfoProto {
  const dtype = tensor.type;
  const elemType = dtype in DTYPES ? DTYPES[dtype as DType].onnx : 0;
  return { name, type: { tensorType: { elemType, shape: { dim: tensor.dims.map((dimValue) => ({ dimValue })) } } } };
}

function tensorOf({ type, content }: TypeText, fill: Fill): Tensor | undefined {
  const shape = type.kind === 'tensor' ? staticShape(type.shape) : undefined;
  if (type.kind !== 'tensor' || !shape) return undefined;
  const { dtype } = type;
  const count = elementCount(shape);
  if (dtype === 'string')
    return new Tensor(
      'string',
      Array.from({ length: count }, () => 'a'),
      shape,
    );
  if (!isArrayDType(dtype)) return undefined;
  const data = new ARRAYS[dtype](count);
  for (let i = 0; i < count; i++) data[i] = elementOf(dtype, content, { i, fill });
  return new Tensor(dtype, data, shape);
}

function elementOf(dtype: keyof typeof ARRAYS, content: Content | undefined, at: { i: number; fill: Fill }) {
  const element: Scalar = content?.elements[at.i];
  const known = typeof element === 'number' || typeof element === 'boolean' ? Number(element) : intOf(element);
  const isFloat = dtype === 'float32' || dtype === 'float64';
  if (isFloat && known === undefined && at.fill === 'waves') return Math.sin(0.7 * (at.i + 1));
  const fill = at.fill === 'waves' ? 1 : at.fill;
  if (dtype === 'int64' || dtype === 'uint64') return BigInt(known ?? fill);
  // The bits of 1 in IEEE 754 binary16.
  if (dtype === 'float16') return fill * 0x3c00;
  return Number(known ?? fill);
}
