// Models of many nodes of which little or nothing belongs together: told as people would, in time that grows with their size.
import { describe, expect, test } from 'vitest';
import { diffModels } from '../../../codegen/onnx/diff/diff-models.ts';
import { formatDifference } from '../../../codegen/onnx/diff/difference.ts';
import { OnnxModel } from '../../../codegen/onnx/onnx-model.ts';
import type { NodeProto, ValueInfoProto } from '../../../codegen/onnx/proto/messages.ts';

const float = (name: string): ValueInfoProto => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'b' }, { dimValue: 4 }] } } },
});

const model = (node: readonly NodeProto[], inputs: readonly string[], outputs: readonly string[]): OnnxModel =>
  new OnnxModel({
    irVersion: 10,
    opsetImport: [{ domain: '', version: 21 }],
    graph: { name: 'g', node, input: inputs.map(float), output: outputs.map(float) },
  });

/** Nodes one after the other. */
const chain = (ops: readonly string[]): OnnxModel =>
  model(
    ops.map((opType, i) => ({ opType, name: `n${i}`, input: [i > 0 ? `v${i - 1}` : 'x'], output: [`v${i}`] })),
    ['x'],
    [`v${ops.length - 1}`],
  );

const names = (count: number, stem: string): string[] => Array.from({ length: count }, (_, i) => `${stem}${i}`);

/** Nodes beside each other, each with an output of its own. */
const star = (opType: string, count: number): OnnxModel =>
  model(
    names(count, 'y').map((name) => ({ opType, name: `n ${name}`, input: ['x'], output: [name] })),
    ['x'],
    names(count, 'y'),
  );

const lines = (a: OnnxModel, b: OnnxModel): string[] => diffModels(a, b).map(formatDifference);

const MANY = 4000;

describe('diffModels of large models', () => {
  test('tells of an operator that became another one everywhere as changes, not as two other graphs', () => {
    const [before, after] = [chain(Array(MANY).fill('Relu')), chain(Array(MANY).fill('Tanh'))];
    const told = lines(before, after);
    expect(told).toHaveLength(MANY);
    expect(new Set(told.map((line) => line.replace(/"n\d+"/, '')))).toEqual(
      new Set(['~ node  (Relu) operator: Relu -> Tanh']),
    );
  });

  test('tells of all nodes where two graphs share none, the added ones in their order', () => {
    const [before, after] = [chain(names(MANY, '').map((_, i) => (i % 2 ? 'Relu' : 'Tanh'))), chain(['Relu', 'Sin'])];
    const told = lines(before, after).filter((line) => / node /.test(line));
    const nodesOf = (mark: string) => told.filter((line) => line.startsWith(mark)).length;
    expect(nodesOf('-') - nodesOf('+')).toBe(MANY - 2);
    expect(lines(before, before)).toEqual([]);
  });

  test('pairs nodes by the outputs that they make', () => {
    expect(lines(star('Relu', MANY), star('Relu', MANY))).toEqual([]);
    const told = lines(star('Relu', MANY), star('Tanh', MANY));
    expect(told).toEqual(names(MANY, 'y').map((name) => `~ node "n ${name}" (Relu) operator: Relu -> Tanh`));
  });

  test('pairs inputs of other names in their order', () => {
    const sum = (stem: string): OnnxModel =>
      model([{ opType: 'Sum', input: names(MANY, stem), output: ['y'] }], names(MANY, stem), ['y']);
    expect(lines(sum('x'), sum('x'))).toEqual([]);
    expect(lines(sum('x'), sum('z'))).toEqual(names(MANY, '').map((i) => `~ input "x${i}" name: "x${i}" -> "z${i}"`));
  });

  test('tells nothing of equal branches that change places, and of one of several equal nodes that is gone', () => {
    const twins = (order: readonly string[], reads: readonly string[]): OnnxModel =>
      model(
        [
          ...order.map((name) => ({ opType: 'Relu', name, input: ['x'], output: [name] })),
          { opType: 'Concat', name: 'c', input: reads, output: ['y'], attribute: [{ name: 'axis', type: 2, i: 1 }] },
        ],
        ['x'],
        ['y'],
      );
    expect(lines(twins(['p', 'q'], ['p', 'q']), twins(['q', 'p'], ['q', 'p']))).toEqual([]);
    const told = diffModels(twins(['p', 'q'], ['p', 'q']), twins(['p'], ['p', 'p']));
    expect(told.map(formatDifference)).toEqual([expect.stringMatching(/^- node "[pq]" \(Relu\) after input "x"$/)]);
  });
});
