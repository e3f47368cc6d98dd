// The recorded topologies of real models: every value resolved, and equal to what ONNX Runtime gave at two bindings.
import { describe, expect, test } from 'vitest';
import { chainBytes } from '../../bench/chains.ts';
import { type RecordedShapes, recordedShapes, TOPOLOGIES, topologyBytes } from '../../bench/topologies.ts';
import { inferReadModel } from '../../codegen/onnx/infer-read.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { readModel } from '../../codegen/onnx/read.ts';
import type { Diagnostic } from '../../src/base/errors.ts';
import { checkConstraint, formatConstraint } from '../../src/dim/constraint.ts';
import { type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import type { Graph, Value } from '../../src/ir/graph.ts';
import { formatType, type Shape } from '../../src/ir/type.ts';

type Entry = RecordedShapes['values'][string];

const inferred = (name: string) => inferredBytes(topologyBytes(name));

/** Infers a model; gives its nodes, their values, and the mistakes. */
function inferredBytes(bytes: Uint8Array) {
  const read = readModel(decodeModel(bytes));
  const mistakes: Diagnostic[] = [];
  inferReadModel(read, (mistake) => mistakes.push(mistake));
  const nodes = [...read.graph.nodes()];
  const values = nodes.flatMap((node) => node.outputs);
  return { graph: read.graph, nodes, values, mistakes: mistakes.map(({ code, message }) => `${code} ${message}`) };
}

const shapeOf = ({ type }: Value): Shape | undefined => (type.kind === 'tensor' && type.shape) || undefined;

function symbolsOfInputs(graph: Graph): Set<SymbolDim> {
  const dims = graph.inputs.flatMap((input) => [...(shapeOf(input) ?? [])]);
  return new Set(dims.flatMap((dim) => [...symbolsOf(dim)]));
}

/** Element type and sizes under each binding, in the form in which runs are recorded; what is open shows as its text. */
function predicted(value: Value, known: ReadonlySet<SymbolDim>, bindings: RecordedShapes['bindings']): Entry | string {
  const { type } = value;
  const shape = shapeOf(value);
  const isResolved = shape?.every((dim) => [...symbolsOf(dim)].every((symbol) => known.has(symbol)));
  if (type.kind !== 'tensor' || !shape || !isResolved || value.poisoned) return formatType(type);
  return [type.dtype, ...bindings.map((sizes) => shape.map((dim) => evaluate(dim, (symbol) => sizes[symbol.name])))];
}

describe('inferReadModel of recorded topologies', () => {
  test.each(TOPOLOGIES)('resolves every value of %s as two runs of ONNX Runtime gave them', (name) => {
    const { bindings, values: recorded } = recordedShapes(name);
    const { graph, values, mistakes } = inferred(name);
    const known = symbolsOfInputs(graph);
    expect(Object.fromEntries(values.map((value) => [value.name, predicted(value, known, bindings)]))).toEqual(
      recorded,
    );
    expect(mistakes).toEqual([]);
    expect(bindings).toHaveLength(2);
  });

  test.each(TOPOLOGIES)('asks nothing of %s that a run contradicts', (name) => {
    const { bindings } = recordedShapes(name);
    const { facts } = inferred(name).graph;
    for (const sizes of bindings) {
      const broken = facts
        .constraints()
        .filter((constraint) => !checkConstraint(constraint, (symbol) => sizes[symbol.name]));
      expect(broken.map((constraint) => formatConstraint(constraint))).toEqual([]);
    }
  });

  test.each([
    ['resnet50', ['float32[batch, 1000]']],
    ['bert-base', ['float32[batch, sequence, 768]', 'float32[batch, 768]']],
    ['gpt2', ['float32[batch, sequence, 50257]']],
    ['gpt2-past', ['float32[batch, sequence, 50257]', 'float32[batch, 12, past + sequence, 64]']],
  ])('tells the outputs of %s in the symbols of its inputs, whichever exporter wrote it', (name, outputs) => {
    for (const exporter of ['torchscript', 'dynamo']) {
      const { graph } = inferred(`${name}-${exporter}`);
      expect(graph.outputs.slice(0, 2).map(({ type }) => formatType(type))).toEqual(outputs);
    }
  });

  test.each([
    ['bert-base-torchscript', 'sequence <= 512'],
    ['gpt2-torchscript', 'sequence <= 1024'],
    ['gpt2-dynamo', 'sequence <= 1024'],
    ['gpt2-past-torchscript', 'past + sequence <= 1024'],
    ['gpt2-past-dynamo', 'past + sequence <= 1024'],
  ])('finds that %s takes no more tokens than it has positions', (name, expected) => {
    const { facts } = inferred(name).graph;
    expect(facts.constraints().map((constraint) => formatConstraint(constraint))).toEqual([expected]);
  });
});

describe('inferReadModel of chains', () => {
  test.each([
    ['elementwise', 1000],
    ['mixed', 1000],
  ] as const)('resolves every value of an %s chain, whatever its length', (kind, length) => {
    const { graph, nodes, values, mistakes } = inferredBytes(chainBytes(kind, length));
    expect(mistakes).toEqual([]);
    expect(nodes).toHaveLength(length);
    const known = symbolsOfInputs(graph);
    expect(values.filter((value) => typeof predicted(value, known, []) === 'string')).toEqual([]);
    expect(graph.outputs.map(({ type }) => formatType(type))).toEqual(['float32[batch, sequence, 8]']);
  });
});
