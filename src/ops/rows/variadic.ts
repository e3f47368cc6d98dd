// Elementwise operators of any number of inputs: Min, Max, Sum, Mean.
import { makeContent, type Scalar } from '../../ir/content.ts';
import { type DType, isFloatDType } from '../../ir/dtype.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { perFurtherInput } from '../costs/elementwise.ts';
import { addElements, type BinaryRule, maxElements, minElements } from '../rules/element-rules.ts';
import { divideFloats } from '../rules/float-elements.ts';
import { mapContent } from '../rules/map-content.ts';

/** The broadcast of all inputs; before version 8 all have one shape. */
function variadicShape(cx: InferContext): Shape | undefined {
  const shapes = Array.from({ length: cx.inputCount }, (_, i) => cx.shape(i));
  if (cx.version >= 8) return cx.broadcast(...shapes);
  const known = shapes.filter((shape) => shape !== undefined);
  const [first] = known;
  return (
    first && known.slice(1).reduce<Shape>((all, shape) => cx.unifyShapes(all, shape, 'shapes of the inputs'), first)
  );
}

function variadicRow(name: string, element?: BinaryRule, examples: readonly OperatorExample[] = []): OperatorRow {
  const row: OperatorRow = {
    name,
    cost: perFurtherInput,
    infer: (cx) => [cx.tensor(variadicShape(cx), cx.outputDType(0))],
    examples: [
      { inputs: ['float32[batch, n]', 'float32[n]', 'float32[]'], outputs: ['float32[batch, n]'] },
      { inputs: ['float32[n + 1]'], outputs: ['float32[n + 1]'] },
      {
        inputs: ['float32[a]', 'float32[b]'],
        outputs: ['float32[broadcast(a, b)]'],
        constraints: ['broadcastable(a, b)'],
      },
      { inputs: ['float32[a]', 'float32[b]'], opset: 6, outputs: ['float32[a]'], constraints: ['a == b'] },
      { inputs: ['float32[n]', 'float32[...]'], outputs: ['float32[...]'] },
      { inputs: ['float32[n, 2]', 'float32[3]', 'float32[]'], fails: 'SHAPE_MISMATCH' },
      { inputs: ['float32[n, 3]', 'float32[3]'], opset: 6, fails: 'SHAPE_MISMATCH' },
      { inputs: ['float32[n]', 'float64[n]'], fails: 'DTYPE_MISMATCH' },
      ...examples,
    ],
  };
  if (!element) return row;
  return {
    ...row,
    content: (cx, [out]) => {
      const inputs = Array.from({ length: cx.inputCount }, (_, i) => i);
      return [mapContent(cx, out, inputs, (all, dtype) => all.reduce((a, b) => element(cx, dtype, a, b)))];
    },
  };
}

/** Mean adds up, then multiplies by the reciprocal of the number of inputs (ONNX Runtime), which is exact for powers of two alone. */
function meanRow(): OperatorRow {
  const row = variadicRow('Mean', addElements, [
    { inputs: ['float32[2] = [1, 4]', 'float32[] = 2'], outputs: ['float32[2] = [1.5, 3]'] },
  ]);
  const mean = (cx: InferContext, element: Scalar, dtype: DType): Scalar =>
    isFloatDType(dtype) && Number.isInteger(Math.log2(cx.inputCount))
      ? divideFloats(cx, dtype, element, cx.inputCount)
      : undefined;
  return {
    ...row,
    content: (cx, outputs) =>
      (row.content?.(cx, outputs) ?? []).map(
        (sum) =>
          sum &&
          makeContent(
            sum.dtype,
            sum.shape,
            sum.elements.map((element) => mean(cx, element, sum.dtype)),
          ),
      ),
  };
}

/** The family: name (since-version) and formula of each row; `[..., a], [..., b], ... -> [..., broadcast(a, b, ...)]`. */
export const VARIADIC_ROWS: readonly OperatorRow[] = [
  // Min (1): the least
  variadicRow('Min', minElements, [
    { inputs: ['int64[2] = [s, s]', 'int64[2] = [128, s + 1]'], outputs: ['int64[2] = [min(s, 128), s]'] },
    { inputs: ['int64[1] = [s]', 'int64[] = 9223372036854775807'], outputs: ['int64[1] = [s]'] },
  ]),
  // Max (1): the greatest
  variadicRow('Max', maxElements, [
    { inputs: ['int64[2] = [s, s]', 'int64[2] = [t, 0]'], outputs: ['int64[2] = [max(s, t), s]'] },
    { inputs: ['float32[2] = [1.5, ?]', 'float32[] = 2'], outputs: ['float32[2] = [2, ?]'] },
  ]),
  // Sum (1): the sum
  variadicRow('Sum', addElements, [
    {
      inputs: ['float32[2] = [1, 4]', 'float32[] = 2', 'float32[1] = [0.5]'],
      outputs: ['float32[2] = [3.5, 6.5]'],
    },
  ]),
  // Mean (1): the sum over the number of inputs
  meanRow(),
];
