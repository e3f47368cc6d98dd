// Typed arrays as feeds: which elements they hold, and whether their memory can be handed to ONNX Runtime.
import { Float16Array } from '@petamoriken/float16';
import type { DType } from '../ir/dtype.ts';

/** A typed array; its shape follows from the input where only one is possible. */
export type FeedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float16Array;

const ARRAY_TYPES: Readonly<Record<string, DType>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Int32Array: 'int32',
  Uint32Array: 'uint32',
  BigInt64Array: 'int64',
  BigUint64Array: 'uint64',
  // The engine's own; that of @petamoriken/float16 is a proxy where the engine has none.
  Float16Array: 'float16',
};

/** The element type of a typed array, of a subclass or another realm too; undefined for anything else. */
export function arrayType(value: unknown): DType | undefined {
  if (value instanceof Float16Array) return 'float16';
  if (!ArrayBuffer.isView(value) || !(Symbol.toStringTag in value)) return undefined;
  // A getter of all typed arrays tells the class that the engine made, whatever class the author made of it.
  const tag = value[Symbol.toStringTag];
  return typeof tag === 'string' ? ARRAY_TYPES[tag] : undefined;
}

/** Why the memory of a typed array cannot be read; undefined where it can. */
export function unreadable(array: { readonly length: number; readonly buffer?: unknown }): string | undefined {
  // Only an array that lost its memory, or never had any, has no elements; the stand-in for Float16Array is no view.
  if (array.length > 0 || !ArrayBuffer.isView(array)) return undefined;
  try {
    // All methods of typed arrays make sure that the array lies inside of its buffer.
    Reflect.apply(Uint8Array.prototype.keys, array, []);
    return undefined;
  } catch {
    return isDetached(array.buffer)
      ? 'its buffer is detached: it was transferred to another thread'
      : 'its buffer was resized, and is shorter than the array';
  }
}

function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    Reflect.construct(Uint8Array, [buffer, 0]);
    return false;
  } catch {
    return true;
  }
}

/** Whether the memory is shared between threads; the binding of ONNX Runtime takes no such array. */
export const isShared = (array: { readonly buffer: unknown }): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && array.buffer instanceof SharedArrayBuffer;
