// The transformers of the zoo against Hugging Face's: parameter counts, checkpoints by their names, numbers.
import { run } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { trainedCount } from '../../examples/support/script.ts';
import { expectClose } from './close.ts';
import { countedCheckpoint } from './counted-weights.ts';
import { feedsOf } from './feeds.ts';
import { CASES, RECORDED } from './text-cases.ts';

describe.each(CASES)('$name', (each) => {
  const { name, full, parameters, batch, smallBatch = batch, ofAll, small, names } = each;

  test('has as many parameters as are published', () => {
    const net = full();
    net.bind(batch);
    expect(trainedCount(net)).toBe(parameters);
  });

  test("computes Hugging Face's numbers with its weights, on texts of any number", async () => {
    const recorded = RECORDED[name];
    if (!recorded) throw new Error(`no fixture of ${name}`);
    const net = small();
    const report = net.load(countedCheckpoint(recorded.state), { names });
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
    const bound = net.bind(smallBatch);
    for (const rows of [undefined, 1]) {
      const found = await run(bound, feedsOf(recorded.inputs, rows), { providers: ['cpu'] });
      for (const [output, { shape, data }] of Object.entries(recorded.outputs)) {
        if (rows !== undefined && output === ofAll) continue;
        const [n = 1, ...rest] = shape;
        expect(found[output]?.shape).toEqual([rows ?? n, ...rest]);
        expectClose(found[output]?.data, data.slice(0, ((rows ?? n) * data.length) / n), 1e-4);
      }
    }
  });
});
