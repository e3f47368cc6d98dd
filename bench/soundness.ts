// The soundness run: random graphs, inferred with symbols, judged by ONNX Runtime. `npx jiti bench/soundness.ts --graphs 10000 --seed 1`
import { parseArgs } from 'node:util';
import { campaignText, runCampaign } from '../test/random/campaign.ts';

const { values } = parseArgs({
  options: {
    graphs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    /** How many graphs are printed of each kind of failure. */
    show: { type: 'string', default: '1' },
    /** Leaves failing graphs as they were drawn. */
    whole: { type: 'boolean', default: false },
  },
});

const started = performance.now();
const campaign = await runCampaign({
  firstSeed: Number(values.seed),
  graphs: Number(values.graphs),
  minimised: !values.whole,
  onGraph: (seed) => {
    if (seed % 500 === 0) process.stderr.write(`${seed} `);
  },
});
const { operators, lacking, accepted, failures, ...counts } = campaign;
process.stdout.write(`${campaignText(campaign, Number(values.show))}\n`);
const table = { ...counts, operators: operators.size, failures: failures.length };
for (const [name, value] of Object.entries(table)) process.stdout.write(`${name}: ${value}\n`);
for (const [reason, times] of accepted) process.stdout.write(`accepted ${times} x ${reason}\n`);
process.stdout.write(
  `no kernel: ${[...lacking.keys()]
    .map((form) => form.replace(/ \(.*/, ''))
    .filter((op, i, all) => all.indexOf(op) === i && !operators.has(op))
    .join(', ')}\n`,
);
process.stdout.write(`${((performance.now() - started) / 1000).toFixed(0)} s, Node ${process.version}\n`);
process.exitCode = failures.length > 0 ? 1 : 0;
