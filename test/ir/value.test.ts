// Values as people print them, and who reads them.
import { graph, op } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { Graph } from '../../src/ir/graph.ts';
import { tensorType } from '../../src/ir/type.ts';

describe('Value', () => {
  test('prints its name and its type', () => {
    const { graph: sum } = graph((g) => op.Relu(op.Concat([g.input('x', 'float32', ['n', 4])], { axis: 1 })));
    expect(sum.inputs.map(String)).toEqual(['x: float32[n, 4]']);
    expect([...sum.nodes()].flatMap(({ outputs }) => outputs).map(String)).toEqual([
      'a value: float32[n, 4]',
      'output: float32[n, 4]',
    ]);
  });

  test('lists its readers, one entry per use, whenever it is asked', () => {
    const relu = { domain: '', op: 'Relu', outputs: 1 };
    const whole = new Graph();
    const [x, y] = [whole.addInput('x', tensorType('float32', [])), whole.addInput('y', tensorType('float32', []))];
    expect([x.users, x.isRead]).toEqual([[], false]);
    const first = whole.addNode({ ...relu, inputs: [x] });
    expect([x.isRead, x.users]).toEqual([true, [first]]);
    const second = whole.addNode({ ...relu, op: 'Add', inputs: [x, x] });
    expect(x.users).toEqual([first, second, second]);
    second.setInput(0, y);
    expect([x.users, y.users]).toEqual([[first, second], [second]]);
    second.setInput(0, undefined);
    second.setInput(1, undefined);
    first.setInput(0, undefined);
    expect([x, y].map(({ users, isRead }) => [users.length, isRead])).toEqual([
      [0, false],
      [0, false],
    ]);
  });
});
