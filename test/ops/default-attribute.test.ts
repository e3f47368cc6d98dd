// Which attributes only repeat a default.
import { describe, expect, test } from 'vitest';
import type { Attribute } from '../../src/ir/attribute.ts';
import { Graph } from '../../src/ir/graph.ts';
import { isDefaultAttribute } from '../../src/ops/default-attribute.ts';

describe('isDefaultAttribute', () => {
  const cases: readonly { op: string; opset?: number; name: string; attribute: Attribute; same: boolean }[] = [
    { op: 'Gemm', name: 'alpha', attribute: { kind: 'float', value: 1 }, same: true },
    { op: 'Gemm', name: 'alpha', attribute: { kind: 'float', value: 2 }, same: false },
    { op: 'Gemm', name: 'transB', attribute: { kind: 'int', value: 0 }, same: true },
    { op: 'LeakyRelu', name: 'alpha', attribute: { kind: 'float', value: Math.fround(0.01) }, same: true },
    { op: 'Softmax', name: 'axis', attribute: { kind: 'int', value: -1 }, same: true },
    { op: 'Softmax', opset: 11, name: 'axis', attribute: { kind: 'int', value: -1 }, same: false },
    { op: 'Softmax', opset: 11, name: 'axis', attribute: { kind: 'int', value: 1 }, same: true },
    { op: 'MaxPool', name: 'auto_pad', attribute: { kind: 'string', value: 'NOTSET' }, same: true },
    { op: 'Gemm', name: 'alpha', attribute: { kind: 'ref', value: 'alpha', of: 'float' }, same: false },
    { op: 'NoSuchOperator', name: 'alpha', attribute: { kind: 'float', value: 1 }, same: false },
    { op: 'Conv', name: 'strides', attribute: { kind: 'ints', value: [1, 1] }, same: false },
  ];
  test.each(cases)('says $same of $op.$name', ({ op, opset = 21, name, attribute, same }) => {
    const graph = new Graph({ opsets: new Map([['', opset]]) });
    const node = graph.addNode({ domain: '', op, inputs: [], outputs: 1, attributes: new Map([[name, attribute]]) });
    expect(isDefaultAttribute(node, name, attribute)).toBe(same);
  });
});
