// Random feeds for `--input x=random`: sizes that meet the contract, elements drawn from a seed.
import { dimwiseError } from '../base/errors.ts';
import { symbolsOf } from '../dim/dim.ts';
import { evaluate } from '../dim/evaluate.ts';
import { parseDim } from '../dim/text.ts';
import type { Contract, ContractInput } from '../ir/contract.ts';
import { DTYPES, type DType, isDType } from '../ir/dtype.ts';
import { FeedCheck } from '../ir/feed-check.ts';
import { elementCount, type TensorData } from '../ir/tensor-data.ts';
import { createInitializer } from '../nn/initializers/create-initializer.ts';
import { lazyInitializer } from '../nn/lazy-initializer.ts';
import type { Seed } from '../nn/random/key.ts';

/** The sizes that are tried for symbols that nothing settles, one for all of them at a time. */
const CANDIDATES: readonly number[] = [2, 1, 3, 4, 8, 12, 16, 24, 28, 32, 48, 64, 96, 128, 224, 256, 512, 1024];

/** A shape for each input that meets the contract. */
export type FeedShapes = ReadonlyMap<string, readonly number[]>;

/**
 * Chooses sizes for the inputs: the given ones, and for all other symbols the first candidate with which the contract holds.
 *
 * @param given the shapes of inputs that are settled already
 * @param sizes the sizes of symbols that are settled already, by their names
 * @throws FEED_MISMATCH when no candidate fits; its hint names --bind
 */
export function chooseShapes(
  contract: Contract,
  given: FeedShapes,
  sizes: ReadonlyMap<string, number> = new Map(),
): FeedShapes {
  const check = new FeedCheck(contract);
  const settled = new Map([...settledSizes(contract, given), ...sizes]);
  let first: string | undefined;
  for (const candidate of CANDIDATES) {
    const shapes = shapesWith(contract, given, (name) => settled.get(name) ?? candidate);
    const feeds = new Map([...shapes].map(([name, shape]) => [name, { shape }]));
    const { mistakes } = check.check(feeds);
    if (mistakes.length === 0) return shapes;
    first ??= mistakes[0]?.message;
  }
  throw dimwiseError({
    code: 'FEED_MISMATCH',
    message: `no random feed fits the contract of the model: ${first}`,
    expected: contract.constraints.map(({ expr }) => expr).join(', ') || undefined,
    hint: 'give the sizes: --bind x=2x20',
  });
}

/** The names of all symbols in the sizes of a contract's inputs. */
export function symbolsOfContract({ inputs }: Contract): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { shape } of Object.values(inputs)) {
    for (const size of shape ?? []) {
      if (typeof size !== 'string' || size === '?') continue;
      for (const { name } of symbolsOf(parseDim(size))) names.add(name);
    }
  }
  return names;
}

/** The symbols that given shapes settle where they stand bare. */
function settledSizes(contract: Contract, given: FeedShapes): Map<string, number> {
  const settled = new Map<string, number>();
  for (const [name, shape] of given) {
    contract.inputs[name]?.shape?.forEach((size, axis) => {
      const dim = typeof size === 'string' ? parseDim(size) : undefined;
      if (dim?.kind === 'symbol') settled.set(dim.name, shape[axis] ?? 0);
    });
  }
  return settled;
}

function shapesWith(contract: Contract, given: FeedShapes, sizeOf: (symbol: string) => number): FeedShapes {
  const shapes = new Map<string, readonly number[]>();
  for (const [name, input] of Object.entries(contract.inputs)) {
    shapes.set(name, given.get(name) ?? shapeWith(name, input, contract, sizeOf));
  }
  return shapes;
}

function shapeWith(
  name: string,
  { shape }: ContractInput,
  contract: Contract,
  sizeOf: (s: string) => number,
): number[] {
  if (!shape) {
    throw dimwiseError({
      code: 'FEED_MISMATCH',
      message: `the rank of input "${name}" is not known, so no random feed can be made`,
      origin: { what: `input "${name}"` },
      hint: `give its sizes: --bind ${name}=2x20`,
    });
  }
  return shape.map((size) => {
    if (typeof size === 'number') return size;
    const dim = parseDim(size);
    for (const { role } of symbolsOf(dim)) if (role === 'unknown') return sizeOf('?');
    return evaluate(dim, (symbol) => within(sizeOf(symbol.name), contract.symbols[symbol.name]));
  });
}

const within = (size: number, bounds: Contract['symbols'][string] | undefined): number =>
  Math.min(Math.max(size, bounds?.min ?? 1), bounds?.max ?? size);

/**
 * Random elements: floats from the standard normal distribution, integers and bools 0 or 1, which also serve as indices.
 *
 * @throws DTYPE_MISMATCH when no random elements of the type can be made
 */
export function randomTensor(name: string, dtype: string, shape: readonly number[], seed: Seed): TensorData {
  if (!isDType(dtype) || DTYPES[dtype].bits < 8 || DTYPES[dtype].kind === 'complex') {
    throw dimwiseError({
      code: 'DTYPE_MISMATCH',
      message: `no random feed can be made for input "${name}" of ${dtype}`,
      origin: { what: `input "${name}"` },
      actual: dtype,
      hint: `give a file: --input ${name}=FILE.npy`,
    });
  }
  const isFloat = DTYPES[dtype].kind === 'float';
  const initializer = isFloat
    ? createInitializer('normal', { mean: 0, std: 1 })
    : createInitializer('uniform', { low: 0, high: 2 });
  // Drawn as bytes 0 and 1: a bool drawn from a range would be true almost always.
  const drawn: DType = dtype === 'bool' ? 'uint8' : dtype;
  const data = lazyInitializer({ initializer, seed, path: `input ${name}`, shape, dtype: drawn, layout: 'oi' });
  return elementCount(shape) === 0
    ? { dtype, shape, storage: { kind: 'bytes', bytes: new Uint8Array() } }
    : { ...data, dtype };
}
