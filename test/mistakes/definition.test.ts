// Mistakes in definitions: each is noticed where the author made it.
import {
  batchNorm,
  block,
  conv2d,
  dense,
  dropout,
  embedding,
  graph,
  maxPool2d,
  model,
  multiHeadAttention,
  op,
  sequential,
  tensor,
  type Value,
} from 'dimwise';
import { describe, expect, test } from 'vitest';
import { type Mistake, mistakeOf, testMistakes } from './mistake-table.ts';

/** A graph over one float32 input. */
const over = (shape: readonly (number | string)[], build: (x: Value) => Value) =>
  graph((g) => build(g.input('x', 'float32', shape)));

const MISTAKES: readonly Mistake[] = [
  { name: 'a layer without units', code: 'LAYER_ARGUMENT', run: () => dense(0), names: ['dense', 'units', '0'] },
  { name: 'a fraction of channels', code: 'LAYER_ARGUMENT', run: () => conv2d(1.5, 3), names: ['conv2d', '1.5'] },
  {
    name: 'a kernel with too many axes',
    code: 'LAYER_ARGUMENT',
    run: () => conv2d(4, [3, 3, 3]),
    names: ['conv2d', 'kernel'],
  },
  { name: 'a pool without a window', code: 'LAYER_ARGUMENT', run: () => maxPool2d(0), names: ['maxPool2d'] },
  { name: 'a dropout rate above one', code: 'LAYER_ARGUMENT', run: () => dropout(1.5), names: ['dropout', '1.5'] },
  { name: 'an embedding of nothing', code: 'LAYER_ARGUMENT', run: () => embedding(0, 8), names: ['embedding'] },
  {
    name: 'no heads',
    code: 'LAYER_ARGUMENT',
    run: () => multiHeadAttention(0),
    names: ['multiHeadAttention', 'heads'],
  },
  {
    name: 'a misspelt activation',
    code: 'LAYER_ARGUMENT',
    run: () => dense(4, { activation: 'rleu' as never }),
    names: ['rleu', /did you mean relu/],
  },
  {
    name: 'an unknown initializer',
    code: 'INITIALIZER_INVALID',
    run: () => dense(4, { weightInitializer: 'xavierUnifrom' as never }),
    names: ['xavierUnifrom', /xavierUniform/],
  },
  {
    name: 'inner dims that differ',
    code: 'SHAPE_MISMATCH',
    run: () => over([2, 3], (x) => op.MatMul(x, x)),
    names: ['MatMul', '3', '2'],
  },
  {
    name: 'shapes that do not broadcast',
    code: 'SHAPE_MISMATCH',
    run: () => over([2, 3], (x) => op.Add(x, [1, 2])),
    names: ['Add', '3', '2'],
  },
  {
    name: 'a rank that an operator does not take',
    code: 'RANK_MISMATCH',
    run: () => over(['n', 3], (x) => op.Conv(x, op.Unsqueeze(x, [2]))),
    names: ['Conv'],
  },
  {
    name: 'a declared rank that a layer does not take',
    code: 'RANK_MISMATCH',
    run: () => model(conv2d(4, 3), { inputs: { x: ['n', 3] } }),
    names: ['conv2d', 'rank 4', 'rank 2'],
  },
  {
    name: 'element types that differ',
    code: 'DTYPE_MISMATCH',
    run: () => graph((g) => op.Add(g.input('x', 'float32', [2]), g.input('i', 'int64', [2]))),
    names: ['Add', 'float', 'int64'],
  },
  {
    name: 'indices that are no integers',
    code: 'DTYPE_MISMATCH',
    run: () => model(embedding(10, 4), { inputs: { x: ['n', 's'] } }),
    names: ['embedding', 'float'],
  },
  {
    name: 'an axis outside of the rank',
    code: 'ATTRIBUTE_INVALID',
    run: () => over([2, 3], (x) => op.Softmax(x, { axis: 2 })),
    names: ['Softmax', 'axis', '2'],
  },
  {
    name: 'a permutation that is none',
    code: 'ATTRIBUTE_INVALID',
    run: () => over([2, 3], (x) => op.Transpose(x, { perm: [0, 0] })),
    names: ['Transpose', 'perm'],
  },
  {
    name: 'a misspelt attribute',
    code: 'ATTRIBUTE_UNKNOWN',
    run: () => over([2, 3], (x) => op.Gemm(x, x, undefined, { transb: 1 } as never)),
    names: ['transb', /transB/],
  },
  {
    name: 'sizes that cannot be reshaped',
    code: 'SHAPE_MISMATCH',
    run: () => over([2, 3], (x) => op.Reshape(x, [4, 2])),
    names: ['Reshape', '[2, 3]', '[4, 2]'],
  },
  {
    name: 'an input that is absent',
    code: 'INPUT_COUNT',
    run: () => over([2, 3], (x) => op.MatMul(x, undefined as never)),
    names: ['MatMul', 'B'],
    hasBothFacts: false,
  },
  {
    name: 'two inputs of one name',
    code: 'NAME_DUPLICATE',
    run: () => graph((g) => op.Add(g.input('x', 'float32', [2]), g.input('x', 'float32', [2]))),
    names: ['"x"'],
    hasBothFacts: false,
  },
  {
    name: 'two layers of one name',
    code: 'NAME_DUPLICATE',
    run: () => model(sequential(dense(2, { name: 'fc' }), dense(2, { name: 'fc' })), { inputs: { x: ['n', 4] } }),
    names: ['"fc"'],
    hasBothFacts: false,
  },
  {
    name: 'a layer made inside the function of the model',
    code: 'LAYER_INSIDE_MODEL',
    run: () => model((x: Value) => multiHeadAttention(2)(x)),
    names: ['parameters'],
  },
  { name: 'nothing returned', code: 'OUTPUT_INVALID', run: () => model((() => undefined) as never), names: ['output'] },
  {
    name: 'a size that cannot be read',
    code: 'DIM_SYNTAX',
    run: () => model(dense(2), { inputs: { x: ['n +', 4] } }),
    names: ['n +'],
    hasBothFacts: false,
  },
  {
    name: 'a negative size',
    code: 'DIM_SYNTAX',
    run: () => model(dense(2), { inputs: { x: ['n', -4] } }),
    names: ['-4'],
    hasBothFacts: false,
  },
  {
    name: 'a symbol where a parameter needs a number',
    code: 'PARAM_DIM_SYMBOLIC',
    run: () => model(dense(2), { inputs: { x: ['n', 'k'] } }).bind({ x: ['n', 'k'] }),
    names: ['weight', 'k'],
  },
  {
    name: 'reading the shape of an undeclared input',
    code: 'RANK_UNKNOWN',
    run: () => model((x: Value) => op.Reshape(x, [x.rank, -1])).graph,
    names: ['x'],
    hasBothFacts: false,
  },
  {
    name: 'an operator outside of a model',
    code: 'GRAPH_FOREIGN_VALUE',
    run: () => op.Constant({ value_int: 1 }),
    names: ['outside'],
    hasBothFacts: false,
  },
  {
    name: 'a value of another graph',
    code: 'GRAPH_FOREIGN_VALUE',
    run: foreignValue,
    names: ['other'],
    hasBothFacts: false,
  },
  {
    name: 'a value of a body outside of it',
    code: 'GRAPH_FOREIGN_VALUE',
    run: leakedValue,
    names: ['body', 'outside'],
    hasBothFacts: false,
  },
  {
    name: 'a parameter that the model lacks',
    code: 'PARAM_UNKNOWN',
    run: () => model(dense(2)).parameter('wieght'),
    names: ['wieght', 'weight'],
  },
];

/** A value of one branch is read beside the If. */
function leakedValue(): unknown {
  let kept: Value | undefined;
  return over([2], (x) => {
    const [y] = op.If(op.ReduceMax(op.Greater(x, 0), undefined, { keepdims: 0 }), {
      then_branch: () => (kept = op.Relu(x)),
      else_branch: () => op.Neg(x),
    });
    return op.Add(y ?? x, kept ?? x);
  });
}

function foreignValue(): unknown {
  let kept: Value | undefined;
  graph((g) => (kept = op.Relu(g.input('x', 'float32', [2]))), { name: 'other' });
  return over([2], (x) => op.Add(x, kept ?? x));
}

describe('a mistake in a definition', () => {
  testMistakes(MISTAKES);
});

describe('independent mistakes', () => {
  test('come out in one run, each with its own line', async () => {
    const error = await mistakeOf(() =>
      graph((g) => {
        const x = g.input('x', 'float32', [2, 3]);
        const y = op.MatMul(x, x);
        const z = op.Softmax(x, { axis: 5 });
        return { y: op.Relu(y), z };
      }),
    );
    expect(error.errors.map(({ code }) => code)).toEqual(['SHAPE_MISMATCH', 'ATTRIBUTE_INVALID']);
    const lines = error.errors.map(({ origin }) => origin?.site?.place?.line ?? 0);
    expect(lines[1]).toBe((lines[0] ?? 0) + 1);
  });

  test('in two layers come out together', async () => {
    const a = dense(4, { inFeatures: 9 });
    const b = sequential(dense(4), batchNorm());
    const c = conv2d(2, 3, { inChannels: 5 });
    const error = await mistakeOf(() =>
      model(block({ a, b, c }, (x: Value, y: Value) => ({ a: a(x), c: c(y), b: b(x) })) as never, {
        inputs: { x: ['n', 8], y: tensor('float32', ['n', 3, 8, 8]) },
      }),
    );
    expect(error.errors.map(({ code }) => code)).toEqual(['SHAPE_MISMATCH', 'SHAPE_MISMATCH']);
    expect(error.message).toContain('a.weight');
    expect(error.message).toContain('c.weight');
  });
});
