// Scan: a body run over the slices of its inputs.
import { constant, type Dim, type SymbolDim } from '../../dim/dim.ts';
import type { Content } from '../../ir/content.ts';
import type { BodyOptions, InferContext, OperatorRow } from '../../ir/operator.ts';
import { type Shape, tensorType, type ValueType } from '../../ir/type.ts';
import { FinalState, rowTypes } from '../rules/after-steps.ts';
import { inferSteps, type LoopCall, type Steps } from '../rules/carried-state.ts';
import { Exporter } from '../rules/export-types.ts';
import { joinTypes } from '../rules/join-types.ts';
import { requireBody } from '../rules/require-body.ts';
import { checkScanAttributes } from '../rules/scan-attributes.ts';
import type { Carried } from '../rules/widen-state.ts';

/**
 * Scan (since 8; without a batch axis since 9): `body(state.., slice..) -> state.., row..`, run once for each slice along the scan axes.
 * `state.., [.., n, ..].. -> state.., [.., n, ..]..`: all scan inputs and outputs have the same length n on their scan axes.
 */
const Scan: OperatorRow = {
  name: 'Scan',
  infer: (cx) => {
    const outputs = cx.version < 9 ? batchedScan(cx) : plainScan(cx);
    CONTENTS.set(
      cx,
      outputs.map(({ content }) => content),
    );
    return outputs.map(({ type }) => type);
  },
  content: (cx) => CONTENTS.get(cx) ?? [],
  examples: [
    {
      inputs: ['float32[b]', 'float32[n, b]'],
      attributes: { num_scan_inputs: 1 },
      bodies: { body: 'step (sum, x) => (next, row) { next = Add (sum, x) row = Concat <axis = 0> (sum, x) }' },
      outputs: ['float32[b]', 'float32[n, 2*b]'],
    },
    {
      inputs: ['float32[n, 3, a]', 'float32[m, a, b]'],
      attributes: { num_scan_inputs: 2 },
      bodies: { body: 'step (x, y) => (row) { row = MatMul (x, y) }' },
      outputs: ['float32[n, 3, b]'],
      constraints: ['n == m'],
    },
    {
      inputs: ['float32[a, n]', 'float32[n, b]'],
      attributes: {
        num_scan_inputs: 2,
        scan_input_axes: [1, 0],
        scan_input_directions: [1, 0],
        scan_output_axes: [-1],
        scan_output_directions: [1],
      },
      bodies: { body: 'step (x, y) => (row) { row = Concat <axis = 0> (x, y) }' },
      outputs: ['float32[a + b, n]'],
    },
    {
      inputs: ['float32[5, 2, a]'],
      captured: { w: 'float32[a, b]' },
      attributes: { num_scan_inputs: 1 },
      bodies: { body: 'step (x) => (row, size) { row = MatMul (x, w) size = Shape (x) }' },
      outputs: ['float32[5, 2, b]', 'int64[5, 2]'],
    },
    {
      inputs: [null, 'float32[b, c]', 'float32[b, n, c]'],
      attributes: { num_scan_inputs: 1 },
      bodies: { body: 'step (sum, x) => (next, row) { next = Add (sum, x) row = Concat <axis = 0> (sum, x) }' },
      opset: 8,
      outputs: ['float32[b, c]', 'float32[b, n, 2*c]'],
    },
    { inputs: ['float32[n, s]'], attributes: { num_scan_inputs: 1 }, fails: 'ATTRIBUTE_MISSING' },
    {
      inputs: ['float32[3, a]', 'float32[4, a]'],
      attributes: { num_scan_inputs: 2 },
      bodies: { body: 'step (x, y) => (row) { row = Add (x, y) }' },
      fails: 'SHAPE_MISMATCH',
    },
    {
      // A state keeps its shape.
      inputs: ['float32[b]', 'float32[n, b]'],
      attributes: { num_scan_inputs: 1 },
      bodies: { body: 'step (state, x) => (next) { next = Concat <axis = 0> (state, x) }' },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, b]'],
      attributes: { num_scan_inputs: 1, scan_input_axes: [2] },
      bodies: { body: 'step (x) => (row) { row = Neg (x) }' },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/** What the inference of a node found of the elements of its outputs. */
const CONTENTS = new WeakMap<InferContext, readonly (Content | undefined)[]>();

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

function plainScan(cx: InferContext): readonly Carried[] {
  const counts = countsOf(cx, 0);
  const { states, scans } = counts;
  checkScanAttributes(cx, scans, cx.outputCount - states);
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
  const initial = Array.from({ length: states }, (_, i) => ({ type: cx.type(i), content: cx.content(i) }));
  const known = length ?? cx.fresh('length', { min: 1 });
  return runBody(cx, counts, { initial, slices, length: known }).map((each, i) => {
    const { type } = each;
    if (i < states || type.kind !== 'tensor' || !type.shape) return each;
    const axis = cx.axis(cx.ints('scan_output_axes')?.[i - states] ?? 0, type.shape.length + 1, 'scan_output_axes');
    return { type: tensorType(type.dtype, type.shape.toSpliced(axis, 0, known)), content: undefined };
  });
}

/** The form of opset 8: all inputs and outputs carry a batch axis first, scan inputs and outputs the scan axis behind it. */
function batchedScan(cx: InferContext): readonly Carried[] {
  const counts = countsOf(cx, 1);
  checkScanAttributes(cx, counts.scans, cx.outputCount - counts.states);
  let batch: Dim | undefined = cx.has(0) ? cx.rankBetween(0, 1, 1)?.[0] : undefined;
  let length: Dim | undefined;
  const inner = (i: number, axes: number): ValueType => {
    const shape: Shape | undefined = cx.rankBetween(i, axes, Number.POSITIVE_INFINITY);
    if (!shape) return tensorType(cx.dtype(i), null);
    batch = meet(cx, batch, shape[0]);
    if (axes === 2) length = meet(cx, length, shape[1]);
    return tensorType(cx.dtype(i), shape.slice(axes));
  };
  // What is known of the elements of a whole batch is not followed into its parts.
  const initial = Array.from({ length: counts.states }, (_, i) => ({ type: inner(1 + i, 1), content: undefined }));
  const slices = Array.from({ length: counts.scans }, (_, i) => inner(1 + counts.states + i, 2));
  const [rows, steps] = [batch ?? cx.fresh('batch'), length ?? cx.fresh('length', { min: 1 })];
  return runBody(cx, counts, { initial, slices, length: steps }).map(({ type }, i) => {
    if (type.kind !== 'tensor' || !type.shape) return { type, content: undefined };
    const outer = i < counts.states ? [rows] : [rows, steps];
    return { type: tensorType(type.dtype, [...outer, ...type.shape]), content: undefined };
  });
}

function meet(cx: InferContext, known: Dim | undefined, dim: Dim | undefined): Dim | undefined {
  return known && dim ? cx.unify(known, dim, 'lengths of the scan inputs') : (known ?? dim);
}

/** What the body of a scan is given. */
interface ScanTypes {
  readonly initial: readonly Carried[];
  readonly slices: readonly ValueType[];
  /** How many slices there are. */
  readonly length: Dim;
}

function runBody(cx: InferContext, counts: Counts, { initial, slices, length }: ScanTypes): readonly Carried[] {
  const { states } = counts;
  const body = requireBody(cx, 'body', states + counts.scans, cx.outputCount);
  // ONNX Runtime refuses a scan over nothing, so the body runs.
  cx.atLeast(length, 1, 'the length of the scan inputs');
  const run = (state: readonly Carried[], _: Dim, options: BodyOptions): readonly ValueType[] => {
    const contents = state.map(({ content }) => content);
    return cx.inferBody(body, [...state.map(({ type }) => type), ...slices], { ...options, contents });
  };
  const exact = (): Dim => length;
  const call: LoopCall = {
    body,
    initial,
    offset: 0,
    most: length,
    certain: true,
    counted: false,
    fixed: true,
    run,
    exact,
  };
  const steps = inferSteps(cx, call);
  const finals = new FinalState(cx, steps, { count: length, certain: true }).values(0);
  const rows = rowTypes(cx, steps, { body, from: states, certain: true });
  return [...sameStates(cx, steps, finals), ...rows.map((type) => ({ type, content: undefined }))];
}

/** The state of a scan, whose shapes are the same in every step (ONNX Scan-9). */
function sameStates(cx: InferContext, { first, isInner, step }: Steps, finals: readonly Carried[]): Carried[] {
  const known = (symbol: SymbolDim): Dim | undefined => (symbol === step ? constant(0) : undefined);
  const exporter = new Exporter(cx, { isInner, facts: first.facts, known });
  const states = finals.map(({ type, content }, i) => {
    const after = first.outputs[i];
    return { type: after ? sameState(cx, type, exporter.type(after.type)) : type, content };
  });
  exporter.tellGiven();
  return states;
}

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
