// Start-up of the command line against plain Node, in one run: medians and their ratios.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const mlp = fileURLToPath(new URL('../examples/mlp.ts', import.meta.url));
const rounds = Number(process.env['ROUNDS'] ?? 25);

const CASES: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  'dimwise --help': [cli, '--help'],
  'dimwise shapes examples/mlp.ts': [cli, 'shapes', mlp],
};

const times = new Map(Object.keys(CASES).map((name) => [name, [] as number[]]));
for (let round = -2; round < rounds; round++) {
  for (const [name, args] of Object.entries(CASES)) {
    const begin = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) console.error(name, stderr);
    // Two rounds warm the module caches.
    if (round >= 0) times.get(name)?.push(performance.now() - begin);
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const plain = median(times.get('node -e 0') ?? []);
console.log(`Node ${process.version}; median of ${rounds} runs each, alternating`);
for (const [name, list] of times)
  console.log(
    `${name.padEnd(32)} ${median(list).toFixed(1)} ms, ${(median(list) / plain).toFixed(2)} times plain node`,
  );
