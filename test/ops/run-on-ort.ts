// Runs a worked case on ONNX Runtime, as a model of one node whose outputs have no stated types.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ATTRIBUTE_NUMBERS } from '../../codegen/onnx/attribute-proto.ts';
import type {
  AttributeProto,
  ModelProto,
  OperatorSetIdProto,
  ValueInfoProto,
} from '../../codegen/onnx/proto/messages.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { type Content, intOf, type Scalar } from '../../src/ir/content.ts';
import { DTYPES, type DType } from '../../src/ir/dtype.ts';
import type { Node } from '../../src/ir/graph.ts';
import { elementCount } from '../../src/ir/tensor-data.ts';
import { formatType, staticShape } from '../../src/ir/type.ts';
import type { TypeText } from '../../src/ir/type-text.ts';
import { type Case, type ExampleInputs, opsetOf } from './run-example.ts';

/** The outputs of a run, or why there was none. */
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

const canFetch = (dtype: string): boolean => isArrayDType(dtype) || dtype === 'string';

/**
 * Runs a case on the CPU. Elements that the case does not tell are zeros, and where the runtime refuses those (a division, a
 * singular matrix), ones.
 *
 * @param inputs with numbers as sizes
 * @param node the inferred node: its attributes and the number of its outputs
 */
export async function runOnOrt(one: Case, inputs: ExampleInputs, node: Node): Promise<OrtOutcome> {
  // Fetching an element type that JavaScript has no array for ends the process (onnxruntime-node 1.30).
  const odd = node.outputs.find(({ type }) => type.kind !== 'tensor' || !canFetch(type.dtype));
  if (odd) return { refused: `an output of type ${formatType(odd.type)} cannot be fetched` };
  const first = await runFilled(one, { inputs, node, fill: 0 });
  return 'refused' in first ? runFilled(one, { inputs, node, fill: 1 }) : first;
}

interface Filled {
  readonly inputs: ExampleInputs;
  readonly node: Node;
  readonly fill: 0 | 1;
}

async function runFilled(one: Case, { inputs, node, fill }: Filled): Promise<OrtOutcome> {
  const feeds: Record<string, Tensor> = {};
  const infos: ValueInfoProto[] = [];
  for (const [i, input] of inputs.entries()) {
    if (!input) continue;
    const tensor = tensorOf(input, fill);
    if (!tensor) return { refused: `input ${i} cannot be fed` };
    feeds[`in${i}`] = tensor;
    infos.push(infoOf(`in${i}`, tensor));
  }
  const names = inputs.map((input, i) => (input ? `in${i}` : ''));
  while (names.at(-1) === '') names.pop();
  try {
    const session = await InferenceSession.create(encodeModel(modelOf(one, { node, names, infos })), {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'disabled',
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    const results = await session.run(feeds);
    await session.release();
    return { outputs: node.outputs.map((_, i) => results[`out${i}`]) };
  } catch (error) {
    return { refused: String(error) };
  }
}

interface ModelParts {
  readonly node: Node;
  readonly names: readonly string[];
  readonly infos: readonly ValueInfoProto[];
}

function modelOf(one: Case, { node, names, infos }: ModelParts): ModelProto {
  const output = node.outputs.map((_, i) => `out${i}`);
  const attribute = [...node.attributes].map(([name, value]) => attributeOf(name, value));
  return {
    irVersion: 10,
    opsetImport: opsetsOf(one, node),
    graph: {
      name: one.row.name,
      node: [{ opType: node.op, domain: node.domain, input: names, output, attribute }],
      input: infos,
      output: output.map((name) => ({ name })),
    },
  };
}

/** The opset imports of a case: its own, and opset 21 of ai.onnx beside another domain. */
export function opsetsOf(one: Case, node: Node): readonly OperatorSetIdProto[] {
  const opsets = new Map([['', 21]]).set(node.domain, opsetOf(one));
  return [...opsets].map(([domain, version]) => ({ domain, version }));
}

/** The message of an attribute. */
export function attributeOf(name: string, attribute: Attribute): AttributeProto {
  const text = (value: string | Uint8Array): Uint8Array =>
    typeof value === 'string' ? new TextEncoder().encode(value) : value;
  const type = attribute.kind === 'ref' ? 0 : ATTRIBUTE_NUMBERS[attribute.kind];
  switch (attribute.kind) {
    case 'int':
      return { name, type, i: attribute.value };
    case 'float':
      return { name, type, f: attribute.value };
    case 'string':
      return { name, type, s: text(attribute.value) };
    case 'ints':
      return { name, type, ints: attribute.value };
    case 'floats':
      return { name, type, floats: attribute.value };
    case 'strings':
      return { name, type, strings: attribute.value.map(text) };
    case 'tensor': {
      const { dtype, shape, storage } = attribute.value;
      if (storage.kind !== 'bytes') throw new Error(`attribute ${name} has no bytes`);
      return { name, type, t: { dataType: DTYPES[dtype].onnx, dims: shape, rawData: storage.bytes } };
    }
    default:
      throw new Error(`attribute ${name} of kind ${attribute.kind} cannot be written in a case`);
  }
}

function infoOf(name: string, tensor: Tensor): ValueInfoProto {
  const dtype = tensor.type;
  const elemType = dtype in DTYPES ? DTYPES[dtype as DType].onnx : 0;
  return { name, type: { tensorType: { elemType, shape: { dim: tensor.dims.map((dimValue) => ({ dimValue })) } } } };
}

function tensorOf({ type, content }: TypeText, fill: 0 | 1): Tensor | undefined {
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

function elementOf(dtype: keyof typeof ARRAYS, content: Content | undefined, at: { i: number; fill: 0 | 1 }) {
  const element: Scalar = content?.elements[at.i];
  const known = typeof element === 'number' || typeof element === 'boolean' ? Number(element) : intOf(element);
  if (dtype === 'int64' || dtype === 'uint64') return BigInt(known ?? at.fill);
  // The bits of 1 in IEEE 754 binary16.
  if (dtype === 'float16') return at.fill * 0x3c00;
  return Number(known ?? at.fill);
}
