// ONNX's multidirectional broadcasting of shapes, with constraints where sizes are symbolic.
import type { Dim } from '../dim/dim.ts';
import { formatDim } from '../dim/text.ts';
import type { InferContext } from '../ir/operator.ts';
import { formatShape, type Shape } from '../ir/type.ts';

/**
 * The broadcast of shapes, aligned at their last axes: sizes that meet are equal or one of them is 1.
 *
 * @returns undefined where a rank is unknown
 * @throws SHAPE_MISMATCH (caught by the engine) when two sizes cannot meet
 */
export function broadcastShapes(cx: InferContext, shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Dim[] | undefined;
  for (const shape of shapes) {
    if (!shape) return undefined;
    result = result ? broadcastPair(cx, [result, shape], shapes) : shape.slice();
  }
  return result;
}

function broadcastPair(cx: InferContext, [a, b]: readonly [Shape, Shape], all: readonly (Shape | undefined)[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  const result: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a[a.length - rank + i];
    const right = b[b.length - rank + i];
    if (!left || !right) {
      const only = left ?? right;
      if (only) result.push(only);
      continue;
    }
    // The common cases, in which there is nothing to ask and nothing to record.
    if (left === right || isOne(right)) {
      result.push(left);
      continue;
    }
    if (isOne(left)) {
      result.push(right);
      continue;
    }
    const size = cx.facts.broadcastIfAble(left, right, cx.node.origin);
    if (!size) {
      const texts = all.map((shape) => formatShape(shape)).join(' and ');
      cx.fail('SHAPE_MISMATCH', `${cx.op}: ${texts} do not broadcast: ${formatDim(left)} meets ${formatDim(right)}`, {
        expected: `${formatDim(left)} or 1`,
        actual: formatDim(right),
      });
    }
    result.push(size);
  }
  return result;
}

const isOne = (dim: Dim): boolean => dim.kind === 'const' && dim.value === 1;
