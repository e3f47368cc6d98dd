// What PyTorch computed for the examples: test/fixtures/torch, recorded by bench/fixtures/record.py.
import { readFileSync } from 'node:fs';

/** Numbers that PyTorch gave. */
export interface RecordedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** One run of a model. */
export interface TorchCase {
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly output: RecordedTensor;
  /** How far the float32 run is from one in float64, as a share of the greatest output. */
  readonly float32Error: number;
}

/** The fixture of one model. */
export interface TorchFixture {
  readonly torch: string;
  /** Shape and CRC-32 of each parameter by its path in the example. */
  readonly parameters: Readonly<Record<string, { readonly shape: readonly number[]; readonly crc32: number }>>;
  readonly cases: readonly TorchCase[];
  /** Kind and output shape of each layer, where they were recorded. */
  readonly layers?: readonly (readonly [kind: string, shape: readonly number[]])[];
}

interface StoredTensor {
  readonly shape: readonly number[];
  readonly float32: string;
}

/** Reads the fixture of a model. */
export function torchFixture(name: string): TorchFixture {
  const file = new URL(`../fixtures/torch/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'), (key, value) => (key === 'output' ? decoded(value) : value));
}

function decoded({ shape, float32 }: StoredTensor): RecordedTensor {
  const bytes = Uint8Array.from(Buffer.from(float32, 'base64'));
  return { shape, values: new Float32Array(bytes.buffer) };
}

/** How far numbers are from others: `max|a - b| / max|b|`; infinite where a number is missing or not finite. */
export function relativeDistance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length || actual.length === 0) return Number.POSITIVE_INFINITY;
  let [difference, greatest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i] ?? Number.NaN, expected[i] ?? Number.NaN];
    if (!Number.isFinite(a - b)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(a - b));
    greatest = Math.max(greatest, Math.abs(b));
  }
  return difference / greatest;
}
