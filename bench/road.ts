// The whole road against PyTorch: define, bind, infer, initialize, emit; against construct and torch.onnx.export, in one run.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const python = process.env['PYTHON'] ?? 'python3';
const rounds = Number(process.env['ROUNDS'] ?? 5);

/** What a child printed: seconds of its parts, bytes of its peak. */
interface Run {
  readonly total: number;
  readonly parameters: number;
  readonly peakBytes: number;
  readonly weightBytes?: number;
  readonly torch?: string;
}

function child(command: string, args: readonly string[]): Run | undefined {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const line = result.stdout
    ?.trim()
    .split('\n')
    .findLast((text) => text.startsWith('{'));
  if (result.status === 0 && line) return JSON.parse(line) as Run;
  console.error(
    `${command} ${args.join(' ')} failed: ${(result.stderr ?? String(result.error)).trim().split('\n').at(-1)}`,
  );
  return undefined;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const seconds = (n: number): string => `${n.toFixed(2)} s`;
const mega = (n: number): string => `${Math.round(n / 1e6)} MB`;

console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores; Node ${process.version}; median of ${rounds} cold processes, imports not counted`,
);
for (const model of ['resnet50', 'bert']) {
  const ours: Run[] = [];
  const peers = new Map<string, Run[]>([
    ['torchscript', []],
    ['dynamo', []],
  ]);
  for (let round = 0; round < rounds; round++) {
    // Peers alternate with dimwise, so that a slow minute of the machine falls on all of them.
    const run = child(process.execPath, [here('../out/bench/road-child.js'), model]);
    if (run) ours.push(run);
    for (const [exporter, runs] of peers) {
      const peer = child(python, [here('./peers/torch_export.py'), model, exporter]);
      if (peer) runs.push(peer);
    }
  }
  const [first] = ours;
  if (!first) continue;
  const own = median(ours.map((run) => run.total));
  const peak = median(ours.map((run) => run.peakBytes));
  const beyond = peak - (first.weightBytes ?? 0);
  console.log(`\n${model}: ${first.parameters} parameters`);
  console.log(
    `  dimwise            ${seconds(own)}, peak ${mega(peak)} = weights ${mega(first.weightBytes ?? 0)} + ${mega(beyond)}`,
  );
  for (const [exporter, runs] of peers) {
    if (runs.length === 0) continue;
    const theirs = median(runs.map((run) => run.total));
    const same = runs[0]?.parameters === first.parameters ? '' : ` (${runs[0]?.parameters} parameters!)`;
    const memory = mega(median(runs.map((run) => run.peakBytes)));
    console.log(
      `  torch ${runs[0]?.torch} ${exporter.padEnd(11)} ${seconds(theirs)}, peak ${memory}: ${(theirs / own).toFixed(1)} times dimwise${same}`,
    );
  }
}
