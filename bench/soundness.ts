// The soundness run: random graphs, inferred with symbols, judged by ONNX Runtime. `npx jiti bench/soundness.ts --graphs 10000 --seed 1`
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { addCampaign, type Campaign, campaignFromJson, campaignText, emptyCampaign } from '../test/random/campaign.ts';

const { values } = parseArgs({
  options: {
    graphs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    /** Processes at the same time. */
    jobs: { type: 'string', default: '2' },
    /** How many graphs are printed of each kind of failure. */
    show: { type: 'string', default: '1' },
    /** Further domains to draw from. */
    domain: { type: 'string', multiple: true, default: [] },
    /** Leaves failing graphs as they were drawn. */
    whole: { type: 'boolean', default: false },
  },
});

/** A graph that takes longer than this, in milliseconds, is given up. */
const PATIENCE = 120_000;

/** Graphs of one process: its memory does not grow without end. */
const CHUNK = 250;

const started = performance.now();
const total: Campaign = emptyCampaign();
const first = Number(values.seed);
const last = first + Number(values.graphs) - 1;
let next = first;
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
report();

async function work(): Promise<void> {
  while (next <= last) {
    const from = next;
    next += CHUNK;
    await chunk(from, Math.min(from + CHUNK - 1, last));
  }
}

/** Runs seeds in a process of their own; where the runtime ends it, that is a failure of its seed, and the rest goes on. */
async function chunk(from: number, to: number): Promise<void> {
  let seed = from;
  while (seed <= to) {
    const child = spawn(process.execPath, [
      '--import',
      'jiti/register',
      fileURLToPath(new URL('soundness-child.ts', import.meta.url)),
      JSON.stringify({ from: seed, to, domains: ['', 'ai.onnx.ml', ...values.domain], minimised: !values.whole }),
    ]);
    const ended = new Promise<string>((resolve) => {
      child.on('close', (code, signal) => resolve(signal ?? String(code)));
    });
    let words = '';
    child.stderr.on('data', (data) => {
      words = `${words}${data}`.slice(-2000);
    });
    let watch = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    for await (const line of createInterface({ input: child.stdout })) {
      clearTimeout(watch);
      watch = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
      addCampaign(total, campaignFromJson(line));
      seed++;
      if (seed % 500 === 0) process.stderr.write(`${seed} `);
    }
    const how = await ended;
    clearTimeout(watch);
    if (how === '0') continue;
    const text = how.startsWith('SIG') ? `the process ended by ${how}` : words;
    total.graphs++;
    total.failures.push({ kind: 'crash', op: '', text, sizes: {}, seed, graph: '' });
    seed++;
  }
}

function report(): void {
  const { operators, lacking, accepted, failures, ...counts } = total;
  const lines = [campaignText(total, Number(values.show))];
  for (const [name, value] of Object.entries({ ...counts, operators: operators.size, failures: failures.length })) {
    lines.push(`${name}: ${value}`);
  }
  for (const [reason, times] of accepted) lines.push(`accepted ${times} x ${reason}`);
  const forms = [...lacking.keys()].map((form) => form.replace(/ \(.*/, '')).filter((op) => !operators.has(op));
  lines.push(`no kernel: ${[...new Set(forms)].join(', ')}`);
  lines.push(`${((performance.now() - started) / 1000).toFixed(0)} s, Node ${process.version}`);
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}
