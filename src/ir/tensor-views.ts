// Views of tensors: transposed, cut, joined, reshaped; read from where the elements are when they are used.
import { dimwiseError } from '../base/errors.ts';
import { gatherElements } from './gather-elements.ts';
import { elementCount, type LazySource, materialize, type TensorData } from './tensor-data.ts';
import { elementBytes, type RangeReader, rangeReader, requireReadable, wholeReader } from './tensor-range.ts';

/** Runs of fewer bytes are cut from a tensor that is read as a whole. */
const LEAST_RUN_BYTES = 1 << 16;

/**
 * A tensor with its axes in another order, as numpy.transpose gives it. Its elements lie apart, so that the whole tensor is in memory
 * while the view is written; no other is.
 *
 * @param perm the old axis of each new one; all axes backwards by default
 * @throws PARAM_SHAPE when `perm` is no order of the tensor's axes
 * @throws DTYPE_MISMATCH when the elements are strings or no whole bytes
 */
export function transposeTensor(data: TensorData, perm?: readonly number[]): TensorData {
  const { shape } = data;
  const order = perm ?? shape.map((_, axis) => shape.length - 1 - axis);
  if (order.length !== shape.length || !shape.every((_, axis) => order.includes(axis)))
    throw badView(`[${order.join(', ')}] is no order of the axes`, data);
  const target = order.map((axis) => shape[axis] ?? 0);
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const steps = order.map((axis) => strides[axis] ?? 0);
  const size = elementBytes(data);
  return view(data, target, `transpose [${order.join(', ')}]`, (total) => {
    let read: RangeReader | undefined;
    return (out, first) => {
      read ??= gatherElements(materialize(data) ?? new Uint8Array(), { size, shape: target, steps });
      read(out, first);
      if (first + out.length / size === total) read = undefined;
    };
  });
}

/**
 * A part of a tensor along one axis.
 *
 * @param from the first index, from 0
 * @param to the index after the last
 * @throws PARAM_SHAPE when the tensor has no such axis or indices
 * @throws DTYPE_MISMATCH when the elements are strings or no whole bytes
 */
export function sliceTensor(data: TensorData, axis: number, from: number, to: number): TensorData {
  const length = lengthOf(data, axis);
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= length))
    throw badView(`${from} to ${to} is no part of axis ${axis}`, data);
  const shape = data.shape.with(axis, to - from);
  const inner = elementCount(data.shape.slice(axis + 1));
  const size = elementBytes(data);
  const run = (to - from) * inner;
  return view(data, shape, `slice axis ${axis} ${from} to ${to}`, (total) => {
    const read = runReader(data, run * size, (first, bytes) => first + bytes / size >= lastOf(total));
    const lastOf = (count: number): number =>
      count === 0 ? 0 : Math.floor((count - 1) / run) * length * inner + from * inner + run;
    return (out, first) =>
      eachRun(out.length / size, first, run, (at, outer, skip, count) => {
        read(out.subarray(at * size, (at + count) * size), outer * length * inner + from * inner + skip);
      });
  });
}

/**
 * Cuts a tensor into equal parts along one axis, as packed projections are unpacked.
 *
 * @throws PARAM_SHAPE when the axis does not divide into so many
 */
export function splitTensor(data: TensorData, parts: number, axis = 0): TensorData[] {
  const length = lengthOf(data, axis);
  if (!Number.isInteger(parts) || parts < 1 || length % parts !== 0)
    throw badView(`axis ${axis} does not divide into ${parts} equal parts`, data);
  const each = length / parts;
  return Array.from({ length: parts }, (_, i) => sliceTensor(data, axis, i * each, (i + 1) * each));
}

/**
 * Joins tensors along one axis.
 *
 * @throws PARAM_SHAPE when there are none, or they differ in another axis
 * @throws DTYPE_MISMATCH when their element types differ
 */
export function joinTensors(parts: readonly TensorData[], axis = 0): TensorData {
  const [first] = parts;
  if (!first) throw dimwiseError({ code: 'PARAM_SHAPE', message: 'no tensors to join' });
  lengthOf(first, axis);
  for (const part of parts) {
    if (part.dtype !== first.dtype)
      throw dimwiseError({
        code: 'DTYPE_MISMATCH',
        message: `${first.dtype} and ${part.dtype} cannot be joined`,
        expected: first.dtype,
        actual: part.dtype,
      });
    if (part.shape.length !== first.shape.length || !part.shape.every((n, i) => i === axis || n === first.shape[i]))
      throw badView(`[${part.shape.join(', ')}] cannot be joined along axis ${axis} to`, first);
  }
  const inner = elementCount(first.shape.slice(axis + 1));
  const runs = parts.map((part) => (part.shape[axis] ?? 0) * inner);
  const row = runs.reduce((sum, run) => sum + run, 0);
  const size = elementBytes(first);
  const shape = first.shape.with(
    axis,
    parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0),
  );
  const name = `join axis ${axis} of ${parts.length}`;
  return view(
    first,
    shape,
    name,
    () => {
      const reads = parts.map((part, i) =>
        runReader(part, (runs[i] ?? 0) * size, (at, bytes) => at + bytes / size === elementCount(part.shape)),
      );
      return (out, start) =>
        eachRun(out.length / size, start, row, (at, outer, skip, count) => {
          let begin = 0;
          for (const [i, run] of runs.entries()) {
            const [from, to] = [Math.max(skip, begin), Math.min(skip + count, begin + run)];
            const target = out.subarray((at + from - skip) * size, (at + to - skip) * size);
            if (from < to) reads[i]?.(target, outer * run + from - begin);
            begin += run;
          }
        });
    },
    parts,
  );
}

/** Joins tensors of one shape along a new axis. @throws as {@link joinTensors} does */
export function stackTensors(parts: readonly TensorData[], axis = 0): TensorData {
  return joinTensors(
    parts.map((part) => reshapeTensor(part, part.shape.toSpliced(axis, 0, 1))),
    axis,
  );
}

/** The same elements under other sizes. @throws PARAM_SHAPE when the sizes hold another number of elements */
export function reshapeTensor(data: TensorData, shape: readonly number[]): TensorData {
  const isShape = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape || elementCount(shape) !== elementCount(data.shape))
    throw badView(`[${shape.join(', ')}] holds another number of elements`, data);
  return { ...data, shape };
}

/** A lazy tensor that is made of another, or of several. */
function view(
  data: TensorData,
  shape: readonly number[],
  name: string,
  open: (total: number) => RangeReader,
  sources: readonly TensorData[] = [data],
): TensorData {
  for (const source of sources) requireReadable(source);
  const texts = sources.map(({ storage }) => (storage.kind === 'lazy' ? storage.source.description : undefined));
  const description = texts.every((text) => text !== undefined) ? `${name} of ${texts.join(' and ')}` : undefined;
  let fill: RangeReader | undefined;
  const source: LazySource = {
    description,
    fill: (out, first) => {
      fill ??= open(elementCount(shape));
      fill(out, first);
    },
  };
  return { dtype: data.dtype, shape, storage: { kind: 'lazy', source } };
}

/** Reads runs of a tensor: each from where it is, or, where they are short, from the whole. */
function runReader(data: TensorData, bytes: number, isLast: (first: number, bytes: number) => boolean): RangeReader {
  return bytes < LEAST_RUN_BYTES ? wholeReader(data, isLast) : rangeReader(data);
}

/** Cuts a range of elements at the ends of rows. */
function eachRun(
  count: number,
  first: number,
  row: number,
  take: (at: number, outer: number, skip: number, count: number) => void,
): void {
  for (let at = 0; at < count; ) {
    const skip = (first + at) % row;
    const length = Math.min(row - skip, count - at);
    take(at, Math.floor((first + at) / row), skip, length);
    at += length;
  }
}

function lengthOf(data: TensorData, axis: number): number {
  const length = data.shape[axis];
  if (length === undefined) throw badView(`there is no axis ${axis}`, data);
  return length;
}

function badView(reason: string, { dtype, shape }: TensorData) {
  return dimwiseError({
    code: 'PARAM_SHAPE',
    message: `${reason}: ${dtype}[${shape.join(', ')}]`,
    actual: `[${shape.join(', ')}]`,
    hint: 'correct the axis, the order or the sizes',
  });
}
