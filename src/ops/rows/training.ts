// Training operators of the preview domain: optimizers and Gradient.
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import { attributeLength } from '../rules/attribute-length.ts';
import { scalarInput } from '../rules/scalar-input.ts';

const domain = 'ai.onnx.preview.training';

/** The tensors, their gradients and states: groups of equally many inputs behind learning rate and step. */
function updated(cx: InferContext, groups: number): readonly ValueType[] {
  const count = (cx.inputCount - 2) / groups;
  if (!Number.isInteger(count) || count < 1) {
    cx.fail(
      'INPUT_COUNT',
      `${cx.op} takes ${groups} inputs per tensor behind R and T, got ${cx.inputCount - 2} in all`,
      {
        expected: `a multiple of ${groups}`,
        actual: String(cx.inputCount - 2),
      },
    );
  }
  for (const i of [0, 1]) scalarInput(cx, i);
  for (let k = 0; k < count; k++) {
    for (let group = 1; group < groups; group++) meet(cx, 2 + k, 2 + group * count + k);
  }
  const types = (group: number): ValueType[] => Array.from({ length: count }, (_, k) => cx.type(2 + group * count + k));
  // The gradients, group 1, are not updated.
  return Array.from({ length: groups }, (_, group) => group)
    .filter((group) => group !== 1)
    .flatMap(types);
}

/** Requires that inputs `a` and `b` have one shape and element type. */
function meet(cx: InferContext, a: number, b: number): void {
  cx.sameDType(a, b);
  const [left, right] = [cx.shape(a), cx.shape(b)];
  if (left && right) cx.unifyShapes(left, right, `shapes of ${cx.inputName(a)} and ${cx.inputName(b)}`);
}

/** An optimizer with `groups` inputs per tensor. */
function optimizer(name: string, groups: number, examples: readonly OperatorExample[]): OperatorRow {
  return { domain, name, infer: (cx) => updated(cx, groups), examples };
}

const W = 'float32[m, 4]';

/** Adagrad (preview 1): R, T, tensors, gradients, squared gradients -> tensors, squared gradients; shapes as given. */
const Adagrad = optimizer('Adagrad', 3, [
  { inputs: ['float32[]', 'int64[]', W, W, W], outputs: [W, W] },
  { inputs: ['float32[]', 'int64[]', W, W], fails: 'INPUT_COUNT' },
  { inputs: ['float32[]', 'int64[]', 'float32[3]', 'float32[4]', 'float32[3]'], fails: 'SHAPE_MISMATCH' },
]);

/** Adam (preview 1): R, T, tensors, gradients, momenta, squared gradients -> tensors, momenta, squared gradients; shapes as given. */
const Adam = optimizer('Adam', 4, [
  { inputs: ['float32[]', 'int64[]', W, W, W, W], outputs: [W, W, W] },
  {
    inputs: ['float32[]', 'int64[]', W, 'float32[n]', W, 'float32[n]', W, 'float32[n]', W, 'float32[n]'],
    outputs: [W, 'float32[n]', W, 'float32[n]', W, 'float32[n]'],
  },
  { inputs: ['float32[]', 'int64[]', 'float32[3]', 'float32[4]', 'float32[3]', 'float32[3]'], fails: 'SHAPE_MISMATCH' },
]);

const MOMENTUM = { alpha: 0.9, beta: 1, mode: 'standard', norm_coefficient: 0.5 };

/** Momentum (preview 1): R, T, tensors, gradients, momenta -> tensors, momenta; shapes as given. */
const Momentum = optimizer('Momentum', 3, [
  { inputs: ['float32[]', 'int64[]', W, W, W], attributes: MOMENTUM, outputs: [W, W] },
  {
    inputs: ['float32[]', 'int64[]', 'float32[3]', 'float64[3]', 'float32[3]'],
    attributes: MOMENTUM,
    fails: 'DTYPE_MISMATCH',
  },
]);

/** Gradient (preview 1): the gradient with respect to each of `xs`, the first inputs; shapes and dtypes as theirs. */
const Gradient: OperatorRow = {
  domain,
  name: 'Gradient',
  infer: (cx) => {
    const count = attributeLength(cx, 'xs');
    if (cx.inputCount < count) {
      cx.fail('INPUT_COUNT', `${cx.op} takes one input for each of xs, got ${cx.inputCount} for ${count}`, {
        expected: `at least ${count}`,
        actual: String(cx.inputCount),
      });
    }
    return Array.from({ length: count }, (_, i) => cx.type(i));
  },
  examples: [
    { inputs: ['float32[n]', 'float32[m]'], attributes: { xs: ['a'], zs: ['b'], y: 'c' }, outputs: ['float32[n]'] },
    { inputs: ['float32[n]'], attributes: { xs: ['a', 'b'], y: 'c' }, fails: 'INPUT_COUNT' },
  ],
};

/** The family. */
export const TRAINING_ROWS: readonly OperatorRow[] = [Adagrad, Adam, Momentum, Gradient];
