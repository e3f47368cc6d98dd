// Values as people print them.
import { graph, op } from 'dimwise';
import { describe, expect, test } from 'vitest';

describe('Value', () => {
  test('prints its name and its type', () => {
    const { graph: sum } = graph((g) => op.Relu(op.Concat([g.input('x', 'float32', ['n', 4])], { axis: 1 })));
    expect(sum.inputs.map(String)).toEqual(['x: float32[n, 4]']);
    expect([...sum.nodes()].flatMap(({ outputs }) => outputs).map(String)).toEqual([
      'a value: float32[n, 4]',
      'output: float32[n, 4]',
    ]);
  });
});
