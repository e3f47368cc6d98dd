// Random feeds for `--input x=random`: sizes that meet the contract, elements drawn from a seed.
import { dimwiseError } from '../base/errors.ts';
import { symbolsOf } from '../dim/dim.ts';
import { parseDim } from '../dim/text.ts';
import { chooseShapes, type FeedShapes } from '../ir/choose-shapes.ts';
import type { Contract } from '../ir/contract.ts';
import { DTYPES, type DType, isDType } from '../ir/dtype.ts';
import { elementCount, type TensorData } from '../ir/tensor-data.ts';
import { createInitializer } from '../nn/initializers/create-initializer.ts';
import { lazyInitializer } from '../nn/lazy-initializer.ts';
import type { Seed } from '../nn/random/key.ts';

/**
 * Chooses sizes for the inputs: the given ones, and for all other symbols the first candidate with which the contract holds.
 *
 * @param given the shapes of inputs that are settled already
 * @param sizes the sizes of symbols that are settled already, by their names
 * @throws FEED_MISMATCH when no candidate fits; its hint names --bind
 */
export function randomShapes(
  contract: Contract,
  given: FeedShapes,
  sizes: ReadonlyMap<string, number> = new Map(),
): FeedShapes {
  // Rows that are two show what is mixed up along the batch.
  const chosen = chooseShapes(contract, { shapes: given, symbols: sizes, first: 2 });
  switch (chosen.kind) {
    case 'shapes':
      return chosen.shapes;
    case 'no rank':
      throw dimwiseError({
        code: 'FEED_MISMATCH',
        message: `the rank of input "${chosen.input}" is not known, so no random feed can be made`,
        origin: { what: `input "${chosen.input}"` },
        hint: `give its sizes: --bind ${chosen.input}=2x20`,
      });
    case 'no fit':
      throw dimwiseError({
        code: 'FEED_MISMATCH',
        message: `no random feed fits the contract of the model: ${chosen.mistake}`,
        expected: contract.constraints.map(({ expr }) => expr).join(', ') || undefined,
        hint: 'give the sizes: --bind x=2x20',
      });
  }
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
