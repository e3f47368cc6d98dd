// Mistakes in layer arguments: each is refused where the layer is made, with both facts.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';

/** A layer argument that must be refused where the layer is made. */
const ARGUMENTS: readonly (readonly [call: string, make: () => unknown, says: RegExp])[] = [
  ['dense(0)', () => dw.dense(0), /dense takes units as an integer >= 1, got 0/],
  ['dense(1.5)', () => dw.dense(1.5), /units/],
  ['dense with inFeatures 0', () => dw.dense(1, { inFeatures: 0 }), /inFeatures/],
  ['dense with a misspelt activation', () => dw.dense(1, { activation: JSON.parse('"rleu"') }), /did you mean relu/],
  ['conv2d(0, 3)', () => dw.conv2d(0, 3), /conv2d takes channels as an integer >= 1, got 0/],
  ['conv2d(4, [3])', () => dw.conv2d(4, [3]), /kernel as a number or a list of 2/],
  ['conv2d(4, [3, 0])', () => dw.conv2d(4, [3, 0]), /kernel/],
  ['conv1d with strides 0', () => dw.conv1d(4, 3, { strides: 0 }), /strides/],
  ['conv1d with padding -1', () => dw.conv1d(4, 3, { padding: -1 }), /padding/],
  ['conv3d with a list of 4 paddings', () => dw.conv3d(4, 3, { padding: [1, 1, 1, 1] }), /a list of 3 or 6/],
  ['conv2d with padding SAME', () => dw.conv2d(4, 3, { padding: JSON.parse('"SAME"') }), /"same", "valid"/],
  ['conv2d same, strided and dilated', () => dw.conv2d(4, 3, { padding: 'same', strides: 2, dilation: 2 }), /both/],
  ['conv2d with groups 3 of 4', () => dw.conv2d(4, 3, { groups: 3 }), /a divisor of its 4 output channels, got 3/],
  ['conv2d with inChannels 3 in 2 groups', () => dw.conv2d(4, 3, { groups: 2, inChannels: 3 }), /3 input channels/],
  [
    'convTranspose2d(4, 3, groups 3)',
    () => dw.convTranspose2d(4, 3, { groups: 3 }),
    /a divisor of its 4 output channels/,
  ],
  ['convTranspose1d with outputPadding -1', () => dw.convTranspose1d(4, 3, { outputPadding: -1 }), /outputPadding/],
  ['dense of a misspelt dtype', () => dw.dense(4, { dtype: JSON.parse('"flaot32"') }), /element type of ONNX.*flaot32/],
  ['maxPool2d(0)', () => dw.maxPool2d(0), /size/],
  ['avgPool3d([2, 2])', () => dw.avgPool3d([2, 2]), /a list of 3/],
  ['flatten with axis 0.5', () => dw.flatten({ axis: 0.5 }), /axis/],
  ['dropout(2)', () => dw.dropout(2), /a number from 0 to 1, got 2/],
  ['dropout(NaN)', () => dw.dropout(Number.NaN), /rate/],
  ['embedding(0, 4)', () => dw.embedding(0, 4), /count/],
  ['embedding(4, -1)', () => dw.embedding(4, -1), /size/],
  ['positionalEmbedding(0)', () => dw.positionalEmbedding(0), /positions/],
  ['batchNorm with epsilon -1', () => dw.batchNorm({ epsilon: -1 }), /epsilon/],
  ['batchNorm with momentum 2', () => dw.batchNorm({ momentum: 2 }), /momentum/],
  ['layerNorm with axis 1', () => dw.layerNorm({ axis: 1 }), /a negative integer/],
  ['layerNorm with axis and shape', () => dw.layerNorm({ axis: -1, normalizedShape: [4] }), /normalizedShape is given/],
  ['layerNorm with an empty shape', () => dw.layerNorm({ normalizedShape: [] }), /normalizedShape/],
  ['rmsNorm with a size of 0', () => dw.rmsNorm({ normalizedShape: [0] }), /normalizedShape/],
  ['groupNorm(0)', () => dw.groupNorm(0), /groups/],
  ['multiHeadAttention(0)', () => dw.multiHeadAttention(0), /heads/],
  ['multiHeadAttention(4, units 6)', () => dw.multiHeadAttention(4, { units: 6 }), /a multiple of its 4 heads, got 6/],
  ['multiHeadAttention(4, keyUnits 6)', () => dw.multiHeadAttention(4, { keyUnits: 6 }), /keyUnits/],
  ['leakyRelu with alpha NaN', () => dw.leakyRelu({ alpha: Number.NaN }), /alpha/],
  ['softmax with axis 0.5', () => dw.softmax({ axis: 0.5 }), /axis/],
  ['gelu with approximate erf', () => dw.gelu({ approximate: JSON.parse('"erf"') }), /"none" or "tanh"/],
  ['concat of nothing', () => dw.concat(), /at least one/],
  ['concat with axis 0.5', () => dw.concat(dw.dense(1), { axis: 0.5 }), /axis/],
  ['add of a number', () => dw.add(JSON.parse('4')), /branch 0/],
  ['sequential of a number', () => dw.sequential(JSON.parse('4')), /layers or functions of a value/],
];

describe('layer arguments', () => {
  test.each(ARGUMENTS)('%s is refused where it is made', (_, make, says) => {
    const error = errorOf(make);
    expect(error.code).toBe('LAYER_ARGUMENT');
    expect(error.message).toMatch(says);
    expect(error.origin?.site?.place?.file).toContain('arguments.test.ts');
    expect(error.expected).toBeTruthy();
    expect(error.actual).toBeTruthy();
  });
});
