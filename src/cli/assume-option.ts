// What --assume says of the values of a file.
import { dimwiseError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { sizeToDim } from '../build/declare.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { substitute } from '../dim/evaluate.ts';
import { givenSymbol } from '../dim/given-names.ts';
import { allGraphs } from '../ir/bodies.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { mapDims, tensorType, type ValueType } from '../ir/type.ts';
import type { InputBinding } from './bind-option.ts';
import { usageError } from './report.ts';

/**
 * The stated types by value. Names that inputs have mean their symbols; any other is a name for the size that it meets.
 *
 * @param bound what stands in the place of the symbols that were bound
 * @throws VALUE_UNKNOWN when the file has no value of the name
 */
export function assumedTypes(
  graph: Graph,
  assumptions: readonly InputBinding[],
  bound: (dim: Dim) => Dim,
): ReadonlyMap<Value, ValueType> {
  const types = new Map<Value, ValueType>();
  if (assumptions.length === 0) return types;
  const values = new Map([...allGraphs(graph)].flatMap((each) => [...valuesOf(each)]));
  const known = symbolsOfInputs(graph);
  const given = new Map<SymbolDim, Dim>();
  const meaning = (symbol: SymbolDim): Dim | undefined => {
    if (known.has(symbol)) return undefined;
    const name = given.get(symbol) ?? givenSymbol(symbol.name);
    given.set(symbol, name);
    return name;
  };
  for (const { name = '', dtype = 'undefined', sizes } of assumptions) {
    const value = values.get(name);
    if (!value) throw unknownValue(name, [...values.keys()]);
    const dims = sizes.map((size) => substitute(bound(sizeToDim(size)), meaning));
    types.set(value, tensorType(dtype, dims));
  }
  return types;
}

function* valuesOf(graph: Graph): Iterable<[string, Value]> {
  for (const value of [...graph.inputs, ...graph.constants]) if (value.name) yield [value.name, value];
  for (const node of graph.nodes()) for (const value of node.outputs) if (value.name) yield [value.name, value];
}

function symbolsOfInputs(graph: Graph): Set<SymbolDim> {
  const known = new Set<SymbolDim>();
  for (const { type } of graph.inputs) {
    mapDims(type, (dim) => {
      for (const symbol of symbolsOf(dim)) known.add(symbol);
      return dim;
    });
  }
  return known;
}

function unknownValue(name: string, names: readonly string[]) {
  if (name === '') return usageError('--assume needs the name of a value: --assume "h=[batch,4]"');
  return dimwiseError({
    code: 'VALUE_UNKNOWN',
    message: `--assume names value "${name}", which the file does not have`,
    actual: name,
    hint: didYouMean(name, names) ?? 'dimwise shapes FILE lists the values',
  });
}
