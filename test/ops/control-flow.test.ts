// Bodies of If, Loop and Scan: what their nodes infer, and what they ask of the graph around them.
import { describe, expect, test } from 'vitest';
import { toAttribute } from '../../src/build/operands.ts';
import { symbol } from '../../src/dim/dim.ts';
import { Graph, type Value } from '../../src/ir/graph.ts';
import { formatType } from '../../src/ir/type.ts';
import { Bench, int, shown, types } from './bench.ts';

describe('If', () => {
  test('keeps the sizes on which both branches agree and frees the others', () => {
    const bench = new Bench();
    const x = bench.input('float32[b, s]');
    const y = bench.input('float32[b, t]');
    const then_branch = bench.body([], (graph) => [bench.one(graph, 'Relu', [x])]);
    const else_branch = bench.body([], (graph) => [bench.one(graph, 'Relu', [y])]);
    const [output] = bench.add(bench.root, 'If', [bench.input('bool[]')], { then_branch, else_branch });
    expect(bench.mistakes).toEqual([]);
    expect(output && formatType(output.type)).toMatch(/^float32\[b, (?!s\b|t\b)\w+\]$/);
  });

  test('a condition of one branch is asked of no one', () => {
    const bench = new Bench();
    const x = bench.input('float32[b, s]');
    const then_branch = bench.body([], (graph) => [bench.one(graph, 'Squeeze', [x, bench.ints([1], graph)])]);
    const else_branch = bench.body([], (graph) => [bench.one(graph, 'Identity', [x])]);
    const outputs = bench.add(bench.root, 'If', [bench.input('bool[]')], { then_branch, else_branch });
    expect(bench.mistakes).toEqual([]);
    expect(types([x, ...outputs])).toEqual(['float32[b, s]', 'float32[...]']);
    expect(bench.constraints).toEqual([]);
  });

  test('a known condition takes its branch with what that asks for', () => {
    const bench = new Bench();
    const x = bench.input('float32[b, s]');
    const then_branch = bench.body([], (graph) => [bench.one(graph, 'Squeeze', [x, bench.ints([1], graph)])]);
    const else_branch = bench.body([], (graph) => [bench.one(graph, 'Identity', [x])]);
    const outputs = bench.add(bench.root, 'If', [bench.input('bool[] = true')], { then_branch, else_branch });
    expect(types(outputs)).toEqual(['float32[b]']);
    expect(bench.constraints).toEqual(['s == 1']);
  });

  test('a mistake in a branch that is never taken is none', () => {
    const bench = new Bench();
    const x = bench.input('float32[2, 3]');
    const w = bench.input('float32[4, 4]');
    const body = (op: string, inputs: readonly Value[]) => {
      const graph = new Graph({ parent: bench.root });
      const node = graph.addNode({ domain: '', op, inputs, outputs: 1 });
      graph.setOutputs(node.outputs);
      return { kind: 'graph', value: graph } as const;
    };
    const attributes = { then_branch: body('MatMul', [x, w]), else_branch: body('Relu', [x]) };
    expect(types(bench.add(bench.root, 'If', [bench.input('bool[] = false')], attributes))).toEqual(['float32[2, 3]']);
    expect(bench.mistakes).toEqual([]);
    bench.add(bench.root, 'If', [bench.input('bool[]')], { ...attributes, then_branch: body('MatMul', [x, w]) });
    expect(bench.mistakes.map((mistake) => mistake.code)).toEqual(['SHAPE_MISMATCH']);
  });

  test('settles a size left open by the author from inside a branch', () => {
    const bench = new Bench();
    const x = bench.input('float32[b, 20]');
    const w = bench.input('float32[?, 10]');
    const then_branch = bench.body([], (graph) => [bench.one(graph, 'MatMul', [x, w])]);
    const else_branch = bench.body([], (graph) => [bench.one(graph, 'MatMul', [x, w])]);
    const outputs = bench.add(bench.root, 'If', [bench.input('bool[]')], { then_branch, else_branch });
    expect(types([w, ...outputs])).toEqual(['float32[20, 10]', 'float32[b, 10]']);
  });

  test.each([
    ['int64[b]', 'DTYPE_MISMATCH'],
    ['seq(float32[b])', 'KIND_MISMATCH'],
  ])('rejects branches of float32[b] and %s', (other, code) => {
    const bench = new Bench();
    const [x, y] = [bench.input('float32[b]'), bench.input(other)];
    const then_branch = bench.body([], (graph) => [bench.one(graph, 'Identity', [x])]);
    const else_branch = bench.body([], (graph) => [bench.one(graph, 'Identity', [y])]);
    const outputs = bench.add(bench.root, 'If', [bench.input('bool[]')], { then_branch, else_branch });
    expect(bench.mistakes.map((mistake) => mistake.code)).toEqual([code]);
    expect(outputs.every((output) => output.poisoned)).toBe(true);
  });

  test('a mistake inside a branch is told once and poisons the node', () => {
    const bench = new Bench();
    const x = bench.input('float32[2, 3]');
    const then_branch = bench.body([], (graph) => [bench.one(graph, 'MatMul', [x, x])]);
    const else_branch = bench.body([], (graph) => [bench.one(graph, 'Identity', [x])]);
    const outputs = bench.add(bench.root, 'If', [bench.input('bool[]')], { then_branch, else_branch });
    expect(bench.mistakes.map((mistake) => mistake.code)).toEqual(['SHAPE_MISMATCH']);
    expect(outputs.every((output) => output.poisoned)).toBe(true);
  });

  test('rejects a branch with another number of outputs', () => {
    const bench = new Bench();
    const x = bench.input('float32[b]');
    const then_branch = bench.body([], () => [x, x]);
    const else_branch = bench.body([], () => [x]);
    bench.add(bench.root, 'If', [bench.input('bool[]')], { then_branch, else_branch });
    expect(bench.mistakes.map((mistake) => mistake.code)).toEqual(['OP_INVALID']);
  });
});

describe('Loop', () => {
  const loop = (bench: Bench, heads: readonly (string | undefined)[], state: Value, step: 'same' | 'grows') => {
    const body = bench.body(['int64[]', 'bool[]', formatType(state.type)], (graph, [, condition, value]) => {
      const next =
        step === 'same'
          ? bench.one(graph, 'Relu', [value])
          : bench.one(graph, 'Concat', [value, value], int('axis', 0));
      return [bench.one(graph, 'Identity', [condition]), next, bench.one(graph, 'Relu', [value])];
    });
    const inputs = heads.map((text) => (text === undefined ? undefined : bench.input(text)));
    return bench.add(bench.root, 'Loop', [...inputs, state], { body }, 2);
  };

  test('a state that keeps its sizes keeps them, and M rows come out where nothing else ends the loop', () => {
    const bench = new Bench();
    const outputs = loop(bench, ['int64[] = n', undefined], bench.input('float32[b, 4]'), 'same');
    expect(bench.mistakes).toEqual([]);
    expect(types(outputs)).toEqual(['float32[b, 4]', 'float32[n, b, 4]']);
  });

  test('a state that grows has a size of its own after the loop', () => {
    const bench = new Bench();
    const [state, rows] = loop(bench, ['int64[] = n', undefined], bench.input('float32[b, 4]'), 'grows');
    expect(bench.mistakes).toEqual([]);
    expect(shown(state)).toBe('float32[_, 4]');
    const [size] = state?.shape ?? [];
    expect(size && bench.root.facts.divides(2, size)).toBe('true');
    expect(size && bench.root.facts.atMost(symbol('b'), size)).toBe('true');
    // All rows have the shape of the first one, so that there is no other.
    expect(shown(rows)).toBe('float32[1, b, 4]');
    expect(bench.constraints).toEqual(['n <= 1']);
  });

  test('a loop that may not run at all returns what it was given, and rows of sizes that may be 0', () => {
    const bench = new Bench();
    const [state, rows] = loop(bench, ['int64[]', 'bool[]'], bench.input('float32[b, 4]'), 'grows');
    expect(shown(state)).toBe('float32[_, 4]');
    expect(shown(rows)).toBe('float32[_, _, 4]');
  });

  test('a condition that is not known leaves the number of rows open, at most M', () => {
    const bench = new Bench();
    const [, rows] = loop(bench, ['int64[] = n', 'bool[]'], bench.input('float32[b, 4]'), 'same');
    const [trips] = rows?.shape ?? [];
    expect(shown(rows)).toBe('float32[_, _, 4]');
    expect(trips && bench.root.facts.range(trips).min).toBe(0);
  });

  test('asks for what its body needs only where it surely runs', () => {
    const asked = (trips: string): string[] => {
      const bench = new Bench();
      const [x, w] = [bench.input('float32[b, s]'), bench.input('float32[t, t]')];
      const body = bench.body(['int64[]', 'bool[]', 'float32[b, s]'], (graph, [, condition, value]) => [
        bench.one(graph, 'Identity', [condition]),
        bench.one(graph, 'MatMul', [value, w]),
      ]);
      bench.add(bench.root, 'Loop', [bench.input(trips), undefined, x], { body });
      return bench.constraints;
    };
    expect(asked('int64[] = n')).toEqual(['s == t']);
    expect(asked('int64[]')).toEqual([]);
  });

  test.each([
    ['int64[] = n', [], ['n <= 1']],
    ['int64[] = 1', [], []],
    ['int64[] = 2', ['SHAPE_MISMATCH'], []],
  ])('whose rows grow does one step at most: %s', (trips, mistakes, constraints) => {
    const bench = new Bench();
    const x = bench.input('float32[b]');
    const body = bench.body(['int64[]', 'bool[]', 'float32[b]'], (graph, [, condition, state]) => {
      const next = bench.one(graph, 'Concat', [state, x], int('axis', 0));
      return [bench.one(graph, 'Identity', [condition]), next, bench.one(graph, 'Relu', [state])];
    });
    bench.add(bench.root, 'Loop', [bench.input(trips), undefined, x], { body }, 2);
    expect(bench.mistakes.map(({ code }) => code)).toEqual(mistakes);
    expect(bench.constraints).toEqual(constraints);
  });

  test.each([
    ['int64[]', [], ['trips <= 1']],
    ['int64[] = n', [], ['n <= 1']],
    ['int64[] = 2', ['SHAPE_MISMATCH'], []],
  ])('whose rows double, for which there is no formula, does one step at most: %s', (trips, mistakes, constraints) => {
    const bench = new Bench();
    const x = bench.input('float32[b]');
    const body = bench.body(['int64[]', 'bool[]', 'float32[b]'], (graph, [, condition, state]) => {
      const next = bench.one(graph, 'Concat', [state, state], int('axis', 0));
      return [bench.one(graph, 'Identity', [condition]), next, bench.one(graph, 'Relu', [state])];
    });
    bench.add(bench.root, 'Loop', [bench.input(trips), undefined, x], { body }, 2);
    expect(bench.mistakes.map(({ code }) => code)).toEqual(mistakes);
    expect(bench.constraints.map((text) => text.replace(/trips\d+/, 'trips'))).toEqual(constraints);
  });

  test('whose rows may keep their shape has no condition', () => {
    const bench = new Bench();
    const [x, y] = [bench.input('float32[b]'), bench.input('float32[c]')];
    // The first step gives b, all others give c, which may be b.
    const body = bench.body(['int64[]', 'bool[]', 'float32[b]'], (graph, [, condition, state]) => [
      bench.one(graph, 'Identity', [condition]),
      bench.one(graph, 'Identity', [y]),
      bench.one(graph, 'Relu', [state]),
    ]);
    bench.add(bench.root, 'Loop', [bench.input('int64[]'), undefined, x], { body }, 2);
    expect([bench.mistakes, bench.constraints]).toEqual([[], []]);
  });

  test('gives what the body returns where an optional comes in', () => {
    const bench = new Bench();
    const [x, state] = [bench.input('float32[b]'), bench.input('optional(seq(float32[b]))')];
    const body = bench.body(['int64[]', 'bool[]', 'optional(seq(float32[b]))'], (graph, [, condition, optional]) => [
      bench.one(graph, 'Identity', [condition]),
      bench.one(graph, 'SequenceInsert', [bench.one(graph, 'OptionalGetElement', [optional]), x]),
    ]);
    const outputs = bench.add(bench.root, 'Loop', [bench.input('int64[]'), undefined, state], { body });
    expect(bench.mistakes).toEqual([]);
    expect(types(outputs)).toEqual(['seq(float32[b])']);
  });

  test('rejects a body without the condition among its outputs', () => {
    const bench = new Bench();
    const body = bench.body(['int64[]', 'bool[]', 'float32[b]'], (_, [, , value]) => (value ? [value] : []));
    bench.add(bench.root, 'Loop', [bench.input('int64[]'), undefined, bench.input('float32[b]')], { body });
    expect(bench.mistakes.map((mistake) => mistake.code)).toEqual(['OP_INVALID']);
  });
});

describe('Scan', () => {
  const scan = (bench: Bench, state: string, step: (graph: Graph, state: Value, slice: Value) => Value) => {
    const body = bench.body([state, 'float32[h]'], (graph, [value, slice]) => {
      if (!value || !slice) expect.unreachable('a scan has a state and a slice');
      return [step(graph, value, slice), slice];
    });
    const inputs = [bench.input(state), bench.input('float32[n, h]')];
    return bench.add(bench.root, 'Scan', inputs, { body, ...int('num_scan_inputs', 1) }, 2);
  };

  test('gives the state with its shape and as many rows as slices', () => {
    const bench = new Bench();
    const outputs = scan(bench, 'float32[h]', (graph, state, slice) => bench.one(graph, 'Add', [state, slice]));
    expect(bench.mistakes).toEqual([]);
    expect(types(outputs)).toEqual(['float32[h]', 'float32[n, h]']);
  });

  test('puts rows on the axes that the node names', () => {
    const bench = new Bench();
    const body = bench.body(['float32[b]', 'float32[b]'], (_, inputs) => inputs);
    const attributes = {
      body,
      ...int('num_scan_inputs', 1),
      scan_input_axes: toAttribute('Scan', 'scan_input_axes', [-1], 'ints'),
      scan_output_axes: toAttribute('Scan', 'scan_output_axes', [1], 'ints'),
    };
    const inputs = [bench.input('float32[b]'), bench.input('float32[b, n]')];
    expect(types(bench.add(bench.root, 'Scan', inputs, attributes, 2))).toEqual(['float32[b]', 'float32[b, n]']);
  });

  test('asks that the state keeps its shape', () => {
    const bench = new Bench();
    const outputs = scan(bench, 'float32[k]', (_, __, slice) => slice);
    expect(bench.mistakes).toEqual([]);
    expect(bench.constraints).toEqual(['k == h']);
    expect(types(outputs)).toEqual(['float32[k]', 'float32[n, k]']);
  });

  test('rejects a state that grows by a number', () => {
    const bench = new Bench();
    scan(bench, 'float32[k]', (graph, state) => bench.one(graph, 'Pad', [state, bench.ints([0, 1], graph)]));
    expect(bench.mistakes.map((mistake) => mistake.code)).toEqual(['SHAPE_MISMATCH']);
  });
});
