// Finds the batch axis: the symbol that leads every input and output, and stands nowhere else.
import { constraintDims, parseConstraint } from '../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';
import type { Contract, ContractInput } from '../../src/ir/contract.ts';

/** Whether requests can be joined into batches. */
export type Batching = BatchAxis | NoBatching;

/** Requests are joined along this symbol. */
export interface BatchAxis {
  readonly kind: 'batch';
  readonly symbol: string;
  /** All names of it: inputs may have names of their own for it, which the contract makes equal. */
  readonly names: ReadonlySet<string>;
  /** The smallest batch that the contract takes. */
  readonly min: number;
  /** The largest one; undefined where there is no limit. */
  readonly max: number | undefined;
  /** Every batch is a multiple of it. */
  readonly divisor: number;
}

/** Requests are run one by one. */
export interface NoBatching {
  readonly kind: 'none';
  /** Why, as a phrase with a subject. */
  readonly reason: string;
}

const none = (reason: string): NoBatching => ({ kind: 'none', reason });

/**
 * The batch axis of a contract. Triton takes batches where every input and output begins with the axis; a symbol that also stands
 * elsewhere, or that a constraint ties to other sizes, cannot be changed by joining requests.
 */
export function batchingOf(contract: Contract): Batching {
  const inputs = Object.entries(contract.inputs).map(([name, edge]): Edge => [`input "${name}"`, edge]);
  const outputs = Object.entries(contract.outputs ?? {}).map(([name, edge]): Edge => [`output "${name}"`, edge]);
  if (inputs.length === 0) return none('the model has no inputs');
  const equal = equalSymbols(contract);
  let batch: { readonly symbol: SymbolDim; readonly all: ReadonlySet<SymbolDim>; readonly by: string } | undefined;
  for (const [what, { shape }] of [...inputs, ...outputs]) {
    const first = shape?.[0];
    if (first === undefined) return none(`${what} has no first axis`);
    const dim = dimOf(first);
    if (dim?.kind !== 'symbol' || dim.role === 'unknown') return none(`${what} begins with ${first}`);
    batch ??= { symbol: dim, all: equal(dim), by: what };
    if (!batch.all.has(dim)) return none(`${batch.by} begins with ${formatDim(batch.symbol)}, ${what} with ${first}`);
    for (const [axis, size] of (shape ?? []).entries()) {
      if (axis > 0 && names(dimOf(size), batch.all)) return none(`axis ${axis} of ${what} is ${size}`);
    }
  }
  return batch ? limits(contract, batch.symbol, batch.all) : none('the model has no outputs');
}

type Edge = readonly [what: string, edge: ContractInput];

const dimOf = (size: number | string): Dim | undefined =>
  typeof size === 'number' || size === '?' ? undefined : parseDim(size);

const names = (dim: Dim | undefined, symbols: ReadonlySet<SymbolDim>): boolean =>
  dim !== undefined && [...symbolsOf(dim)].some((symbol) => symbols.has(symbol));

/** The symbols that constraints make equal to one, itself included. */
function equalSymbols({ constraints }: Contract): (symbol: SymbolDim) => ReadonlySet<SymbolDim> {
  const pairs = constraints.flatMap(({ expr, kind, scope }) => {
    const constraint = kind === 'equal' && scope === 'feed' ? parseConstraint(expr) : undefined;
    return constraint?.kind === 'equal' && constraint.left.kind === 'symbol' && constraint.right.kind === 'symbol'
      ? [[constraint.left, constraint.right] as const]
      : [];
  });
  return (symbol) => {
    const found = new Set([symbol]);
    for (const each of found) for (const [a, b] of pairs) if (a === each || b === each) found.add(a).add(b);
    return found;
  };
}

/** What the contract says of the batch alone; sums of valid batches must be valid too, up to a limit. */
function limits(contract: Contract, symbol: SymbolDim, all: ReadonlySet<SymbolDim>): Batching {
  let min = 1;
  let max = Number.POSITIVE_INFINITY;
  let divisor = 1;
  for (const { name } of all) {
    const bounds = Object.hasOwn(contract.symbols, name) ? contract.symbols[name] : undefined;
    min = Math.max(min, bounds?.min ?? 1);
    max = Math.min(max, bounds?.max ?? max);
  }
  const isBatch = (dim: Dim): boolean => dim.kind === 'symbol' && all.has(dim);
  for (const { expr, scope } of contract.constraints) {
    const constraint = parseConstraint(expr);
    if (scope === 'run' || !constraintDims(constraint).some((dim) => names(dim, all))) continue;
    if (constraint.kind === 'range' && isBatch(constraint.dim)) {
      min = Math.max(min, constraint.min ?? min);
      max = Math.min(max, constraint.max ?? max);
    } else if (constraint.kind === 'divides' && isBatch(constraint.dim) && constraint.divisor.kind === 'const') {
      divisor = leastCommonMultiple(divisor, constraint.divisor.value);
    } else if (!constraintDims(constraint).every(isBatch)) return none(`the contract asks for ${expr}`);
  }
  const most = Math.floor(max / divisor) * divisor;
  if (most < min) return none(`the contract allows no batch: ${min} to ${max} in steps of ${divisor}`);
  return {
    kind: 'batch',
    symbol: symbol.name,
    names: new Set(Array.from(all, ({ name }) => name)),
    min,
    max: Number.isFinite(most) ? most : undefined,
    divisor,
  };
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
