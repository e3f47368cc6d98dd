// Scan: a body run over the slices of its inputs.
import { type Dim, unknownDim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { type Shape, tensorType, type ValueType } from '../../ir/type.ts';
import { joinTypes } from '../rules/join-types.ts';
import { requireBody } from '../rules/require-body.ts';

/**
 * Scan (since 8; without a batch axis since 9): `body(state.., slice..) -> state.., row..`, run once for each slice along the scan axes.
 * `state.., [.., n, ..].. -> state.., [.., n, ..]..`: all scan inputs and outputs have the same length n on their scan axes.
 */
const Scan: OperatorRow = {
  name: 'Scan',
  infer: (cx) => (cx.version < 9 ? batchedScan(cx) : plainScan(cx)),
  examples: [{ inputs: ['float32[n, s]'], fails: 'ATTRIBUTE_MISSING' }],
};

/** The counts of a scan: where its inputs begin, and how many of each kind there are. */
interface Counts {
  readonly first: number;
  readonly states: number;
  readonly scans: number;
}

function countsOf(cx: InferContext, first: number): Counts {
  const scans = cx.int('num_scan_inputs', 0);
  const states = cx.inputCount - first - scans;
  if (scans < 1 || states < 0 || cx.outputCount < states) {
    cx.fail(
      'OP_INVALID',
      `Scan: ${scans} scan inputs do not fit ${cx.inputCount - first} inputs and ${cx.outputCount} outputs`,
      {
        expected: `1 to ${cx.inputCount - first}`,
        actual: String(scans),
      },
    );
  }
  return { first, states, scans };
}

function plainScan(cx: InferContext): readonly ValueType[] {
  const counts = countsOf(cx, 0);
  const { states, scans } = counts;
  let length: Dim | undefined;
  const slices: ValueType[] = [];
  for (let k = 0; k < scans; k++) {
    const shape = cx.shape(states + k);
    if (!shape) {
      slices.push(tensorType(cx.dtype(states + k), null));
      continue;
    }
    const axis = cx.axis(cx.ints('scan_input_axes')?.[k] ?? 0, shape.length, 'scan_input_axes');
    length = meet(cx, length, shape[axis]);
    slices.push(tensorType(cx.dtype(states + k), shape.toSpliced(axis, 1)));
  }
  const initial = Array.from({ length: states }, (_, i) => cx.type(i));
  const rows = runBody(cx, counts, { initial, slices, length });
  return rows.map((type, i) => {
    if (i < states || type.kind !== 'tensor' || !type.shape) return type;
    const axis = cx.axis(cx.ints('scan_output_axes')?.[i - states] ?? 0, type.shape.length + 1, 'scan_output_axes');
    return tensorType(type.dtype, type.shape.toSpliced(axis, 0, length ?? unknownDim()));
  });
}

/** The form of opset 8: all inputs and outputs carry a batch axis first, scan inputs and outputs the scan axis behind it. */
function batchedScan(cx: InferContext): readonly ValueType[] {
  const counts = countsOf(cx, 1);
  let batch: Dim | undefined;
  let length: Dim | undefined;
  const inner = (i: number, axes: number): ValueType => {
    const shape: Shape | undefined = cx.rankBetween(i, axes, Number.POSITIVE_INFINITY);
    if (!shape) return tensorType(cx.dtype(i), null);
    batch = meet(cx, batch, shape[0]);
    if (axes === 2) length = meet(cx, length, shape[1]);
    return tensorType(cx.dtype(i), shape.slice(axes));
  };
  const initial = Array.from({ length: counts.states }, (_, i) => inner(1 + i, 1));
  const slices = Array.from({ length: counts.scans }, (_, i) => inner(1 + counts.states + i, 2));
  const rows = runBody(cx, counts, { initial, slices, length });
  return rows.map((type, i) => {
    if (type.kind !== 'tensor' || !type.shape) return type;
    const outer = [batch ?? unknownDim(), ...(i < counts.states ? [] : [length ?? unknownDim()])];
    return tensorType(type.dtype, [...outer, ...type.shape]);
  });
}

function meet(cx: InferContext, known: Dim | undefined, dim: Dim | undefined): Dim | undefined {
  return known && dim ? cx.unify(known, dim, 'lengths of the scan inputs') : (known ?? dim);
}

/** What the body of a scan is given. */
interface ScanTypes {
  readonly initial: readonly ValueType[];
  readonly slices: readonly ValueType[];
  /** How many slices there are. */
  readonly length: Dim | undefined;
}

function runBody(cx: InferContext, counts: Counts, { initial, slices, length }: ScanTypes): readonly ValueType[] {
  const body = requireBody(cx, 'body', counts.states + counts.scans, cx.outputCount);
  // ONNX Runtime refuses a scan over nothing, so the body runs.
  if (length) cx.atLeast(length, 1, 'the length of the scan inputs');
  const outputs = cx.inferBody(body, [...initial, ...slices], { runs: true });
  return outputs.map((type, i) => (i < counts.states ? sameState(cx, initial[i] ?? type, type) : type));
}

/** The state of a scan, whose shape is the same in every step (ONNX Scan-9). */
function sameState(cx: InferContext, before: ValueType, after: ValueType): ValueType {
  const what = 'the state before and after a step';
  if (before.kind !== 'tensor' || after.kind !== 'tensor' || !before.shape || !after.shape) {
    return before.kind === 'tensor' && before.shape ? before : after;
  }
  if (before.dtype !== after.dtype) joinTypes(cx, [before, after], what, (a) => a);
  return tensorType(before.dtype, cx.unifyShapes(before.shape, after.shape, what));
}

/** The family. */
export const SCAN_ROWS: readonly OperatorRow[] = [Scan];
