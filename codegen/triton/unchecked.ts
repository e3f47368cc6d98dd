// What valid requests meet and Triton does not check: it knows a size as a number or as any number.
import { constraintDims, parseConstraint } from '../../src/dim/constraint.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';
import type { Contract } from '../../src/ir/contract.ts';
import type { BatchLimit } from './scheduling.ts';

/**
 * The conditions of a contract that a client must keep, as sentences without an end. Beyond these, Triton checks types, ranks, fixed
 * sizes and the largest batch.
 */
export function uncheckedConditions({ inputs, symbols, constraints }: Contract, limit: BatchLimit): readonly string[] {
  const places = new Map<string, string[]>();
  const textOf = new Map<string, string>();
  const { batching } = limit;
  for (const [name, { shape }] of Object.entries(inputs)) {
    for (const [axis, size] of (shape ?? []).entries()) {
      if (typeof size === 'number' || size === '?') continue;
      const dim = parseDim(size);
      if (dim.kind === 'symbol') textOf.set(dim.name, formatDim(dim));
      // The batch axis is one for all inputs of a request: this Triton checks.
      if (batching.kind === 'batch' && axis === 0) continue;
      const place = `${name} axis ${axis}`;
      places.set(size, [...(places.get(size) ?? []), place]);
    }
  }
  const isBatchName = (name: string): boolean => batching.kind === 'batch' && batching.names.has(name);
  const conditions: string[] = [];
  for (const [size, where] of places) {
    if (where.length > 1) conditions.push(`${where.slice(0, -1).join(', ')} and ${where.at(-1)} are one size, ${size}`);
    else if (parseDim(size).kind !== 'symbol') conditions.push(`${where[0]} is ${size}`);
  }
  for (const [symbol, { min, max }] of Object.entries(symbols)) {
    const name = textOf.get(symbol) ?? symbol;
    const isBatch = isBatchName(symbol);
    // Triton refuses batches without rows and ones that are too large itself; any other size may be 0 for it.
    const least = min > (isBatch ? 1 : 0) ? min : undefined;
    const most = isBatch && limit.most <= (max ?? limit.most) ? undefined : max;
    if (least !== undefined && most !== undefined) conditions.push(`${least} <= ${name} <= ${most}`);
    else if (least !== undefined) conditions.push(`${name} >= ${least}`);
    else if (most !== undefined) conditions.push(`${name} <= ${most}`);
  }
  for (const { expr, scope } of constraints) {
    if (isBound(expr, symbols) || isOneBatch(expr, isBatchName)) continue;
    const condition = scope === 'run' ? `${expr} (known in a run only)` : expr;
    if (!conditions.includes(condition)) conditions.push(condition);
  }
  return conditions;
}

/** Whether the bounds of symbols say a constraint already. */
function isBound(expr: string, symbols: Contract['symbols']): boolean {
  const constraint = parseConstraint(expr);
  if (constraint.kind !== 'range' || constraint.dim.kind !== 'symbol') return false;
  const { name } = constraint.dim;
  const bounds = Object.hasOwn(symbols, name) ? symbols[name] : undefined;
  if (!bounds) return false;
  const { min = 0, max = Number.POSITIVE_INFINITY } = constraint;
  return bounds.min >= min && (bounds.max ?? Number.POSITIVE_INFINITY) <= max;
}

/** Whether a constraint says no more than that inputs of one request have one batch. */
function isOneBatch(expr: string, isBatchName: (name: string) => boolean): boolean {
  const constraint = parseConstraint(expr);
  return (
    constraint.kind === 'equal' &&
    constraintDims(constraint).every((dim) => dim.kind === 'symbol' && isBatchName(dim.name))
  );
}
