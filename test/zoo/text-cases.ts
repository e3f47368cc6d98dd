// The transformers of the zoo, with what Hugging Face recorded of them.
import { readFileSync } from 'node:fs';
import type { Batch, DefinedModel, NameRule } from 'dimwise';
import * as bert from '../../examples/zoo/bert.ts';
import * as clip from '../../examples/zoo/clip.ts';
import * as gpt2 from '../../examples/zoo/gpt2.ts';
import * as t5 from '../../examples/zoo/t5.ts';
import * as whisper from '../../examples/zoo/whisper.ts';
import type { StateEntry } from './counted-weights.ts';
import type { Given, Numbers } from './feeds.ts';

/** What was recorded of one model. */
export interface Recorded {
  readonly state: readonly StateEntry[];
  readonly inputs: Readonly<Record<string, Given>>;
  readonly outputs: Readonly<Record<string, Numbers>>;
}

/** The recordings by model. */
export const RECORDED: Readonly<Record<string, Recorded>> = JSON.parse(
  readFileSync(new URL('../fixtures/zoo/texts.json', import.meta.url), 'utf8'),
);

/** One model. */
export interface Case {
  readonly name: string;
  readonly full: () => DefinedModel;
  /** What is published. */
  readonly parameters: number;
  /** A batch that names the sizes that users vary. */
  readonly batch: Batch;
  /** The same for the model of the fixture, where it has other sizes. */
  readonly smallBatch?: Batch;
  /** An output whose numbers depend on the whole batch. */
  readonly ofAll?: string;
  /** The model at the sizes of the fixture. */
  readonly small: () => DefinedModel;
  readonly names: readonly NameRule[];
}

/** The models. */
export const CASES: readonly Case[] = [
  {
    name: 'bert',
    full: () => bert.bert(),
    parameters: 109_482_240,
    batch: { input_ids: ['n', 's'], attention_mask: ['n', 's'], token_type_ids: ['n', 's'] },
    small: () => bert.bert({ vocabulary: 50, positions: 16, width: 24, heads: 4, hidden: 40, depth: 2 }),
    names: bert.names,
  },
  {
    name: 'gpt2',
    full: () => gpt2.gpt2(),
    parameters: 124_439_808,
    batch: { input_ids: ['n', 's'] },
    small: () => gpt2.gpt2({ vocabulary: 50, positions: 16, width: 24, heads: 4, depth: 2 }),
    names: gpt2.names,
  },
  {
    name: 'clip',
    full: () => clip.clip(),
    parameters: 151_277_313,
    batch: { pixel_values: ['images', 3, 224, 224], input_ids: ['texts', 's'] },
    smallBatch: { pixel_values: ['images', 3, 32, 32], input_ids: ['texts', 's'] },
    ofAll: 'logits_per_image',
    small: () =>
      clip.clip({
        image: 32,
        patch: 8,
        vision: { width: 24, heads: 4, depth: 2 },
        vocabulary: 50,
        positions: 12,
        text: { width: 16, heads: 4, depth: 2 },
        features: 20,
      }),
    names: clip.names,
  },
  {
    name: 't5',
    full: () => t5.t5(),
    parameters: 60_506_624,
    batch: { input_ids: ['n', 's'], attention_mask: ['n', 's'], decoder_input_ids: ['n', 't'] },
    small: () => t5.t5({ vocabulary: 50, width: 24, heads: 4, headSize: 8, hidden: 40, depth: 2, buckets: 8 }),
    names: t5.names,
  },
  {
    name: 'whisper',
    full: () => whisper.whisper(),
    parameters: 37_760_640,
    batch: { input_features: ['n', 80, 'f'], decoder_input_ids: ['n', 's'] },
    smallBatch: { input_features: ['n', 8, 'f'], decoder_input_ids: ['n', 's'] },
    small: () =>
      whisper.whisper({ bands: 8, positions: 10, vocabulary: 50, tokens: 12, width: 24, heads: 4, depth: 2 }),
    names: whisper.names,
  },
];
