// The image models of the zoo, with what torchvision recorded of them.
import { readFileSync } from 'node:fs';
import type { DefinedModel, NameRule } from 'dimwise';
import * as convnext from '../../examples/zoo/convnext-tiny.ts';
import { efficientnetB0 } from '../../examples/zoo/efficientnet-b0.ts';
import { mobilenetV3Large, mobilenetV3Small } from '../../examples/zoo/mobilenet-v3.ts';
import { resnet50 } from '../../examples/zoo/resnet50.ts';
import * as vit from '../../examples/zoo/vit-b16.ts';
import type { StateEntry } from './counted-weights.ts';

/** What was recorded of one model. */
export interface Recorded {
  readonly state: readonly StateEntry[];
  readonly input: readonly number[];
  readonly output: { readonly shape: readonly number[]; readonly data: readonly number[] };
}

/** The recordings by model. */
export const RECORDED: Readonly<Record<string, Recorded>> = JSON.parse(
  readFileSync(new URL('../fixtures/zoo/images.json', import.meta.url), 'utf8'),
);

/** One model. */
export interface ImageCase {
  readonly name: string;
  readonly full: () => DefinedModel;
  /** What is published. */
  readonly parameters: number;
  /** The model at the sizes of the fixture. */
  readonly small: () => DefinedModel;
  readonly names?: readonly NameRule[];
}

/** The models. */
export const IMAGE_CASES: readonly ImageCase[] = [
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
