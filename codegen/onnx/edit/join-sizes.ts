// Fits the sizes of two models together where values of one become inputs of the other.
import { type Diagnostic, dimwiseError, throwDiagnostics } from '../../../src/base/errors.ts';
import { type Dim, hasFresh, hasUnknown, type SymbolDim } from '../../../src/dim/dim.ts';
import { formatDim } from '../../../src/dim/text.ts';
import { fedSymbols } from '../../../src/ir/contract.ts';
import { formatType, type ValueType } from '../../../src/ir/type.ts';
import type { SizeSpec } from '../../../src/ir/value.ts';
import { bindTo } from '../bind/bind-model.ts';
import type { OnnxModel } from '../onnx-model.ts';
import { EdgeTypes } from './edge-types.ts';

/** Which input of the second model takes which value of the first. */
export type Connections = ReadonlyMap<string, string>;

/** Two models whose sizes agree. */
export interface FittedModels {
  readonly first: OnnxModel;
  readonly second: OnnxModel;
}

/**
 * Makes sizes equal that meet. A symbol of the second model becomes the size that it is given; a size of the first that the second has
 * as a number becomes that number, where a size of its inputs can do so.
 *
 * @throws JOIN_MISMATCH when kinds, element types, ranks or sizes do not agree; both sides are named
 */
export function fitSizes(first: OnnxModel, second: OnnxModel, connections: Connections): FittedModels {
  const [one, two] = [new EdgeTypes(first), new EdgeTypes(second)];
  const pairs = Array.from(connections, ([input, output]) => ({
    input,
    output,
    given: one.typeOf(output),
    wanted: two.typeOf(input),
  }));
  throwDiagnostics(pairs.flatMap(kindMistake));
  const fitted = bindFirst(first, pairs);
  const given = new EdgeTypes(fitted);
  const inputs = pairs.flatMap(({ input, output }) => {
    const type = given.typeOf(output);
    if (type.kind !== 'tensor' || !type.shape) return [];
    const taken = two.typeOf(input);
    if (taken.kind !== 'tensor') return [];
    // A size that no input of the first tells stays what the second says of it.
    const sizes = type.shape.map((dim, axis): SizeSpec => {
      if (dim.kind === 'const') return dim.value;
      const wanted = taken.shape?.[axis];
      return hasFresh(dim) || hasUnknown(dim) || (wanted && wanted.kind !== 'symbol') ? '?' : formatDim(dim);
    });
    return [{ name: input, dtype: undefined, sizes }];
  });
  return {
    first: fitted,
    second: inputs.length === 0 ? second : bindTo(second, { inputs, symbols: new Map() }, false),
  };
}

interface Pair {
  readonly input: string;
  readonly output: string;
  readonly given: ValueType;
  readonly wanted: ValueType;
}

const sides = ({ input, output, given, wanted }: Pair): string =>
  `"${output}" of the first model is ${formatType(given)}, input "${input}" of the second takes ${formatType(wanted)}`;

function mismatch(pair: Pair, what: string): Diagnostic {
  return {
    code: 'JOIN_MISMATCH',
    message: `join: ${what}: ${sides(pair)}`,
    origin: { what: `input "${pair.input}"` },
    expected: formatType(pair.wanted),
    actual: formatType(pair.given),
  };
}

function kindMistake(pair: Pair): readonly Diagnostic[] {
  const { given, wanted } = pair;
  if (given.kind === 'unknown' || wanted.kind === 'unknown') return [];
  if (given.kind !== wanted.kind) return [mismatch(pair, 'kinds differ')];
  if (given.kind !== 'tensor' || wanted.kind !== 'tensor')
    return formatType(given) === formatType(wanted) || given.kind === 'sparse' ? [] : [mismatch(pair, 'types differ')];
  const isKnown = given.dtype !== 'undefined' && wanted.dtype !== 'undefined';
  if (isKnown && given.dtype !== wanted.dtype) return [mismatch(pair, 'element types differ')];
  if (given.shape && wanted.shape && given.shape.length !== wanted.shape.length)
    return [mismatch(pair, 'ranks differ')];
  return [];
}

/** Binds what the second model asks of the sizes of the first: numbers, and sizes that one symbol of it must be alike. */
function bindFirst(first: OnnxModel, pairs: readonly Pair[]): OnnxModel {
  const { graph } = first.inference;
  const { facts } = graph;
  const of = new Map<SymbolDim, Dim>();
  const settled = new Map<SymbolDim, Dim>();
  const fed = [...fedSymbols(graph)].filter(({ role }) => role === 'named');
  const trial = facts.fork();
  for (const pair of pairs) {
    if (pair.given.kind !== 'tensor' || pair.wanted.kind !== 'tensor') continue;
    for (const [axis, dim] of (pair.given.shape ?? []).entries()) {
      const wanted = pair.wanted.shape?.[axis];
      const asked = wanted?.kind === 'symbol' ? of.get(wanted) : wanted?.kind === 'const' ? wanted : undefined;
      if (wanted?.kind === 'symbol' && !asked) of.set(wanted, dim);
      if (!asked || asked === dim) continue;
      const answer = trial.unify(dim, asked);
      if (answer === 'false' || answer === 'contradiction') throw unequal(pair, axis, trial.simplify(dim), asked);
    }
  }
  for (const symbol of fed) {
    const now = trial.simplify(symbol);
    if (now !== symbol && now !== facts.simplify(symbol)) settled.set(symbol, now);
  }
  if (settled.size === 0) return first;
  const symbols = new Map(
    Array.from(settled, ([symbol, dim]) => [symbol.name, dim.kind === 'const' ? dim.value : formatDim(dim)] as const),
  );
  return bindTo(first, { symbols, inputs: [] }, false);
}

function unequal(pair: Pair, axis: number, given: Dim, asked: Dim) {
  return dimwiseError(mismatch(pair, `sizes of axis ${axis} differ, ${formatDim(given)} and ${formatDim(asked)}`));
}
