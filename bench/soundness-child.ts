// Judges the graphs of some seeds and writes a line of JSON after each; a process of its own, because the runtime may end it.
import { writeSync } from 'node:fs';
import { campaignToJson, runCampaign } from '../test/random/campaign.ts';

interface Task {
  readonly from: number;
  readonly to: number;
  readonly domains: readonly string[];
  readonly minimised: boolean;
}

const { from, to, domains, minimised }: Task = JSON.parse(process.argv[2] ?? '');
for (let seed = from; seed <= to; seed++) {
  writeSync(1, `${campaignToJson(await runCampaign({ firstSeed: seed, graphs: 1, domains, minimised }))}\n`);
}
