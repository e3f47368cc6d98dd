// What --bind says of the inputs of a model file, whose symbols may be bound by name.

import { dimwiseError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { sizeToDim } from '../build/declare.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { substitute } from '../dim/evaluate.ts';
import { formatDim } from '../dim/text.ts';
import type { SizeSpec } from '../ir/value.ts';
import type { DeclaredInput } from '../model/program.ts';
import type { Bindings, InputBinding } from './bind-option.ts';

/** The bindings of inputs that stand for some bindings. */
export interface InputBindings {
  readonly inputs: readonly InputBinding[];
  /** Whether a symbol became a number, which it keeps. */
  readonly isFixed: boolean;
}

/**
 * Spells out bindings of symbols as bindings of the inputs that have them. A name of an input stands for
 * its only axis.
 *
 * @throws BIND_SYMBOL_UNKNOWN when no input has the symbol
 */
export function bindingsOfInputs(bindings: Bindings, inputs: readonly DeclaredInput[]): InputBindings {
  const declared = new Map(inputs.flatMap(({ spec }) => (spec.shape ?? []).flatMap(namedSymbols)));
  const sizes = new Map<SymbolDim, Dim>();
  const own: InputBinding[] = [...bindings.inputs];
  for (const [name, size] of bindings.symbols) {
    const symbol = declared.get(name);
    if (symbol) sizes.set(symbol, sizeToDim(size));
    else if (inputs.some((input) => input.name === name)) own.push({ name, dtype: undefined, sizes: [size] });
    else
      throw unknownSymbol(
        name,
        [...declared.keys()],
        inputs.map((input) => input.name),
      );
  }
  if (sizes.size === 0) return { inputs: own, isFixed: false };
  const spelt = inputs.flatMap(({ name, spec }): InputBinding[] => {
    if (!spec.shape || own.some((each) => each.name === name || each.name === undefined)) return [];
    return [{ name, dtype: undefined, sizes: spec.shape.map((size) => bound(size, sizes)) }];
  });
  return { inputs: [...own, ...spelt], isFixed: [...sizes.values()].some(({ kind }) => kind === 'const') };
}

function bound(size: SizeSpec, sizes: ReadonlyMap<SymbolDim, Dim>): SizeSpec {
  if (typeof size !== 'string' || size === '?') return size;
  const dim = substitute(sizeToDim(size), (symbol) => sizes.get(symbol));
  return dim.kind === 'const' ? dim.value : formatDim(dim);
}

function namedSymbols(size: SizeSpec): [string, SymbolDim][] {
  if (typeof size !== 'string' || size === '?') return [];
  return Array.from(symbolsOf(sizeToDim(size)), (symbol) => [symbol.name, symbol]);
}

/** The error of a name that is no symbol. */
export function unknownSymbol(name: string, symbols: readonly string[], inputs: readonly string[] = []) {
  const list = symbols.length > 0 ? symbols.map((each) => `"${each}"`).join(', ') : 'none';
  return dimwiseError({
    code: 'BIND_SYMBOL_UNKNOWN',
    message: `no input has a symbol "${name}"; the symbols are ${list}`,
    expected: symbols.join(', '),
    actual: name,
    hint: didYouMean(name, [...symbols, ...inputs]),
  });
}
