// The types of values: tensors with symbolic shapes, and the containers of ONNX.
import { constant, type Dim } from '../dim/dim.ts';
import { formatDim } from '../dim/text.ts';
import type { DType } from './dtype.ts';

/** The sizes of a tensor's axes. */
export type Shape = readonly Dim[];

/** An element type, or `undefined` spelt out where nothing is known. */
export type MaybeDType = DType | 'undefined';

/** A dense tensor; `shape` is null where the rank is unknown. */
export interface TensorType {
  readonly kind: 'tensor';
  readonly dtype: MaybeDType;
  readonly shape: Shape | null;
}

/** A sparse tensor. */
export interface SparseType {
  readonly kind: 'sparse';
  readonly dtype: MaybeDType;
  readonly shape: Shape | null;
}

/** A list of values of one type. */
export interface SequenceType {
  readonly kind: 'sequence';
  readonly element: ValueType;
}

/** A value or none. */
export interface OptionalType {
  readonly kind: 'optional';
  readonly element: ValueType;
}

/** A dictionary of ai.onnx.ml. */
export interface MapType {
  readonly kind: 'map';
  readonly key: DType;
  readonly value: ValueType;
}

/** A value of which nothing is known. */
export interface UnknownType {
  readonly kind: 'unknown';
}

/** The type of a value. */
export type ValueType = TensorType | SparseType | SequenceType | OptionalType | MapType | UnknownType;

/** The type of which nothing is known. */
export const UNKNOWN_TYPE: UnknownType = Object.freeze({ kind: 'unknown' });

/** Makes a tensor type; plain numbers become constant dims, a null shape is an unknown rank. */
export function tensorType(dtype: MaybeDType, shape: readonly (Dim | number)[] | null): TensorType {
  return { kind: 'tensor', dtype, shape: shape === null ? null : toShape(shape) };
}

/** Makes a shape from numbers and dims. */
export function toShape(dims: readonly (Dim | number)[]): Shape {
  return dims.map((dim) => (typeof dim === 'number' ? constant(dim) : dim));
}

/** The shape as numbers where all dims are constants. */
export function staticShape(shape: Shape | null | undefined): number[] | undefined {
  if (!shape) return undefined;
  for (const dim of shape) if (dim.kind !== 'const') return undefined;
  return shape.map(constValue);
}

const constValue = (dim: Dim): number => (dim.kind === 'const' ? dim.value : Number.NaN);

/** The text of a shape, `[batch, 20]`; `[...]` for an unknown rank. */
export function formatShape(shape: Shape | null | undefined, format: (dim: Dim) => string = formatDim): string {
  return shape ? `[${shape.map((dim) => format(dim)).join(', ')}]` : '[...]';
}

const formatDType = (dtype: MaybeDType): string => (dtype === 'undefined' ? '?' : dtype);

/** The text of a type: `float32[batch, 20]`, `?[...]` where nothing is known, `seq(int64[?])`, `map(string, float32[])`. */
export function formatType(type: ValueType, format: (dim: Dim) => string = formatDim): string {
  switch (type.kind) {
    case 'tensor':
      return `${formatDType(type.dtype)}${formatShape(type.shape, format)}`;
    case 'sparse':
      return `sparse(${formatDType(type.dtype)}${formatShape(type.shape, format)})`;
    case 'sequence':
      return `seq(${formatType(type.element, format)})`;
    case 'optional':
      return `optional(${formatType(type.element, format)})`;
    case 'map':
      return `map(${type.key}, ${formatType(type.value, format)})`;
    case 'unknown':
      return 'unknown';
  }
}

/**
 * Tells whether two types are one: tensors by their parts, containers only by identity, because what is known of their elements
 * belongs to the type object.
 */
export function sameType(a: ValueType, b: ValueType): boolean {
  if (a === b) return true;
  if ((a.kind !== 'tensor' && a.kind !== 'sparse') || a.kind !== b.kind || a.dtype !== b.dtype) return false;
  return sameShape(a.shape, b.shape);
}

function sameShape(a: Shape | null, b: Shape | null): boolean {
  if (a === b) return true;
  if (!a || !b || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Rewrites every dim of a type; the same object comes back where nothing changes. */
export function mapDims(type: ValueType, f: (dim: Dim) => Dim): ValueType {
  switch (type.kind) {
    case 'tensor':
    case 'sparse': {
      const shape = mapShape(type.shape, f);
      return shape === type.shape ? type : { ...type, shape };
    }
    case 'sequence':
    case 'optional': {
      const element = mapDims(type.element, f);
      return element === type.element ? type : { ...type, element };
    }
    case 'map': {
      const value = mapDims(type.value, f);
      return value === type.value ? type : { ...type, value };
    }
    case 'unknown':
      return type;
  }
}

function mapShape(shape: Shape | null, f: (dim: Dim) => Dim): Shape | null {
  if (!shape) return shape;
  let changed: Dim[] | undefined;
  for (let i = 0; i < shape.length; i++) {
    const dim = shape[i];
    if (!dim) continue;
    const next = f(dim);
    if (next !== dim) (changed ??= shape.slice())[i] = next;
  }
  return changed ?? shape;
}

/** A type with nothing known of its sizes; element types stay. */
export function withoutShape(type: ValueType): ValueType {
  switch (type.kind) {
    case 'tensor':
    case 'sparse':
      return { ...type, shape: null };
    case 'sequence':
    case 'optional':
      return { ...type, element: withoutShape(type.element) };
    case 'map':
    case 'unknown':
      return type;
  }
}
