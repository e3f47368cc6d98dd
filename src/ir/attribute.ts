// Attribute values of nodes, one union member per kind of ONNX's AttributeProto.
import type { Graph } from './graph.ts';
import type { TensorData } from './tensor-data.ts';
import type { ValueType } from './type.ts';

/** A 64-bit integer: a number where that is exact, else a bigint. */
export type Int64 = number | bigint;

/** A sparse tensor constant: the non-zero values and their indices. */
export interface SparseTensorData {
  readonly values: TensorData;
  readonly indices: TensorData;
  readonly shape: readonly number[];
}

/** What an attribute of each kind holds. */
export interface AttributeValues {
  int: Int64;
  float: number;
  string: string | Uint8Array;
  tensor: TensorData;
  graph: Graph;
  sparse_tensor: SparseTensorData;
  type_proto: ValueType;
  ints: readonly Int64[];
  floats: readonly number[];
  strings: readonly (string | Uint8Array)[];
  tensors: readonly TensorData[];
  graphs: readonly Graph[];
  sparse_tensors: readonly SparseTensorData[];
  type_protos: readonly ValueType[];
}

/** The attribute of the calling node that a function body refers to by name. */
export interface AttributeReference {
  readonly kind: 'ref';
  readonly value: string;
  readonly of: keyof AttributeValues;
}

/** An attribute. */
export type Attribute =
  | {
      readonly [K in keyof AttributeValues]: { readonly kind: K; readonly value: AttributeValues[K] };
    }[keyof AttributeValues]
  | AttributeReference;

/** The kind of an attribute's value. */
export type AttributeKind = Attribute['kind'];

/** A node's attributes by name. */
export type Attributes = ReadonlyMap<string, Attribute>;

/** Attributes of a node that has none. */
export const NO_ATTRIBUTES: Attributes = new Map();

const NO_BODIES: readonly Graph[] = [];

/** The bodies that attributes hold, in the order of the sorted names. */
export function bodiesIn(attributes: Attributes): readonly Graph[] {
  if (!holdBodies(attributes)) return NO_BODIES;
  const bodies: Graph[] = [];
  for (const name of [...attributes.keys()].sort()) {
    const attribute = attributes.get(name);
    if (attribute?.kind === 'graph') bodies.push(attribute.value);
    else if (attribute?.kind === 'graphs') bodies.push(...attribute.value);
  }
  return bodies;
}

/** Most nodes hold none. */
function holdBodies(attributes: Attributes): boolean {
  if (attributes.size === 0) return false;
  for (const { kind } of attributes.values()) if (kind === 'graph' || kind === 'graphs') return true;
  return false;
}
