// Costs against torch's FlopCounterMode, published counts, and the same models bound.
import { describe, expect, test } from 'vitest';
import { bertBase } from '../../../bench/models/bert.ts';
import { resnet50 } from '../../../bench/models/resnet50.ts';
import { recordedShapes, TOPOLOGIES, topologyBytes } from '../../../bench/topologies.ts';
import { bindModel } from '../../../codegen/onnx/bind/bind-model.ts';
import { readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import { type Count, constantCount } from '../../../src/dim/count.ts';
import { formatCount } from '../../../src/dim/count-text.ts';
import { bindCost } from '../../../src/infer/cost/bind-cost.ts';
import { type Cost, costOf } from '../../../src/infer/cost/cost.ts';
import { costByOperator } from '../../../src/infer/cost/group-cost.ts';
import { costOfText } from './cost-of-text.ts';

/**
 * What torch.utils.flop_counter.FlopCounterMode (torch 2.13.0, CPU) counts for the same calculation at two sizes: two for each
 * multiply-accumulate, nothing else.
 */
const TORCH: readonly (readonly [string, string, readonly (readonly [Record<string, number>, number])[]])[] = [
  [
    'Conv2d(3, 8, 3, stride=2, padding=1)',
    'g (float[n,3,h,w] x, float[8,3,3,3] k) => (y) { y = Conv <strides = [2,2], pads = [1,1,1,1]> (x, k) }',
    [
      [{ n: 2, h: 17, w: 20 }, 77_760],
      [{ n: 1, h: 9, w: 32 }, 34_560],
    ],
  ],
  [
    'Conv2d(8, 16, 3, groups=4, dilation=2)',
    'g (float[n,8,h,w] x, float[16,2,3,3] k) => (y) { y = Conv <group = 4, dilations = [2,2]> (x, k) }',
    [
      [{ n: 2, h: 17, w: 20 }, 239_616],
      [{ n: 1, h: 9, w: 32 }, 80_640],
    ],
  ],
  [
    'Conv1d(4, 6, 5, stride=3)',
    'g (float[n,4,t] x, float[6,4,5] k) => (y) { y = Conv <strides = [3]> (x, k) }',
    [
      [{ n: 2, t: 40 }, 5760],
      [{ n: 3, t: 21 }, 4320],
    ],
  ],
  [
    'ConvTranspose2d(6, 4, 3, stride=2, padding=1, groups=2)',
    'g (float[n,6,h,w] x, float[6,2,3,3] k) => (y) { y = ConvTranspose <group = 2, strides = [2,2], pads = [1,1,1,1]> (x, k) }',
    [
      [{ n: 2, h: 7, w: 8 }, 24_192],
      [{ n: 1, h: 5, w: 9 }, 9720],
    ],
  ],
  [
    'Linear(20, 12) on three axes',
    'g (float[n,s,20] x, float[20,12] w) => (y) { y = MatMul (x, w) }',
    [
      [{ n: 4, s: 7 }, 13_440],
      [{ n: 2, s: 3 }, 2880],
    ],
  ],
  [
    'Linear(20, 12) on two axes',
    'g (float[n,20] x, float[12,20] w, float[12] b) => (y) { y = Gemm <transB = 1> (x, w, b) }',
    [
      [{ n: 7 }, 3360],
      [{ n: 3 }, 1440],
    ],
  ],
  [
    'matmul that broadcasts',
    'g (float[a,b,n,k] x, float[a,b,k,m] w) => (y) { y = MatMul (x, w) }',
    [
      [{ a: 2, b: 3, n: 5, k: 7, m: 4 }, 1680],
      [{ a: 4, b: 1, n: 6, k: 8, m: 2 }, 768],
    ],
  ],
  [
    'einsum bqhd,bkhd->bhqk',
    'g (float[b,q,h,d] x, float[b,k,h,d] w) => (y) { y = Einsum <equation = "bqhd,bkhd->bhqk"> (x, w) }',
    [
      [{ b: 2, q: 5, h: 3, d: 8, k: 6 }, 2880],
      [{ b: 1, q: 4, h: 2, d: 16, k: 7 }, 1792],
    ],
  ],
  [
    'GRU(6, 5)',
    'g (float[s,n,6] x, float[1,15,6] w, float[1,15,5] r) => (y) { y = GRU <hidden_size = 5> (x, w, r) }',
    [
      [{ s: 4, n: 2 }, 2640],
      [{ s: 3, n: 1 }, 990],
    ],
  ],
  [
    'RNN(6, 5)',
    'g (float[s,n,6] x, float[1,5,6] w, float[1,5,5] r) => (y) { y = RNN <hidden_size = 5> (x, w, r) }',
    [
      [{ s: 4, n: 2 }, 880],
      [{ s: 3, n: 1 }, 330],
    ],
  ],
];

const numberOf = (count: Count): number => Number(constantCount(count) ?? Number.NaN);

describe('costOf', () => {
  test.each(TORCH)('%s is what torch counts', (_, text, cases) => {
    const cost = costOfText(text);
    for (const [sizes, flops] of cases) expect(2 * numberOf(bindCost(cost, sizes).macs)).toBe(flops);
  });

  test('attention is the sum of its parts', () => {
    const whole =
      costOfText(`<opset_import: ["" : 23]> g (float[n,4,s,8] q, float[n,4,t,8] k, float[n,4,t,6] v) => (y) {
      y = Attention (q, k, v)
    }`);
    const parts = costOfText(`g (float[n,4,s,8] q, float[n,4,t,8] k, float[n,4,t,6] v) => (y) {
      kt = Transpose <perm = [0,1,3,2]> (k)
      a = MatMul (q, kt) p = Softmax (a) y = MatMul (p, v)
    }`);
    expect(formatCount(whole.macs)).toBe(formatCount(parts.macs));
    expect(formatCount(whole.flops)).toBe(formatCount(parts.flops));
  });
});

describe('published counts', () => {
  test('ResNet-50 has 25,557,032 parameters and 4.089 GMACs at 224x224 (torchvision)', () => {
    const cost = costOf(resnet50().bind(['batch', 3, 224, 224]).graph);
    expect(formatCount(cost.parameters.elements)).toBe('25557032');
    expect(numberOf(bindCost(cost, { batch: 1 }).macs)).toBe(4_089_184_256);
  });

  test('BERT-base has 109,482,240 parameters and 22.3 GFLOPs at 128 tokens', () => {
    const bound = bertBase().bind({
      ids: { dtype: 'int64', shape: ['batch', 'seq'] },
      types: { dtype: 'int64', shape: ['batch', 'seq'] },
      mask: { dtype: 'int64', shape: ['batch', 'seq'] },
    });
    const cost = costOf(bound.graph);
    expect(formatCount(cost.parameters.elements)).toBe('109482240');
    expect(formatCount(cost.macs)).toBe('batch*(18432*seq*seq + 84934656*seq + 589824)');
    // MobileBERT (Sun et al. 2020), table 4: 22.5B, with what is no product.
    expect(2 * numberOf(bindCost(cost, { batch: 1, seq: 128 }).macs)).toBeCloseTo(22.35e9, -8);
  });
});

describe('bindCost', () => {
  const counts = ({ macs, flops, read, written, peak }: Cost) => ({ macs, flops, read, written, peak });

  test.each(TOPOLOGIES)('%s: formulas, bound, are the cost of the bound model at two bindings', (name) => {
    const model = readOnnx(topologyBytes(name));
    const cost = costOf(model);
    expect(cost.open).toEqual([]);
    for (const binding of recordedShapes(name).bindings) {
      const bound = costOf(bindModel(model, { symbols: binding, fold: false }));
      const numbers = bindCost(cost, binding);
      for (const [measure, count] of Object.entries(counts(numbers))) {
        expect(`${measure} ${formatCount(count)}`).toBe(`${measure} ${formatCount(counts(bound)[measure as 'macs'])}`);
      }
    }
  });

  test('operators make up the whole of a real model', () => {
    const cost = bindCost(costOf(readOnnx(topologyBytes('gpt2-dynamo'))), { batch: 1, sequence: 16 });
    const sum = costByOperator(cost).reduce((total, { flops }) => total + numberOf(flops), 0);
    expect(sum).toBe(numberOf(cost.flops));
  });
});
