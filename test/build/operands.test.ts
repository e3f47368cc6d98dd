// Plain numbers as operands take the dtype of the values beside them, else the one that they are written in.
import { graph, op, type Value } from 'dimwise';
import { describe, expect, test } from 'vitest';

function dtypesOf(call: (x: Value, i: Value) => Value): string {
  let dtypes = '';
  graph((g) => {
    const result = call(g.input('x', 'float16', [2]), g.input('i', 'int32', [2]));
    dtypes = result.source.kind === 'node' ? result.source.node.inputs.map((value) => value?.dtype).join(' ') : '';
    return result;
  });
  return dtypes;
}

describe('op', () => {
  test.each<[string, (x: Value, i: Value) => Value, string]>([
    ['numbers beside a value take its dtype', (x) => op.Add(x, 2), 'float16 float16'],
    ['bigints beside a value take its dtype', (x) => op.Add([1n, 2n], x), 'float16 float16'],
    ['numbers beside an integer value take its dtype', (_x, i) => op.Mul(i, [1, 2]), 'int32 int32'],
    ['numbers alone are float32', () => op.Add([1, 2], [3, 4]), 'float32 float32'],
    ['bigints alone are int64', () => op.Mul([1n, 2n], [3n, 4n]), 'int64 int64'],
    ['numbers beside bigints are int64', () => op.Mul(2, [3n, 4n]), 'int64 int64'],
    ['booleans alone are bool', () => op.Equal([true], [false]), 'bool bool'],
    ['an input of one dtype takes that', (x) => op.Reshape(x, [1, 2]), 'float16 int64'],
  ])('%s', (_name, call, expected) => {
    expect(dtypesOf(call)).toBe(expected);
  });

  test('refuses a fraction where an integer stands beside it', () => {
    expect(() => dtypesOf((_x, i) => op.Add(i, 0.5))).toThrow(
      /DTYPE_MISMATCH: a fraction cannot be a constant of int32/,
    );
  });
});
