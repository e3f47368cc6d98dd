// Writes a plan as an ONNX model, apart from the emitter, so that a fault of the emitter hides nothing.
import { ATTRIBUTE_NUMBERS } from '../../codegen/onnx/attribute-proto.ts';
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from '../../codegen/onnx/proto/messages.ts';
import type { TensorProto } from '../../codegen/onnx/proto/tensor-messages.ts';
import type { TypeProto } from '../../codegen/onnx/proto/type-messages.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { DTYPES } from '../../src/ir/dtype.ts';
import { irVersionFor } from '../../src/ir/target.ts';
import { materialize, type TensorData } from '../../src/ir/tensor-data.ts';
import type { ValueType } from '../../src/ir/type.ts';
import { latestOpset } from '../../src/ops/schema.ts';
import { buildPlan } from './build-plan.ts';
import {
  bodiesOfPlan,
  everyNode,
  type Plan,
  type PlanAttribute,
  type PlanBody,
  type PlanConstant,
  type PlanNode,
} from './plan.ts';

/**
 * The bytes of the model.
 *
 * @param fetched the outputs, which get no types, so that only the runtime's word counts
 */
export function planBytes(plan: Plan, fetched: readonly string[]): Uint8Array {
  const types = bodyTypes(plan);
  const domains = new Set([...everyNode(plan.nodes)].map(({ domain }) => domain).filter(Boolean));
  return encodeModel({
    irVersion: Math.max(8, Math.min(irVersionFor(plan.opset), 13)),
    opsetImport: [
      { domain: '', version: plan.opset },
      ...[...domains].map((domain) => ({ domain, version: latestOpset(domain) ?? 1 })),
    ],
    graph: {
      name: 'random',
      node: plan.nodes.map((node) => nodeProto(node, types)),
      initializer: plan.constants.map(tensorProto),
      input: plan.inputs.map(({ name, dtype, shape }) => ({
        name,
        type: {
          tensorType: {
            elemType: DTYPES[dtype].onnx,
            shape: { dim: shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })) },
          },
        },
      })),
      output: fetched.map((name) => ({ name })),
    },
  });
}

function bodyTypes(plan: Plan): Types {
  if (!plan.nodes.some((node) => bodiesOfPlan(node).length > 0)) return new Map();
  return new Map([...buildPlan(plan).values].map(([name, { type }]) => [name, type]));
}

/** Types of values by name, for the outputs of bodies: without them a Loop of no steps does not know their ranks. */
type Types = ReadonlyMap<string, ValueType>;

function nodeProto({ name, domain, op, inputs, outputs, attributes }: PlanNode, types: Types): NodeProto {
  const attribute = Object.entries(attributes).map(([key, value]) => attributeMessage(key, value, types));
  return { name, domain, opType: op, input: inputs, output: outputs, attribute };
}

function tensorProto({ name, data }: PlanConstant): TensorProto {
  return { name, ...tensorMessage(data) };
}

/** A tensor whose elements are in memory. */
function tensorMessage(data: TensorData): TensorProto {
  const { dtype, shape, storage } = data;
  if (storage.kind === 'strings') {
    return { dataType: DTYPES[dtype].onnx, dims: shape, stringData: storage.values.map(bytesOf) };
  }
  return { dataType: DTYPES[dtype].onnx, dims: shape, rawData: materialize(data) };
}

function bodyProto({ inputs, constants, nodes, outputs }: PlanBody, types: Types): GraphProto {
  return {
    name: 'body',
    node: nodes.map((node) => nodeProto(node, types)),
    initializer: constants.map(tensorProto),
    input: inputs.map(({ name, dtype, rank }): ValueInfoProto => {
      const shape = rank === 0 ? { shape: { dim: [] } } : {};
      return { name, type: { tensorType: { elemType: DTYPES[dtype].onnx, ...shape } } };
    }),
    output: outputs.map((name) => outputInfo(name, types.get(name))),
  };
}

/** The rank of a body's output, and its sizes that are numbers. */
function outputInfo(name: string, type: ValueType | undefined): ValueInfoProto {
  if (type?.kind !== 'tensor' || type.dtype === 'undefined' || !type.shape) return { name };
  const dim = type.shape.map((size) => (size.kind === 'const' ? { dimValue: size.value } : {}));
  return { name, type: { tensorType: { elemType: DTYPES[type.dtype].onnx, shape: { dim } } } };
}

const bytesOf = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? new TextEncoder().encode(value) : value;

/** An attribute as a message. */
function attributeMessage(name: string, attribute: PlanAttribute, types: Types): AttributeProto {
  switch (attribute.kind) {
    case 'body':
      return { name, type: ATTRIBUTE_NUMBERS.graph, g: bodyProto(attribute.value, types) };
    case 'int':
      return { name, type: ATTRIBUTE_NUMBERS.int, i: attribute.value };
    case 'float':
      return { name, type: ATTRIBUTE_NUMBERS.float, f: attribute.value };
    case 'string':
      return { name, type: ATTRIBUTE_NUMBERS.string, s: bytesOf(attribute.value) };
    case 'ints':
      return { name, type: ATTRIBUTE_NUMBERS.ints, ints: attribute.value };
    case 'floats':
      return { name, type: ATTRIBUTE_NUMBERS.floats, floats: attribute.value };
    case 'strings':
      return { name, type: ATTRIBUTE_NUMBERS.strings, strings: attribute.value.map(bytesOf) };
    case 'tensor':
      return { name, type: ATTRIBUTE_NUMBERS.tensor, t: tensorMessage(attribute.value) };
    case 'type_proto':
      return { name, type: ATTRIBUTE_NUMBERS.type_proto, tp: typeMessage(attribute.value) };
    default:
      throw new Error(`attribute ${name} of kind ${attribute.kind} cannot be written in a plan`);
  }
}

function typeMessage(type: ValueType): TypeProto {
  switch (type.kind) {
    case 'tensor': {
      const elemType = type.dtype === 'undefined' ? 0 : DTYPES[type.dtype].onnx;
      return { tensorType: { elemType } };
    }
    case 'sequence':
      return { sequenceType: { elemType: typeMessage(type.element) } };
    case 'optional':
      return { optionalType: { elemType: typeMessage(type.element) } };
    default:
      throw new Error(`a type of kind ${type.kind} cannot be written in a plan`);
  }
}
