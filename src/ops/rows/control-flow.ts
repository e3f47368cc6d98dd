// If: one of two bodies, by a condition.
import { type Content, makeContent, type Scalar } from '../../ir/content.ts';
import { innerFromNow } from '../../ir/inner-symbols.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import { truthOf } from '../rules/condition.ts';
import { Exporter } from '../rules/export-types.ts';
import { coveringSize, joinTypes } from '../rules/join-types.ts';
import { requireBody } from '../rules/require-body.ts';
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
  examples: [{ inputs: ['bool[]'], fails: 'ATTRIBUTE_MISSING' }],
};

/** What the inference of a node found of the elements of its outputs. */
const CONTENTS = new WeakMap<InferContext, readonly (Content | undefined)[]>();

function inferBranches(cx: InferContext): readonly Carried[] {
  const known = truthOf(cx, cx.content(0)?.elements[0]);
  const taken = inferBranch(cx, 'then_branch', { runs: known === true, dead: known === false });
  const other = inferBranch(cx, 'else_branch', { runs: known === false, dead: known === true });
  if (known === true) return taken();
  if (known === false) return other();
  const others = other();
  return taken().map((each, i): Carried => {
    const second = others[i] ?? each;
    const what = `output ${i} of both branches`;
    const type = joinTypes(cx, [each.type, second.type], what, coveringSize(cx, 'branch'));
    return { type, content: joinContents(cx, each.content, second.content) };
  });
}

/** Infers a branch; what it gives is carried out when it is asked for, so that a branch never taken makes no symbols. */
function inferBranch(
  cx: InferContext,
  name: string,
  options: { readonly runs: boolean; readonly dead: boolean },
): () => readonly Carried[] {
  const body = requireBody(cx, name, 0, cx.outputCount);
  const { isInner, close } = innerFromNow();
  const types: readonly ValueType[] = cx.inferBody(body, [], { ...options, isInner });
  close();
  return () => {
    const exporter = new Exporter(cx, { isInner, facts: body.facts });
    const outputs = types.map((type, i) => ({
      type: exporter.type(type),
      content: exporter.content(body.outputs[i]?.content),
    }));
    exporter.tellGiven();
    return outputs;
  };
}

/** The elements on which both branches agree. */
function joinContents(cx: InferContext, a: Content | undefined, b: Content | undefined): Content | undefined {
  if (!a || !b || a.dtype !== b.dtype || a.shape.length !== b.shape.length) return undefined;
  if (a.shape.some((size, axis) => size !== b.shape[axis])) return undefined;
  const same = (x: Scalar, y: Scalar): boolean =>
    Object.is(x, y) ||
    (typeof x === 'object' &&
      typeof y === 'object' &&
      x.kind !== 'ratio' &&
      y.kind !== 'ratio' &&
      cx.facts.equal(x, y) === 'true');
  return makeContent(
    a.dtype,
    a.shape,
    a.elements.map((element, i) => (same(element, b.elements[i]) ? element : undefined)),
  );
}

/** The family. */
export const CONTROL_FLOW_ROWS: readonly OperatorRow[] = [If];
