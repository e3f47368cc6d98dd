// ONNX's unidirectional broadcasting: an input stretches to a target and never enlarges it.
import type { InferContext } from '../../ir/operator.ts';
import { formatShape, type Shape } from '../../ir/type.ts';

/**
 * Requires that input `i` broadcasts into `target` without enlarging it: each of its sizes is 1 or the target's.
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
    if (!into || (dim.kind === 'const' && dim.value === 1)) return;
    // A constant other than 1 leaves only equality; two symbols may also meet by the first being 1.
    if (dim.kind === 'const') cx.unify(dim, into, `${cx.inputName(i)} axis ${axis} and the target`);
    else cx.broadcast([dim], [into]);
  });
}
