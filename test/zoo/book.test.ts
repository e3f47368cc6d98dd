// The shapes that https://d2l.ai prints for its networks, layer by layer.
import { type DefinedModel, layerShapes, staticShape } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { resnet18 } from '../../examples/resnet18.ts';
import { alexnet } from '../../examples/zoo/alexnet.ts';
import { denseBlock, densenet, transition } from '../../examples/zoo/densenet.ts';
import { googlenet } from '../../examples/zoo/googlenet.ts';
import { nin } from '../../examples/zoo/nin.ts';
import { vgg11 } from '../../examples/zoo/vgg11.ts';
import { model, sequential } from '../../src/index.ts';

interface Page {
  /** The page below https://d2l.ai/chapter_convolutional-modern/ that prints the shapes. */
  readonly page: string;
  readonly make: () => DefinedModel;
  readonly batch: readonly number[];
  readonly prints: readonly string[];
}

const HIDDEN = ['1x4096', '1x4096', '1x4096'];

const PAGES: readonly Page[] = [
  {
    page: 'alexnet.html',
    make: alexnet,
    batch: [1, 1, 224, 224],
    prints: [
      '1x96x54x54',
      '1x96x54x54',
      '1x96x26x26',
      '1x256x26x26',
      '1x256x26x26',
      '1x256x12x12',
      '1x384x12x12',
      '1x384x12x12',
      '1x384x12x12',
      '1x384x12x12',
      '1x256x12x12',
      '1x256x12x12',
      '1x256x5x5',
      '1x6400',
      ...HIDDEN,
      ...HIDDEN,
      '1x10',
    ],
  },
  {
    page: 'vgg.html',
    make: vgg11,
    batch: [1, 1, 224, 224],
    prints: [
      '1x64x112x112',
      '1x128x56x56',
      '1x256x28x28',
      '1x512x14x14',
      '1x512x7x7',
      '1x25088',
      ...HIDDEN,
      ...HIDDEN,
      '1x10',
    ],
  },
  {
    page: 'nin.html',
    make: nin,
    batch: [1, 1, 224, 224],
    prints: [
      '1x96x54x54',
      '1x96x26x26',
      '1x256x26x26',
      '1x256x12x12',
      '1x384x12x12',
      '1x384x5x5',
      '1x384x5x5',
      '1x10x5x5',
      '1x10x1x1',
      '1x10',
    ],
  },
  {
    page: 'googlenet.html',
    make: googlenet,
    batch: [1, 1, 96, 96],
    prints: ['1x64x24x24', '1x192x12x12', '1x480x6x6', '1x832x3x3', '1x1024', '1x10'],
  },
];

const printed = (net: DefinedModel, batch: readonly number[]): (string | undefined)[] =>
  layerShapes(net.bind(batch, { static: true })).map(({ type }) =>
    type.kind === 'tensor' ? staticShape(type.shape)?.join('x') : undefined,
  );

describe('the book prints', () => {
  test.each(PAGES)('$page', ({ make, batch, prints }) => {
    expect(printed(make(), batch)).toEqual(prints);
  });

  test('resnet.html: the stages of ResNet-18, whose last part is taken apart here', () => {
    const found = new Set(printed(resnet18(10), [1, 1, 96, 96]));
    for (const stage of ['1x64x24x24', '1x128x12x12', '1x256x6x6', '1x512x3x3', '1x10']) expect(found).toContain(stage);
  });

  test('densenet.html: a dense block of two convolutions, and a transition behind it', () => {
    const net = model(sequential(denseBlock(2, 10), transition(10)));
    expect(printed(net, [4, 3, 8, 8])).toEqual(['4x23x8x8', '4x10x4x4']);
    expect(printed(densenet(), [1, 1, 96, 96]).at(-1)).toBe('1x10');
  });
});
