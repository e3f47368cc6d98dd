// What an author states of a value's sizes: taken over, asked of runs, refused where it cannot be.
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { formatOrigin } from '../../src/base/origin.ts';
import { assumeShape, type DefinedModel, formatType, graph, model, op, tensor, type Value } from '../../src/index.ts';
import { contractOf } from '../../src/ir/contract.ts';
import { SymbolNames } from '../../src/ir/symbol-names.ts';
import { judgeShapes } from '../helpers/shape-judge.ts';

/** The types of inputs and outputs, and the constraints. */
function told(defined: DefinedModel) {
  const names = new SymbolNames();
  const type = (value: Value): string => formatType(value.type, names.format);
  return {
    inputs: defined.graph.inputs.map(type),
    outputs: defined.graph.outputs.map(type),
    constraints: contractOf(defined.graph, names).constraints.map(({ expr, scope }) => `${expr} (${scope})`),
  };
}

function mistakeOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (isDimwiseError(error)) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

const floats = (...dims: number[]): Tensor =>
  new Tensor(
    'float32',
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => (i % 3) - 1),
    dims,
  );

const inputs = { x: ['n', 4] } as const;

describe('assumeShape', () => {
  test('gives a size that depends on data a name, which is no constraint', () => {
    const defined = model((x: Value) => op.Abs(assumeShape(op.NonZero(x), [2, 'found'])), { inputs });
    expect(told(defined)).toEqual({
      inputs: ['float32[n, 4]'],
      outputs: ['int64[2, found]'],
      constraints: [],
    });
  });

  test('makes a size that depends on data a number or a size of an input, asked of the run', () => {
    const number = model((x: Value) => assumeShape(op.NonZero(x), [2, 9]), { inputs });
    expect(told(number)).toMatchObject({
      outputs: ['int64[2, 9]'],
      constraints: ['"output 0 of NonZero axis 1" == 9 (run)'],
    });
    const size = model((x: Value) => assumeShape(op.NonZero(x), [2, '3*n']), { inputs });
    expect(told(size)).toMatchObject({ outputs: ['int64[2, 3*n]'] });
  });

  test('makes sizes equal that are given one name', () => {
    const defined = model(
      (x: Value) => {
        const [a, b] = [op.NonZero(x), op.NonZero(op.Neg(x))];
        return op.Sub(assumeShape(a, [2, 'k']), assumeShape(b, [2, 'k']));
      },
      { inputs },
    );
    expect(told(defined).outputs).toEqual(['int64[2, k]']);
    expect(told(defined).constraints).toEqual(['"output 0 of NonZero axis 1" == k (run)']);
  });

  test('asks feeds for what it says of the sizes of inputs', () => {
    const defined = model((x: Value, y: Value) => op.MatMul(assumeShape(x, ['m', 4]), y), {
      inputs: { x: ['n', 4], y: [4, 'm'] },
    });
    expect(told(defined)).toMatchObject({ outputs: ['float32[n, n]'], constraints: ['n == m (feed)'] });
  });

  test('says nothing where it has ? or null', () => {
    const defined = model((x: Value) => assumeShape(op.NonZero(x), ['?', null]), { inputs });
    expect(told(defined).outputs).toEqual(['int64[2, found0]']);
  });

  test('settles an unknown rank, also of what the value is made of and of what reads it', () => {
    const defined = graph((g) => {
      const x = g.input('x', 'float32');
      const h = op.Softmax(op.Abs(x));
      const other = op.Neg(h);
      assumeShape(h, ['batch', '?', 3]);
      return [h, other, op.Unsqueeze(op.Relu(x), [0])];
    });
    expect(told(defined)).toMatchObject({
      inputs: ['float32[batch, ?, 3]'],
      outputs: ['float32[batch, ?, 3]', 'float32[batch, ?, 3]', 'float32[1, batch, ?, 3]'],
    });
  });

  test('settles unknown sizes of inputs and parameters', () => {
    const defined = graph((g) => {
      const x = g.input('x', 'float32', ['batch', '?']);
      const h = op.MatMul(x, g.parameter('w', { shape: ['?', '?'] }));
      return op.Relu(assumeShape(op.Reshape(h, [0, -1, 5]), ['batch', 4, 5]));
    });
    expect(defined.parameter('w').shape.map((dim) => (dim.kind === 'const' ? dim.value : '?'))).toEqual(['?', 20]);
    expect(told(defined).outputs).toEqual(['float32[batch, 4, 5]']);
  });

  test('never settles what a broadcasting operator reads', () => {
    const defined = graph((g) => {
      const [x, y] = [g.input('x', 'float32', ['?', 10]), g.input('y', 'float32', [12, '?'])];
      return assumeShape(op.Add(x, y), [12, 10]);
    });
    expect(told(defined)).toMatchObject({ inputs: ['float32[?, 10]', 'float32[12, ?]'], outputs: ['float32[12, 10]'] });
  });

  test('holds in a body, where it is met each time the body is inferred', () => {
    const defined = model(
      (x: Value, c: Value) =>
        op.If(op.Not(c), {
          then_branch: () => op.Neg(assumeShape(op.NonZero(x), [2, 7])),
          else_branch: () => op.Abs(assumeShape(op.NonZero(x), [2, 7])),
        }),
      { inputs: { x: ['n', 4], c: tensor('bool', []) } },
    );
    expect(told(defined)).toMatchObject({ outputs: ['int64[2, 7]'] });
  });

  test.each<[what: string, shape: readonly (number | string)[], code: string]>([
    ['another number', ['n', 5], 'SHAPE_MISMATCH'],
    ['an expression that is never the size', ['n + 1', 4], 'SHAPE_MISMATCH'],
    ['another rank', ['n', 4, 1], 'RANK_MISMATCH'],
  ])('is a mistake at its line where it says %s, and changes nothing', (_, shape, code) => {
    const error = mistakeOf(() => model((x: Value) => op.Relu(assumeShape(op.Abs(x), shape)), { inputs }));
    expect(error.code).toBe(code);
    expect(error.errors).toHaveLength(1);
    expect(formatOrigin(error.origin)).toMatch(/assume-shape\.test\.ts:\d+:\d+/);
    expect(error.message).toContain('float32[n, 4]');
    expect(error.related.map(({ message }) => message)).toEqual(['the value is made here']);
  });

  test('is a mistake where it is made of a value in a body', () => {
    const error = mistakeOf(() =>
      model(
        (x: Value, c: Value) =>
          op.If(op.Not(c), { then_branch: () => assumeShape(op.Neg(x), ['n', 5]), else_branch: () => op.Abs(x) }),
        { inputs: { x: ['n', 4], c: tensor('bool', []) } },
      ),
    );
    expect([error.code, error.errors.length]).toEqual(['SHAPE_MISMATCH', 1]);
  });

  test('takes the names that a batch gives to symbols', () => {
    const defined = model((x: Value) => assumeShape(op.NonZero(x), [2, 'n']), { inputs });
    expect(formatType(defined.bind(['rows', 4]).graph.outputs[0]?.type ?? { kind: 'unknown' })).toBe('int64[2, rows]');
    const fixed = defined.bind([6, 4], { static: true });
    expect(formatType(fixed.graph.outputs[0]?.type ?? { kind: 'unknown' })).toBe('int64[2, 6]');
  });

  test('cannot be said without a list, or outside of a model', () => {
    // @ts-expect-error a shape is a list of sizes
    expect(mistakeOf(() => model((x: Value) => assumeShape(x, 'n'), { inputs })).code).toBe('DIM_SYNTAX');
    const { graph: built } = model((x: Value) => op.Relu(x), { inputs });
    const [x] = built.inputs;
    expect(x && mistakeOf(() => assumeShape(x, [1, 4])).code).toBe('GRAPH_FOREIGN_VALUE');
  });

  test('is true of runs that do what it says', async () => {
    // Each row of the feed has two elements that are not 0 of every three.
    const defined = model((x: Value) => op.Cast(assumeShape(op.NonZero(x), [2, '2*n']), { to: 'float32' }), {
      inputs: { x: ['n', 3] },
    });
    const compiled = defined.bind(['n', 3]).compile();
    for (const n of [2, 5]) {
      const { mistakes, judged } = await judgeShapes(compiled.bytes(), { x: floats(n, 3) });
      expect({ mistakes, judged }).toEqual({ mistakes: [], judged: 2 });
    }
  });
});
