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
  let batch: { readonly symbol: SymbolDim; readonly by: string } | undefined;
  for (const [what, { shape }] of [...inputs, ...outputs]) {
    const first = shape?.[0];
    if (first === undefined) return none(`${what} has no first axis`);
    const dim = dimOf(first);
    if (dim?.kind !== 'symbol' || dim.role === 'unknown') return none(`${what} begins with ${first}`);
    batch ??= { symbol: dim, by: what };
    if (dim !== batch.symbol) return none(`${batch.by} begins with ${formatDim(batch.symbol)}, ${what} with ${first}`);
    for (const [axis, size] of (shape ?? []).entries()) {
      if (axis > 0 && names(dimOf(size), batch.symbol)) return none(`axis ${axis} of ${what} is ${size}`);
    }
  }
  return batch ? limits(contract, batch.symbol) : none('the model has no outputs');
}

type Edge = readonly [what: string, edge: ContractInput];

const dimOf = (size: number | string): Dim | undefined =>
  typeof size === 'number' || size === '?' ? undefined : parseDim(size);

const names = (dim: Dim | undefined, symbol: SymbolDim): boolean =>
  dim !== undefined && [...symbolsOf(dim)].includes(symbol);

/** What the contract says of the batch alone; sums of valid batches must be valid too, up to a limit. */
function limits(contract: Contract, symbol: SymbolDim): Batching {
  const bounds = Object.hasOwn(contract.symbols, symbol.name) ? contract.symbols[symbol.name] : undefined;
  let min = Math.max(bounds?.min ?? 1, 1);
  let max = bounds?.max ?? Number.POSITIVE_INFINITY;
  let divisor = 1;
  for (const { expr, scope } of contract.constraints) {
    const constraint = parseConstraint(expr);
    if (scope === 'run' || !constraintDims(constraint).some((dim) => names(dim, symbol))) continue;
    if (constraint.kind === 'range' && constraint.dim === symbol) {
      min = Math.max(min, constraint.min ?? min);
      max = Math.min(max, constraint.max ?? max);
    } else if (constraint.kind === 'atMost' && constraint.left === symbol && constraint.right.kind === 'const') {
      max = Math.min(max, constraint.right.value);
    } else if (constraint.kind === 'divides' && constraint.dim === symbol && constraint.divisor.kind === 'const') {
      divisor = leastCommonMultiple(divisor, constraint.divisor.value);
    } else return none(`the contract asks for ${expr}`);
  }
  const most = Math.floor(max / divisor) * divisor;
  if (most < min) return none(`the contract allows no batch: ${min} to ${max} in steps of ${divisor}`);
  return { kind: 'batch', symbol: symbol.name, min, max: Number.isFinite(most) ? most : undefined, divisor };
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
