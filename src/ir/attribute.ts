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

/** An attribute's value. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: Int64 }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string | Uint8Array }
  | { readonly kind: 'tensor'; readonly value: TensorData }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'sparse_tensor'; readonly value: SparseTensorData }
  | { readonly kind: 'type_proto'; readonly value: ValueType }
  | { readonly kind: 'ints'; readonly value: readonly Int64[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly (string | Uint8Array)[] }
  | { readonly kind: 'tensors'; readonly value: readonly TensorData[] }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  | { readonly kind: 'sparse_tensors'; readonly value: readonly SparseTensorData[] }
  | { readonly kind: 'type_protos'; readonly value: readonly ValueType[] }
  /** Inside a function body: the attribute of the calling node with the name `value`. */
  | { readonly kind: 'ref'; readonly value: string; readonly of: Exclude<Attribute['kind'], 'ref'> };

/** The kind of an attribute's value. */
export type AttributeKind = Attribute['kind'];

/** A node's attributes by name. */
export type Attributes = ReadonlyMap<string, Attribute>;

/** Attributes of a node that has none. */
export const NO_ATTRIBUTES: Attributes = new Map();
