// Rows of weights in another order: a constant that reads them from where they are when it is written.
import { op } from '../../build/op.ts';
import { traceOf } from '../../build/trace.ts';
import { DTYPES } from '../../ir/dtype.ts';
import type { Graph, Value } from '../../ir/graph.ts';
import type { TensorData } from '../../ir/tensor-data.ts';
import { joinTensors, reshapeTensor, sliceTensor } from '../../ir/tensor-views.ts';

/** Rows `start` to `stop` (exclusive) of a value's first axis. */
export interface RowBlock {
  readonly value: Value;
  readonly start: number;
  readonly stop: number;
}

/** What stacked rows become. */
export interface StackedRows {
  /** The sizes in place of the first axis, whose product is the number of rows: `[2, 4*units]`. */
  readonly leading: readonly number[];
  /** The name in the file; made up where undefined. */
  readonly name: string | undefined;
}

interface Stacked {
  readonly blocks: readonly RowBlock[];
  readonly leading: readonly number[];
  readonly value: Value;
}

/** What was stacked in a graph, so that a layer that is called twice writes its weights once. */
const STACKED = new WeakMap<Graph, Stacked[]>();

/**
 * Stacks blocks of rows. Where all of them are parameters or constants, the result is a constant without bytes of its own: they are
 * read from the sources when it is written. Else the rows are stacked when the model runs.
 *
 * @param blocks at least one; all of rank 1, or all of rank 2 with the same number of columns, and of one element type
 * @returns a value `[...leading]`, or `[...leading, columns]`
 */
export function stackRows(blocks: readonly RowBlock[], { leading, name }: StackedRows): Value {
  const parts = blocks.flatMap(({ value, start, stop }) => {
    const data = readableData(value);
    return data ? [sliceTensor(data, 0, start, stop)] : [];
  });
  if (parts.length < blocks.length) return computeRows(blocks, leading);
  const { root } = traceOf([]);
  const known = STACKED.get(root) ?? [];
  STACKED.set(root, known);
  const same = known.find((one) => isSame(one, blocks, leading));
  if (same) return same.value;
  const joined = joinTensors(parts);
  const data = reshapeTensor(joined, [...leading, ...joined.shape.slice(1)]);
  const value = root.addConstant(data, name, blocks[0]?.value.origin);
  known.push({ blocks, leading, value });
  return value;
}

function isSame(stacked: Stacked, blocks: readonly RowBlock[], leading: readonly number[]): boolean {
  return (
    stacked.blocks.length === blocks.length &&
    stacked.leading.join() === leading.join() &&
    stacked.blocks.every(({ value, start, stop }, i) => {
      const other = blocks[i];
      return value === other?.value && start === other.start && stop === other.stop;
    })
  );
}

/** The data of a parameter or constant whose elements can be read row by row here; undefined for all else. */
function readableData({ source, dtype }: Value): TensorData | undefined {
  if (source.kind !== 'parameter' && source.kind !== 'constant') return undefined;
  const data = source.kind === 'parameter' ? source.cell.data() : source.data;
  const isReadable = data.storage.kind === 'bytes' || data.storage.kind === 'lazy';
  return isReadable && data.dtype === dtype && DTYPES[dtype].bits >= 8 ? data : undefined;
}

/** The rows stacked by operators; a value of rank 1 or 2. */
function computeRows(blocks: readonly RowBlock[], leading: readonly number[]): Value {
  const parts = blocks.map(({ value, start, stop }) => op.Slice(value, [start], [stop], [0]));
  const [only] = parts;
  const stacked = only && parts.length === 1 ? only : op.Concat(parts, { axis: 0 });
  return op.Reshape(stacked, blocks[0]?.value.rank === 1 ? leading : [...leading, -1]);
}
