// The image models of the zoo against torchvision's: parameter counts, checkpoints by their names, numbers.
import { readFileSync } from 'node:fs';
import { type DefinedModel, type NameRule, run, torchNames } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { trainedCount } from '../../examples/support/script.ts';
import * as convnext from '../../examples/zoo/convnext-tiny.ts';
import { efficientnetB0 } from '../../examples/zoo/efficientnet-b0.ts';
import { mobilenetV3Large, mobilenetV3Small } from '../../examples/zoo/mobilenet-v3.ts';
import { resnet50 } from '../../examples/zoo/resnet50.ts';
import { vgg11 } from '../../examples/zoo/vgg11.ts';
import * as vit from '../../examples/zoo/vit-b16.ts';
import { expectClose } from './close.ts';
import { counted, countedCheckpoint, type StateEntry } from './counted-weights.ts';

interface Recorded {
  readonly state: readonly StateEntry[];
  readonly input: readonly number[];
  readonly output: { readonly shape: readonly number[]; readonly data: readonly number[] };
}

const RECORDED: Readonly<Record<string, Recorded>> = JSON.parse(
  readFileSync(new URL('../fixtures/zoo/images.json', import.meta.url), 'utf8'),
);

interface Case {
  readonly name: string;
  readonly full: () => DefinedModel;
  /** What is published. */
  readonly parameters: number;
  /** The model at the sizes of the fixture. */
  readonly small: () => DefinedModel;
  readonly names?: readonly NameRule[];
}

const CASES: readonly Case[] = [
  {
    name: 'resnet50',
    full: () => resnet50(),
    parameters: 25_557_032,
    small: () => resnet50({ depths: [1, 1, 2, 1], classes: 10 }),
  },
  {
    name: 'mobilenetV3Small',
    full: () => mobilenetV3Small(),
    parameters: 2_542_856,
    small: () => mobilenetV3Small(10),
  },
  {
    name: 'mobilenetV3Large',
    full: () => mobilenetV3Large(),
    parameters: 5_483_032,
    small: () => mobilenetV3Large(10),
  },
  { name: 'efficientnetB0', full: () => efficientnetB0(), parameters: 5_288_548, small: () => efficientnetB0(10) },
  {
    name: 'convnextTiny',
    full: () => convnext.convnextTiny(),
    parameters: 28_589_128,
    small: () => convnext.convnextTiny({ widths: [16, 24, 32], depths: [1, 2, 1], classes: 10 }),
    names: convnext.names,
  },
  {
    name: 'vit',
    full: () => vit.vit(),
    parameters: 86_567_656,
    small: () => vit.vit({ image: 32, patch: 8, width: 32, heads: 4, hidden: 64, depth: 2, classes: 10 }),
    names: vit.names,
  },
];

describe.each(CASES)('$name', ({ name, full, parameters, small, names = [] }) => {
  test('has as many parameters as are published', () => {
    const net = full();
    net.bind([1, 3, 224, 224]);
    expect(trainedCount(net)).toBe(parameters);
  });

  test("computes torchvision's numbers with its weights, on images of any size", async () => {
    const recorded = RECORDED[name];
    if (!recorded) throw new Error(`no fixture of ${name}`);
    const net = small();
    const report = net.load(countedCheckpoint(recorded.state), { names: [...torchNames, ...names] });
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [], ignored: [] });
    const [n = 1, c = 3, ...size] = recorded.input;
    const data = Float32Array.from(counted(n * c * size.reduce((a, b) => a * b, 1), 1000), (u) => 2 * u - 1);
    const bound = net.bind([n, c, ...size]);
    const { output } = await run(
      bound,
      { x: { shape: recorded.input, dtype: 'float32', data } },
      { providers: ['cpu'] },
    );
    expect(output?.shape).toEqual(recorded.output.shape);
    expectClose(output?.data, recorded.output.data, 1e-4);
    const one = { shape: [1, c, ...size], dtype: 'float32', data: data.subarray(0, data.length / n) } as const;
    const { output: first } = await run(bound, { x: one }, { providers: ['cpu'] });
    expect(first?.shape).toEqual([1, 10]);
    expectClose(first?.data, recorded.output.data.slice(0, 10), 1e-4);
  });
});

test('VGG-11 has as many parameters as are published', () => {
  const net = vgg11({ classes: 1000 });
  net.bind([1, 3, 224, 224]);
  expect(trainedCount(net)).toBe(132_863_336);
});
