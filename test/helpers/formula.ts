// The formula that weights and inputs of the PyTorch fixtures follow; bench/fixtures/record.py states it.

import { tensorFromBytes } from '../../src/ir/tensor-data.ts';
import { staticShape } from '../../src/ir/type.ts';
import type { Parameter } from '../../src/nn/parameter.ts';

/** Scale and offset of parameters of rank 1, by the last segment of their paths. */
const SPREAD: Readonly<Record<string, readonly [scale: number, offset: number]>> = {
  bias: [0.1, 0],
  weight: [0.25, 1],
  runningMean: [0.25, 0],
  runningVar: [0.5, 1],
};

/** The 32-bit FNV-1a hash of a name (http://www.isthe.com/chongo/tech/comp/fnv/). */
function seedOf(name: string): number {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  return seed;
}

/**
 * Numbers in `[offset - scale, offset + scale)`, the same bits in every language with IEEE floats.
 *
 * @param name keys the numbers
 */
export function formulaValues(name: string, count: number, [scale, offset]: readonly [number, number]): Float32Array {
  const seed = seedOf(name);
  const values = new Float32Array(count);
  const scale32 = Math.fround(scale);
  for (let i = 0; i < count; i++) {
    // fmix32 of MurmurHash3 (Austin Appleby).
    let h = (seed + Math.imul(i, 0x9e3779b9)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    const unit = (h >>> 8) * 2 ** -23 - 1;
    values[i] = offset + Math.fround(scale32 * unit);
  }
  return values;
}

/** The data of an input: numbers in [-1, 1). */
export function formulaInput(name: string, shape: readonly number[]): Float32Array {
  return formulaValues(`input:${name}`, product(shape), [1, 0]);
}

/** The data of a parameter of a fixture. */
export function formulaWeights(path: string, shape: readonly number[]): Float32Array {
  const spread = SPREAD[path.slice(path.lastIndexOf('.') + 1)] ?? [1, 0];
  const isMatrix = shape.length >= 2;
  return formulaValues(path, product(shape), isMatrix ? [Math.sqrt(6 / product(shape.slice(1))), 0] : spread);
}

/** Gives every parameter of a bound model the data of the fixtures. */
export function fillByFormula(parameters: ReadonlyMap<string, Parameter>): void {
  for (const [path, cell] of parameters) {
    const shape = staticShape(cell.shape) ?? [];
    const values = formulaWeights(path, shape);
    cell.setData(tensorFromBytes('float32', shape, new Uint8Array(values.buffer)));
  }
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
