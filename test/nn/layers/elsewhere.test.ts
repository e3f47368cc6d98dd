// The page that leads from the layers of other libraries to ours.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';

const PAGE = readFileSync(new URL('../../../docs/layers-elsewhere.md', import.meta.url), 'utf8');

/** The classes of torch.nn 2.13 but its losses: `[n for n in dir(torch.nn) if isinstance(getattr(torch.nn, n), type)]`. */
const TORCH =
  `AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d
  AlphaDropout AvgPool1d AvgPool2d AvgPool3d BatchNorm1d BatchNorm2d BatchNorm3d Bilinear Buffer CELU ChannelShuffle
  CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d Container Conv1d Conv2d Conv3d
  ConvTranspose1d ConvTranspose2d ConvTranspose3d CosineSimilarity CrossMapLRN2d DataParallel Dropout Dropout1d Dropout2d
  Dropout3d ELU Embedding EmbeddingBag FeatureAlphaDropout Flatten Fold FractionalMaxPool2d FractionalMaxPool3d GELU GLU
  GRU GRUCell GroupNorm Hardshrink Hardsigmoid Hardswish Hardtanh Identity InstanceNorm1d InstanceNorm2d InstanceNorm3d
  LPPool1d LPPool2d LPPool3d LSTM LSTMCell LayerNorm LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyConv1d LazyConv2d
  LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d LazyInstanceNorm1d LazyInstanceNorm2d
  LazyInstanceNorm3d LazyLinear LeakyReLU Linear LinearCrossEntropyOptions LocalResponseNorm LogSigmoid LogSoftmax
  MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d Mish Module ModuleDict ModuleList MultiheadAttention
  NLLLoss2d PReLU PairwiseDistance Parameter ParameterDict ParameterList PixelShuffle PixelUnshuffle RMSNorm RNN RNNBase
  RNNCell RNNCellBase RReLU ReLU ReLU6 ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d
  ReplicationPad3d SELU Sequential SiLU Sigmoid Softmax Softmax2d Softmin Softplus Softshrink Softsign SyncBatchNorm Tanh
  Tanhshrink Threshold Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer
  Unflatten Unfold UninitializedBuffer UninitializedParameter Upsample UpsamplingBilinear2d UpsamplingNearest2d ZeroPad1d
  ZeroPad2d ZeroPad3d`.split(/\s+/);

/** What is written in code in a line, but for options, operators and files. */
const namesIn = (line: string): string[] =>
  [...line.matchAll(/`([A-Za-z]\w*)`/g)].flatMap(([, name]) => (name ? [name] : []));

/** Words in code that are no exports: an option, and marks of the text. */
const WORDS = new Set(['1d', '2d', '3d', 'activation', 'projection', 'returnIndices', 'signed']);

describe('docs/layers-elsewhere.md', () => {
  test('has every class of torch.nn', () => {
    const [, torch = ''] = PAGE.split(/^## /m).map((part) => part.replaceAll('|', ' '));
    const words = new Set(torch.split(/[\s,]+/));
    expect(TORCH.filter((name) => !words.has(name))).toEqual([]);
  });

  test('names what dimwise exports', () => {
    const exported = new Set(Object.keys(dw));
    const names = new Set(PAGE.split('\n').flatMap(namesIn));
    expect(names.size).toBeGreaterThan(120);
    expect([...names].filter((name) => !exported.has(name) && !WORDS.has(name))).toEqual([]);
  });
});
