// Drawing and initializing against PyTorch: processes of both alternate, each with one thread and with two.
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const python = process.env['PYTHON'] ?? 'python3';
const rounds = Number(process.env['ROUNDS'] ?? 3);

interface Times {
  readonly wall: readonly number[];
  readonly processor: readonly number[];
}
type Run = Readonly<Record<string, Times>>;

function run(command: string, args: readonly string[]): Run {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(stdout) as Run;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** What the issue asks for: how many times faster than PyTorch, by threads. */
const TARGETS: Readonly<Record<string, readonly [one: number | undefined, two: number | undefined]>> = {
  uniform: [1.1, 2],
  normal: [0.75, 1.3],
  truncated: [10, 10],
  'layers 24 of 2048': [undefined, 1.5],
  'layers 1000 of 64': [undefined, 5],
};

const load = (): string =>
  loadavg()
    .map((each) => each.toFixed(1))
    .join(' ');
console.log(`${cpus()[0]?.model}, ${cpus().length} cores; Node ${process.version}; load ${load()} before`);
for (const threads of [1, 2]) {
  const ours: Run[] = [];
  const theirs: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(run(process.execPath, [here('../out/bench/init-child.js'), String(threads)]));
    theirs.push(run(python, [here('./peers/init.py'), String(threads)]));
  }
  console.log(
    `\n${threads} thread(s), medians of ${rounds} processes each: milliseconds, and how many times faster (target)`,
  );
  for (const [name, targets] of Object.entries(TARGETS)) {
    const of = (runs: readonly Run[], kind: keyof Times): number =>
      median(runs.flatMap((each) => each[name]?.[kind] ?? []));
    const [a, b] = [of(ours, 'wall'), of(theirs, 'wall')];
    const [c, d] = [of(ours, 'processor'), of(theirs, 'processor')];
    const target = targets[threads - 1];
    console.log(
      `  ${name.padEnd(18)} dimwise ${a.toFixed(1)}, torch ${b.toFixed(1)}: ${(b / a).toFixed(2)}${target ? ` (${target})` : ''}` +
        `; processors ${c.toFixed(1)}, ${d.toFixed(1)}: ${(d / c).toFixed(2)}`,
    );
  }
}
console.log(`\nload ${load()} after`);
