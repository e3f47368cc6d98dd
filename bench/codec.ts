// The codec against reading and writing the plain bytes, and against onnx-buf; each measurement in a process of its own.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('../out/bench/codec-child.js', import.meta.url));
const rounds = Number(process.env['ROUNDS'] ?? 3);
const folder = process.env['FOLDER'] ?? '/tmp';

interface Run {
  readonly seconds: number;
  readonly processor: number;
  readonly peakBytes: number;
}

function measure(task: string): Run | undefined {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=4096', child, task, folder], {
    encoding: 'utf8',
  });
  if (status === 0) return JSON.parse(stdout) as Run;
  console.error(`${task}: ${stderr.trim().split('\n').at(-1)}`);
  return undefined;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** Runs tasks in turn, so that a slow minute of the machine falls on all of them; the last one is the measure. */
function compare(title: string, tasks: readonly string[]): void {
  const runs = new Map<string, Run[]>(tasks.map((task) => [task, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [task, list] of runs) {
      const run = measure(task);
      if (run) list.push(run);
    }
  }
  const base = runs.get(tasks.at(-1) ?? '') ?? [];
  console.log(`\n${title}`);
  for (const [task, list] of runs) {
    const seconds = median(list.map((run) => run.seconds));
    const processor = median(list.map((run) => run.processor));
    const ratio = seconds / median(base.map((run) => run.seconds));
    const work = processor / median(base.map((run) => run.processor));
    const peak = Math.round(median(list.map((run) => run.peakBytes)) / 1e6);
    console.log(
      `  ${task.padEnd(16)} ${seconds.toFixed(3)} s (${ratio.toFixed(2)}), processor ${processor.toFixed(3)} s (${work.toFixed(2)}), peak ${peak} MB`,
    );
  }
}

console.log(`${cpus()[0]?.model}, ${cpus().length} cores; Node ${process.version}; median of ${rounds} processes`);
measure('make');
compare('reading a model of 440 MB', ['read-dimwise', 'read-onnx-buf', 'read-bytes']);
compare('opening a model of 440 MB', ['open-dimwise', 'shapes-dimwise', 'read-bytes']);
compare('writing 1 GB of weights', ['write-dimwise', 'write-bytes']);
compare('encoding 100,000 nodes', ['graph-dimwise', 'graph-typed-dimwise', 'nodes-dimwise', 'nodes-onnx-proto']);
measure('clean');
