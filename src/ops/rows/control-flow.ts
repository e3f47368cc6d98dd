// Control flow with one body per way: If and Loop.
import { maxOf } from '../../dim/arithmetic.ts';
import type { Dim } from '../../dim/dim.ts';
import { type Content, makeContent } from '../../ir/content.ts';
import type { Graph } from '../../ir/graph.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { tensorType, UNKNOWN_TYPE, type ValueType } from '../../ir/type.ts';
import { afterSteps, inferSteps, type Steps } from '../rules/carried-state.ts';
import { coveringSize, joinTypes } from '../rules/join-types.ts';
import { isAtLeast, sizeScalar } from '../rules/size-elements.ts';

/**
 * If (since 1): the outputs of one of two bodies without inputs. Sizes on which both agree stay, others depend on the condition;
 * where the condition is known, the types are those of the branch taken.
 */
const If: OperatorRow = {
  name: 'If',
  infer: (cx) => {
    const known = cx.content(0)?.elements[0];
    const taken = inferBranch(cx, 'then_branch', known === true, known === false);
    const other = inferBranch(cx, 'else_branch', known === false, known === true);
    if (known === true) return taken;
    if (known === false) return other;
    return taken.map((type, i) => {
      const pair = [type, other[i] ?? type] as const;
      return joinTypes(cx, pair, `output ${i} of both branches`, coveringSize(cx, 'branch'));
    });
  },
  content: (cx) => {
    const known = cx.content(0)?.elements[0];
    if (typeof known !== 'boolean') return [];
    return cx.graph(known ? 'then_branch' : 'else_branch')?.outputs.map((output) => output.content) ?? [];
  },
  examples: [{ inputs: ['bool[]'], fails: 'ATTRIBUTE_MISSING' }],
};

function inferBranch(cx: InferContext, name: string, runs: boolean, dead: boolean): readonly ValueType[] {
  const body = requireBody(cx, name, 0, cx.outputCount);
  return cx.inferBody(body, [], { runs, dead });
}

/** The body of an attribute, with its counts of inputs and outputs checked. */
export function requireBody(cx: InferContext, name: string, inputs: number, outputs: number): Graph {
  const body = cx.graph(name);
  if (!body) return cx.fail('ATTRIBUTE_MISSING', `${cx.op} needs body ${name}`, { expected: name });
  if (body.inputs.length !== inputs || body.outputs.length !== outputs) {
    cx.fail(
      'OP_INVALID',
      `${cx.op}: body ${name} has ${body.inputs.length} inputs and ${body.outputs.length} outputs`,
      {
        expected: `${inputs} inputs and ${outputs} outputs`,
        actual: `${body.inputs.length} inputs and ${body.outputs.length} outputs`,
      },
    );
  }
  return body;
}

const TRUE = makeContent('bool', [], [true]);

/**
 * Loop (since 1): `body(iteration, condition, state..) -> condition, state.., rows..`, run at most M times and as long as the condition
 * holds; `M, condition, state.. -> state.., [trips, row..]`. State sizes that a step changes become fresh symbols.
 */
const Loop: OperatorRow = {
  name: 'Loop',
  infer: (cx) => {
    const carried = Math.max(cx.inputCount - 2, 0);
    const rows = cx.outputCount - carried;
    if (rows < 0) {
      cx.fail('OP_INVALID', `Loop carries ${carried} values, the node has ${cx.outputCount} outputs`, {
        expected: `at least ${carried} outputs`,
      });
    }
    const body = requireBody(cx, 'body', carried + 2, cx.outputCount + 1);
    const initial = Array.from({ length: carried }, (_, i) => cx.type(i + 2));
    const head = [scalarOf(body, 0, 'int64'), scalarOf(body, 1, 'bool')];
    // A step runs only while the condition holds.
    const contents: readonly (Content | undefined)[] = [undefined, TRUE];
    const starts = !cx.has(1) || cx.content(1)?.elements[0] === true;
    const limit = limitOf(cx);
    const certain = starts && (limit ? isAtLeast(cx, limit, 1) : !cx.has(0));
    const run = (state: readonly ValueType[]): readonly ValueType[] =>
      cx.inferBody(body, [...head, ...state], { contents, runs: certain });
    const steps = inferSteps(cx, initial, run, 1);
    const goesOn = body.outputs[0]?.content?.elements[0] === true;
    const trips = limit && starts && goesOn ? limit : cx.fresh('trips', { min: certain ? 1 : 0, max: limit });
    const outputs = steps.outputs.slice(1);
    return outputs.map((type, i) =>
      i < carried
        ? finalState(cx, initial[i], afterSteps(cx, type, steps), certain)
        : rowsType(cx, type, steps, { trips, certain }),
    );
  },
  examples: [{ inputs: ['int64[]', 'bool[]'], fails: 'ATTRIBUTE_MISSING' }],
};

/** The type that a body declares for its own scalar, which may have rank 1; a scalar where it declares none. */
function scalarOf(body: Graph, i: number, dtype: 'int64' | 'bool'): ValueType {
  const declared = body.inputs[i]?.type;
  return declared?.kind === 'tensor' && declared.shape ? tensorType(dtype, declared.shape) : tensorType(dtype, []);
}

/** The most steps that M allows, where it is known. */
function limitOf(cx: InferContext): Dim | undefined {
  const most = cx.has(0) ? sizeScalar(cx, 0) : undefined;
  return most && cx.facts.simplify(maxOf(most, 0));
}

/** The state after the loop, which is the state before it where the body may not run at all. */
function finalState(cx: InferContext, initial: ValueType = UNKNOWN_TYPE, type: ValueType, certain: boolean): ValueType {
  return certain
    ? type
    : joinTypes(cx, [initial, type], 'the state before and after the loop', coveringSize(cx, 'state'));
}

/** Rows collected over the steps: all of one shape, behind a new first axis. */
function rowsType(
  cx: InferContext,
  type: ValueType,
  steps: Steps,
  { trips, certain }: { trips: Dim; certain: boolean },
): ValueType {
  const row = afterSteps(cx, type, steps);
  if (row.kind !== 'tensor' || !row.shape) return row;
  // Without a step ONNX Runtime writes 0 for every size that it does not know as a number.
  const sizes = certain ? row.shape : row.shape.map((size) => (size.kind === 'const' ? size : cx.fresh('row')));
  return tensorType(row.dtype, [trips, ...sizes]);
}

/** The family. */
export const CONTROL_FLOW_ROWS: readonly OperatorRow[] = [If, Loop];
