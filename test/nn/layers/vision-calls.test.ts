// Mistakes in calls of the layers for images: each has its code, its layer and both facts; contracts say what layers ask for.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { op, type Value } from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';

interface Mistake {
  readonly name: string;
  readonly make: () => dw.Composition;
  /** A batch that fits, before the one that does not. */
  readonly fits?: dw.Batch;
  readonly batch: dw.Batch;
  readonly code: dw.ErrorCode;
  readonly says: RegExp;
  /** The layer in the error's origin. */
  readonly path: string;
}

const MISTAKES: readonly Mistake[] = [
  {
    name: 'depthwiseConv2d with other channels',
    make: () => dw.depthwiseConv2d(3, { multiplier: 2 }),
    fits: [1, 4, 5, 5],
    batch: [1, 3, 5, 5],
    code: 'SHAPE_MISMATCH',
    says: /weight takes 8 output channels, this batch brings 6/,
    path: 'model depthwiseConv2d',
  },
  {
    name: 'depthwiseConv2d on rank 3',
    make: () => dw.depthwiseConv2d(3),
    batch: [4, 5, 5],
    code: 'RANK_MISMATCH',
    says: /rank 4, got rank 3/,
    path: 'model depthwiseConv2d',
  },
  {
    name: 'separableConv1d on too short a sequence',
    make: () => dw.separableConv1d(4, 5),
    batch: [1, 4, 3],
    code: 'SHAPE_MISMATCH',
    says: /at least 5, got 3/,
    path: 'model.depthwise depthwiseConv1d',
  },
  {
    name: 'reflectionPad2d by its size',
    make: () => dw.reflectionPad2d(3),
    batch: [1, 2, 3, 8],
    code: 'SHAPE_MISMATCH',
    says: /padded by reflection must be at least/,
    path: 'model reflectionPad2d',
  },
  {
    name: 'zeroPad2d on rank 3',
    make: () => dw.zeroPad2d(1),
    batch: [1, 2, 3],
    code: 'RANK_MISMATCH',
    says: /rank 4, got rank 3/,
    path: 'model zeroPad2d',
  },
  {
    name: 'cropping1d of everything',
    make: () => dw.cropping1d(2),
    batch: [1, 2, 4],
    code: 'SHAPE_MISMATCH',
    says: /cropped must be at least 5, got 4/,
    path: 'model cropping1d',
  },
  {
    name: 'upsampling2d on rank 3',
    make: () => dw.upsampling2d(),
    batch: [1, 2, 3],
    code: 'RANK_MISMATCH',
    says: /rank 4, got rank 3/,
    path: 'model upsampling2d',
  },
  {
    name: 'pixelShuffle with channels that 9 does not divide',
    make: () => dw.pixelShuffle(3),
    batch: [1, 10, 2, 2],
    code: 'SHAPE_MISMATCH',
    says: /multiple of 9, got 10/,
    path: 'model pixelShuffle',
  },
  {
    name: 'pixelUnshuffle of an odd height',
    make: () => dw.pixelUnshuffle(2),
    batch: [1, 3, 3, 4],
    code: 'SHAPE_MISMATCH',
    says: /multiple of 2, got 3/,
    path: 'model pixelUnshuffle',
  },
  {
    name: 'channelShuffle with channels that its groups do not divide',
    make: () => dw.channelShuffle(3),
    batch: [1, 4, 2],
    code: 'SHAPE_MISMATCH',
    says: /multiple of 3, got 4/,
    path: 'model channelShuffle',
  },
  {
    name: 'fold of the wrong number of columns',
    make: () => dw.fold([4, 4], 2),
    batch: [1, 8, 10],
    code: 'SHAPE_MISMATCH',
    says: /9|10/,
    path: 'model fold',
  },
  {
    name: 'unfold of an image smaller than its window',
    make: () => dw.unfold(4),
    batch: [1, 2, 3, 5],
    code: 'SHAPE_MISMATCH',
    says: /at least 4, got 3/,
    path: 'model unfold',
  },
  {
    name: 'instanceNorm with other channels',
    make: () => dw.sequential(dw.instanceNorm()),
    fits: [1, 3, 4],
    batch: [1, 4, 4],
    code: 'SHAPE_MISMATCH',
    says: /0\.\w+ takes 3 channels, this batch brings 4/,
    path: 'model.0 instanceNorm',
  },
  {
    name: 'prelu with other channels',
    make: () => dw.prelu({ perChannel: true }),
    fits: [1, 3],
    batch: [1, 4],
    code: 'SHAPE_MISMATCH',
    says: /weight takes 3 channels, this batch brings 4/,
    path: 'model prelu',
  },
  {
    name: 'layerScale with other features',
    make: () => dw.layerScale(),
    fits: [1, 3],
    batch: [1, 4],
    code: 'SHAPE_MISMATCH',
    says: /weight takes 3 features, this batch brings 4/,
    path: 'model layerScale',
  },
  {
    name: 'squeezeExcite of too few channels',
    make: () => dw.squeezeExcite(16),
    batch: [1, 8, 2, 2],
    code: 'SHAPE_MISMATCH',
    says: /reduced must be at least 16, got 8/,
    path: 'model.fc1 conv2d',
  },
  {
    name: 'glu of an odd size',
    make: () => dw.glu(),
    batch: [1, 7],
    code: 'SHAPE_MISMATCH',
    says: /multiple of 2, got 7/,
    path: 'model glu',
  },
  {
    name: 'weightNorm of dense with other features',
    make: () => dw.weightNorm(dw.dense(4)),
    fits: [2, 20],
    batch: [2, 30],
    code: 'SHAPE_MISMATCH',
    says: /20.*30|30.*20/,
    path: 'model dense',
  },
  {
    name: 'spectralNorm of conv2d with other channels',
    make: () => dw.spectralNorm(dw.conv2d(4, 3)),
    fits: [2, 3, 5, 5],
    batch: [2, 4, 5, 5],
    code: 'SHAPE_MISMATCH',
    says: /channels/,
    path: 'model conv2d',
  },
];

describe('calls of layers for images', () => {
  test.each(MISTAKES.map((one) => [one.name, one] as const))('%s is refused at its layer', (_, one) => {
    const error = errorOf(() => {
      const net = dw.model(one.make());
      if (one.fits) net.bind(one.fits);
      net.bind(one.batch);
    });
    expect(error.code).toBe(one.code);
    expect(error.message).toMatch(one.says);
    expect(error.origin?.path).toBe(one.path);
    expect(error.origin?.site?.place?.file).toContain('vision-calls.test.ts');
    expect(error.expected).toBeTruthy();
    expect(error.actual).toBeTruthy();
  });

  test('deformableConv2d wants its offsets where they are given, and only there', () => {
    const inputs = { x: [1, 2, 4, 4], offset: [1, 8, 3, 3] } as const;
    const call = (layer: dw.Layer<dw.DeformableInputs>, count: number) =>
      errorOf(() =>
        dw
          .model(
            (x: Value, offset: Value) =>
              op.Add(layer(...(([x, offset, offset] as const).slice(0, count) as [Value])), op.ReduceSum(offset)),
            { inputs },
          )
          .bind(inputs),
      );
    expect(call(dw.deformableConv2d(3, 2, { offsets: 'given' }), 1).message).toMatch(/offset as a value/);
    expect(call(dw.deformableConv2d(3, 2, { offsets: 'given' }), 3).message).toMatch(/mask as nothing/);
    expect(call(dw.deformableConv2d(3, 2, { offsets: 'given', modulated: true }), 2).message).toMatch(
      /mask as a value/,
    );
    expect(call(dw.deformableConv2d(3, 2), 2).message).toMatch(/offset as nothing/);
  });
});

describe('contracts of layers for images', () => {
  test.each([
    ['reflectionPad2d', () => dw.reflectionPad2d([1, 3]), ['n', 'c', 'h', 'w'], ['h >= 2', 'w >= 4']],
    ['cropping1d', () => dw.cropping1d([[1, 2]]), ['n', 'c', 't'], ['t >= 4']],
    ['pixelUnshuffle', () => dw.pixelUnshuffle(2), ['n', 'c', 'h', 'w'], ['2 | h', '2 | w']],
    ['channelShuffle', () => dw.channelShuffle(3), ['n', 'c', 'w'], ['3 | c']],
    ['glu', () => dw.glu(), ['n', 'k'], ['2 | k']],
    ['adaptiveAvgPool2d', () => dw.adaptiveAvgPool2d(7), ['n', 'c', 'h', 'w'], []],
    ['unfold', () => dw.unfold(3), ['n', 'c', 'h', 'w'], ['h >= 3', 'w >= 3']],
  ] as const)('%s says what a feed must meet', (_, make, shape, expected) => {
    const { contract } = dw.model(make()).initialize().bind(shape).compile();
    expect(contract.constraints.map(({ expr }) => expr).sort()).toEqual(expected);
  });
});

describe('weightNorm', () => {
  test.each([0, 1, 'none'] as const)(
    'of a layer that has its numbers goes on computing what it did, axis %s',
    async (axis) => {
      const layer = dw.dense(3);
      const plain = dw.model(layer).initialize({ seed: 5 });
      plain.bind([2, 4]);
      const x = { dims: [2, 4], type: 'float32', data: Float32Array.from({ length: 8 }, (_, i) => Math.cos(i)) };
      const outputs: number[][] = [];
      for (const net of [plain, dw.model(dw.weightNorm(layer, { axis }))]) {
        await using session = await dw.createSession(net.bind([2, 4]).compile(), { providers: ['cpu'] });
        const { output } = await session.run({ x });
        outputs.push([...(output?.data ?? [])].map(Number));
      }
      const [before = [], after = []] = outputs;
      expect(before).toHaveLength(6);
      before.forEach((value, i) => {
        expect(after[i]).toBeCloseTo(value, 5);
      });
    },
  );
});
