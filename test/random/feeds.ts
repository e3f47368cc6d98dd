// Feeds for a plan: sizes that a contract takes or refuses, and the elements, which depend on names and places only.
import { Tensor } from 'onnxruntime-node';
import { isDimwiseError } from '../../src/base/errors.ts';
import type { SymbolDim } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import type { DType } from '../../src/ir/dtype.ts';
import type { FeedCheck, FeedType } from '../../src/ir/feed-check.ts';
import { elementCount } from '../../src/ir/tensor-data.ts';
import { shapeOf } from './build-plan.ts';
import type { Fill, Plan } from './plan.ts';
import type { Rng } from './rng.ts';

/** The size of each symbol by name. */
export type Sizes = ReadonlyMap<string, number>;

const SIZES = [1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10, 12, 16, 24];
const TRIES = 400;
const REFUSED_TRIES = 60;
/** Inputs of more elements are not fed. */
const MOST_ELEMENTS = 20_000;

/** Sizes of the symbols that were drawn. */
export interface DrawnSizes {
  /** Different ones that meet the contract. */
  readonly taken: readonly Sizes[];
  /** Different ones that break it in one point: where two are broken, one may be rightly there. */
  readonly refused: readonly Sizes[];
}

/** Draws sizes until two that the contract takes, and two that it refuses, are found, or tries run out. */
export function drawSizes(plan: Plan, check: FeedCheck, rng: Rng): DrawnSizes {
  const taken = new Map<string, Sizes>();
  const refused = new Map<string, Sizes>();
  const tries = plan.symbols.length === 0 ? 1 : TRIES;
  for (let tried = 0; tried < tries && (taken.size < 2 || (refused.size < 2 && tried < REFUSED_TRIES)); tried++) {
    const sizes = new Map(plan.symbols.map(({ name, min }) => [name, rng.pick(min === 0 ? [0, ...SIZES] : SIZES)]));
    const types = feedTypes(plan, sizes);
    if (!types) continue;
    const mistakes = check.check(types).mistakes.length;
    const found = mistakes === 0 ? taken : refused;
    if (mistakes < 2 && found.size < 2) found.set([...sizes.values()].join(), sizes);
  }
  return { taken: [...taken.values()], refused: [...refused.values()] };
}

/** What inputs of these sizes are; undefined where one has no such size, or too many elements. */
export function feedTypes(plan: Plan, sizes: Sizes): Map<string, FeedType & { readonly dtype: DType }> | undefined {
  const types = new Map<string, FeedType & { readonly dtype: DType }>();
  const sizeOf = (asked: SymbolDim): number | undefined => sizes.get(asked.name);
  for (const input of plan.inputs) {
    try {
      const shape = shapeOf(input).map((dim) => evaluate(dim, sizeOf));
      if (shape.some((size) => size < 0) || elementCount(shape) > MOST_ELEMENTS) return undefined;
      types.set(input.name, { dtype: input.dtype, shape });
    } catch (error) {
      if (isDimwiseError(error)) return undefined;
      throw error;
    }
  }
  return types;
}

/** The tensors of a run. */
export function feedsOf(plan: Plan, sizes: Sizes): Record<string, Tensor> {
  const types = feedTypes(plan, sizes);
  const feeds: Record<string, Tensor> = {};
  for (const { name, fill } of plan.inputs) {
    const type = types?.get(name);
    if (type) feeds[name] = tensorOf(name, fill, type);
  }
  return feeds;
}

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
} as const;

const WORDS = ['a', 'b', 'ab', 'ba', 'c a', 'd'];

function tensorOf(name: string, fill: Fill, { dtype, shape }: FeedType & { readonly dtype: DType }): Tensor {
  const count = elementCount(shape);
  const dims = shape.slice();
  const element = (i: number): number => elementOf(fill, dtype.startsWith('float'), hash(name, i));
  switch (dtype) {
    case 'int64':
      return new Tensor(
        dtype,
        BigInt64Array.from({ length: count }, (_, i) => BigInt(element(i))),
        dims,
      );
    case 'uint64':
      return new Tensor(
        dtype,
        BigUint64Array.from({ length: count }, (_, i) => BigInt(Math.abs(element(i)))),
        dims,
      );
    case 'bool':
      return new Tensor(
        dtype,
        Uint8Array.from({ length: count }, (_, i) => (fill === 'any' ? hash(name, i) & 1 : fill === 'zero' ? 0 : 1)),
        dims,
      );
    case 'float16':
      return new Tensor(
        dtype,
        Uint16Array.from({ length: count }, (_, i) => halfOf(element(i))),
        dims,
      );
    case 'string':
      return new Tensor(
        dtype,
        Array.from({ length: count }, (_, i) => WORDS[hash(name, i) % WORDS.length] ?? ''),
        dims,
      );
    default: {
      if (!(dtype in ARRAYS)) throw new Error(`a random graph has no input of ${dtype}`);
      const plain = dtype as keyof typeof ARRAYS;
      const data = new ARRAYS[plain](count);
      for (let i = 0; i < count; i++) data[i] = dtype.startsWith('uint') ? Math.abs(element(i)) : element(i);
      return new Tensor(plain, data, dims);
    }
  }
}

function elementOf(fill: Fill, real: boolean, random: number): number {
  switch (fill) {
    case 'zero':
      return 0;
    case 'one':
      return 1;
    case 'small':
      return random % 3;
    case 'positive':
      return 1 + (random % 3);
    case 'any':
      return real ? ((random % 4001) - 2000) / 1000 : (random % 9) - 3;
  }
}

/** Bits of a half for small multiples of 1/1000, rounded to a multiple of a quarter. */
function halfOf(value: number): number {
  const quarters = Math.round(Math.abs(value) * 4);
  if (quarters === 0) return 0;
  // IEEE 754 binary16: sign, 5 bits of exponent with bias 15, 10 of mantissa.
  const exponent = Math.floor(Math.log2(quarters / 4));
  const mantissa = Math.round((quarters / 4 / 2 ** exponent - 1) * 1024);
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | mantissa;
}

/** FNV-1a over the name, then mixed with the place. */
function hash(name: string, i: number): number {
  let h = 0x811c9dc5;
  for (let k = 0; k < name.length; k++) h = Math.imul(h ^ name.charCodeAt(k), 0x01000193);
  h = Math.imul(h ^ i, 0x85ebca6b);
  h ^= h >>> 13;
  return (Math.imul(h, 0xc2b2ae35) ^ (h >>> 16)) >>> 0;
}
