// The book's models of sequences, with what PyTorch recorded of them.
import { readFileSync } from 'node:fs';
import type { Batch, DefinedModel, NameRule } from 'dimwise';
import * as language from '../../examples/zoo/language-model.ts';
import * as seq2seq from '../../examples/zoo/seq2seq.ts';
import * as transformer from '../../examples/zoo/transformer.ts';
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
  readFileSync(new URL('../fixtures/zoo/sequences.json', import.meta.url), 'utf8'),
);

/** One model. */
export interface Case {
  readonly name: string;
  readonly make: () => DefinedModel;
  readonly names: readonly NameRule[];
  /** The sizes that users vary. */
  readonly batch: Batch;
}

/** The models. */
export const CASES: readonly Case[] = [
  ...(['rnn', 'gru', 'lstm'] as const).map((kind) => ({
    name: kind,
    make: () => language.languageModel({ kind, vocabulary: 11, units: 8, layers: 2 }),
    names: language.names,
    batch: { tokens: ['n', 's'] },
  })),
  {
    name: 'seq2seq',
    make: () => seq2seq.seq2seq({ source: 20, target: 30, features: 8, units: 12, layers: 2 }),
    names: seq2seq.names,
    batch: { source: ['n', 's'], lengths: ['n'], target: ['n', 't'] },
  },
  {
    name: 'transformer',
    make: () => transformer.transformer({ source: 20, target: 30, width: 12, heads: 3, hidden: 16, depth: 2 }),
    names: transformer.names,
    batch: { source: ['n', 's'], lengths: ['n'], target: ['n', 't'] },
  },
];
