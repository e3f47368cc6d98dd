// The numbers that test/fixtures/zoo/weights.py fills models with, made again here so that no weight need be recorded.
import type { Checkpoint, TensorData } from '../../src/index.ts';

const SEED_STEP = 0x9e3779b1;

/** Float64 numbers in [0, 1): the finalizer of MurmurHash3 on counter and seed. */
export function counted(count: number, seed: number): Float64Array {
  const start = Math.imul(seed, SEED_STEP);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let h = (start + i) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    numbers[i] = ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  }
  return numbers;
}

/** A tensor of a recorded state: name, sizes, seed, and whether it is another one under a second name, or a factor of its numbers. */
export type StateEntry = readonly [name: string, shape: readonly number[], seed: number, more?: 'tied' | number];

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The numbers of one tensor, as Python's `numbers` makes them. */
function numbersOf(name: string, shape: readonly number[], seed: number, factor: number): Float32Array {
  const u = counted(count(shape), seed);
  const isScale = shape.length < 2 && !name.endsWith('bias');
  const scale = Math.sqrt(3 / (shape.length > 1 ? count(shape.slice(1)) : 4));
  // In place: these are many millions, and `Float32Array.from` with a function takes ten times as long.
  for (let i = 0; i < u.length; i++) {
    const value = u[i] ?? 0;
    u[i] = factor * (isScale ? 0.5 + value : (2 * value - 1) * scale);
  }
  return new Float32Array(u);
}

/** The state of a recorded model as a checkpoint. */
export function countedCheckpoint(state: readonly StateEntry[]): Checkpoint {
  const tensors = new Map<string, TensorData>();
  for (const [name, shape, seed, more = 1] of state) {
    if (more === 'tied') continue;
    const { buffer } = numbersOf(name, shape, seed, more);
    tensors.set(name, { dtype: 'float32', shape, storage: { kind: 'bytes', bytes: new Uint8Array(buffer) } });
  }
  return { source: 'counted weights', tensors, metadata: new Map() };
}
