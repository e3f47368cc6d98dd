// The book's models of sequences against PyTorch's: checkpoints by their names, numbers.
import { readFileSync } from 'node:fs';
import { type Batch, type DefinedModel, type NameRule, run } from 'dimwise';
import { describe, expect, test } from 'vitest';
import * as language from '../../examples/zoo/language-model.ts';
import * as seq2seq from '../../examples/zoo/seq2seq.ts';
import * as transformer from '../../examples/zoo/transformer.ts';
import { expectClose } from './close.ts';
import { countedCheckpoint, type StateEntry } from './counted-weights.ts';
import { feedsOf, type Given, type Numbers } from './feeds.ts';

interface Recorded {
  readonly state: readonly StateEntry[];
  readonly inputs: Readonly<Record<string, Given>>;
  readonly outputs: Readonly<Record<string, Numbers>>;
}

const RECORDED: Readonly<Record<string, Recorded>> = JSON.parse(
  readFileSync(new URL('../fixtures/zoo/sequences.json', import.meta.url), 'utf8'),
);

interface Case {
  readonly name: string;
  readonly make: () => DefinedModel;
  readonly names: readonly NameRule[];
  /** The sizes that users vary. */
  readonly batch: Batch;
}

const CASES: readonly Case[] = [
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

describe.each(CASES)('$name', ({ name, make, names, batch }) => {
  test("computes PyTorch's numbers with its weights, on any number of texts of any length", async () => {
    const recorded = RECORDED[name];
    if (!recorded) throw new Error(`no fixture of ${name}`);
    const net = make();
    const report = net.load(countedCheckpoint(recorded.state), { names });
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [], ignored: [] });
    const bound = net.bind(batch);
    const found = await run(bound, feedsOf(recorded.inputs), { providers: ['cpu'] });
    for (const [output, { shape, data }] of Object.entries(recorded.outputs)) {
      expect(found[output]?.shape).toEqual(shape);
      expectClose(found[output]?.data, data, 1e-4);
    }
    const { logits: first } = await run(bound, feedsOf(recorded.inputs, 1), { providers: ['cpu'] });
    const { logits } = recorded.outputs;
    expect(first?.shape).toEqual(logits?.shape.with(0, 1));
    expectClose(first?.data, logits?.data.slice(0, first?.data.length) ?? [], 1e-4);
  });
});
