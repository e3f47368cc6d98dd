// The layers of the cases that PyTorch recorded in torch-layers.json.
import type { Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import recorded from '../../fixtures/layers/torch-layers.json' with { type: 'json' };
import type { RecordedCase } from './recorded-model.ts';

/** The recorded cases. */
export const CASES: readonly RecordedCase[] = recorded.cases;

/** Self attention with a mask as second input. */
const masked = (attention: dw.Layer<dw.AttentionInputs>) => (x: Value, mask: Value) =>
  attention(x, undefined, undefined, mask);

/** The model of each recorded case. */
export const LAYERS: Readonly<Record<string, () => dw.Composition>> = {
  'conv1d grouped, dilated, same': () => dw.conv1d(6, 3, { padding: 'same', dilation: 2, groups: 2 }),
  'conv2d strided, padded': () => dw.conv2d(4, [3, 2], { strides: [2, 1], padding: [1, 0] }),
  'conv2d even kernel, same': () => dw.conv2d(3, 4, { padding: 'same', bias: false }),
  conv3d: () => dw.conv3d(3, 2, { strides: 2 }),
  'convTranspose1d grouped': () => dw.convTranspose1d(6, 3, { strides: 2, groups: 2 }),
  'convTranspose2d padded': () => dw.convTranspose2d(4, 3, { strides: 2, padding: 1, outputPadding: 1 }),
  'maxPool1d dilated': () => dw.maxPool1d(3, { strides: 1, dilation: 2 }),
  'maxPool2d ceil': () => dw.maxPool2d(3, { strides: 2, padding: 1, ceilMode: true }),
  maxPool3d: () => dw.maxPool3d(2),
  avgPool1d: () => dw.avgPool1d(),
  'avgPool2d counting padding': () => dw.avgPool2d(3, { strides: 2, padding: 1 }),
  'avgPool2d without padding': () => dw.avgPool2d(3, { strides: 2, padding: 1, countIncludePad: false }),
  'avgPool2d ceil': () => dw.avgPool2d(3, { strides: 2, ceilMode: true }),
  avgPool3d: () => dw.avgPool3d([1, 2, 2]),
  globalAvgPool: () => dw.globalAvgPool(),
  globalMaxPool: () => dw.globalMaxPool(),
  batchNorm: () => dw.batchNorm({ epsilon: 1e-3 }),
  'batchNorm without affine': () => dw.batchNorm({ scale: false, center: false }),
  layerNorm: () => dw.layerNorm(),
  'layerNorm over two axes': () => dw.layerNorm({ axis: -2, epsilon: 1e-3 }),
  'layerNorm without bias': () => dw.layerNorm({ center: false }),
  'layerNorm without affine': () => dw.layerNorm({ scale: false, center: false }),
  groupNorm: () => dw.groupNorm(2),
  'groupNorm without affine': () => dw.groupNorm(3, { scale: false, center: false }),
  rmsNorm: () => dw.rmsNorm({ epsilon: 1e-3 }),
  dense: () => dw.dense(3),
  'dense on rank 3': () => dw.dense(3),
  dropout: () => dw.dropout(0.3),
  flatten: () => dw.flatten(),
  embedding: () => dw.embedding(7, 4),
  positionalEmbedding: () => dw.positionalEmbedding(7),
  relu: () => dw.relu(),
  relu6: () => dw.relu6(),
  leakyRelu: () => dw.leakyRelu(),
  elu: () => dw.elu(),
  selu: () => dw.selu(),
  gelu: () => dw.gelu(),
  geluTanh: () => dw.gelu({ approximate: 'tanh' }),
  sigmoid: () => dw.sigmoid(),
  hardSigmoid: () => dw.hardSigmoid(),
  hardSwish: () => dw.hardSwish(),
  silu: () => dw.silu(),
  mish: () => dw.mish(),
  softplus: () => dw.softplus(),
  softsign: () => dw.softsign(),
  tanh: () => dw.tanh(),
  softmax: () => dw.softmax(),
  logSoftmax: () => dw.logSoftmax(),
  attention: () => dw.multiHeadAttention(2),
  'attention, causal': () => dw.multiHeadAttention(2, { causal: true }),
  'attention with a mask of keys': () => masked(dw.multiHeadAttention(2)),
  'attention with a float mask': () => masked(dw.multiHeadAttention(2)),
  'attention, crossed': () => dw.multiHeadAttention(2),
  'encoder layer': () => dw.transformerEncoderLayer(2, 12),
  'encoder layer, norm first': () => dw.transformerEncoderLayer(2, 12, { normFirst: true, activation: 'gelu' }),
};
