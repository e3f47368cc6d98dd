// The models of the zoo that answer for every pixel or box: sizes as formulas, and the same sizes from ONNX Runtime.
import { type DefinedModel, evaluate, run, type SymbolDim } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { trainedCount } from '../../examples/support/script.ts';
import { unet } from '../../examples/zoo/unet.ts';
import { yolo } from '../../examples/zoo/yolo.ts';
import { counted } from './counted-weights.ts';

interface Case {
  readonly name: string;
  readonly make: () => DefinedModel;
  readonly input: string;
  /** Batches that fit, with the sizes of the output. */
  readonly fits: readonly (readonly [batch: readonly number[], output: readonly number[]])[];
  /** A batch that the contract refuses, and what it says. */
  readonly refused: readonly [batch: readonly number[], says: RegExp];
}

const CASES: readonly Case[] = [
  {
    name: 'unet',
    make: () => unet(2, 4, 3),
    input: 'x',
    fits: [
      [
        [2, 3, 16, 24],
        [2, 2, 16, 24],
      ],
      [
        [1, 3, 8, 40],
        [1, 2, 8, 40],
      ],
    ],
    refused: [[1, 3, 20, 24], /height/],
  },
  {
    name: 'yolo',
    make: () => yolo({ classes: 3, width: 4 }),
    input: 'images',
    fits: [
      [
        [2, 3, 64, 96],
        [2, 3 * (8 * 12 + 4 * 6 + 2 * 3), 8],
      ],
      [
        [1, 3, 32, 32],
        [1, 3 * (16 + 4 + 1), 8],
      ],
    ],
    refused: [[1, 3, 48, 64], /height/],
  },
];

describe.each(CASES)('$name', ({ make, input, fits, refused }) => {
  const net = make().initialize({ seed: 1 });
  const bound = net.bind({ [input]: ['batch', 3, 'height', 'width'] });
  const feed = (shape: readonly number[]) => ({
    shape,
    dtype: 'float32' as const,
    data: Float32Array.from(
      counted(
        shape.reduce((a, b) => a * b, 1),
        7,
      ),
    ),
  });

  test.each(fits)('%j gives %j, as its formula says', async (batch, expected) => {
    const [output] = bound.graph.outputs;
    const sizes = new Map(['batch', '', 'height', 'width'].map((name, i) => [name, batch[i] ?? 0]));
    const formula = output?.type.kind === 'tensor' ? output.type.shape : undefined;
    expect(formula?.map((dim) => evaluate(dim, (s: SymbolDim) => sizes.get(s.name)))).toEqual(expected);
    const [found] = Object.values(await run(bound, { [input]: feed(batch) }, { providers: ['cpu'] }));
    expect(found?.shape).toEqual(expected);
  });

  test('refuses sizes that its way up cannot meet', async () => {
    const [batch, says] = refused;
    await expect(run(bound, { [input]: feed(batch) }, { providers: ['cpu'] })).rejects.toThrow(says);
  });
});

test('the contract of the U-Net says by what its sizes must divide, once', () => {
  const { constraints } = unet(2, 4, 3).initialize().bind(['n', 3, 'h', 'w']).compile().contract;
  expect(constraints.map(({ expr }) => expr)).toEqual(['8 | h', '8 | w']);
});

test('YOLOv5s has as many parameters as are published', () => {
  const net = yolo();
  net.bind(['batch', 3, 'height', 'width']);
  expect(trainedCount(net)).toBe(7_235_389);
});
