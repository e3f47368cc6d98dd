// Calls of the generated builder make the nodes that they spell.
import { describe, expect, test } from 'vitest';
import { op } from '../../src/build/op.ts';
import { Value } from '../../src/ir/graph.ts';
import { formatType, tensorType, type ValueType } from '../../src/ir/type.ts';
import { findSchema, type OperatorSchema } from '../../src/ops/schema.ts';
import { type AnyValue, type Bench, build, expectNode, nodeOf } from './operator-call.ts';

const floats = (...shape: (number | null)[]): ValueType =>
  tensorType('float32', shape.includes(null) ? null : shape.map(Number));

const schemaOf = (name: string): OperatorSchema => {
  const schema = findSchema('', name, 28);
  if (!schema) throw new Error(`no schema of ${name}`);
  return schema;
};

const CONTROL = new Set(['If', 'Loop', 'Scan', 'SequenceMap', 'Split']);

describe('op', () => {
  const { microsoft: _, ...standard } = op;

  test.each(Object.entries(standard).filter(([name]) => !CONTROL.has(name)))(
    '%s makes its node with all inputs, attributes and the name',
    (name, call) => expectNode(schemaOf(name), call),
  );

  test('leaves absent inputs out, in the middle and at the end', () => {
    build(({ input }) => {
      const x = input(floats(2));
      expect(nodeOf(op.Clip(x)).inputs).toEqual([x]);
      const bounded = nodeOf(op.Clip(x, undefined, 6));
      expect(bounded.inputs).toHaveLength(3);
      expect(bounded.inputs[1]).toBeUndefined();
      expect(bounded.inputs[2]?.type).toEqual(tensorType('float32', []));
    });
  });

  test('writes the name of an element type as its number', () => {
    build(({ input }) => {
      const cast = nodeOf(op.Cast(input(floats(2)), { to: 'float16' }));
      expect(cast.attribute('to')).toEqual({ kind: 'int', value: 10 });
    });
  });

  test('returns as many outputs as are asked for', () => {
    build(({ input }) => {
      const x = input(floats(1, 1, 4, 4));
      const one = op.MaxPool(x, { kernel_shape: [2, 2] });
      expect(one).toBeInstanceOf(Value);
      const [y, indices] = op.MaxPool(x, { kernel_shape: [2, 2], outputs: 2 });
      expect(nodeOf(y)).toBe(nodeOf(indices));
      expect(nodeOf(y).attributes.has('outputs')).toBe(false);
      const r = input(floats(null));
      expect(op.LSTM(r, r, r)).toHaveLength(3);
      expect(op.LSTM(r, r, r, undefined, undefined, undefined, undefined, undefined, { outputs: 1 })).toBeInstanceOf(
        Value,
      );
    });
  });

  test.each([
    ['a list of sizes', (x: AnyValue) => op.Split(x, [1, 2, 3]), 3],
    ['num_outputs', (x: AnyValue) => op.Split(x, undefined, { num_outputs: 2 }), 2],
    [
      'a value with a known length',
      (x: AnyValue, bench: Bench) => op.Split(x, bench.input(tensorType('int64', [4]))),
      4,
    ],
    ['outputs', (x: AnyValue, bench: Bench) => op.Split(x, bench.input(tensorType('int64', null)), { outputs: 5 }), 5],
  ])('gives Split the number of outputs that %s says', (_, call, count) => {
    build((bench) => {
      const parts = call(bench.input(floats(6)), bench);
      expect(parts).toHaveLength(count);
      expect(nodeOf(parts[0]).attributes.has('outputs')).toBe(false);
    });
  });
});

describe('op.Split', () => {
  test('tells the operator the number of outputs that the author gives, which it needs from version 18 on', () => {
    build((bench) => {
      const [first] = op.Split(bench.input(floats(6)), undefined, { outputs: 2 });
      expect(nodeOf(first).attribute('num_outputs')).toMatchObject({ kind: 'int', value: 2 });
      const [told] = op.Split(bench.input(floats(6)), [1, 5], { outputs: 2 });
      expect(nodeOf(told).attribute('num_outputs')).toBeUndefined();
    });
  });
});

describe('op.If', () => {
  test('traces both branches, which read values from around them', () => {
    build(({ graph, input }) => {
      const x = input(floats(2, 3));
      const condition = input(tensorType('bool', []));
      const [y] = op.If(condition, { then_branch: () => op.Relu(x), else_branch: () => [op.Neg(x)] });
      const node = nodeOf(y);
      const branch = node.attribute('then_branch');
      expect(branch?.kind === 'graph' && [...branch.value.nodes()].map((inner) => inner.op)).toEqual(['Relu']);
      expect(branch?.kind === 'graph' && branch.value.parent).toBe(graph);
      expect([...graph.nodes()]).toEqual([node]);
      expect(node.outputs).toHaveLength(1);
    });
  });
});

describe('op.Loop', () => {
  test('gives the body iteration, condition and state, and returns state and stacked outputs', () => {
    build(({ input }) => {
      const seen: string[] = [];
      const outputs = op.Loop(10, true, [input(floats(2, 3))], {
        body: (iteration, condition, state) => {
          for (const value of [iteration, condition, state]) seen.push(value ? formatType(value.type) : 'none');
          return [condition ?? op.Identity(true), state ?? op.Identity(0), op.Neg(state ?? 0)];
        },
      });
      expect(seen).toEqual(['int64[]', 'bool[]', 'float32[2, 3]']);
      expect(outputs).toHaveLength(2);
      expect(nodeOf(outputs[0]).inputs).toHaveLength(3);
    });
  });

  test('traces a body again whose state changes its size, with one that stands for all', () => {
    build(({ input, trace }) => {
      const longer = input(floats(2, 3));
      const seen: string[] = [];
      const body = (_: Value, condition?: Value, state?: Value): Value[] => {
        seen.push(state?.type.kind === 'tensor' ? (state.type.shape ?? []).map((dim) => dim.kind).join(' ') : '');
        return [condition ?? longer, longer, op.Neg(longer)];
      };
      op.Loop(10, undefined, [input(floats(1, 3))], { body });
      expect(seen).toEqual(['const const', 'symbol const']);
      expect(trace.diagnostics).toEqual([]);
      // Nodes of the abandoned trace no longer read the value.
      expect(longer.users.filter((node) => node.op === 'Neg')).toHaveLength(1);
    });
  });

  test('traces a body again whose state changes its rank, without one', () => {
    build(({ input }) => {
      const deeper = input(floats(1, 2));
      const seen: (number | undefined)[] = [];
      const body = (_: Value, condition?: Value, state?: Value): Value[] => {
        seen.push(state?.type.kind === 'tensor' ? state.type.shape?.length : -1);
        return [condition ?? deeper, deeper];
      };
      op.Loop(3, undefined, [input(floats(2))], { body });
      expect(seen).toEqual([1, undefined]);
    });
  });

  test('traces a body again whose state may have any shape, without one', () => {
    build(({ input }) => {
      const open = input({ kind: 'unknown' });
      const seen: string[] = [];
      const body = (_: Value, condition?: Value, state?: Value, list?: Value): Value[] => {
        for (const value of [state, list]) seen.push(value ? formatType(value.type) : 'none');
        return [condition ?? open, open, open];
      };
      op.Loop(3, undefined, [input(floats(2)), input({ kind: 'sequence', element: floats(2) })], { body });
      expect(seen).toEqual(['float32[2]', 'seq(float32[2])', 'float32[...]', 'seq(float32[...])']);
    });
  });

  test('reports a body that returns too few states', () => {
    build(({ input, trace }) => {
      const x = input(floats(2));
      op.Loop(3, undefined, [x, x], { body: (_, condition, state) => [condition ?? x, state ?? x] });
      expect(trace.diagnostics.map(({ code, expected, actual }) => ({ code, expected, actual }))).toContainEqual({
        code: 'OP_INVALID',
        expected: '2',
        actual: '1',
      });
    });
  });
});

describe('op.Scan', () => {
  test.each([
    [undefined, 'float32[5, 3]'],
    [[1], 'float32[4, 3]'],
    [[-1], 'float32[4, 5]'],
  ])('slices along scan_input_axes %j', (axes, slice) => {
    build(({ input }) => {
      const seen: string[] = [];
      const outputs = op.Scan([input(floats(2)), input(floats(4, 5, 3))], {
        num_scan_inputs: 1,
        scan_input_axes: axes,
        body: (state, part) => {
          for (const value of [state, part]) seen.push(value ? formatType(value.type) : 'none');
          return [state ?? op.Identity(0), op.Neg(part ?? 0)];
        },
      });
      expect(seen).toEqual(['float32[2]', slice]);
      expect(outputs).toHaveLength(2);
    });
  });
});

describe('op.SequenceMap', () => {
  test('gives the body an element of the sequence and the other tensors whole', () => {
    build(({ input }) => {
      const sequence = input({ kind: 'sequence', element: floats(2, 3) });
      const seen: string[] = [];
      const outputs = op.SequenceMap(sequence, [input(floats(7))], {
        body: (...parts) => {
          seen.push(...parts.map((value) => formatType(value.type)));
          return parts;
        },
      });
      expect(seen).toEqual(['float32[2, 3]', 'float32[7]']);
      expect(outputs).toHaveLength(2);
    });
  });
});
