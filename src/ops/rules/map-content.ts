// Carries known elements through an elementwise operator, inputs stretched as ONNX broadcasts them.
import { CONTENT_LIMIT, type Content, makeContent, type Scalar } from '../../ir/content.ts';
import type { DType } from '../../ir/dtype.ts';
import type { InferContext } from '../../ir/operator.ts';
import { elementCount } from '../../ir/tensor-data.ts';
import { staticShape, type ValueType } from '../../ir/type.ts';

/** Computes one element of an output from the elements of the inputs that meet there. */
export type ElementRule = (elements: readonly Scalar[], dtype: DType) => Scalar;

/**
 * The content of an elementwise output; undefined where no input's content is known, or the output's sizes are not numbers.
 *
 * @param output the output's type, with the sizes that broadcasting gives
 * @param inputs the indices of the inputs; an absent one gives `undefined` as element
 * @param rule computes one element; `dtype` is the output's
 */
export function mapContent(
  cx: InferContext,
  output: ValueType | undefined,
  inputs: readonly number[],
  rule: ElementRule,
): Content | undefined {
  if (output?.kind !== 'tensor' || output.dtype === 'undefined') return undefined;
  if (inputs.every((i) => cx.content(i) === undefined)) return undefined;
  const shape = staticShape(output.shape);
  if (!shape) return undefined;
  const count = elementCount(shape);
  if (count > CONTENT_LIMIT) return undefined;
  const { dtype } = output;
  const readers = inputs.map((i) => reader(cx.content(i), shape));
  const elements: Scalar[] = [];
  for (let at = 0; at < count; at++)
    elements.push(
      rule(
        readers.map((read) => read(at)),
        dtype,
      ),
    );
  return makeContent(dtype, shape, elements);
}

/** Reads the element of a smaller tensor that meets element `at` of the broadcast shape. */
function reader(content: Content | undefined, shape: readonly number[]): (at: number) => Scalar {
  if (!content) return () => undefined;
  const { elements } = content;
  if (elements.length === 1) return () => elements[0];
  if (content.shape.length === shape.length && content.shape.every((size, axis) => size === shape[axis])) {
    return (at) => elements[at];
  }
  return (at) => elements[sourceIndex(content.shape, shape, at)];
}

/** The index of the element of a tensor of shape `from` that stretches to element `at` of `to`. */
function sourceIndex(from: readonly number[], to: readonly number[], at: number): number {
  let rest = at;
  let index = 0;
  let stride = 1;
  for (let axis = to.length - 1; axis >= 0; axis--) {
    const size = to[axis] ?? 1;
    const position = rest % size;
    rest = (rest - position) / size;
    const source = from[from.length - to.length + axis] ?? 1;
    if (source !== 1) index += position * stride;
    stride *= source;
  }
  return index;
}
