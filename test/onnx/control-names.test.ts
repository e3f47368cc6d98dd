// Names of bodies in a file: ONNX has one scope for names of sizes, and inner values may be called as outer ones are.
import { describe, expect, test } from 'vitest';
import { emitModel } from '../../codegen/onnx/emit.ts';
import { inferReadModel } from '../../codegen/onnx/infer-read.ts';
import type { GraphProto, ValueInfoProto } from '../../codegen/onnx/proto/messages.ts';
import { readModel } from '../../codegen/onnx/read.ts';
import { formatType, op, type Value } from '../../src/index.ts';
import { graphOfProgram } from '../ops/judged-program.ts';

/** The names of sizes that a graph's own values have. */
function namesIn({ input = [], output = [], valueInfo = [] }: GraphProto): Set<string> {
  const infos: readonly ValueInfoProto[] = [...input, ...output, ...valueInfo];
  const dims = infos.flatMap(({ type }) => type?.tensorType?.shape?.dim ?? []);
  return new Set(dims.flatMap(({ dimParam }) => (dimParam ? [dimParam] : [])));
}

const bodiesOf = (graph: GraphProto): GraphProto[] =>
  (graph.node ?? []).flatMap(({ attribute = [] }) => attribute.flatMap(({ g }) => (g ? [g, ...bodiesOf(g)] : [])));

describe('names of sizes', () => {
  test('of two bodies and of the author never meet', () => {
    const found = (x: Value): Value => op.Relu(op.Cast(op.Squeeze(op.NonZero(x), [0]), { to: 'float32' }));
    const graph = graphOfProgram((g) => {
      const [x, c] = [g.input('x', 'float32', ['found0']), g.input('c', 'bool', [])];
      const [either] = op.If(c, { then_branch: () => found(x), else_branch: () => found(op.Neg(x)) });
      const [, rows] = op.Loop(2, true, [x], { body: (_, d, s) => [d ?? c, s ?? x, found(s ?? x)] });
      return [either ?? x, rows ?? x, found(x)];
    });
    const { message } = emitModel(graph);
    const outer = namesIn(message.graph ?? {});
    const bodies = bodiesOf(message.graph ?? {}).map(namesIn);
    expect(bodies).toHaveLength(3);
    // The author's symbol is the one name that all may speak of.
    const all = [outer, ...bodies].flatMap((names) => [...names].filter((name) => name !== 'found0'));
    expect(all.length).toBeGreaterThan(4);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('names of values', () => {
  test('of a body may hide those around it', () => {
    const float = (name: string, size: string): ValueInfoProto => ({
      name,
      type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: size }] } } },
    });
    const bool = { name: 'c', type: { tensorType: { elemType: 9, shape: {} } } };
    const join = { opType: 'Concat', attribute: [{ name: 'axis', type: 2, i: 0 }] };
    const branch = (name: string, inputs: string[]): GraphProto => ({
      name,
      node: [
        { ...join, input: ['x', 'x'], output: ['y'] },
        { ...join, input: inputs, output: ['z'] },
      ],
      output: [{ name: 'z' }],
    });
    const read = readModel({
      irVersion: 10,
      opsetImport: [{ domain: '', version: 21 }],
      graph: {
        name: 'shadows',
        input: [float('x', 'a'), float('y', 'b'), bool],
        node: [
          {
            opType: 'If',
            input: ['c'],
            output: ['out'],
            attribute: [
              { name: 'then_branch', type: 5, g: branch('t', ['y', 'x']) },
              { name: 'else_branch', type: 5, g: branch('e', ['x', 'y']) },
            ],
          },
        ],
        output: [{ name: 'out' }],
      },
    });
    const mistakes: string[] = [];
    inferReadModel(read, ({ message }) => mistakes.push(message));
    expect(mistakes).toEqual([]);
    expect(read.graph.outputs.map(({ type }) => formatType(type))).toEqual(['float32[3*a]']);
  });
});
