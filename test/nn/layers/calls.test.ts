// Mistakes in layer calls: each has its code, its layer and both facts.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { tensor, type Value } from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';

interface Mistake {
  readonly name: string;
  readonly make: () => dw.Composition;
  readonly inputs?: Readonly<Record<string, dw.InputSpec>>;
  /** Batches that fit, before the one that does not. */
  readonly fits?: readonly dw.Batch[];
  readonly batch: dw.Batch;
  readonly code: dw.ErrorCode;
  readonly says: RegExp;
  /** The layer in the error's origin. */
  readonly path: string;
}

const MISTAKES: readonly Mistake[] = [
  {
    name: 'dense with other features',
    make: () => dw.sequential(dw.dense(4), dw.dense(2)),
    fits: [[2, 20]],
    batch: [2, 30],
    code: 'SHAPE_MISMATCH',
    says: /0\.weight takes 20 input features, this batch brings 30/,
    path: 'model.0 dense',
  },
  {
    name: 'dense on a scalar',
    make: () => dw.dense(4),
    batch: [],
    code: 'RANK_MISMATCH',
    says: /rank at least 1, got rank 0/,
    path: 'model dense',
  },
  {
    name: 'dense on integers',
    make: () => dw.dense(4),
    batch: tensor('int64', [2, 20]),
    code: 'DTYPE_MISMATCH',
    says: /int64/,
    path: 'model dense',
  },
  {
    name: 'conv2d with other channels',
    make: () => dw.sequential(dw.conv2d(8, 3), dw.flatten()),
    fits: [[2, 3, 9, 9]],
    batch: [2, 1, 9, 9],
    code: 'SHAPE_MISMATCH',
    says: /0\.weight takes 3 input channels, this batch brings 1/,
    path: 'model.0 conv2d',
  },
  {
    name: 'conv2d with channels that its groups do not divide',
    make: () => dw.conv2d(8, 3, { groups: 4 }),
    batch: [2, 6, 9, 9],
    code: 'SHAPE_MISMATCH',
    says: /input channels must be a multiple of 4, got 6/,
    path: 'model conv2d',
  },
  {
    name: 'conv2d in groups with other channels',
    make: () => dw.conv2d(8, 3, { groups: 4 }),
    fits: [[2, 8, 9, 9]],
    batch: [2, 4, 9, 9],
    code: 'SHAPE_MISMATCH',
    says: /weight takes 8 input channels, this batch brings 4/,
    path: 'model conv2d',
  },
  {
    name: 'conv2d on an image smaller than its kernel',
    make: () => dw.conv2d(8, 5),
    batch: [2, 3, 4, 9],
    code: 'SHAPE_MISMATCH',
    says: /at least 5, got 4/,
    path: 'model conv2d',
  },
  {
    name: 'conv2d on rank 3',
    make: () => dw.conv2d(8, 3),
    batch: [3, 9, 9],
    code: 'RANK_MISMATCH',
    says: /rank 4, got rank 3/,
    path: 'model conv2d',
  },
  {
    name: 'conv1d on rank 4',
    make: () => dw.conv1d(8, 3),
    batch: [2, 3, 9, 9],
    code: 'RANK_MISMATCH',
    says: /rank 3, got rank 4/,
    path: 'model conv1d',
  },
  {
    name: 'maxPool2d on rank 2',
    make: () => dw.maxPool2d(),
    batch: [2, 3],
    code: 'RANK_MISMATCH',
    says: /got rank 2/,
    path: 'model maxPool2d',
  },
  {
    name: 'avgPool2d on an image smaller than its window',
    make: () => dw.avgPool2d(4),
    batch: [2, 3, 3, 3],
    code: 'SHAPE_MISMATCH',
    says: /at least 4, got 3/,
    path: 'model avgPool2d',
  },
  {
    name: 'globalAvgPool on rank 1',
    make: () => dw.globalAvgPool(),
    batch: [3],
    code: 'RANK_MISMATCH',
    says: /got rank 1/,
    path: 'model globalAvgPool',
  },
  {
    name: 'flatten behind the last axis',
    make: () => dw.flatten({ axis: 3 }),
    batch: [2, 3],
    code: 'ATTRIBUTE_INVALID',
    says: /axis 3/,
    path: 'model flatten',
  },
  {
    name: 'batchNorm with other channels',
    make: () => dw.sequential(dw.batchNorm()),
    fits: [[2, 3, 9]],
    batch: [2, 4, 9],
    code: 'SHAPE_MISMATCH',
    says: /0\.\w+ takes 3 channels, this batch brings 4/,
    path: 'model.0 batchNorm',
  },
  {
    name: 'groupNorm with channels that its groups do not divide',
    make: () => dw.groupNorm(4),
    batch: [2, 6],
    code: 'SHAPE_MISMATCH',
    says: /channels must be a multiple of 4, got 6/,
    path: 'model groupNorm',
  },
  {
    name: 'layerNorm with other features',
    make: () => dw.layerNorm({ normalizedShape: [8] }),
    batch: [2, 6],
    code: 'SHAPE_MISMATCH',
    says: /weight takes 8 normalized features, this batch brings 6/,
    path: 'model layerNorm',
  },
  {
    name: 'layerNorm over more axes than there are',
    make: () => dw.layerNorm({ axis: -3 }),
    batch: [2, 6],
    code: 'RANK_MISMATCH',
    says: /rank at least 3, got rank 2/,
    path: 'model layerNorm',
  },
  {
    name: 'embedding of floats',
    make: () => dw.sequential(dw.embedding(10, 4)),
    batch: [2, 6],
    code: 'DTYPE_MISMATCH',
    says: /integer type, got float32/,
    path: 'model.0 embedding',
  },
  {
    name: 'positionalEmbedding of a sequence too long',
    make: () => dw.sequential(dw.positionalEmbedding(4)),
    inputs: { x: ['n', 's', 8] },
    batch: [2, 5, 8],
    code: 'BIND_MISMATCH',
    says: /the model needs s <= 4, this batch has s = 5/,
    path: 'model.0 positionalEmbedding',
  },
  {
    name: 'attention on rank 2',
    make: () => dw.multiHeadAttention(2),
    batch: [2, 8],
    code: 'RANK_MISMATCH',
    says: /rank 3, got rank 2/,
    path: 'model multiHeadAttention',
  },
  {
    name: 'attention with a width that its heads do not divide',
    make: () => dw.sequential(dw.multiHeadAttention(3)),
    batch: [2, 5, 8],
    code: 'SHAPE_MISMATCH',
    says: /multiple of 3, got 8/,
    path: 'model.0 multiHeadAttention',
  },
  {
    name: 'cross attention with another batch',
    make: () => dw.multiHeadAttention(2),
    inputs: { x: ['n', 's', 8], context: ['m', 't', 8] },
    batch: { x: [2, 5, 8], context: [3, 5, 8] },
    code: 'BIND_MISMATCH',
    says: /m == n|n == m/,
    path: 'model multiHeadAttention',
  },
  {
    name: 'residual around another width',
    make: () => dw.sequential(dw.residual(dw.dense(8))),
    batch: [2, 20],
    code: 'SHAPE_MISMATCH',
    says: /sizes of the summands.*20.*8/,
    path: 'model.0 residual',
  },
  {
    name: 'add of two widths',
    make: () => dw.add(dw.dense(8), dw.dense(1)),
    batch: [2, 20],
    code: 'SHAPE_MISMATCH',
    says: /8.*1/,
    path: 'model add',
  },
  {
    name: 'concat of two lengths',
    make: () => dw.concat(dw.maxPool1d(2), (x: Value) => x, { axis: 1 }),
    inputs: { x: ['n', 3, 8] },
    batch: [2, 3, 8],
    code: 'SHAPE_MISMATCH',
    says: /8.*4|4.*8/,
    path: 'model concat',
  },
];

describe('layer calls', () => {
  test.each(MISTAKES.map((one) => [one.name, one] as const))('%s is refused at its layer', (_, one) => {
    const error = errorOf(() => {
      const net = dw.model(one.make(), one.inputs ? { inputs: one.inputs } : {});
      for (const batch of one.fits ?? []) net.bind(batch);
      net.bind(one.batch);
    });
    expect(error.code).toBe(one.code);
    expect(error.message).toMatch(one.says);
    expect(error.origin?.path).toBe(one.path);
    expect(error.origin?.site?.place?.file).toContain('calls.test.ts');
    expect(error.expected).toBeTruthy();
    expect(error.actual).toBeTruthy();
  });
});
