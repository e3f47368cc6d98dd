// The book's models of sequences against PyTorch's: checkpoints by their names, numbers.
import { run } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { expectClose } from './close.ts';
import { countedCheckpoint } from './counted-weights.ts';
import { feedsOf } from './feeds.ts';
import { CASES, RECORDED } from './sequence-cases.ts';

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
