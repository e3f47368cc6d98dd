// The denoiser of the zoo against diffusers': parameter count, checkpoint by its names, numbers, contract.
import { readFileSync } from 'node:fs';
import { run } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { trainedCount } from '../../examples/support/script.ts';
import { diffusionUnet, names } from '../../examples/zoo/diffusion-unet.ts';
import { expectClose } from './close.ts';
import { countedCheckpoint, type StateEntry } from './counted-weights.ts';
import { feedsOf, type Given, type Numbers } from './feeds.ts';

interface Recorded {
  readonly state: readonly StateEntry[];
  readonly inputs: Readonly<Record<string, Given>>;
  readonly output: Numbers;
}

const RECORDED: Recorded = JSON.parse(readFileSync(new URL('../fixtures/zoo/diffusion.json', import.meta.url), 'utf8'));

const BATCH = { sample: ['n', 3, 'h', 'w'], timestep: ['n'], encoder_hidden_states: ['n', 's', 12] };

describe('diffusionUnet', () => {
  const net = diffusionUnet({ latents: 3, widths: [8, 16, 16], depth: 1, heads: 2, text: 12, groups: 4 });
  const report = net.load(countedCheckpoint(RECORDED.state), { names });
  const bound = net.bind(BATCH);

  test('has as many parameters as are published of Stable Diffusion 1.5', () => {
    expect(trainedCount(diffusionUnet())).toBe(859_520_964);
  });

  test("computes diffusers' numbers with its weights", async () => {
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [], ignored: [] });
    for (const rows of [undefined, 1]) {
      const [output] = Object.values(await run(bound, feedsOf(RECORDED.inputs, rows), { providers: ['cpu'] }));
      const { shape, data } = RECORDED.output;
      expect(output?.shape).toEqual(rows === undefined ? shape : shape.with(0, rows));
      expectClose(output?.data, data.slice(0, output?.data.length), 1e-4);
    }
  });

  test('the contract says by what its sizes must divide', () => {
    const { constraints } = bound.compile().contract;
    expect(constraints.map(({ expr }) => expr)).toEqual(['4 | h', '4 | w']);
  });
});
