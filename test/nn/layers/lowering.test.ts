// What layers become in ONNX operators, by rank, element type and opset, and that the ways agree in numbers.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { formatShape, op, tensor, type Value } from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';

/** The operators of a compiled model, in order. */
const operators = (compiled: dw.CompiledModel): string[] => [...compiled.graph.nodes()].map((node) => node.op);

const PROJECT = ['Transpose', 'MatMul', 'Add'];
const SCORE = ['Mul', 'Reshape', 'Transpose', 'Reshape', 'Transpose', 'MatMul', 'Softmax'];
const MIX = ['Reshape', 'Transpose', 'MatMul', 'Transpose', 'Reshape'];
const ATTENTION_PARTS = [...PROJECT, ...PROJECT, ...PROJECT, ...SCORE, ...MIX, ...PROJECT];

const LOWERINGS: readonly (readonly [
  name: string,
  make: () => dw.Composition,
  batch: dw.Batch,
  operators: string[],
])[] = [
  ['dense on rank 2', () => dw.dense(4), [2, 3], ['Gemm']],
  ['dense on rank 3', () => dw.dense(4), [2, 3, 4], ['Transpose', 'MatMul', 'Add']],
  ['dropout between layers', () => dw.sequential(dw.relu(), dw.dropout(), dw.relu()), [2, 3], ['Relu', 'Relu']],
  ['dropout last', () => dw.sequential(dw.relu(), dw.dropout()), [2, 3], ['Relu']],
  ['dropout alone', () => dw.dropout(), [2, 3], ['Identity']],
  ['embedding of int64', () => dw.embedding(9, 4), tensor('int64', [2, 3]), ['Gather']],
  ['embedding of int32', () => dw.embedding(9, 4), tensor('int32', [2, 3]), ['Gather']],
  ['embedding of uint8', () => dw.embedding(9, 4), tensor('uint8', [2, 3]), ['Cast', 'Gather']],
  ['batchNorm without affine', () => dw.batchNorm({ scale: false, center: false }), [2, 3], ['BatchNormalization']],
  ['layerNorm without scale', () => dw.layerNorm({ scale: false }), [2, 3], ['LayerNormalization']],
  ['groupNorm', () => dw.groupNorm(1), [2, 3], ['GroupNormalization']],
  ['rmsNorm', () => dw.rmsNorm(), [2, 3], ['Mul', 'ReduceMean', 'Add', 'Sqrt', 'Div', 'Mul']],
  [
    'rmsNorm in half precision',
    () => dw.rmsNorm({ scale: false }),
    tensor('float16', [2, 3]),
    ['Cast', 'Mul', 'ReduceMean', 'Add', 'Sqrt', 'Div', 'Cast'],
  ],
  ['relu6 in half precision', () => dw.relu6(), tensor('float16', [2, 3]), ['Clip']],
  ['positionalEmbedding at full length', () => dw.positionalEmbedding(5), [2, 5, 3], ['Add']],
  ['positionalEmbedding', () => dw.positionalEmbedding(5), ['n', 's', 3], ['Shape', 'Slice', 'Add']],
  ['depthwiseConv2d', () => dw.depthwiseConv2d(3), ['n', 4, 'h', 'w'], ['Conv']],
  ['zeroPad2d', () => dw.zeroPad2d(1), ['n', 'c', 'h', 'w'], ['Pad']],
  ['zeroPad2d of nothing', () => dw.zeroPad2d(0), ['n', 'c', 'h', 'w'], ['Identity']],
  ['upsampling2d', () => dw.upsampling2d(2), ['n', 'c', 'h', 'w'], ['Resize']],
  ['resize2d', () => dw.resize2d(7), ['n', 'c', 'h', 'w'], ['Resize']],
  ['pixelUnshuffle', () => dw.pixelUnshuffle(2), ['n', 3, 'h', 'w'], ['SpaceToDepth', 'Gather']],
  ['channelShuffle', () => dw.channelShuffle(2), ['n', 4, 'h', 'w'], ['Gather']],
  ['adaptiveAvgPool2d to one', () => dw.adaptiveAvgPool2d(1), ['n', 'c', 'h', 'w'], ['GlobalAveragePool']],
  ['adaptiveAvgPool2d, even', () => dw.adaptiveAvgPool2d(7), ['n', 'c', 14, 21], ['AveragePool']],
  ['adaptiveMaxPool2d, uneven', () => dw.adaptiveMaxPool2d([7, 'same']), ['n', 'c', 15, 'w'], ['Gather', 'ReduceMax']],
  ['adaptiveAvgPool1d, uneven', () => dw.adaptiveAvgPool1d(4), ['n', 'c', 6], ['Gather', 'ReduceMean']],
  ['adaptiveMaxPool2d of one axis', () => dw.adaptiveMaxPool2d([1, 'same']), ['n', 'c', 'h', 'w'], ['ReduceMax']],
  ['unfold', () => dw.unfold(2), ['n', 3, 5, 5], ['Gather', 'Gather', 'Transpose', 'Reshape']],
  ['localResponseNorm', () => dw.localResponseNorm(3), ['n', 'c', 'h', 'w'], ['LRN']],
  ['instanceNorm', () => dw.instanceNorm(), ['n', 4, 't'], ['InstanceNormalization']],
  ['prelu per channel', () => dw.prelu({ perChannel: true }), ['n', 4, 't'], ['Unsqueeze', 'PRelu']],
  ['layerScale', () => dw.layerScale(), ['n', 4], ['Mul']],
  ['glu', () => dw.glu(), ['n', 4], ['Split', 'Sigmoid', 'Mul']],
  ['weightNorm of dense', () => dw.weightNorm(dw.dense(4)), ['n', 3], ['ReduceL2', 'Div', 'Mul', 'Gemm']],
  ['dropPath', () => dw.sequential(dw.relu(), dw.dropPath(0.1)), [2, 3], ['Relu']],
  ['residual', () => dw.residual(dw.relu()), [2, 3], ['Relu', 'Add']],
  [
    'globalAvgPool without axes',
    () => dw.globalAvgPool({ keepDims: false }),
    [2, 3, 4],
    ['GlobalAveragePool', 'Flatten'],
  ],
  ['attention', () => dw.multiHeadAttention(2), ['n', 's', 8], ATTENTION_PARTS],
];

/** A layer in a model at an opset: an operator that came with it, on a second output, raises the model to it. */
const raised =
  (layer: dw.Layer, isNew: boolean) =>
  (x: Value): readonly Value[] => [layer(x), isNew ? op.Swish(x) : op.Relu(x)];

describe('lowering', () => {
  test.each(LOWERINGS)('%s becomes its operators', (_, make, batch, names) => {
    expect(operators(dw.model(make()).initialize().bind(batch).compile())).toEqual(names);
  });

  test('attention and rmsNorm become one operator each where the model is at opset 23 or newer', () => {
    const layer = dw.sequential(dw.multiHeadAttention(2, { causal: true }), dw.rmsNorm());
    const [parts, whole] = [false, true].map((isNew) =>
      operators(dw.model(raised(layer, isNew)).initialize({ forceReinit: true }).bind([2, 5, 8]).compile()),
    );
    expect(whole).toEqual(expect.arrayContaining(['Attention', 'RMSNormalization']));
    expect(whole).not.toContain('Softmax');
    expect(parts).toContain('Softmax');
    expect(parts).not.toContain('Attention');
  });

  test.each([false, true])('the parts of attention compute what the operator computes, causal: %s', async (causal) => {
    const layer = dw.sequential(dw.multiHeadAttention(2, { causal }), dw.rmsNorm());
    const data = Float32Array.from({ length: 2 * 5 * 8 }, (_, i) => Math.sin(3 * i));
    const outputs: number[][] = [];
    for (const isNew of [false, true]) {
      const compiled = dw.model(raised(layer, isNew)).initialize({ forceReinit: true }).bind(['n', 's', 8]).compile();
      await using session = await createSession(compiled, { providers: ['cpu'] });
      const { output0 } = await session.run({ x: { dims: [2, 5, 8], type: 'float32', data } });
      outputs.push([...(output0?.data ?? [])].map(Number));
    }
    const [parts = [], whole = []] = outputs;
    expect(parts).toHaveLength(80);
    const most = Math.max(...whole.map(Math.abs));
    expect(Math.max(...parts.map((value, i) => Math.abs(value - (whole[i] ?? 0))))).toBeLessThanOrEqual(1e-5 * most);
  });

  test('an empty batch goes through attention where its symbol may be 0', async () => {
    const net = dw.model(dw.sequential(dw.multiHeadAttention(2, { causal: true }), dw.layerNorm()), {
      inputs: { x: ['n', 's', 8] },
      symbols: { n: { min: 0 } },
    });
    const compiled = net.initialize().bind(['n', 's', 8]).compile();
    expect(compiled.graph.outputs.map(({ shape }) => formatShape(shape))).toEqual(['[n, s, 8]']);
    await using session = await createSession(compiled, { providers: ['cpu'] });
    const { output } = await session.run({ x: { dims: [0, 5, 8], type: 'float32', data: new Float32Array(0) } });
    expect(output?.shape).toEqual([0, 5, 8]);
  });

  test('no layer reads a weight that it does not have', () => {
    const compiled = dw
      .model(dw.conv2d(4, 3, { bias: false }))
      .initialize()
      .bind([1, 3, 8, 8])
      .compile();
    expect([...compiled.graph.nodes()].map((node) => node.inputs.length)).toEqual([2]);
  });
});
