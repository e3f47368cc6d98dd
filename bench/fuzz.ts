// The fuzz run: changed models, read and inferred. `npm run fuzz -- --inputs 1000000 --seed 1`
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { setWarningHandler } from '../src/base/warn.ts';
import { judge } from '../test/onnx/hostile/judge.ts';
import { mutateBytes, mutateMessage, Seed } from '../test/onnx/hostile/mutate.ts';
import { Random } from '../test/onnx/hostile/random.ts';
import { seedModels } from '../test/onnx/hostile/seeds.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    /** The share of inputs whose message is changed, in percent; the bytes of the others are. */
    messages: { type: 'string', default: '40' },
    /** Where inputs that fail are written. */
    keep: { type: 'string', default: 'out' },
  },
});

/** An input that takes longer than this, in milliseconds, is a defect. */
const PATIENCE = 2000;

setWarningHandler(() => {});
const inputs = Number(values.inputs);
const seeds = seedModels().map((bytes) => new Seed(bytes));
const first = new Seed(new Uint8Array());
// Nobody reads the stacks, and capturing them takes longer than reading the models.
Error.stackTraceLimit = 0;
const verdicts = new Map<string, number>();
const started = performance.now();
let slowest = 0;
let failures = 0;
let mostMemory = 0;
for (let i = 0; i < inputs; i++) {
  one(Number(values.seed) * 2 ** 20 + i);
  if (i % 10_000 === 9999) {
    mostMemory = Math.max(mostMemory, process.memoryUsage().rss);
    const rate = ((i + 1) / (performance.now() - started)) * 1000;
    console.error(`${i + 1} inputs, ${rate.toFixed(0)}/s, ${failures} failures, slowest ${slowest.toFixed(0)} ms`);
  }
}
report();

function one(seed: number): void {
  const random = new Random(seed);
  const model = random.pick(seeds) ?? first;
  const donor = random.pick(seeds) ?? first;
  const isMessage = random.below(100) < Number(values.messages);
  const input = (isMessage && mutateMessage(random, model, donor)) || mutateBytes(random, model, donor);
  const from = performance.now();
  try {
    const verdict = judge(input);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  } catch (error) {
    fail(seed, input, error instanceof Error ? error.message : String(error));
  }
  const took = performance.now() - from;
  if (took > slowest) slowest = took;
  if (took > PATIENCE) fail(seed, input, `took ${took.toFixed(0)} ms`);
}

function fail(seed: number, input: Uint8Array, why: string): void {
  failures++;
  const path = `${values.keep}/fuzz-${seed}.onnx`;
  writeFileSync(path, input);
  console.log(`${path}: ${why.slice(0, 600)}`);
}

function report(): void {
  const seconds = (performance.now() - started) / 1000;
  console.log(`machine: ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  console.log(`${inputs} inputs from seed ${values.seed} and ${seeds.length} models in ${seconds.toFixed(0)} s`);
  console.log(
    `failures: ${failures}; slowest ${slowest.toFixed(0)} ms; memory ${(mostMemory / 2 ** 20).toFixed(0)} MiB`,
  );
  for (const [verdict, count] of [...verdicts].sort(([, a], [, b]) => b - a)) console.log(`${count} ${verdict}`);
  process.exitCode = failures > 0 ? 1 : 0;
}
