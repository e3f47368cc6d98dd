// Sizes on their way through several structure operators, as exporters write them.
import { describe, expect, test } from 'vitest';
import { toAttribute } from '../../src/build/operands.ts';
import { formatDim } from '../../src/dim/text.ts';
import { dimOf } from '../../src/ir/content.ts';
import type { Value } from '../../src/ir/graph.ts';
import { tensorFromValues } from '../../src/ir/tensor-data.ts';
import { formatType } from '../../src/ir/type.ts';
import { Bench, int, shown, types } from './bench.ts';
import { canonical } from './describe-run.ts';

const elements = (value: Value | undefined): string[] =>
  (value?.content?.elements ?? []).map((element) => {
    const dim = dimOf(element);
    return dim ? formatDim(dim) : String(element);
  });

/** The size of one axis as a list of one element: Shape, Gather, Unsqueeze. */
function sizeOf(bench: Bench, value: Value, axis: number): Value {
  const { root } = bench;
  const index = bench.input(`int64[] = ${axis}`);
  const size = bench.one(root, 'Gather', [bench.one(root, 'Shape', [value]), index], int('axis', 0));
  return bench.one(root, 'Unsqueeze', [size, bench.ints([0])]);
}

describe('sizes as values', () => {
  test('the heads of attention come back together with their symbols', () => {
    const bench = new Bench();
    const { root } = bench;
    const x = bench.input('float32[b, s, 768]');
    const target = bench.one(
      root,
      'Concat',
      [sizeOf(bench, x, 0), sizeOf(bench, x, 1), bench.ints([12, 64])],
      int('axis', 0),
    );
    const heads = bench.one(root, 'Reshape', [x, target]);
    const perm = { perm: toAttribute('Transpose', 'perm', [0, 2, 1, 3], 'ints') };
    const turned = bench.one(root, 'Transpose', [heads], perm);
    const back = bench.one(root, 'Transpose', [turned], perm);
    const merged = bench.one(root, 'Reshape', [
      back,
      bench.one(root, 'Concat', [sizeOf(bench, x, 0), sizeOf(bench, x, 1), bench.ints([-1])], int('axis', 0)),
    ]);
    expect(bench.mistakes).toEqual([]);
    expect(types([heads, turned, merged])).toEqual([
      'float32[b, s, 12, 64]',
      'float32[b, 12, s, 64]',
      'float32[b, s, 768]',
    ]);
    expect(bench.constraints).toEqual([]);
  });

  test('padding that an exporter turns around stays a list of sizes', () => {
    const bench = new Bench();
    const { root } = bench;
    const x = bench.input('float32[b, s]');
    const pads = bench.ints([1, 2]);
    const zeros = bench.one(root, 'ConstantOfShape', [bench.ints([2])], {
      value: { kind: 'tensor', value: tensorFromValues('int64', [1], [0]) },
    });
    const all = bench.one(root, 'Concat', [pads, zeros], int('axis', 0));
    const rows = bench.one(root, 'Reshape', [all, bench.ints([-1, 2])]);
    const turned = bench.one(root, 'Slice', [
      rows,
      bench.ints([-1]),
      bench.ints([Number.MIN_SAFE_INTEGER]),
      bench.ints([0]),
      bench.ints([-1]),
    ]);
    const columns = bench.one(root, 'Transpose', [turned], { perm: toAttribute('Transpose', 'perm', [1, 0], 'ints') });
    const list = bench.one(root, 'Reshape', [columns, bench.ints([-1])]);
    expect(elements(list)).toEqual(['0', '1', '0', '2']);
    expect(formatType(bench.one(root, 'Pad', [x, list]).type)).toBe('float32[b, s + 3]');
  });

  test('a mask is expanded to sizes that are read from another input', () => {
    const bench = new Bench();
    const { root } = bench;
    const mask = bench.input('bool[b, 1, 1, t]');
    const x = bench.input('float32[b, s, t]');
    const target = bench.one(
      root,
      'Concat',
      [sizeOf(bench, x, 0), bench.ints([1]), sizeOf(bench, x, 1), sizeOf(bench, x, 2)],
      int('axis', 0),
    );
    expect(formatType(bench.one(root, 'Expand', [mask, target]).type)).toBe('bool[b, 1, s, t]');
  });

  test('positions up to a size are as many', () => {
    const bench = new Bench();
    const { root } = bench;
    const x = bench.input('int64[b, s]');
    const size = bench.one(root, 'Squeeze', [sizeOf(bench, x, 1), bench.ints([0])]);
    const range = bench.one(root, 'Range', [bench.input('int64[] = 0'), size, bench.input('int64[] = 1')]);
    expect(formatType(range.type)).toBe('int64[s]');
  });

  test('parts of a split list keep their places', () => {
    const bench = new Bench();
    const list = bench.one(bench.root, 'Shape', [bench.input('float32[a, b, c, d, e]')]);
    const parts = bench.add(bench.root, 'Split', [list, bench.ints([1, 3, 1])], int('axis', 0), 3);
    expect(parts.map(elements)).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
  });

  test('a constant tensor is read from its attribute', () => {
    const bench = new Bench();
    const value = { kind: 'tensor', value: tensorFromValues('int64', [2], [-1, 64]) } as const;
    const target = bench.one(bench.root, 'Constant', [], { value });
    expect(elements(target)).toEqual(['-1', '64']);
    expect(formatType(bench.one(bench.root, 'Reshape', [bench.input('float32[b, s, 64]'), target]).type)).toBe(
      'float32[b*s, 64]',
    );
  });
});

describe('sequences of known elements', () => {
  test('an element of a list has its own type', () => {
    const bench = new Bench();
    const list = bench.one(bench.root, 'SequenceConstruct', [bench.input('float32[b, 4]'), bench.input('float32[c]')]);
    const at = (position: number): Value =>
      bench.one(bench.root, 'SequenceAt', [list, bench.input(`int64[] = ${position}`)]);
    expect(types([at(0), at(-1)])).toEqual(['float32[b, 4]', 'float32[c]']);
    expect(elements(bench.one(bench.root, 'SequenceLength', [list]))).toEqual(['2']);
  });

  test('a list that is filled step by step is put together exactly', () => {
    const bench = new Bench();
    const { root } = bench;
    let list = bench.one(root, 'SequenceEmpty', []);
    for (const text of ['float32[a, 4]', 'float32[b, 4]', 'float32[c, k]'])
      list = bench.one(root, 'SequenceInsert', [list, bench.input(text)]);
    list = bench.one(root, 'SequenceErase', [list, bench.input('int64[] = 1')]);
    expect(formatType(bench.one(root, 'ConcatFromSequence', [list], int('axis', 0)).type)).toBe('float32[a + c, 4]');
    expect(bench.constraints).toEqual(['k == 4']);
  });

  test('parts of a size have that size, the last one what is left', () => {
    const bench = new Bench();
    const { root } = bench;
    const parts = bench.one(
      root,
      'SplitToSequence',
      [bench.input('float32[b, s]'), bench.input('int64[] = 3')],
      int('axis', 1),
    );
    const at = (position: number): Value =>
      bench.one(root, 'SequenceAt', [parts, bench.input(`int64[] = ${position}`)]);
    expect(elements(bench.one(root, 'SequenceLength', [parts]))).toEqual(['ceildiv(s, 3)']);
    expect(formatType(bench.one(root, 'ConcatFromSequence', [parts], int('axis', 1)).type)).toBe('float32[b, s]');
    expect(formatType(at(0).type)).toBe('float32[b, min(s, 3)]');
    expect(formatType(at(1).type)).toBe(canonical('float32[b, min(s - 3, 3)]'));
    expect(bench.constraints).toEqual(['s >= 4']);
  });

  test('elements of one sequence may differ, so each that is taken out has sizes of its own', () => {
    const bench = new Bench();
    const { root } = bench;
    const list = bench.one(root, 'SequenceConstruct', [bench.input('float32[4]'), bench.input('float32[5]')]);
    const any = (): Value => bench.one(root, 'SequenceAt', [list, bench.input('int64[]')]);
    const [first, second] = [any(), any()];
    expect([shown(first), shown(second)]).toEqual(['float32[_]', 'float32[_]']);
    expect(first.shape[0]).not.toBe(second.shape[0]);
  });

  test('a sequence that a loop carries grows by one element in each step', () => {
    const bench = new Bench();
    const empty = bench.one(bench.root, 'SequenceEmpty', []);
    const body = bench.body(['int64[]', 'bool[]', 'seq(float32[...])'], (graph, [, condition, list]) => {
      const length = bench.one(graph, 'SequenceLength', [list]);
      return [
        bench.one(graph, 'Identity', [condition]),
        bench.one(graph, 'SequenceInsert', [list, bench.input('float32[4]')]),
        length,
      ];
    });
    const outputs = bench.add(bench.root, 'Loop', [bench.input('int64[] = n'), undefined, empty], { body }, 2);
    expect(bench.mistakes).toEqual([]);
    expect(types(outputs)).toEqual(['seq(float32[4])', 'int64[n]']);
    expect(outputs.map((output) => output.content)).toEqual([undefined, undefined]);
    expect(elements(bench.one(bench.root, 'SequenceLength', [outputs[0]]))).toEqual(['n']);
  });
});
