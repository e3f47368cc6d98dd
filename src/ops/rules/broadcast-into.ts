// ONNX's unidirectional broadcasting: an input stretches to a target and never enlarges it.
import { broadcast } from '../../dim/arithmetic.ts';
import type { Dim } from '../../dim/dim.ts';
import type { InferContext } from '../../ir/operator.ts';
import { formatShape, type Shape } from '../../ir/type.ts';

/**
 * Requires that input `i` broadcasts into `target` without enlarging it: each of its sizes is 1 or the target's, which of sizes
 * `b` into `a` is `broadcast(a, b) == a`.
 *
 * @throws SHAPE_MISMATCH (caught by the engine) when it cannot
 */
export function broadcastInto(cx: InferContext, i: number, target: Shape): void {
  const shape = cx.shape(i);
  if (!shape) return;
  if (shape.length > target.length) {
    cx.fail(
      'SHAPE_MISMATCH',
      `${cx.op}: ${cx.inputName(i)} ${formatShape(shape)} does not broadcast into ${formatShape(target)}`,
      {
        expected: formatShape(target),
        actual: formatShape(shape),
      },
    );
  }
  shape.forEach((dim, axis) => {
    const into = target[target.length - shape.length + axis];
    if (into) stretchInto(cx, dim, into, `${cx.inputName(i)} axis ${axis} and the target`);
  });
}

/** Requires that a size is 1 or `into`, `what` naming both for the message. */
export function stretchInto(cx: InferContext, dim: Dim, into: Dim, what: string): void {
  if (dim === into || (dim.kind === 'const' && dim.value === 1)) return;
  if (dim.kind === 'const') {
    // A number other than 1 leaves only equality.
    cx.unify(dim, into, what);
    return;
  }
  const joint = cx.facts.simplify(broadcast(dim, into));
  // A target that is not 1 decides the joint size: all that is left is that there is one.
  if (joint === cx.facts.simplify(into)) cx.broadcast([dim], [into]);
  else cx.unify(joint, into, what);
}
