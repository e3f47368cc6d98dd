// What the examples say of themselves: printed shapes, paths, messages.
import { formatShape, isDimwiseError, layerShapes } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { gatedNetwork } from '../../examples/custom-layer.ts';
import { firstLayerOnly, mismatch, network, page, varyingSize } from '../../examples/deferred-init.ts';
import { nearestPrototypes } from '../../examples/ir-builder.ts';
import { layerSummary, lenet } from '../../examples/lenet.ts';
import { resnet18 } from '../../examples/resnet18.ts';
import { encoder } from '../../examples/transformer.ts';
import { torchFixture } from '../helpers/torch-fixture.ts';

/** The lines that a part of an example prints. */
function printed(part: (show: (line: string) => void) => void): string {
  const lines: string[] = [];
  part((line) => lines.push(line));
  return lines.join('\n');
}

const shapes = (net: ReturnType<typeof network>): string[] =>
  [...net.parameters().values()].map((cell) => formatShape(cell.shape));

describe('deferred-init', () => {
  test('prints unknown sizes before the first batch, and the same after initialize()', () => {
    const text = printed(page);
    expect(text.match(/0\.weight float32\(256, \?\)/g)).toHaveLength(2);
    expect(text.match(/1\.weight float32\(10, \?\)/g)).toHaveLength(2);
  });

  test('records the initializer', () => {
    const net = network().initialize();
    expect(net.parameter('0.weight').isInitialized).toBe(true);
    expect(net.parameter('0.weight').isReady).toBe(false);
    expect(printed(page)).toContain('0.weight: xavierUniform');
  });

  test('refuses to read data that is not there, and says what to do', () => {
    const net = network().initialize();
    try {
      net.parameter('0.weight').data();
      expect.unreachable();
    } catch (error) {
      expect(isDimwiseError(error) && error.code).toBe('PARAM_DEFERRED');
      expect(isDimwiseError(error) && error.hint).toContain('bind the model');
    }
  });

  test('settles (256, 20), (256), (10, 256), (10), in order, by a batch [2, 20]', () => {
    const net = network().initialize();
    net.bind([2, 20]);
    expect(shapes(net)).toEqual(['[256, 20]', '[256]', '[10, 256]', '[10]']);
    expect(printed(page)).toMatch(/\(256, 20\)[^]*\(256\)[^]*\(10, 256\)[^]*\(10\)/);
    expect([...net.parameters().values()].every((cell) => cell.isReady)).toBe(true);
  });

  test('exercise 1: knows at once what is known, and defers the rest', () => {
    const text = printed(firstLayerOnly);
    expect(text).toContain('0.weight float32(256, 20)');
    expect(text).toContain('1.weight float32(10, ?)');
    expect(text).toContain('0.weight can be read');
    expect(text).toContain('PARAM_DEFERRED: parameter 1.weight');
    expect(text).toContain('1.weight float32(10, 256)');
  });

  test('exercise 2: names both places of sizes that do not match', () => {
    const text = printed(mismatch);
    expect(text).toContain('SHAPE_MISMATCH: 1.weight takes 128 input features, this batch brings 256');
    expect(text).toContain('SHAPE_MISMATCH: 0.weight takes 20 input features, this batch brings 30');
    const [first = ''] = text.split('And a later batch');
    const places = new Set(first.match(/deferred-init\.ts:\d+:\d+/g));
    expect(places.size).toBe(2);
  });

  test('exercise 3: takes inputs of varying size with the same parameters', () => {
    const text = printed(varyingSize);
    expect(text.match(/2 axes, the same 4 parameters/g)).toHaveLength(2);
    expect(text).toContain('0.weight float32(64, 20)');
    expect(text).toContain('0.weight float32(64, 30)');
    expect(text).toContain('one and the same: true');
  });
});

describe('lenet', () => {
  // Printed by layer_summary((1, 1, 28, 28)) on https://d2l.ai/chapter_convolutional-neural-networks/lenet.html
  const BOOK = [
    '1x6x28x28',
    '1x6x28x28',
    '1x6x14x14',
    '1x16x10x10',
    '1x16x10x10',
    '1x16x5x5',
    '1x400',
    '1x120',
    '1x120',
    '1x84',
    '1x84',
    '1x10',
  ];

  test('gives the shapes that the book prints, line by line', () => {
    expect(layerSummary(lenet(), [1, 1, 28, 28]).map(([, sizes]) => sizes)).toEqual(BOOK);
  });

  test('gives the shapes that PyTorch gives', () => {
    const recorded = torchFixture('lenet').layers?.map(([, shape]) => shape.join('x'));
    expect(layerSummary(lenet(), [1, 1, 28, 28]).map(([, sizes]) => sizes)).toEqual(recorded);
  });
});

describe('resnet18', () => {
  test('has 11,689,512 trained parameters, as torchvision has', () => {
    const bound = resnet18().bind([1, 3, 224, 224]);
    const trained = [...bound.parameters().values()].filter((cell) => cell.trainable);
    expect(trained.reduce((sum, cell) => sum + (cell.size ?? 0), 0)).toBe(11_689_512);
  });

  test('has one formula for each size, whatever the height and width', () => {
    const bound = resnet18().bind(['batch', 3, 'height', 'width']);
    const sizes = new Map(
      layerShapes(bound).map(({ path, type }) => [path, type.kind === 'tensor' && formatShape(type.shape)]),
    );
    expect(sizes.get('layer1')).toBe('[batch, 64, ceildiv(height, 4), ceildiv(width, 4)]');
    expect(sizes.get('layer4')).toBe('[batch, 512, ceildiv(height, 32), ceildiv(width, 32)]');
    expect(sizes.get('fc')).toBe('[batch, 1000]');
  });
});

describe('transformer', () => {
  test('keeps batch and seq as symbols in every value, also after lowering', () => {
    const { graph } = encoder().initialize().bind(['batch', 'seq', 64]).compile();
    for (const node of graph.nodes()) {
      for (const { type } of node.outputs) {
        expect(type.kind === 'tensor' && type.shape?.some((dim) => dim.kind === 'symbol' && dim.role === 'fresh')).toBe(
          false,
        );
      }
    }
    expect(graph.outputs.map(({ shape }) => formatShape(shape))).toEqual(['[batch, seq, 64]']);
  });
});

describe('ir-builder', () => {
  test('settles the prototypes by the rows that meet them', () => {
    const net = nearestPrototypes();
    expect(String(net.parameter('centers'))).toBe('centers float32(32, ?)');
    net.bind([4, 12]);
    expect(String(net.parameter('centers'))).toBe('centers float32(32, 12)');
  });
});

describe('custom-layer', () => {
  test('shares the parameters of a layer that is called twice, under its first path', () => {
    const bound = gatedNetwork().initialize().bind([8, 10]);
    expect(layerShapes(bound).map(({ path }) => path)).toEqual(['0', '1', '2', '1', '4']);
    expect([...bound.parameters().keys()]).toEqual([
      '0.weight',
      '0.bias',
      '1.value.weight',
      '1.value.bias',
      '1.gate.weight',
      '1.gate.bias',
      '2.factor',
      '4.weight',
      '4.bias',
    ]);
  });

  test('names a layer that is called twice once in the emitted graph', () => {
    const { graph } = gatedNetwork().initialize().bind([8, 10]).compile();
    expect(graph.parameters.map(({ name }) => name)).toContain('1.value.weight');
    expect([...graph.nodes()].filter(({ origin }) => origin?.path?.startsWith('gated.3'))).toEqual([]);
  });
});
