// A random matrix with orthonormal rows or columns, by Householder's QR decomposition of normal samples.
import type { RandomKey } from '../random/philox.ts';
import { newSampleKernel } from '../random/sample-kernel.ts';
import { fillNormal } from '../random/samples.ts';

/**
 * Draws a matrix whose rows or columns, whichever are fewer, are orthonormal, uniformly among all such matrices
 * (Mezzadri, "How to generate random matrices from the classical compact groups", Notices of the AMS 54, 2007).
 *
 * As torch.nn.init.orthogonal_ does: a normal matrix [rows, columns], transposed if it is wide, is decomposed, and each column
 * of Q takes the sign of R's diagonal. Every sum runs in one order in float64, so the bits are the same everywhere.
 *
 * @param rows the number of rows
 * @param columns the number of columns
 * @param key the key of the sequence of normal samples
 * @returns [rows, columns] in C order; takes time in proportion to rows * columns * min(rows, columns)
 */
export function orthogonalMatrix(rows: number, columns: number, key: RandomKey): Float64Array {
  const samples = new Float64Array(rows * columns);
  fillNormal({ out: samples, key, start: 0 }, 0, 1);
  const wide = rows < columns;
  const [long, short] = wide ? [columns, rows] : [rows, columns];
  // Columns of the tall matrix lie one after the other; those of a wide matrix's transpose already do.
  const tall = wide ? samples : transpose(samples, rows, columns);
  const q = (short >= KERNEL_FROM ? byKernel(tall, long, short) : undefined) ?? decompose(tall, long, short);
  return wide ? q : transpose(q, columns, rows);
}

/** Matrices with fewer columns are decomposed before the kernel is at hand. */
const KERNEL_FROM = 32;
const PAGE_BYTES = 65536;

/** The same by the SIMD kernel, in a memory that goes with its instance; undefined where there is none, or no room. */
function byKernel(tall: Float64Array, long: number, short: number): Float64Array | undefined {
  const kernel = newSampleKernel();
  if (!kernel) return undefined;
  const { memory, freeAt } = kernel;
  const columns = Math.ceil(freeAt.value / 16) * 16;
  const result = columns + tall.byteLength;
  const scratch = result + tall.byteLength;
  const missing = scratch + 16 * short - memory.buffer.byteLength;
  try {
    memory.grow(Math.max(0, Math.ceil(missing / PAGE_BYTES)));
  } catch {
    // WebAssembly addresses 4 GiB, and engines may allow less.
    return undefined;
  }
  new Float64Array(memory.buffer, columns, tall.length).set(tall);
  kernel.orthogonal(columns, result, scratch, long, short);
  return new Float64Array(memory.buffer, result, tall.length).slice();
}

/**
 * Turns columns of normal samples into those of Q, each times the sign of R's diagonal. All reflectors are applied to one column before
 * the next, which stays in the processor's cache meanwhile.
 */
function decompose(tall: Float64Array, long: number, short: number): Float64Array {
  const reflectors: Reflector[] = [];
  const signs = new Float64Array(short);
  for (let j = 0; j < short; j++) {
    for (const [k, reflector] of reflectors.entries()) reflect(tall, j * long + k, reflector);
    const v = tall.slice(j * long + j, (j + 1) * long);
    const head = v[0] ?? 0;
    const norm = Math.sqrt(dot(v, v, 0));
    const alpha = head > 0 ? -norm : norm;
    v[0] = head - alpha;
    signs[j] = alpha < 0 ? -1 : 1;
    reflectors.push({ v, square: dot(v, v, 0) });
  }
  tall.fill(0);
  for (let j = 0; j < short; j++) {
    tall[j * long + j] = signs[j] ?? 1;
    for (let k = j; k >= 0; k--) {
      const reflector = reflectors[k];
      if (reflector) reflect(tall, j * long + k, reflector);
    }
  }
  return tall;
}

/** A mirror: a vector orthogonal to it, and that vector's product with itself. */
interface Reflector {
  readonly v: Float64Array;
  readonly square: number;
}

/** Mirrors the part of `matrix` from `offset` on. */
function reflect(matrix: Float64Array, offset: number, { v, square }: Reflector): void {
  if (square === 0) return;
  const factor = (2 * dot(v, matrix, offset)) / square;
  for (let i = 0; i < v.length; i++) matrix[offset + i] = (matrix[offset + i] ?? 0) - factor * (v[i] ?? 0);
}

/**
 * The scalar product of `v` and as many elements of `matrix` from `offset` on: four sums of every fourth product side by side,
 * which do not wait for each other, then `(s0 + s1) + (s2 + s3)`, then the products that are left.
 */
function dot(v: Float64Array, matrix: Float64Array, offset: number): number {
  const whole = v.length & ~3;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < whole; i += 4) {
    const at = offset + i;
    s0 += (v[i] ?? 0) * (matrix[at] ?? 0);
    s1 += (v[i + 1] ?? 0) * (matrix[at + 1] ?? 0);
    s2 += (v[i + 2] ?? 0) * (matrix[at + 2] ?? 0);
    s3 += (v[i + 3] ?? 0) * (matrix[at + 3] ?? 0);
  }
  let sum = s0 + s1 + (s2 + s3);
  for (let i = whole; i < v.length; i++) sum += (v[i] ?? 0) * (matrix[offset + i] ?? 0);
  return sum;
}

function transpose(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[i * columns + j] ?? 0;
  return out;
}
