// Draws samples and initializes models, several times each, and prints milliseconds of the wall and of all processors as JSON.
import {
  dense,
  deriveKey,
  drawInto,
  drawParameters,
  model,
  normal,
  sequential,
  truncatedNormal,
  uniform,
} from 'dimwise';
import { planInitializer } from '../src/nn/initializers/draw-into.ts';
import type { Initializer } from '../src/nn/initializers/initializer.ts';
import { planDistribution } from '../src/nn/initializers/plan-distribution.ts';
import { kernelJob } from '../src/nn/random/kernel-job.ts';
import { drawPool } from '../src/node/drawing-threads.ts';

const threads = Number(process.argv[2] ?? 1);
const COUNT = 2 ** 24;
/** Bytes of a piece that a thread draws at a time. */
const PIECE = 2 ** 20;

interface Times {
  wall: number[];
  processor: number[];
}

async function measure(rounds: number, work: () => Promise<void> | void): Promise<Times> {
  const times: Times = { wall: [], processor: [] };
  // The first rounds compile.
  for (let round = -2; round < rounds; round++) {
    const before = process.cpuUsage();
    const start = performance.now();
    await work();
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    if (round < 0) continue;
    times.wall.push(wall);
    times.processor.push((user + system) / 1000);
  }
  return times;
}

const shared = new Uint8Array(new SharedArrayBuffer(4 * COUNT));
const floats = new Float32Array(COUNT);
const key = deriveKey(1, '0.weight');

/** Fills 16 Mi float32: one thread a plain array, more of them shared memory. */
async function fill(recipe: Initializer): Promise<void> {
  if (threads === 1) return drawInto(floats, recipe, { shape: [COUNT], key });
  const distribution = planDistribution(planInitializer(recipe, { shape: [COUNT] }));
  if (!distribution) throw new TypeError(recipe.kind);
  const job = kernelJob(distribution, key, 'float32');
  const pieces: Promise<Uint8Array>[] = [];
  for (let at = 0; at < shared.length; at += PIECE) {
    const out = shared.subarray(at, at + PIECE) as Uint8Array<SharedArrayBuffer>;
    pieces.push(drawPool(threads).draw({ job, start: at / 4, bytes: PIECE, out }));
  }
  await Promise.all(pieces);
}

/** Defines, binds and initializes a stack of dense layers whose input sizes are unknown, and draws all data. */
async function layers(count: number, units: number): Promise<void> {
  // What PyTorch draws for a linear layer: weight and bias uniform within 1 / sqrt(units).
  const bound = 1 / Math.sqrt(units);
  const options = {
    weightInitializer: 'torchDefault',
    biasInitializer: uniform({ low: -bound, high: bound }),
  } as const;
  const net = model(sequential(...Array.from({ length: count }, () => dense(units, options))));
  await drawParameters(net.initialize({ seed: 1 }).bind([2, units]), { threads });
}

console.log(
  JSON.stringify({
    uniform: await measure(5, () => fill(uniform({ low: -1, high: 1 }))),
    normal: await measure(5, () => fill(normal({ std: 1 }))),
    truncated: await measure(5, () => fill(truncatedNormal({ std: 1 }))),
    'layers 24 of 2048': await measure(3, () => layers(24, 2048)),
    'layers 1000 of 64': await measure(9, () => layers(1000, 64)),
  }),
);
