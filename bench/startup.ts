// Start-up of the command line against plain Node, in one run: medians of wall and processor time, and their ratios.
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

/** Milliseconds of one call. */
interface Time {
  readonly wall: number;
  /** User and system time together: other work on the machine changes it less. */
  readonly processor: number;
}

/** Runs Node below a shell that prints user and system time. */
function call(name: string, args: readonly string[]): Time {
  const timed = `TIMEFORMAT='%U %S'; time "$0" "$@" > /dev/null`;
  const begin = performance.now();
  const { status, stderr } = spawnSync('bash', ['-c', timed, process.execPath, ...args], { encoding: 'utf8' });
  const wall = performance.now() - begin;
  if (status !== 0) console.error(name, stderr);
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return { wall, processor: (user + system) * 1000 };
}

const times = new Map(Object.keys(CASES).map((name) => [name, [] as Time[]]));
for (let round = -2; round < rounds; round++) {
  for (const [name, args] of Object.entries(CASES)) {
    const time = call(name, args);
    // Two rounds warm the module caches.
    if (round >= 0) times.get(name)?.push(time);
  }
}

const median = (name: string, of: keyof Time): number =>
  (times.get(name) ?? []).map((time) => time[of]).toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
const against = (name: string, of: keyof Time): string =>
  `${median(name, of).toFixed(0)} ms, ${(median(name, of) / median('node -e 0', of)).toFixed(2)} times plain node`;
console.log(`Node ${process.version}; medians of ${rounds} runs each, alternating`);
for (const name of times.keys())
  console.log(`${name.padEnd(32)} wall ${against(name, 'wall')}; processor ${against(name, 'processor')}`);
