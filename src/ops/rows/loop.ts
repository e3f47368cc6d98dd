// Loop: a body run again and again.

import type { Origin } from '../../base/origin.ts';
import { maxOf } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { substitute } from '../../dim/evaluate.ts';
import { formatDim } from '../../dim/text.ts';
import { type Content, makeContent } from '../../ir/content.ts';
import type { Graph } from '../../ir/graph.ts';
import { holdsInner } from '../../ir/inner-symbols.ts';
import type { BodyOptions, InferContext, OperatorRow } from '../../ir/operator.ts';
import { tensorType, type ValueType } from '../../ir/type.ts';
import { FinalState, rowTypes, stateAfterOne, type Trips } from '../rules/after-steps.ts';
import { inferSteps, type LoopCall, type Steps } from '../rules/carried-state.ts';
import { truthOf } from '../rules/condition.ts';
import { unlessUndefined } from '../rules/recurrence.ts';
import { requireBody } from '../rules/require-body.ts';
import { isAtLeast, sizeScalar } from '../rules/size-elements.ts';
import { type TripCount, tripCount, truthIn } from '../rules/trip-count.ts';
import type { Carried } from '../rules/widen-state.ts';

/**
 * Loop (since 1): `body(iteration, condition, state..) -> condition, state.., rows..`, run at most M times and as long as the condition
 * holds; `M, condition, state.. -> state.., [trips, row..]`. In step i, counted from 0, a size that grows by k is `a + i*k`; after n
 * steps it is `a + n*k`.
 */
const Loop: OperatorRow = {
  name: 'Loop',
  infer: (cx) => {
    const carried = Math.max(cx.inputCount - 2, 0);
    if (cx.outputCount < carried) {
      cx.fail('OP_INVALID', `Loop carries ${carried} values, the node has ${cx.outputCount} outputs`, {
        expected: `at least ${carried} outputs`,
      });
    }
    const body = requireBody(cx, 'body', carried + 2, cx.outputCount + 1);
    const initial = Array.from({ length: carried }, (_, i) => ({ type: cx.type(i + 2), content: cx.content(i + 2) }));
    const finals = inferLoop(cx, body, initial);
    CONTENTS.set(
      cx,
      finals.map(({ content }) => content),
    );
    return finals.map(({ type }) => type);
  },
  content: (cx) => CONTENTS.get(cx) ?? [],
  examples: [
    {
      inputs: ['int64[] = n', null, 'float32[a, b]'],
      captured: { x: 'float32[k, b]' },
      bodies: {
        body: `step (int64 i, bool on, state) => (go, next, row) {
          go = Identity (on)
          next = Concat <axis = 0> (state, x)
          row = Neg (x)
        }`,
      },
      outputs: ['float32[a + k*n, b]', 'float32[n, k, b]'],
    },
    {
      inputs: ['int64[] = 4', null, 'float32[a, b]'],
      bodies: {
        body: `step (int64 i, bool on, state) => (go, next, row) <int64[2] pads = {0, 1}, int64[1] axes = {1}> {
          go = Identity (on)
          next = Pad (state, pads, , axes)
          row = ReduceSum (state)
        }`,
      },
      outputs: ['float32[a, b + 4]', 'float32[4, 1, 1]'],
    },
    {
      // Each step reads the row of its number.
      inputs: ['int64[] = n', 'bool[] = true', 'float32[a]'],
      captured: { x: 'float32[s, a]' },
      bodies: {
        body: `step (int64 i, bool on, state) => (go, next, row) {
          go = Identity (on)
          row = Gather (x, i)
          next = Add (state, row)
        }`,
      },
      opset: 11,
      outputs: ['float32[a]', 'float32[n, a]'],
      constraints: ['n <= s'],
    },
    {
      // The elements decide how often it runs; without a step ONNX Runtime gives rows without elements.
      inputs: ['int64[] = n', 'bool[]', 'float32[a]'],
      bodies: {
        body: `step (int64 i, bool on, state) => (go, next, float[a] row) <float limit = {9}, float one = {1}> {
          most = ReduceMax <keepdims = 0> (state)
          go = Less (most, limit)
          next = Add (state, one)
          row = Neg (state)
        }`,
      },
      outputs: ['float32[a]', 'float32[trips, row]'],
      bounds: ['trips <= n'],
    },
    {
      // A state that doubles has no formula.
      inputs: ['int64[] = n', null, 'float32[a]'],
      bodies: {
        body: `step (int64 i, bool on, state) => (go, next) {
          go = Identity (on)
          next = Concat <axis = 0> (state, state)
        }`,
      },
      outputs: ['float32[final]'],
      bounds: ['2 | final', 'a <= final'],
    },
    {
      inputs: ['int64[] = n', null, 'int64[] = k'],
      given: ['n >= 0'],
      bodies: {
        body: 'step (int64 i, bool on, state) => (go, next) <int64 two = {2}> { go = Identity (on) next = Add (state, two) }',
      },
      outputs: ['int64[] = k + 2*n'],
    },
    {
      inputs: ['int64[] = 0', null, 'float32[a]'],
      bodies: {
        body: 'step (int64 i, bool on, state) => (go, next) { go = Identity (on) next = Concat <axis = 0> (state, state) }',
      },
      outputs: ['float32[a]'],
    },
    { inputs: ['int64[]', 'bool[]'], fails: 'ATTRIBUTE_MISSING' },
    {
      // The second row is longer than the first one.
      inputs: ['int64[] = 3', 'bool[] = true'],
      captured: { x: 'float32[k]' },
      bodies: {
        body: `step (int64 i, bool on) => (go, row) <int64[1] all = {-1}, int64[1] start = {0}> {
          go = Identity (on)
          end = Reshape (i, all)
          row = Slice (x, start, end)
        }`,
      },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['int64[]', null, 'float32[a]'],
      bodies: { body: 'step (int64 i, bool on) => (go) { go = Identity (on) }' },
      fails: 'OP_INVALID',
    },
  ],
};

/** What the inference of a node found of the elements of its outputs. */
const CONTENTS = new WeakMap<InferContext, readonly (Content | undefined)[]>();

const TRUE = makeContent('bool', [], [true]);

function inferLoop(cx: InferContext, body: Graph, initial: readonly Carried[]): readonly Carried[] {
  const limit = limitOf(cx);
  const start = truthOf(cx, cx.content(1)?.elements[0]);
  const starts = !cx.has(1) || start === true;
  const never = start === false || (limit?.kind === 'const' && limit.value === 0);
  const limited = cx.has(0) && !isEndless(sizeScalar(cx, 0));
  const certain = starts && (limit ? isAtLeast(cx, limit, 1) : !limited);
  const head = [scalarOf(body, 0, 'int64'), scalarOf(body, 1, 'bool')];
  const run = (state: readonly Carried[], step: Dim, options: BodyOptions): readonly ValueType[] => {
    const contents = [scalarContent(head[0], step), TRUE, ...state.map(({ content }) => content)];
    return cx.inferBody(body, [...head, ...state.map(({ type }) => type)], { ...options, contents, dead: never });
  };
  // A step runs only while the condition holds.
  const goesOn = (): boolean => truthIn(body.facts, body.outputs[0]?.content?.elements[0]) === true;
  const exact = (): Dim | undefined => (limit && starts && goesOn() ? limit : undefined);
  const [number] = body.inputs;
  const counted = number !== undefined && (number.users.length > 0 || number.returnedBy.length > 0);
  const call: LoopCall = { body, initial, offset: 1, most: limit, certain, counted, run, exact };
  const steps = inferSteps(cx, call);
  if (never)
    return [
      ...initial,
      ...withTrips(cx, { body, steps, carried: initial.length }, { count: constant(0), certain: false }),
    ];
  const trips = tripsOf(cx, { certain, counted: countSteps(cx, { body, limit, limited, steps }) });
  return [
    ...stateAfter(cx, steps, { initial, trips, limit }),
    ...withTrips(cx, { body, steps, carried: initial.length }, trips),
  ];
}

interface AfterLoop {
  readonly initial: readonly Carried[];
  readonly trips: Trips;
  readonly limit: Dim | undefined;
}

function stateAfter(cx: InferContext, steps: Steps, { initial, trips, limit }: AfterLoop): readonly Carried[] {
  const once = limit?.kind === 'const' && limit.value === 1;
  if (once) return stateAfterOne(cx, steps, { initial, offset: 1, certain: trips.certain });
  return new FinalState(cx, steps, trips).values(1);
}

interface LimitedLoop {
  readonly body: Graph;
  readonly limit: Dim | undefined;
  /** Whether there is a limit, known or not. */
  readonly limited: boolean;
  readonly steps: Steps;
}

function countSteps(cx: InferContext, { body, limit, limited, steps }: LimitedLoop): TripCount {
  if (!steps.settled) return { most: limit };
  const { step, isInner } = steps;
  const [start, goesOn] = [cx.node.inputs[1], body.outputs[0]];
  const scope = { step, isInner, facts: cx.facts, bodyFacts: body.facts };
  return tripCount({ limit, limited, start, goesOn, ...scope });
}

interface Counted {
  readonly certain: boolean;
  readonly counted: TripCount;
}

function tripsOf(cx: InferContext, { certain, counted }: Counted): Trips {
  const { exact, most } = counted;
  const count = exact ?? cx.fresh('trips', { min: certain ? 1 : 0, max: most });
  return { count, certain: certain || isAtLeast(cx, count, 1) };
}

/** The rows of all steps: all of one shape, behind a new first axis. */
function withTrips(
  cx: InferContext,
  { body, steps, carried }: { readonly body: Graph; readonly steps: Steps; readonly carried: number },
  { count, certain }: Trips,
): Carried[] {
  if (haveDifferentRows(cx, steps, carried + 1)) {
    // ONNX Runtime refuses a second row of another shape.
    const answer = cx.facts.require({ kind: 'range', dim: count, max: 1, origins: originsOf(cx) });
    if (answer === 'false') {
      cx.fail('SHAPE_MISMATCH', `Loop: the rows of its steps must have one shape, theirs change from step to step`, {
        expected: 'rows of one shape, or one step at most',
        actual: `${formatDim(count)} steps`,
      });
    }
  }
  return rowTypes(cx, steps, { body, from: carried + 1, certain }).map((row) => {
    const type = row.kind === 'tensor' && row.shape ? tensorType(row.dtype, [count, ...row.shape]) : row;
    return { type, content: undefined };
  });
}

const originsOf = (cx: InferContext): readonly Origin[] => (cx.node.origin ? [cx.node.origin] : []);

/** Whether the first two steps surely give rows of different shapes. */
function haveDifferentRows(cx: InferContext, { any, step, isInner, slots, settled }: Steps, from: number): boolean {
  const atFirst = (size: Dim): Dim =>
    substitute(size, (symbol) => (symbol === step ? constant(0) : slots.initial(symbol)));
  // A state for which no formula was found is in the second step what the first one makes of it.
  const atSecond = (size: Dim): Dim =>
    substitute(size, (symbol) => {
      if (symbol === step) return constant(1);
      const next = slots.of(symbol)?.next;
      return next && atFirst(next);
    });
  const differs = (size: Dim): boolean | undefined =>
    unlessUndefined(() => {
      const [first, second] = [atFirst(size), atSecond(size)];
      if (first === second || holdsInner(first, isInner) || holdsInner(second, isInner)) return false;
      return cx.facts.equal(first, second) === 'false';
    });
  return settled && any.outputs.slice(from).some(({ type }) => type.kind === 'tensor' && type.shape?.some(differs));
}

/** The type that a body declares for its own scalar, which may have rank 1; a scalar where it declares none. */
function scalarOf(body: Graph, i: number, dtype: 'int64' | 'bool'): ValueType {
  const declared = body.inputs[i]?.type;
  return declared?.kind === 'tensor' && declared.shape ? tensorType(dtype, declared.shape) : tensorType(dtype, []);
}

function scalarContent(type: ValueType | undefined, step: Dim): Content | undefined {
  const rank = type?.kind === 'tensor' ? (type.shape?.length ?? 0) : 0;
  return makeContent(
    'int64',
    Array.from({ length: rank }, () => 1),
    [step],
  );
}

/** The most steps that M allows, where it is known. */
function limitOf(cx: InferContext): Dim | undefined {
  const most = cx.has(0) ? sizeScalar(cx, 0) : undefined;
  return most && !isEndless(most) ? cx.facts.simplify(maxOf(most, 0)) : undefined;
}

/** Whether M is the greatest int64, which exporters write for a loop that only its condition ends. */
const isEndless = (most: Dim | undefined): boolean => most?.kind === 'const' && most.value === Number.MAX_SAFE_INTEGER;

/** The family. */
export const LOOP_ROWS: readonly OperatorRow[] = [Loop];
