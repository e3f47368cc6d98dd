// The option --input: what feeds a model, from files or random, and what sizes --bind gives it.
import type { Contract } from '../ir/contract.ts';
import type { Seed } from '../nn/random/key.ts';
import type { Feed } from '../runtime/feed.ts';
import { unknownSymbol } from './bind-definition.ts';
import type { Bindings } from './bind-option.ts';
import type { FileKind } from './open-model.ts';
import { randomTensor, symbolsOfContract } from './random-feed.ts';
import { usageError } from './report.ts';

/** What --input says of one input; an undefined name stands for the only one. */
export interface InputSource {
  readonly name: string | undefined;
  /** The .npy file; undefined for random elements. */
  readonly file: string | undefined;
}

/** Reads all --input. @throws CLI_USAGE when one cannot be read, or names an input that another names too */
export function parseSources(values: readonly string[]): readonly InputSource[] {
  const sources = values.map(parseSource);
  const names = sources.map(({ name }) => name);
  const twice = names.find((name, i) => name !== undefined && names.indexOf(name) !== i);
  if (twice !== undefined) throw usageError(`--input names input "${twice}" twice`, 'give each input once');
  if (names.includes(undefined) && names.length > 1) {
    const message = '--input without a name stands for the only input, and there are several --input';
    throw usageError(message, 'give each input by name: --input x=random');
  }
  return sources;
}

function parseSource(text: string): InputSource {
  const at = text.indexOf('=');
  const name = at < 0 ? undefined : text.slice(0, at);
  const value = text.slice(at + 1);
  if (name !== '' && value === 'random') return { name, file: undefined };
  if (name !== '' && value.endsWith('.npy')) return { name, file: value };
  throw usageError(`--input ${text} is no feed: expected x=FILE.npy or x=random`, 'save arrays with numpy.save');
}

/** What says which symbols are bound. */
export interface SymbolBindings {
  readonly bindings: Bindings;
  readonly kind: FileKind;
}

/**
 * The numbers of --bind by symbol; a name of an input stands for its only axis, and its shape is added to `shapes`.
 *
 * @throws CLI_USAGE when a symbol of an `.onnx` file is bound to no number
 * @throws BIND_SYMBOL_UNKNOWN when an `.onnx` file has no such symbol
 */
export function boundSymbols(
  contract: Contract,
  { bindings, kind }: SymbolBindings,
  shapes: Map<string, readonly number[]>,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  const known = symbolsOfContract(contract);
  for (const [name, size] of bindings.symbols) {
    if (typeof size !== 'number') {
      if (kind === 'onnx') throw usageError(`--bind ${name}=${size}: a run needs a number`, `--bind ${name}=2`);
      continue;
    }
    if (known.has(name)) sizes.set(name, size);
    else if (Object.hasOwn(contract.inputs, name)) shapes.set(name, [size]);
    // The definition of a model knows symbols that its bound form has no more.
    else if (kind === 'onnx') throw unknownSymbol(name, [...known]);
  }
  return sizes;
}

/** A random feed for an input of some shape; an unknown name is left to the session, which knows what to say. */
export function randomFeed(contract: Contract, name: string, shape: readonly number[], seed: Seed): Feed {
  const input = Object.hasOwn(contract.inputs, name) ? contract.inputs[name] : undefined;
  return input ? randomTensor(name, input.dtype ?? 'float32', shape, seed) : 0;
}
