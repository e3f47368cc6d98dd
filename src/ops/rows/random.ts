// Operators that draw random numbers: RandomNormal, RandomUniform and their Like forms, Bernoulli, Multinomial, Dropout.
import { constant } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { MaybeDType } from '../../ir/type.ts';
import { view } from '../costs/movement.ts';
import { passesSizes } from '../rules/backward.ts';
import { dtypeAttribute } from '../rules/dtype-attribute.ts';

/** RandomNormal, RandomUniform (1): numbers drawn with the shape of an attribute. `-> T[shape]` */
const drawn = (name: string): OperatorRow => ({
  name,
  infer: (cx) => {
    const shape = cx.ints('shape');
    for (const size of shape ?? []) {
      if (size < 0)
        cx.fail('ATTRIBUTE_INVALID', `${name}: attribute shape has the size ${size}`, {
          expected: '>= 0',
          actual: String(size),
        });
    }
    return [cx.tensor(shape?.map(constant), dtypeAttribute(cx, 'dtype') ?? 'float32')];
  },
  examples: [
    { inputs: [], attributes: { shape: [2, 3] }, outputs: ['float32[2, 3]'] },
    { inputs: [], attributes: { shape: [4], dtype: 11 }, outputs: ['float64[4]'] },
    { inputs: [], fails: 'ATTRIBUTE_MISSING' },
    { inputs: [], attributes: { shape: [2, -1] }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: [], attributes: { shape: [2], dtype: 7 }, fails: 'ATTRIBUTE_INVALID' },
  ],
});

/** RandomNormalLike, RandomUniformLike (1), Bernoulli (15): numbers drawn with the shape of the input. `[d0, ..., dn] -> [d0, ..., dn]` */
const drawnLike = (name: string): OperatorRow => ({
  name,
  backward: passesSizes,
  infer: (cx) => [cx.tensor(cx.shape(0), dtypeAttribute(cx, 'dtype') ?? cx.dtype(0))],
  examples: [
    { inputs: ['float32[batch, n]'], outputs: ['float32[batch, n]'] },
    { inputs: ['float32[batch, n]'], attributes: { dtype: 11 }, outputs: ['float64[batch, n]'] },
    { inputs: ['float32[...]'], outputs: ['float32[...]'] },
    { inputs: ['float32[n]'], attributes: { dtype: 8 }, fails: 'ATTRIBUTE_INVALID' },
  ],
});

/**
 * Multinomial (7): samples of class indices from unnormalized log probabilities.
 * `[batch, classes] -> int32[batch, sample_size]`
 */
const Multinomial: OperatorRow = {
  name: 'Multinomial',
  infer: (cx) => {
    const [batch, classes] = cx.ranked(0, 2);
    if (batch) cx.atLeast(batch, 1, 'batch size');
    if (classes) cx.atLeast(classes, 1, 'number of classes');
    const dtype: MaybeDType = dtypeAttribute(cx, 'dtype') ?? 'int32';
    const size = cx.int('sample_size', 1);
    if (size < 1)
      cx.fail('ATTRIBUTE_INVALID', `Multinomial: attribute sample_size is ${size}`, {
        expected: '>= 1',
        actual: String(size),
      });
    return [cx.tensor(batch && [batch, size], dtype)];
  },
  examples: [
    { inputs: ['float32[batch, n]'], attributes: { sample_size: 10 }, outputs: ['int32[batch, 10]'] },
    { inputs: ['float32[batch, n]'], attributes: { dtype: 7 }, outputs: ['int64[batch, 1]'] },
    { inputs: ['float32[n]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[0, n]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 0]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, n]'], attributes: { sample_size: 0 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/**
 * Dropout (1): `x * mask / (1 - ratio)` while training, else x; the mask is bool since version 10.
 * `[d0, ..., dn] -> [d0, ..., dn], [d0, ..., dn]`
 */
const Dropout: OperatorRow = {
  name: 'Dropout',
  cost: view,
  backward: passesSizes,
  infer: (cx) => {
    if (cx.version >= 12) for (const i of [1, 2]) if (cx.has(i)) cx.ranked(i, 0);
    const shape = cx.shape(0);
    return [cx.tensor(shape), cx.tensor(shape, cx.outputDType(1))];
  },
  content: (cx) => [trains(cx) ? undefined : cx.content(0)],
  examples: [
    { inputs: ['float32[batch, n]', 'float32[]', 'bool[]'], outputs: ['float32[batch, n]', 'bool[batch, n]'] },
    { inputs: ['float32[batch, n]'], outputs: ['float32[batch, n]'] },
    { inputs: ['float32[2] = [1.5, 4]', null, 'bool[] = false'], outputs: ['float32[2] = [1.5, 4]'] },
    { inputs: ['float32[2] = [1.5, 4]', null, 'bool[]'], outputs: ['float32[2]'] },
    { inputs: ['float32[batch, n]'], opset: 7, outputs: ['float32[batch, n]', 'float32[batch, n]'] },
    { inputs: ['float32[batch, n]'], opset: 10, outputs: ['float32[batch, n]', 'bool[batch, n]'] },
    { inputs: ['float32[...]'], outputs: ['float32[...]', 'bool[...]'] },
    { inputs: ['float32[n]', 'float32[1]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n]', null, 'float32[]'], fails: 'DTYPE_MISMATCH' },
  ],
};

/** Whether a Dropout may change its input: since 12 by its third input, before 7 by an attribute, in between never. */
function trains(cx: InferContext): boolean {
  if (cx.version >= 12) return cx.has(2) && cx.content(2)?.elements[0] !== false;
  return cx.version < 7 && cx.int('is_test', 0) === 0;
}

/** The family. */
export const RANDOM_ROWS: readonly OperatorRow[] = [
  drawn('RandomNormal'),
  drawn('RandomUniform'),
  drawnLike('RandomNormalLike'),
  drawnLike('RandomUniformLike'),
  drawnLike('Bernoulli'),
  Multinomial,
  Dropout,
];
