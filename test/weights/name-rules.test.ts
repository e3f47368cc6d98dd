// Name rules: renamed, dropped, transposed, cut, joined and stacked tensors, and what cannot be.
import { describe, expect, test } from 'vitest';
import { mapTensors, type NameRule } from '../../codegen/weights/name-rules.ts';
import {
  elementCount,
  materialize,
  type TensorData,
  tensorFromValues,
  typedArrayOf,
} from '../../src/ir/tensor-data.ts';
import { errorOf } from '../nn/initializers/error-of.ts';

const counting = (shape: readonly number[], from = 0): TensorData =>
  tensorFromValues(
    'float32',
    shape,
    Array.from({ length: elementCount(shape) }, (_, i) => from + i),
  );

const numbersOf = (data: TensorData | undefined): number[] =>
  data ? [...typedArrayOf(data.dtype, materialize(data) ?? new Uint8Array())].map(Number) : [];

function mapped(tensors: Readonly<Record<string, TensorData>>, rules: readonly NameRule[]) {
  const result = mapTensors({ source: 'test', tensors: new Map(Object.entries(tensors)), metadata: new Map() }, rules);
  const shapes = Object.fromEntries([...result.tensors].map(([name, { data }]) => [name, data.shape.join('x')]));
  return { ...result, shapes, numbers: (name: string) => numbersOf(result.tensors.get(name)?.data) };
}

describe('renaming', () => {
  test('rules are applied one after the other', () => {
    const { shapes } = mapped({ 'bert.layer.0.LayerNorm.gamma': counting([2]) }, [
      ['bert.', ''],
      [/^layer\.(\d+)/, 'blocks.$1'],
      [/LayerNorm\.gamma$/, 'norm.weight'],
    ]);
    expect(shapes).toEqual({ 'blocks.0.norm.weight': '2' });
  });

  test('a text is a whole name, or a beginning that ends with a dot', () => {
    const { shapes } = mapped({ a: counting([1]), 'a.b': counting([2]), 'ca.a': counting([3]) }, [
      ['a', 'x'],
      ['a.', 'y.'],
    ]);
    expect(shapes).toEqual({ x: '1', 'y.b': '2', 'ca.a': '3' });
  });

  test('null leaves tensors out, and so does a function that gives nothing', () => {
    const { shapes, ignored } = mapped({ keep: counting([1]), mask: counting([1]), other: counting([1]) }, [
      [/mask$/, null],
      (name) => (name === 'keep' ? 'kept' : undefined),
    ]);
    expect(shapes).toEqual({ kept: '1' });
    expect(ignored).toEqual(['mask', 'other']);
  });

  test('tied tensors under one name are one, where they are equal', () => {
    const { tensors } = mapped({ wte: counting([2]), head: counting([2]) }, [['head', 'wte']]);
    expect([...tensors.values()].map(({ sources }) => sources)).toEqual([['wte', 'head']]);
  });
});

describe('rearranging', () => {
  test('a packed projection of GPT-2 is turned and cut', () => {
    const { shapes, numbers } = mapped({ 'h.0.c_attn.weight': counting([2, 6]) }, [
      { from: /c_attn\.weight$/, transpose: true },
      { from: /c_attn\.(.*)$/, to: ['query.$1', 'key.$1', 'value.$1'] },
    ]);
    expect(shapes).toEqual({ 'h.0.query.weight': '2x2', 'h.0.key.weight': '2x2', 'h.0.value.weight': '2x2' });
    expect(numbers('h.0.query.weight')).toEqual([0, 6, 1, 7]);
    expect(numbers('h.0.value.weight')).toEqual([4, 10, 5, 11]);
  });

  test('weights that lie apart are joined in the order of the patterns', () => {
    const { shapes, numbers } = mapped({ 'k.weight': counting([1, 2], 10), 'q.weight': counting([1, 2]) }, [
      { from: [/^q\.(.*)/, /^k\.(.*)/], to: 'qk.$1' },
    ]);
    expect(shapes).toEqual({ 'qk.weight': '2x2' });
    expect(numbers('qk.weight')).toEqual([0, 1, 10, 11]);
  });

  test('experts are stacked in the order of their numbers', () => {
    const given = Object.fromEntries([10, 9, 0].map((i) => [`experts.${i}.w`, counting([2], 100 * i)]));
    const { shapes, numbers } = mapped(given, [{ from: /^experts\.\d+\.w$/, to: 'experts.weight', stack: true }]);
    expect(shapes).toEqual({ 'experts.weight': '3x2' });
    expect(numbers('experts.weight')).toEqual([0, 1, 900, 901, 1000, 1001]);
  });

  test('axes go where the order says, and sizes are read anew', () => {
    const { shapes, numbers } = mapped({ a: counting([2, 1, 3]), b: counting([4]) }, [
      { from: 'a', transpose: [2, 1, 0], to: 'turned' },
      { from: 'b', reshape: [2, 2] },
    ]);
    expect(shapes).toEqual({ turned: '3x1x2', b: '2x2' });
    expect(numbers('turned')).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test('sizes are those of axes, and one is what the others leave', () => {
    const { shapes } = mapped({ a: counting([1, 5, 3]), b: counting([4, 1, 1]), c: counting([2, 6]) }, [
      { from: 'a', reshape: [{ axis: 1 }, { axis: 2 }] },
      { from: 'b', reshape: [1, -1] },
      { from: 'c', transpose: true, reshape: [{ axis: 0 }, -1, 1] },
    ]);
    expect(shapes).toEqual({ a: '5x3', b: '1x4', c: '6x2x1' });
  });

  test.each([[[5, -1]], [[-1, -1]], [[-1, -1, -1]], [[-2, -2]], [[2, { axis: 3 }, { axis: 4 }]]])(
    'sizes %j are refused for four elements',
    (reshape) => {
      expect(() => mapped({ b: counting([2, 2]) }, [{ from: 'b', reshape }])).toThrow(
        /holds another number of elements/,
      );
    },
  );
});

describe('mistakes', () => {
  const given = { a: counting([4, 3]), 'x.q': counting([2]), 'x.k': counting([2], 5) };
  const MISTAKES: readonly [string, readonly NameRule[], string, RegExp][] = [
    [
      'two different tensors of one name',
      [['x.k', 'x.q']],
      'CHECKPOINT_MISMATCH',
      /x\.q and x\.k of test both become x\.q, and differ/,
    ],
    [
      'a joined tensor without one of its parts',
      [{ from: [/^(.*)\.q/, /^(.*)\.v/], to: '$1.qv' }],
      'CHECKPOINT_MISMATCH',
      /x\.qv is joined of 2 tensors, the checkpoint has none for .*\.v/,
    ],
    [
      'parts that are not equal',
      [{ from: 'a', to: ['b', 'c', 'd'] }],
      'PARAM_SHAPE',
      /axis 0 does not divide into 3 equal parts/,
    ],
    ['joining without a name', [{ from: [/a/, /x/] }], 'LAYER_ARGUMENT', /one name for the joined tensors/],
    ['a rule that is none', [3 as unknown as NameRule], 'LAYER_ARGUMENT', /a pair, a function or/],
  ];
  test.each(MISTAKES)('%s', (_name, rules, code, says) => {
    const error = errorOf(() => mapped(given, rules));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
  });
});
