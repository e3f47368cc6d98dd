// Models as ONNX Runtime's tools write them: every value resolved, and equal to what ONNX Runtime gave at two bindings.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { RecordedShapes } from '../../bench/topologies.ts';
import { inferReadModel } from '../../codegen/onnx/infer-read.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { readModel } from '../../codegen/onnx/read.ts';
import { checkConstraint, formatConstraint } from '../../src/dim/constraint.ts';
import { symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import type { Graph, Value } from '../../src/ir/graph.ts';
import { formatType } from '../../src/ir/type.ts';

/** The models, with the operators of com.microsoft that each is recorded for, and the types of its first two outputs. */
const MODELS: readonly (readonly [name: string, operators: readonly string[], outputs: readonly string[]])[] = [
  [
    'bert',
    ['Attention', 'BiasGelu', 'EmbedLayerNormalization', 'SkipLayerNormalization'],
    ['float32[batch, sequence, 32]', 'float32[batch, 32]'],
  ],
  [
    'bert-heads',
    ['BiasGelu', 'EmbedLayerNormalization', 'MultiHeadAttention', 'SkipLayerNormalization'],
    ['float32[batch, sequence, 32]', 'float32[batch, 32]'],
  ],
  ['bert-session', ['BiasGelu', 'FusedGemm', 'FusedMatMul'], ['float32[batch, sequence, 32]', 'float32[batch, 32]']],
  [
    'bert-quantized',
    ['BiasGelu', 'DynamicQuantizeMatMul', 'QAttention', 'QEmbedLayerNormalization', 'SkipLayerNormalization'],
    ['float32[batch, sequence, 32]', 'float32[batch, 32]'],
  ],
  [
    'gpt2',
    ['FastGelu', 'SkipLayerNormalization'],
    ['float32[batch, sequence, 99]', 'float32[2, batch, 4, sequence, 8]'],
  ],
  [
    'gpt2-past',
    ['Attention', 'EmbedLayerNormalization', 'FastGelu', 'SkipLayerNormalization'],
    ['float32[batch, sequence, 99]', 'float32[2, batch, 4, past + sequence, 8]'],
  ],
  [
    'decoder',
    ['GroupQueryAttention', 'SkipSimplifiedLayerNormalization'],
    ['float32[batch, sequence, 99]', 'float32[batch, 2, max(past, total), 16]'],
  ],
  [
    'decoder-int4',
    ['GroupQueryAttention', 'MatMulNBits', 'SkipSimplifiedLayerNormalization'],
    ['float32[batch, sequence, 99]', 'float32[batch, 2, max(past, total), 16]'],
  ],
  ['beam-search', ['BeamSearch'], ['int32[batch, 2, 9]', 'float32[batch, 2]']],
  ['greedy-search', ['GreedySearch'], ['int32[batch, 9]']],
  ['sampling', ['Sampling'], ['int32[batch, 9]']],
  ['cnn-session', ['FusedConv'], ['float32[batch, 10]']],
  ['cnn-blocked', ['AveragePool', 'Conv', 'GlobalAveragePool', 'MaxPool', 'ReorderOutput'], ['float32[batch, 10]']],
  [
    'cnn-quantized',
    [
      'QGemm',
      'QLinearAdd',
      'QLinearAveragePool',
      'QLinearConcat',
      'QLinearGlobalAveragePool',
      'QLinearLeakyRelu',
      'QLinearMul',
      'QLinearSigmoid',
      'QLinearSoftmax',
    ],
    ['float32[batch, 10]'],
  ],
  [
    'cnn-quantized-session',
    [
      'NhwcMaxPool',
      'QGemm',
      'QLinearAdd',
      'QLinearAveragePool',
      'QLinearConcat',
      'QLinearConv',
      'QLinearGlobalAveragePool',
      'QLinearLeakyRelu',
      'QLinearMul',
      'QLinearSigmoid',
      'QLinearSoftmax',
    ],
    ['float32[batch, 10]'],
  ],
  ['lstm-quantized', ['DynamicQuantizeLSTM'], ['float32[s, batch, 8]']],
];

const file = (name: string): Buffer =>
  gunzipSync(readFileSync(new URL(`../fixtures/microsoft/${name}.gz`, import.meta.url)));

/** What two runs gave. */
function recorded(name: string): RecordedShapes {
  const shapes: RecordedShapes = JSON.parse(file(`${name}.shapes.json`).toString('utf8'));
  return shapes;
}

interface Inferred {
  readonly graph: Graph;
  readonly mistakes: readonly string[];
}

function inferred(name: string): Inferred {
  const read = readModel(decodeModel(file(`${name}.onnx`)));
  const mistakes: string[] = [];
  inferReadModel(read, ({ code, message }) => mistakes.push(`${code} ${message}`));
  return { graph: read.graph, mistakes };
}

/** Element type and sizes under each binding, in the form in which runs are recorded; what is open shows as its text. */
function predicted({ type, poisoned }: Value, bindings: RecordedShapes['bindings']): unknown {
  if (type.kind !== 'tensor' || !type.shape || poisoned) return formatType(type);
  const { shape } = type;
  const symbols = shape.flatMap((dim) => [...symbolsOf(dim)]);
  if (symbols.some(({ name }) => bindings.some((sizes) => sizes[name] === undefined))) return formatType(type);
  return [type.dtype, ...bindings.map((sizes) => shape.map((dim) => evaluate(dim, (symbol) => sizes[symbol.name])))];
}

describe('inferReadModel of models with operators of com.microsoft', () => {
  test.each(MODELS)('resolves every value of %s as two runs of ONNX Runtime gave them', (name, operators) => {
    const { bindings, values } = recorded(name);
    const { graph, mistakes } = inferred(name);
    expect(mistakes).toEqual([]);
    expect(bindings).toHaveLength(2);
    const found = [...graph.nodes()].flatMap((node) => node.outputs).filter(({ name: value = '' }) => value in values);
    expect(Object.fromEntries(found.map((value) => [value.name, predicted(value, bindings)]))).toEqual(values);
    const used = [...graph.nodes()].flatMap(({ domain, op }) => (domain.startsWith('com.microsoft') ? [op] : []));
    expect([...new Set(used)].sort()).toEqual(operators);
  });

  test.each(MODELS)('asks nothing of %s that a run contradicts', (name) => {
    const { facts } = inferred(name).graph;
    for (const sizes of recorded(name).bindings) {
      const broken = facts
        .constraints()
        .filter((constraint) => !checkConstraint(constraint, ({ name }) => sizes[name]));
      expect(broken.map((constraint) => formatConstraint(constraint))).toEqual([]);
    }
  });

  test.each(MODELS)('tells the outputs of %s in the symbols of its inputs', (name, _, outputs) => {
    const { graph } = inferred(name);
    expect(graph.outputs.slice(0, 2).map(({ type }) => formatType(type))).toEqual(outputs);
  });

  test('finds what a decoder of GenAI asks of its feeds', () => {
    const { facts } = inferred('decoder').graph;
    expect(facts.constraints().map((constraint) => formatConstraint(constraint))).toEqual(['total <= 32']);
  });

  test('finds that BERT takes no more tokens than it has positions, also where embeddings are fused', () => {
    const { facts } = inferred('bert').graph;
    expect(facts.constraints().map((constraint) => formatConstraint(constraint))).toEqual(['sequence <= 40']);
  });
});
