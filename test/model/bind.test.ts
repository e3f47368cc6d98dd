// Binding by symbols, numbers and tensors: what becomes of names, ranges and element types.
import { type DefinedModel, graph, isDimwiseError, model, op, type SymbolRange, tensor, type Value } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { formatOrigin } from '../../src/base/origin.ts';

type Bound = ReturnType<DefinedModel['bind']>;

/** The input shapes, the symbols' bounds and the constraints of a bind, as text. */
function contractText(bound: Bound): string {
  const { inputs, symbols, constraints } = bound.compile().contract;
  const shapes = Object.entries(inputs).map(([name, { dtype, shape }]) => `${name}: ${dtype}[${shape?.join(', ')}]`);
  const bounds = Object.entries(symbols).map(([name, { min, max }]) => `${name} in ${min}..${max ?? ''}`);
  return [...shapes, ...bounds, ...constraints.map(({ expr }) => expr)].join('; ');
}

function mistakes(body: () => unknown): string[] {
  try {
    body();
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    for (const { origin } of error.errors) expect(formatOrigin(origin)).toContain('bind.test.ts');
    return error.errors.map(({ code, message }) => `${code}: ${message}`);
  }
  expect.unreachable('no mistake was found');
}

const relu = (shape: readonly (number | string)[], symbols?: Record<string, SymbolRange>): DefinedModel =>
  model((x: Value) => op.Relu(x), { inputs: { x: shape }, symbols });
const joined = (): DefinedModel =>
  model((x: Value, y: Value) => op.Concat([x, y], { axis: 1 }), { inputs: { x: ['n', 4], y: ['n', 4] } });

describe('bind', () => {
  test.each<[string, () => Bound, string]>([
    [
      'keeps a declared symbol where the batch gives a number',
      () => relu(['n', 4]).bind([3, 4]),
      'x: float32[n, 4]; n in 1..',
    ],
    ['takes the name that the batch gives a symbol', () => relu(['n', 4]).bind(['m', 4]), 'x: float32[m, 4]; m in 1..'],
    ['lets two symbols change places', () => relu(['a', 'b']).bind(['b', 'a']), 'x: float32[b, a]; b in 1..; a in 1..'],
    ['makes two symbols one', () => relu(['a', 'b']).bind(['n', 'n']), 'x: float32[n, n]; n in 1..'],
    ['takes an expression for a symbol', () => relu(['a', 4]).bind(['3*k', 4]), 'x: float32[3*k, 4]; k in 1..'],
    [
      'takes a declared expression under the new name',
      () => relu(['a', '2*a']).bind(['m', '2*m']),
      'x: float32[m, 2*m]; m in 1..',
    ],
    [
      'carries a declared range to the new name',
      () => relu(['n', 's'], { s: { max: 512, divisibleBy: 4 } }).bind(['n', 't']),
      'x: float32[n, t]; n in 1..; t in 4..512; t <= 512; 4 | t',
    ],
    [
      'carries a declared range to an expression',
      () => relu(['s'], { s: { min: 4, max: 9 } }).bind(['2*t']),
      'x: float32[2*t]; t in 2..4; t >= 2; t <= 4',
    ],
    [
      'carries the permission to be empty',
      () => relu(['n'], { n: { min: 0 } }).bind(['m']),
      'x: float32[m]; m in 0..; m >= 0',
    ],
    [
      'takes the permission to be empty back where one of two symbols has none',
      () => relu(['a', 'b'], { a: { min: 0 } }).bind(['n', 'n']),
      'x: float32[n, n]; n in 1..',
    ],
    [
      'puts numbers in the place of symbols, ranges included, when all is static',
      () => relu(['n', 's'], { s: { max: 512 } }).bind([2, 5], { static: true }),
      'x: float32[2, 5]',
    ],
    [
      'takes an empty static batch where the symbol may be 0',
      () => relu(['n'], { n: { min: 0 } }).bind([0], { static: true }),
      'x: float32[0]',
    ],
    [
      'takes the element type that the batch brings for an undeclared input',
      () => model((x: Value) => op.Relu(x)).bind({ type: 'float16', dims: [2, 3] }),
      'x: float16[batch, 3]; batch in 1..',
    ],
    [
      'takes inputs that are named like the members of a tensor',
      () =>
        model((d: Value, t: Value) => op.Add(d, t), { inputs: { dims: ['n'], type: ['n'] } }).bind({
          dims: [3],
          type: [3],
        }),
      'dims: float32[n]; type: float32[n]; n in 1..',
    ],
    ['binds a scalar', () => model((x: Value) => op.Relu(x)).bind([]), 'x: float32[]'],
  ])('%s', (_name, bind, expected) => {
    expect(contractText(bind())).toBe(expected);
  });

  test.each<[string, () => unknown, string | readonly string[]]>([
    [
      'refuses two names for one symbol',
      () => joined().bind({ x: ['a', 4], y: ['b', 4] }),
      'BIND_MISMATCH: symbol n is a at input "x" axis 0 and b at input "y" axis 0',
    ],
    [
      'refuses an expression that the renamed one is not',
      () => relu(['a', '2*a']).bind(['m', '3*m']),
      'BIND_MISMATCH: input "x" axis 1 is declared as 2*m, this batch brings 3*m',
    ],
    [
      'refuses a symbol where a number is declared',
      () => relu(['a', 4]).bind(['a', 'k']),
      'BIND_MISMATCH: input "x" axis 1 is declared as 4, this batch brings k',
    ],
    [
      'refuses a static size outside of the declared range',
      () => relu(['s'], { s: { max: 512 } }).bind([600], { static: true }),
      'BIND_MISMATCH: symbol s is declared as >= 1, <= 512, this batch makes it 600',
    ],
    [
      'refuses an empty static batch',
      () => relu(['n']).bind([0], { static: true }),
      'BIND_ZERO: symbol n is at least 1, this batch (x: float32[0]) makes it 0',
    ],
    [
      'refuses another element type where only that was declared',
      () => graph((g) => op.Identity(g.input('x', 'int64'))).bind({ dtype: 'float32', shape: [2] }),
      'DTYPE_MISMATCH: input "x" is int64, this batch brings float32',
    ],
    [
      'refuses another element type where only that was declared, in model() too',
      () =>
        model((x: Value) => op.Identity(x), { inputs: { x: tensor('int64') } }).bind({ type: 'float32', dims: [2] }),
      'DTYPE_MISMATCH: input "x" is int64, this batch brings float32',
    ],
    [
      'names all inputs that the batch lacks',
      () =>
        model((x: Value, y: Value, z: Value) => op.Sum([x, y, z]), { inputs: { x: ['n'], y: ['n'], z: ['n'] } }).bind({
          x: [3],
        }),
      'BIND_INPUT_MISSING: the batch lacks inputs "y", "z"; the model has "x", "y", "z"',
    ],
    [
      'lists every size that cannot be read',
      () => joined().bind({ x: [-1, 4], y: ['a b', 1.5] }),
      [
        'DIM_SYNTAX: a size must be an integer >= 0, got -1',
        'DIM_SYNTAX: expected the end at position 3 of dim "a b", found "b"',
        'DIM_SYNTAX: a size must be an integer >= 0, got 1.5',
      ],
    ],
    [
      'refuses a range that no size meets',
      () => relu(['n'], { n: { min: 5, max: 3 } }),
      'DIM_CONTRADICTION: no size of symbol n is >= 5, <= 3',
    ],
  ])('%s', (_name, body, expected) => {
    expect(mistakes(body)).toEqual([expected].flat());
  });

  test('changes nothing when it fails', () => {
    const net = relu(['n', 4]);
    const first = net.bind([2, 4]);
    expect(() => net.bind([2, 5])).toThrow('BIND_MISMATCH');
    expect(net.bound).toBe(first);
  });
});

describe('bind without a batch', () => {
  test('keeps the inputs as they are declared', () => {
    const net = model((x: Value, y: Value) => op.MatMul(x, y), { inputs: { x: ['n', 4], y: [4, 'm'] } });
    expect(contractText(net.bind())).toBe('x: float32[n, 4]; y: float32[4, m]; n in 1..; m in 1..');
  });

  test('names the inputs that are not declared with all their sizes', () => {
    const net = model((x: Value, y: Value) => op.Add(x, y), { inputs: { x: ['n', 4], y: ['n', '?'] } });
    expect(mistakes(() => net.bind())).toEqual([
      'BIND_INPUT_MISSING: the batch lacks input "y"; the model has "x", "y"',
    ]);
    expect(mistakes(() => model((x: Value) => op.Relu(x)).bind())).toEqual([
      'BIND_INPUT_MISSING: the batch lacks input "x"; the model has "x"',
    ]);
  });
});
