// Windows over one axis as positions in it: what adaptive pools and unfold gather.
import { op } from '../build/op.ts';
import type { Value } from '../ir/graph.ts';
import { type TensorData, tensorFromValues } from '../ir/tensor-data.ts';

/** The windows over an axis. */
export interface WindowPlaces {
  /** `[windows, length]` int64: the positions in each window; a shorter window repeats its last one. */
  readonly places: Value | TensorData;
  /** `[windows, length]` bool: which of them are its own; undefined where all windows have one length. */
  readonly isOwn: Value | TensorData | undefined;
  /** `[windows]` int64: how many are its own. */
  readonly counts: Value | TensorData;
}

/**
 * The windows of an adaptive pool: window i of `count` over `size` elements reaches from `i*size // count` up to but without
 * `ceildiv((i + 1)*size, count)`, as in PyTorch (ATen/native/AdaptivePooling.h).
 *
 * @param size the elements of the axis; a scalar int64 value where it is no number
 * @param count the number of windows
 */
export function adaptivePlaces(size: number | Value, count: number): WindowPlaces {
  return typeof size === 'number' ? fixedPlaces(size, count) : computedPlaces(size, count);
}

function fixedPlaces(size: number, count: number): WindowPlaces {
  const windows = Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * size) / count);
    return { start, length: Math.ceil(((i + 1) * size) / count) - start };
  });
  const length = Math.max(...windows.map((window) => window.length));
  const steps = Array.from({ length }, (_, k) => k);
  const places = windows.flatMap((window) => steps.map((k) => window.start + Math.min(k, window.length - 1)));
  const isOwn = windows.flatMap((window) => steps.map((k) => k < window.length));
  return {
    places: tensorFromValues('int64', [count, length], places),
    isOwn: isOwn.every(Boolean) ? undefined : tensorFromValues('bool', [count, length], isOwn),
    counts: tensorFromValues(
      'int64',
      [count],
      windows.map((window) => window.length),
    ),
  };
}

function computedPlaces(size: Value, count: number): WindowPlaces {
  const numbers = (first: number): TensorData =>
    tensorFromValues(
      'int64',
      [count],
      Array.from({ length: count }, (_, i) => first + i),
    );
  const starts = op.Div(op.Mul(numbers(0), size), BigInt(count));
  const ends = op.Div(op.Add(op.Mul(numbers(1), size), BigInt(count - 1)), BigInt(count));
  // No window is longer: with f and r below 1, ceil(f + q + r) is at most q + 2.
  const length = op.Add(op.Div(size, BigInt(count)), 2n);
  const all = op.Add(op.Unsqueeze(starts, [1]), op.Range(0n, length, 1n));
  const behind = op.Unsqueeze(ends, [1]);
  return {
    places: op.Min([all, op.Sub(behind, 1n)]),
    isOwn: op.Less(all, behind),
    counts: op.Sub(ends, starts),
  };
}

/** How windows of one size slide over an axis that is padded already. */
export interface SlidingWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/**
 * The positions in windows that slide over an axis: `[windows, kernel]` int64.
 *
 * @param size the elements of the axis; a scalar int64 value where it is no number
 */
export function slidingPlaces(size: number | Value, { kernel, stride, dilation }: SlidingWindow): Value | TensorData {
  const span = dilation * (kernel - 1);
  const steps = Array.from({ length: kernel }, (_, k) => k * dilation);
  if (typeof size !== 'number') {
    const starts = op.Range(0n, op.Sub(size, BigInt(span)), BigInt(stride));
    return op.Add(op.Unsqueeze(starts, [1]), tensorFromValues('int64', [kernel], steps));
  }
  const count = Math.floor((size - span - 1) / stride) + 1;
  const starts = Array.from({ length: count }, (_, i) => i * stride);
  return tensorFromValues(
    'int64',
    [count, kernel],
    starts.flatMap((start) => steps.map((step) => start + step)),
  );
}
