// Bodies of Loop, Scan and SequenceMap: what types their inputs have, traced so that they hold in every iteration.
import { type Diagnostic, dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { type Dim, freshSymbol } from '../dim/dim.ts';
import { substitute } from '../dim/evaluate.ts';
import { formatDim } from '../dim/text.ts';
import { Graph, Value } from '../ir/graph.ts';
import { type Shape, tensorType, UNKNOWN_TYPE, type ValueType } from '../ir/type.ts';
import { type BodyArgument, traceBody } from './body.ts';
import { inWords } from './in-words.ts';
import { constantData, isTensorData, type Operand } from './operands.ts';
import { type Trace, traceOf } from './trace.ts';

/** One input of a body. */
interface BodyInput {
  readonly name: string;
  readonly type: ValueType;
}

/** The type of an operand before it stands in the graph. */
function operandType(operand: Operand): ValueType {
  if (operand instanceof Value) return operand.type;
  const { dtype, shape } = isTensorData(operand) ? operand : constantData(operand);
  return tensorType(dtype, shape);
}

/** Traces a branch of If, which has no inputs. */
export function branchBody(name: string, body: BodyArgument): Graph {
  return traceBody(name, [], body);
}

/** What a call of Loop says about its inputs. */
interface LoopCall {
  /** M. */
  readonly limit: Operand | undefined;
  /** The initial state. */
  readonly state: readonly Operand[];
}

/**
 * Traces the body of Loop: iteration number, condition, state.
 *
 * @returns the body; its outputs are condition, state, scan outputs
 */
export function loopBody({ limit, state }: LoopCall, body: BodyArgument): Graph {
  const fixed = [
    { name: 'iteration', type: tensorType('int64', []) },
    { name: 'condition', type: tensorType('bool', []) },
  ];
  const call = { fixed, state: state.map(operandType), rest: [], firstState: 1, repeats: !isOne(limit) };
  return stableBody('loop_body', call, body);
}

/** Whether a limit is known to allow one step at most. */
function isOne(limit: Operand | undefined): boolean {
  const elements =
    limit instanceof Value ? limit.content?.elements : limit === undefined || isTensorData(limit) ? [] : [limit];
  const [only] = elements ?? [];
  if (typeof only === 'number' || typeof only === 'bigint') return only <= 1;
  return typeof only === 'object' && 'kind' in only && only.kind === 'const' && only.value <= 1;
}

/** What a call of Scan says about its inputs. */
interface ScanCall {
  readonly inputs: readonly Operand[];
  readonly scanned: number | bigint;
  /** The axis of each scanned input; 0 by default. */
  readonly axes: readonly (number | bigint)[] | undefined;
}

/** Traces the body of Scan: state, then one slice of each scanned input. */
export function scanBody({ inputs, scanned, axes }: ScanCall, body: BodyArgument): Graph {
  const states = inputs.length - Number(scanned);
  if (!Number.isInteger(states) || states < 0 || states >= inputs.length) throw badCount(scanned, inputs.length);
  const rest = inputs
    .slice(states)
    .map((operand, i) => ({ name: `slice_${i}`, type: sliceType(operandType(operand), Number(axes?.[i] ?? 0)) }));
  return stableBody(
    'scan_body',
    { fixed: [], state: inputs.slice(0, states).map(operandType), rest, firstState: 0, repeats: false },
    body,
  );
}

function badCount(scanned: unknown, inputs: number) {
  const given = typeof scanned === 'number' || typeof scanned === 'bigint' ? String(scanned) : inWords(scanned);
  return dimwiseError({
    code: 'OP_INVALID',
    message: `Scan: num_scan_inputs is ${given}, Scan was given ${inputs} inputs`,
    origin: { site: captureSite() },
    expected: inputs > 0 ? `1 to ${inputs}` : 'at least one input',
    actual: given,
    hint: 'state comes first, then the inputs that are scanned, which num_scan_inputs counts',
  });
}

/** Traces the body of SequenceMap: an element of the sequence, then the other inputs or elements of them. */
export function mapBody(sequence: Operand, others: readonly Operand[], body: BodyArgument): Graph {
  const inputs = [sequence, ...others].map((operand, i) => {
    const type = operandType(operand);
    return { name: i === 0 ? 'element' : `input_${i}`, type: type.kind === 'sequence' ? type.element : type };
  });
  return traceBody('map_body', inputs, body);
}

/** The type of a slice along one axis. */
function sliceType(type: ValueType, axis: number): ValueType {
  if (type.kind !== 'tensor' || !type.shape) return type;
  return { ...type, shape: type.shape.toSpliced(axis, 1) };
}

interface StableCall {
  /** Inputs before the state. */
  readonly fixed: readonly BodyInput[];
  /** Types of the initial state. */
  readonly state: readonly ValueType[];
  /** Inputs behind the state. */
  readonly rest: readonly BodyInput[];
  /** The position of the first state among the body's outputs. */
  readonly firstState: number;
  /** Whether a state that no second step takes is reported here; the row of Scan compares the shapes before and after a step itself. */
  readonly repeats: boolean;
}

/**
 * Traces a body until the types of its state hold in every iteration: what it returns must be what it takes. A size that
 * changes becomes a fresh symbol, a rank that changes becomes unknown, and the body is traced again. What was widened stays
 * so, also where the body settles it again, so the rounds are bounded by the sizes of the state. A body that returns too
 * little is reported as OP_INVALID, one that returns another size than it can take as SHAPE_MISMATCH.
 */
function stableBody(name: string, { fixed, state, rest, firstState, repeats }: StableCall, body: BodyArgument): Graph {
  if (body instanceof Graph) return body;
  const trace = traceOf([]);
  const reported = trace.diagnostics.length;
  const open = new Set<Dim>();
  let types = state;
  for (let round = 0; ; round++) {
    const inputs = [...fixed, ...types.map((type, i) => ({ name: `state_${i}`, type })), ...rest];
    const graph = traceBody(name, inputs, body);
    const returned = graph.outputs.slice(firstState, firstState + types.length);
    if (returned.length < types.length) {
      trace.report(tooFew(trace, types.length, returned.length));
      return graph;
    }
    // A mistake leaves no type to widen to, and wider sizes could hide it.
    if (returned.some((value) => value.poisoned)) return graph;
    // The inputs' types are read again: tracing may have settled unknown sizes of them.
    const taken = graph.inputs.slice(fixed.length, fixed.length + types.length).map((input, i) => {
      const given = types[i] ?? input.type;
      return round > 0 && isWidest(given, open) ? given : keepOpen(given, input.type, open);
    });
    const widened = taken.map((type, i) => widen(type, returned[i]?.type ?? UNKNOWN_TYPE, open));
    if (widened.every((type, i) => type === taken[i])) {
      if (repeats) {
        const next = nextSizes(types, returned, open);
        returned.forEach((value, i) => {
          reportClash(trace, graph, { given: types[i], value, index: i }, next);
        });
      }
      return graph;
    }
    // Its nodes must no longer count as readers of the values around it.
    graph.release();
    trace.diagnostics.length = reported;
    types = widened;
  }
}

/** Whether a type that an earlier round left cannot be widened any more. */
function isWidest(type: ValueType, open: Set<Dim>): boolean {
  switch (type.kind) {
    case 'tensor':
    case 'sparse':
      return !type.shape || type.shape.every((dim) => open.has(dim));
    case 'sequence':
    case 'optional':
      return isWidest(type.element, open);
    case 'map':
    case 'unknown':
      return true;
  }
}

/** What tracing made of a type, with the sizes that stand for any as they were. */
function keepOpen(given: ValueType, settled: ValueType, open: Set<Dim>): ValueType {
  if ((given.kind === 'sequence' || given.kind === 'optional') && settled.kind === given.kind) {
    return { ...settled, element: keepOpen(given.element, settled.element, open) };
  }
  if ((given.kind !== 'tensor' && given.kind !== 'sparse') || settled.kind !== given.kind) return settled;
  const { shape } = given;
  if (!shape || !settled.shape) return settled;
  return { ...settled, shape: settled.shape.map((dim, i) => (shape[i] && open.has(shape[i]) ? shape[i] : dim)) };
}

/** One state of a traced body: the type that its input was given, and what it returns. */
interface Carried {
  readonly given: ValueType | undefined;
  readonly value: Value;
  readonly index: number;
}

/** What a step makes of each size that changes. */
function nextSizes(types: readonly ValueType[], returned: readonly Value[], open: Set<Dim>): ReadonlyMap<Dim, Dim> {
  const next = new Map<Dim, Dim>();
  for (const [i, type] of types.entries()) {
    const after = returned[i]?.type;
    if (type.kind !== 'tensor' || after?.kind !== 'tensor') continue;
    type.shape?.forEach((dim, axis) => {
      const size = after.shape?.[axis];
      if (size && open.has(dim)) next.set(dim, size);
    });
  }
  return next;
}

/** Reports a state whose size the body settles and returns as another: no second step could run. */
function reportClash(
  trace: Trace,
  graph: Graph,
  { given, value, index }: Carried,
  nextOf: ReadonlyMap<Dim, Dim>,
): void {
  const after = value.type;
  if (given?.kind !== 'tensor' || after.kind !== 'tensor' || !given.shape || !after.shape) return;
  for (const [axis, dim] of given.shape.entries()) {
    const next = after.shape[axis];
    if (!next || dim.kind !== 'symbol' || !nextOf.has(dim)) continue;
    const needed = graph.facts.simplify(dim);
    // Sizes that change alike meet again in the next step: what is needed then follows from what they have become.
    const neededNext = substitute(needed, (symbol) => nextOf.get(symbol));
    if (needed === dim || graph.facts.equal(neededNext, next) !== 'false') continue;
    const [expected, actual] = [formatDim(neededNext), formatDim(next)];
    const settledBy = graph.facts.settledBy(dim);
    trace.report({
      code: 'SHAPE_MISMATCH',
      message: `the body takes ${expected} on axis ${axis} of state ${index} and returns ${actual}, so a second step cannot run`,
      origin: value.origin ?? trace.origin(),
      expected,
      actual,
      related: settledBy ? [{ message: `the body needs ${expected} here`, origin: settledBy }] : [],
      hint: 'return the state with the sizes that the next step takes',
    });
    value.poisoned = true;
    return;
  }
}

function tooFew(trace: Trace, expected: number, actual: number): Diagnostic {
  return {
    code: 'OP_INVALID',
    message: `a body that takes ${expected} state values must return as many, got ${actual}`,
    origin: trace.origin(),
    expected: String(expected),
    actual: String(actual),
    hint: 'return the next value of every state, in order, before the stacked outputs',
  };
}

/** The least type that holds both; `before` itself where it holds already. Symbols in `open` stand for any size. */
function widen(before: ValueType, after: ValueType, open: Set<Dim>): ValueType {
  switch (before.kind) {
    case 'tensor':
    case 'sparse': {
      if (!before.shape) return before;
      const shape = after.kind === before.kind ? widenShape(before.shape, after.shape, open) : null;
      return shape === before.shape ? before : { ...before, shape };
    }
    case 'sequence':
    case 'optional': {
      const element = widen(before.element, after.kind === before.kind ? after.element : UNKNOWN_TYPE, open);
      return element === before.element ? before : { ...before, element };
    }
    case 'map':
    case 'unknown':
      return before;
  }
}

function widenShape(before: Shape, after: Shape | null, open: Set<Dim>): Shape | null {
  if (!after || after.length !== before.length) return null;
  let changed = false;
  const shape = before.map((dim, i) => {
    if (dim === after[i] || open.has(dim)) return dim;
    const any = freshSymbol('state');
    open.add(any);
    changed = true;
    return any;
  });
  return changed ? shape : before;
}
