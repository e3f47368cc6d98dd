// Mistakes in binding and compiling: nothing is changed, and the message says who met whom.
import {
  conv2d,
  dense,
  embedding,
  flatten,
  graph,
  model,
  op,
  sequential,
  tensor,
  tensorFromValues,
  type Value,
} from 'dimwise';
import { describe, expect, test } from 'vitest';
import { type Mistake, mistakeOf, testMistakes } from './mistake-table.ts';

const mlp = () => model(sequential(dense(256, { activation: 'relu' }), dense(10)), { name: 'mlp' });

/** An MLP that was bound to 20 features. */
function bound() {
  const net = mlp().initialize();
  net.bind([2, 20]);
  return net;
}

const declared = (shape: readonly (number | string)[]) => model(dense(4), { inputs: { x: shape } });

const MISTAKES: readonly Mistake[] = [
  {
    name: 'a batch of other features',
    code: 'SHAPE_MISMATCH',
    run: () => bound().bind([2, 30]),
    names: ['0.weight', '20', '30', 'the first batch'],
  },
  {
    name: 'another number of axes than declared',
    code: 'RANK_MISMATCH',
    run: () => declared(['n', 4]).bind([2, 3, 4]),
    names: ['"x"', '2', '3'],
  },
  {
    name: 'a rank that the layer does not take',
    code: 'RANK_MISMATCH',
    run: () => model(conv2d(4, 3)).bind([2, 3, 8]),
    names: ['rank 4', 'rank 3'],
  },
  {
    name: 'another size than declared',
    code: 'BIND_MISMATCH',
    run: () => declared(['n', 4]).bind([2, 5]),
    names: ['"x"', 'axis 1', '4', '5'],
  },
  {
    name: 'two sizes for one symbol',
    code: 'BIND_MISMATCH',
    run: () => twoInputs().bind({ a: [2, 4], b: [3, 4] }),
    names: ['n', '"a"', '"b"', '2', '3'],
  },
  {
    name: 'a size that no value of a symbol gives',
    code: 'BIND_MISMATCH',
    run: () => declared(['2*n', 4]).bind([3, 4]),
    names: ['2*n', '3'],
  },
  {
    name: 'an input that is absent',
    code: 'BIND_INPUT_MISSING',
    run: () => twoInputs().bind({ a: [2, 4] }),
    names: ['"b"'],
    hasBothFacts: false,
  },
  {
    name: 'one shape for two inputs',
    code: 'BIND_INPUT_MISSING',
    run: () => twoInputs().bind([2, 4]),
    names: ['"a"', '"b"'],
    hasBothFacts: false,
  },
  {
    name: 'a misspelt input',
    code: 'BIND_INPUT_UNKNOWN',
    run: () => model(dense(4), { inputs: { image: ['n', 4] } }).bind({ imgae: [2, 4] }),
    names: ['imgae', /did you mean "?image/],
  },
  {
    name: 'a size left open',
    code: 'BIND_INCOMPLETE',
    run: () => declared(['n', '?']).bind(['n', '?']),
    names: ['"x"', 'axis 1'],
  },
  {
    name: 'an empty batch for a symbol',
    code: 'BIND_ZERO',
    run: () => declared(['n', 4]).bind([0, 4]),
    names: ['n', '0'],
  },
  { name: 'an empty feature axis', code: 'BIND_ZERO', run: () => mlp().bind([2, 0]), names: ['0.weight', '0'] },
  {
    name: 'a symbol for the features',
    code: 'PARAM_DIM_SYMBOLIC',
    run: () => mlp().bind(['n', 'k']),
    names: ['weight', 'k'],
  },
  {
    name: 'a tensor of another element type',
    code: 'DTYPE_MISMATCH',
    run: () => declared(['n', 4]).bind(tensor('float64', [2, 4])),
    names: ['"x"', 'float32', 'float64'],
  },
  {
    name: 'floats where an undeclared input must be indices',
    code: 'DTYPE_MISMATCH',
    run: () => model(embedding(10, 4)).bind(tensor('float32', [2, 4])),
    names: ['float'],
  },
  {
    name: 'an image that is too small',
    code: 'SHAPE_MISMATCH',
    run: () => model(sequential(conv2d(4, 5), flatten(), dense(2))).bind([1, 1, 3, 3]),
    names: ['3', '5'],
  },
  { name: 'a broken constraint', code: 'BIND_MISMATCH', run: () => square().bind([3, 4]), names: ['b == a', '3', '4'] },
  {
    name: 'a feature size between two batches of a shared layer',
    code: 'SHAPE_MISMATCH',
    run: shared,
    names: ['weight', '4', '6'],
  },
  {
    name: 'compiling without weights',
    code: 'PARAM_NOT_INITIALIZED',
    run: () => mlp().bind([2, 20]).compile(),
    names: ['0.weight'],
    hasBothFacts: false,
  },
  {
    name: 'data before initialize()',
    code: 'PARAM_NOT_INITIALIZED',
    run: () => mlp().parameter('0.weight').data(),
    names: ['0.weight'],
    hasBothFacts: false,
  },
  {
    name: 'data before a batch',
    code: 'PARAM_DEFERRED',
    run: () => mlp().initialize().parameter('0.weight').data(),
    names: ['0.weight', '?'],
    hasBothFacts: false,
  },
  {
    name: 'data of another shape',
    code: 'PARAM_SHAPE',
    run: () =>
      bound()
        .parameter('1.bias')
        .setData(tensorFromValues('float32', [3], [1, 2, 3])),
    names: ['1.bias', '10', '3'],
  },
  {
    name: 'an unknown target',
    code: 'EMIT_TARGET',
    run: () => bound().bind([2, 20]).compile({ target: 'ort@1.30/cudaa' }),
    names: ['cudaa'],
  },
  {
    name: 'an operator that the target lacks',
    code: 'EMIT_OPSET',
    run: () => newOperator().compile({ target: 'ort@1.19' }).bytes(),
    names: ['Swish', '1.19'],
  },
  {
    name: 'an unknown initializer',
    code: 'INITIALIZER_INVALID',
    run: () => mlp().initialize({ initializer: 'zeroes' as never }),
    names: ['zeroes', /did you mean.*zeros/],
  },
  {
    name: 'an initializer that cannot fill the shape',
    code: 'INITIALIZER_INVALID',
    run: () => mlp().initialize({ initializer: 'dirac' }).bind([2, 20]),
    names: ['dirac', '0.weight'],
  },
  {
    name: 'a seed that is none',
    code: 'SEED_INVALID',
    run: () => bound().initialize({ seed: -1, forceReinit: true }).parameter('0.weight').data(),
    names: ['-1'],
  },
];

function twoInputs() {
  return model((a: Value, b: Value) => op.Add(a, b), { inputs: { a: ['n', 4], b: ['n', 4] } });
}

/** `x x` for a square matrix of symbolic size. */
const square = () => model((x: Value) => op.MatMul(x, x), { inputs: { x: ['a', 'b'] } });

const newOperator = () => graph((g) => op.Swish(g.input('x', 'float32', ['n', 4]))).bind(['n', 4]);

function shared(): unknown {
  const fc = dense(4);
  model(fc).bind([2, 4]);
  return model(fc).bind([2, 6]);
}

describe('a mistake in binding or compiling', () => {
  testMistakes(MISTAKES);
});

describe('a bind that fails', () => {
  test('leaves every parameter as it was', async () => {
    const first = conv2d(4, 3);
    const net = model(sequential(first, flatten(), dense(5, { inFeatures: 8 })));
    const before = [...net.parameters().values()].map(String);
    const error = await mistakeOf(() => net.bind([1, 3, 8, 8]));
    expect(error.code).toBe('SHAPE_MISMATCH');
    expect([...net.parameters().values()].map(String)).toEqual(before);
    expect(net.bound).toBeUndefined();
  });

  test('reports independent mistakes of two inputs together', async () => {
    const net = model((a: Value, b: Value) => op.Concat([a, b], { axis: 1 }), { inputs: { a: ['n', 4], b: ['n', 5] } });
    const error = await mistakeOf(() => net.bind({ a: [2, 3], b: [2, 6] }));
    expect(error.errors.map(({ code }) => code)).toEqual(['BIND_MISMATCH', 'BIND_MISMATCH']);
  });
});
