// Runs in a worker: feeds are written as bytes, outputs are read from them.
import { dimwiseError } from '../../base/errors.ts';
import { isRunDType, type RunDType } from '../elements.ts';
import type { OrtData } from '../ort.ts';
import type { RunOutputs, RunTensor } from '../run-outputs.ts';
import type { Frame } from './frame.ts';
import type { LinkRequest } from './link.ts';

/** A tensor that is fed: parts of its elements in order. */
export interface FedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly parts: readonly OrtData[];
}

/** The request for a run. */
export function runRequest(feeds: readonly FedTensor[], fetches: readonly string[]): LinkRequest {
  const bodies: Uint8Array[][] = [];
  const tensors = feeds.map(({ name, dtype, shape, parts }) => {
    if (dtype === 'string') return { name, dtype, shape, strings: parts.flatMap((part) => Array.from(part, String)) };
    bodies.push(parts.map(bytesOf));
    return { name, dtype, shape };
  });
  return { head: { op: 'run', tensors, fetches }, bodies };
}

const bytesOf = (data: OrtData): Uint8Array =>
  'buffer' in data ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array();

/** The outputs in an answer. */
export function readOutputs({ head, bodies }: Frame): RunOutputs {
  let next = 0;
  const tensors = Array.isArray(head['tensors']) ? head['tensors'] : [];
  return Object.fromEntries(
    tensors.map(({ name, dtype, shape, strings }): [string, RunTensor] => {
      const type = String(dtype);
      if (!isRunDType(type)) throw unknownType(String(name), type);
      const data = type === 'string' ? strings : arrayOf(type, bodies[next++] ?? new Uint8Array(0));
      return [String(name), runTensor(type, shape, data)];
    }),
  );
}

const unknownType = (name: string, dtype: string) =>
  dimwiseError({
    code: 'RUNTIME_FAILED',
    message: `ONNX Runtime gives output "${name}" as ${dtype}`,
    origin: { what: `output "${name}"` },
    actual: dtype,
  });

/** The array of each element type, float16 as its bits; the program of workers has the same. */
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

function arrayOf(
  dtype: Exclude<RunDType, 'string'>,
  { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>,
): OrtData {
  const Kind = ARRAYS[dtype];
  return new Kind(buffer, byteOffset, byteLength / Kind.BYTES_PER_ELEMENT);
}

/** Workers pair types and arrays as {@link ARRAYS} lists them. */
const runTensor = (dtype: RunDType, shape: readonly number[], data: OrtData): RunTensor =>
  ({ dtype, shape, data }) as RunTensor;
