// A cost with sizes in the place of symbols.
import { dimwiseError } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest.ts';
import type { Count } from '../../dim/count.ts';
import { type Dim, type SymbolDim, toDim } from '../../dim/dim.ts';
import { substituteCount, symbolsOfCount } from '../../dim/evaluate-count.ts';
import { Facts } from '../../dim/facts.ts';
import { givenName } from '../../dim/given-names.ts';
import { parseDim } from '../../dim/text.ts';
import type { Cost } from './cost.ts';
import { type Measures, mapMeasures } from './measures.ts';
import type { WeightTotals } from './parameters.ts';

/** Sizes for symbols by name: numbers, or expressions such as `2*n`. */
export type SymbolSizes = Readonly<Record<string, number | string>>;

/**
 * A cost under sizes: formulas become numbers where all their symbols have one.
 *
 * @param sizes by the names of the symbols, those that depend on data by their printed hint or name
 * @throws BIND_SYMBOL_UNKNOWN when no formula has a symbol of a name
 * @throws DIM_SYNTAX when an expression cannot be read
 * @example bindCost(costOf(model), { batch: 1 }).flops
 */
export function bindCost(cost: Cost, sizes: SymbolSizes): Cost {
  const replacement = replacementOf(cost, sizes);
  const facts = new Facts();
  const bound = (count: Count): Count => substituteCount(count, replacement, (atom) => facts.range(atom));
  const measures = (part: Measures): Measures => mapMeasures((name) => bound(part[name]));
  const weights = ({ elements, bytes }: WeightTotals): WeightTotals => ({
    elements: bound(elements),
    bytes: bound(bytes),
  });
  return {
    ...measures(cost),
    parameters: weights(cost.parameters),
    constants: weights(cost.constants),
    peak: bound(cost.peak),
    peakAt: cost.peakAt.map(({ node, bytes }) => ({ node, bytes: bound(bytes) })),
    nodes: cost.nodes.map((each) => ({
      ...each,
      ...measures(each),
      runs: bound(each.runs),
      ...(each.branches ? { branches: each.branches.map((part) => ({ ...part, ...measures(part) })) } : {}),
    })),
    weights: cost.weights.map((each) => ({ ...each, ...weights(each) })),
    open: cost.open.filter(({ symbol }) => replacement(symbol) === undefined),
  };
}

function replacementOf(cost: Cost, sizes: SymbolSizes): (symbol: SymbolDim) => Dim | undefined {
  const byName = new Map(Object.entries(sizes).map(([name, size]) => [name, readSize(size)]));
  const known = new Set<string>();
  for (const name of namesOf(cost)) known.add(name);
  for (const name of byName.keys()) {
    if (known.has(name)) continue;
    throw dimwiseError({
      code: 'BIND_SYMBOL_UNKNOWN',
      message: `no formula of the cost has a symbol "${name}"`,
      expected: [...known].join(', '),
      actual: name,
      hint: didYouMean(name, [...known]),
    });
  }
  return (symbol) => byName.get(nameOf(symbol));
}

const readSize = (size: number | string): Dim => (typeof size === 'number' ? toDim(size) : parseDim(size));

const nameOf = (symbol: SymbolDim): string => givenName(symbol) ?? symbol.name;

function* namesOf({ nodes, weights, peak }: Cost): IterableIterator<string> {
  const counts = nodes.flatMap(({ macs, flops, read, written }) => [macs, flops, read, written]);
  for (const count of [...counts, ...weights.map(({ elements }) => elements), peak]) {
    for (const symbol of symbolsOfCount(count)) yield nameOf(symbol);
  }
}
