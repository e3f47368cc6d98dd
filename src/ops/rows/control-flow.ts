// If: one of two bodies, by a condition.
import { constant, type Dim } from '../../dim/dim.ts';
import type { Facts } from '../../dim/facts.ts';
import type { BranchBody, BranchName, BranchTrial, BranchTrials } from '../../ir/branch-trials.ts';
import { type Content, dimOf, makeContent, type Scalar } from '../../ir/content.ts';
import { isIntegerDType } from '../../ir/dtype.ts';
import { innerFromNow } from '../../ir/inner-symbols.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import { chosen, requireTruth, truthOf } from '../rules/condition.ts';
import { Exporter } from '../rules/export-types.ts';
import { coveringSize, type Differ, joinTypes } from '../rules/join-types.ts';
import { requireBody } from '../rules/require-body.ts';
import { type Elements, elementsOf, isEmpty, lengthOf, sequenceType } from '../rules/sequence-elements.ts';
import type { Carried } from '../rules/widen-state.ts';

/**
 * If (since 1): the outputs of one of two bodies without inputs. Sizes on which both agree stay, others depend on the condition;
 * where the condition is known, the types are those of the branch taken.
 */
const If: OperatorRow = {
  name: 'If',
  infer: (cx) => {
    const outputs = inferBranches(cx);
    CONTENTS.set(
      cx,
      outputs.map(({ content }) => content),
    );
    return outputs.map(({ type }) => type);
  },
  content: (cx) => CONTENTS.get(cx) ?? [],
  examples: [
    {
      inputs: ['bool[]'],
      captured: { x: 'float32[a, b]', y: 'float32[a, b]' },
      bodies: { then_branch: 'yes () => (z) { z = Relu (x) }', else_branch: 'no () => (z) { z = Sub (x, y) }' },
      outputs: ['float32[a, b]'],
    },
    {
      inputs: ['bool[]'],
      captured: { x: 'float32[a, b]', y: 'float32[c, b]' },
      bodies: { then_branch: 'yes () => (z) { z = Relu (x) }', else_branch: 'no () => (z) { z = Neg (y) }' },
      outputs: ['float32[either, b]'],
      opset: 11,
    },
    {
      inputs: ['bool[]'],
      captured: { x: 'float32[a, b]' },
      bodies: {
        then_branch: 'yes () => (z) { z = Transpose (x) }',
        else_branch: 'no () => (z) <int64[1] all = {-1}> { z = Reshape (x, all) }',
      },
      outputs: ['float32[...]'],
    },
    {
      inputs: ['bool[]'],
      captured: { x: 'float32[a, 4]' },
      bodies: {
        then_branch: 'yes () => (s, z) { s = Shape (x) z = Relu (x) }',
        else_branch: 'no () => (s, z) { y = Neg (x) s = Shape (y) z = Concat <axis = 0> (x, y) }',
      },
      outputs: ['int64[2] = [a, 4]', 'float32[either, 4]'],
    },
    {
      inputs: ['bool[] = true'],
      captured: { x: 'float32[a, b]' },
      bodies: {
        then_branch: 'yes () => (z) { z = Concat <axis = 0> (x, x) }',
        else_branch: 'no () => (z) { z = ReduceSum (x) }',
      },
      outputs: ['float32[2*a, b]'],
    },
    {
      // A branch holds an If of its own, whose condition on a size tells which of two sizes it is.
      inputs: ['bool[]'],
      captured: { x: 'float32[a]' },
      bodies: {
        then_branch: `outer () => (z) <int64 five = {5}, int64[1] start = {0}, int64[1] end = {5}> {
          size = Size (x)
          long = Less (five, size)
          z = If <then_branch = yes () => (w) { w = Slice (x, start, end) }, else_branch = no () => (w) { w = Relu (x) }> (long)
        }`,
        else_branch: 'no () => (z) <int64[1] start = {0}, int64[1] end = {5}> { z = Slice (x, start, end) }',
      },
      outputs: ['float32[min(a, 5)]'],
    },
    {
      inputs: ['bool[]'],
      captured: { x: 'float32[a]' },
      bodies: { then_branch: 'yes () => (z) { z = Relu (x) }' },
      fails: 'ATTRIBUTE_MISSING',
    },
    {
      inputs: ['bool[]'],
      captured: { x: 'float32[a, b]', y: 'int64[a, b]' },
      bodies: { then_branch: 'yes () => (z) { z = Abs (x) }', else_branch: 'no () => (z) { z = Abs (y) }' },
      fails: 'DTYPE_MISMATCH',
    },
    {
      inputs: ['bool[]'],
      captured: { x: 'float32[a, b]' },
      bodies: { then_branch: 'yes () => (z) { z = Abs (x) }', else_branch: 'no () => () {}' },
      fails: 'OP_INVALID',
    },
  ],
};

/** What the inference of a node found of the elements of its outputs. */
const CONTENTS = new WeakMap<InferContext, readonly (Content | undefined)[]>();

function inferBranches(cx: InferContext): readonly Carried[] {
  const condition = cx.content(0)?.elements[0];
  const known = truthOf(cx, condition) ?? truthBehind(cx, condition);
  if (known !== undefined) return inferDecided(cx, known);
  const branches = cx.branches();
  const [yes, no] = NAMES.map((name) => tryBranch(cx, branches, { name, condition }));
  if (!yes || !no) return [];
  const [failing, other] = no.mistakes.length > 0 ? [no, yes] : [yes, no];
  if (failing.mistakes.length > 0) {
    if (other.mistakes.length > 0) {
      branches.giveUp([...yes.mistakes, ...no.mistakes]);
      return [];
    }
    branches.ruleOut({ branch: failing.name, mistakes: failing.mistakes, isBehind: false }, other);
    if (branches.decides) requireTruth(cx, condition, other.name === 'then_branch');
    return carriedOut(cx, other);
  }
  branches.agree([yes, no]);
  const others = carriedOut(cx, no);
  return carriedOut(cx, yes).map((each, i): Carried => joinBranches(cx, condition, [each, others[i] ?? each], i));
}

const NAMES = ['then_branch', 'else_branch'] as const;

/** The condition, where what follows the node rules a branch out. */
function truthBehind(cx: InferContext, condition: Scalar): boolean | undefined {
  const branches = cx.branches();
  const { ruledOut } = branches;
  if (!ruledOut) return undefined;
  const truth = ruledOut.branch === 'else_branch';
  branches.ruleOut(ruledOut);
  requireTruth(cx, condition, truth);
  return truth;
}

/** A branch that was inferred. */
interface Branch extends BranchBody {
  readonly name: BranchName;
  readonly types: readonly ValueType[];
}

/** Infers both branches of a known condition; the one that never runs may be wrong. */
function inferDecided(cx: InferContext, truth: boolean): readonly Carried[] {
  const inferred = NAMES.map((name): Branch => {
    const body = requireBody(cx, name, 0, cx.outputCount);
    const { isInner, close } = innerFromNow();
    const runs = (name === 'then_branch') === truth;
    const types = cx.inferBody(body, [], { runs, dead: !runs, isInner });
    close();
    return { name, body, types, isInner };
  });
  const taken = inferred[truth ? 0 : 1];
  return taken ? carriedOut(cx, taken) : [];
}

/** Infers a branch that may run. */
function tryBranch(
  cx: InferContext,
  branches: BranchTrials,
  { name, condition }: { readonly name: BranchName; readonly condition: Scalar },
): Branch & BranchTrial {
  const body = requireBody(cx, name, 0, cx.outputCount);
  const { isInner, close } = innerFromNow();
  const decided = dimOf(condition);
  // A branch runs only where its condition holds.
  const assume = (facts: Facts): void => {
    const right = constant(name === 'then_branch' ? 1 : 0);
    if (decided) facts.give({ kind: 'equal', left: decided, right, origins: [] });
  };
  const trial = branches.infer(body, { isInner, assume });
  close();
  return { name, body, isInner, ...trial };
}

/** What a branch gives; only a branch that is taken makes symbols around it. */
function carriedOut(cx: InferContext, { body, types, isInner }: Branch): readonly Carried[] {
  const exporter = new Exporter(cx, { isInner, facts: body.facts });
  const outputs = types.map((type, i) => ({
    type: exporter.type(type),
    content: exporter.content(body.outputs[i]?.content),
  }));
  exporter.tellGiven();
  return outputs;
}

function joinBranches(cx: InferContext, condition: Scalar, [a, b]: readonly [Carried, Carried], i: number): Carried {
  const covering = coveringSize(cx, 'branch');
  // A condition on sizes tells which of two sizes it is.
  const differ: Differ = (x, y) => (isSmall(condition, x, y) && chosen(cx, condition, x, y)) || covering(x, y);
  const joined = joinTypes(cx, [a.type, b.type], `output ${i} of both branches`, differ);
  const type = joined.kind === 'sequence' ? withElements(cx, joined, { elements: [a.type, b.type], differ }) : joined;
  return { type, content: joinContents(cx, condition, [a.content, b.content]) };
}

/** A choice between larger sizes is written as a size of its own: proofs about it would cost more than it tells. */
const MOST_NODES = 16;

function isSmall(condition: Scalar, x: Dim, y: Dim): boolean {
  const dim = dimOf(condition);
  return dim !== undefined && dim.size + x.size + y.size <= MOST_NODES;
}

/** A list that one of two branches makes, with what is known of its elements. */
function withElements(
  cx: InferContext,
  joined: Extract<ValueType, { kind: 'sequence' }>,
  { elements: [a, b], differ }: { readonly elements: readonly [ValueType, ValueType]; readonly differ: Differ },
): ValueType {
  const [left, right] = [elementsOf(a), elementsOf(b)];
  if (!left || !right) return joined;
  const element = joinElements(joined.element, [a, left], [b, right]);
  if (left.kind === 'list' && right.kind === 'list' && left.types.length === right.types.length) {
    const types = left.types.map((type, i) =>
      joinTypes(cx, [type, right.types[i] ?? type], 'elements of both branches', differ),
    );
    return sequenceType(element, { kind: 'list', types });
  }
  const [x, y] = [lengthOf(left), lengthOf(right)];
  if (!x || !y) return sequenceType(element);
  return sequenceType(element, { kind: 'many', length: cx.facts.equal(x, y) === 'true' ? x : differ(x, y) });
}

/** The element type of both; a list that is known to be empty says nothing of elements. */
function joinElements(
  joined: ValueType,
  [a, left]: readonly [ValueType, Elements],
  [b, right]: readonly [ValueType, Elements],
): ValueType {
  if (isEmpty(left) && b.kind === 'sequence') return b.element;
  return isEmpty(right) && a.kind === 'sequence' ? a.element : joined;
}

/** The elements of one of two branches: those on which both agree, and integers that the condition chooses from. */
function joinContents(
  cx: InferContext,
  condition: Scalar,
  [a, b]: readonly [Content | undefined, Content | undefined],
): Content | undefined {
  if (!a || !b || a.dtype !== b.dtype || a.shape.length !== b.shape.length) return undefined;
  if (a.shape.some((size, axis) => size !== b.shape[axis])) return undefined;
  const join = (x: Scalar, y: Scalar): Scalar => {
    if (Object.is(x, y)) return x;
    const [left, right] = [dimOf(x), dimOf(y)];
    if (!left || !right) return undefined;
    if (cx.facts.equal(left, right) === 'true') return x;
    return isIntegerDType(a.dtype) && isSmall(condition, left, right) ? chosen(cx, condition, left, right) : undefined;
  };
  const elements = a.elements.map((element, i) => join(element, b.elements[i]));
  return makeContent(a.dtype, a.shape, elements);
}

/** The family. */
export const CONTROL_FLOW_ROWS: readonly OperatorRow[] = [If];
