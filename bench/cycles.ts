// 10,000 cycles of creating, running and disposing a session: growth of memory over the second half, by regression.
// Run: node --expose-gc node_modules/jiti/lib/jiti-cli.mjs bench/cycles.ts
import { dense, model, sequential } from 'dimwise';
import { cycle, slope } from './runtime/cycles.ts';

const cycles = Number(process.env['CYCLES'] ?? 10_000);
const isBare = process.argv.includes('--bare');
const isLeaking = process.argv.includes('--leak');
const width = Number(process.env['WIDTH'] ?? 64);
const layers = sequential(dense(2 * width, { activation: 'relu' }), dense(width, { activation: 'relu' }), dense(10));
const compiled = model(layers, { inputs: { x: ['n', width] } })
  .initialize({ seed: 1 })
  .bind({ x: ['n', width] })
  .compile();

const bytes = compiled.bytes().length;
const start = process.hrtime.bigint();
const samples = await cycle(compiled, [4, width], {
  cycles,
  every: Math.max(1, Math.floor(cycles / 100)),
  isBare,
  isLeaking,
});
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const half = samples.slice(Math.floor(samples.length / 2));

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ bytes, samples: half }));
  process.exit(0);
}

console.log(
  `${cycles} cycles of ${isBare ? 'bare onnxruntime-node on' : 'dimwise on'} a model of ${bytes} bytes in ${seconds.toFixed(1)} s; Node ${process.version}`,
);
for (const what of ['resident', 'heap', 'external'] as const) {
  const { perCycle, error } = slope(half.map((sample) => [sample.cycle, sample[what]]));
  const [first, last] = [half[0]?.[what] ?? 0, half.at(-1)?.[what] ?? 0];
  const mega = (value: number) => (value / 1e6).toFixed(1);
  console.log(
    `  ${what.padEnd(8)} ${mega(first)} MB at half, ${mega(last)} MB at the end: ${perCycle.toFixed(1)} +- ${error.toFixed(1)} bytes a cycle`,
  );
}
