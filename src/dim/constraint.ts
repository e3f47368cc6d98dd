// Constraints between dims: what a valid feed must meet, with their text form and their check.
import { assertNever } from '../base/assert-never.ts';
import { isDimwiseError } from '../base/errors.ts';
import type { Origin } from '../base/origin.ts';
import { type Dim, hasFresh, type SymbolDim } from './dim.ts';
import { evaluate } from './evaluate.ts';
import { DimParser } from './parse.ts';
import { formatDim, type NameOf } from './text.ts';

/** The answer to a question about dims; `contradiction` where the facts themselves collide. */
export type Answer = 'true' | 'false' | 'unknown' | 'contradiction';

/** Where a constraint came from. */
export interface Sourced {
  readonly origins: readonly Origin[];
}

/** Two dims are equal: `b == c`. */
export interface EqualConstraint extends Sourced {
  readonly kind: 'equal';
  readonly left: Dim;
  readonly right: Dim;
}

/** A dim lies between numbers, both included: `H >= 3`. */
export interface RangeConstraint extends Sourced {
  readonly kind: 'range';
  readonly dim: Dim;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** A dim is at most another one: `a <= b`. */
export interface AtMostConstraint extends Sourced {
  readonly kind: 'atMost';
  readonly left: Dim;
  readonly right: Dim;
}

/** A dim is a multiple of another one: `12 | h`. */
export interface DividesConstraint extends Sourced {
  readonly kind: 'divides';
  readonly divisor: Dim;
  readonly dim: Dim;
}

/** Two sizes are equal or one of them is 1: `broadcastable(a, b)`. */
export interface BroadcastableConstraint extends Sourced {
  readonly kind: 'broadcastable';
  readonly left: Dim;
  readonly right: Dim;
}

/** A fact that the sizes of a valid feed meet. */
export type Constraint =
  | EqualConstraint
  | RangeConstraint
  | AtMostConstraint
  | DividesConstraint
  | BroadcastableConstraint;

/** The dims that a constraint speaks of. */
export function constraintDims(constraint: Constraint): readonly Dim[] {
  switch (constraint.kind) {
    case 'range':
      return [constraint.dim];
    case 'divides':
      return [constraint.divisor, constraint.dim];
    default:
      return [constraint.left, constraint.right];
  }
}

/** A constraint with each of its dims rewritten. */
export function mapConstraint(constraint: Constraint, map: (d: Dim) => Dim): Constraint {
  switch (constraint.kind) {
    case 'range':
      return { ...constraint, dim: map(constraint.dim) };
    case 'divides':
      return { ...constraint, divisor: map(constraint.divisor), dim: map(constraint.dim) };
    default:
      return { ...constraint, left: map(constraint.left), right: map(constraint.right) };
  }
}

/**
 * The text of a constraint: `b == c`, `H >= 3`, `s <= 512`, `3 <= H <= 9`, `a <= b`, `12 | h`, `broadcastable(a, b)`.
 *
 * @param nameOf names for symbols, as `formatDim` takes them
 */
export function formatConstraint(constraint: Constraint, nameOf?: NameOf): string {
  const text = (d: Dim): string => formatDim(d, nameOf);
  switch (constraint.kind) {
    case 'equal':
      return `${text(constraint.left)} == ${text(constraint.right)}`;
    case 'range': {
      const { dim, min, max } = constraint;
      if (min === undefined) return `${text(dim)} <= ${max ?? Number.MAX_SAFE_INTEGER}`;
      return max === undefined ? `${text(dim)} >= ${min}` : `${min} <= ${text(dim)} <= ${max}`;
    }
    case 'atMost':
      return `${text(constraint.left)} <= ${text(constraint.right)}`;
    case 'divides':
      return `${text(constraint.divisor)} | ${text(constraint.dim)}`;
    case 'broadcastable':
      return `broadcastable(${text(constraint.left)}, ${text(constraint.right)})`;
    default:
      return assertNever(constraint, 'constraint');
  }
}

/**
 * Reads the text of a constraint; `>=` with two dims is read as `atMost` turned around.
 *
 * @throws DIM_SYNTAX when the text is not of the grammar
 */
export function parseConstraint(text: string, origins: readonly Origin[] = []): Constraint {
  const parser = new DimParser(text);
  const constraint = readConstraint(parser, origins);
  parser.finish();
  return constraint;
}

function readConstraint(parser: DimParser, origins: readonly Origin[]): Constraint {
  if (parser.takeWord('broadcastable')) {
    const [left, right, ...rest] = parser.arguments();
    if (!left || !right || rest.length > 0) throw parser.unexpected('two dims in broadcastable(a, b)');
    return { kind: 'broadcastable', left, right, origins };
  }
  const left = parser.sum();
  if (parser.take('==')) return { kind: 'equal', left, right: parser.sum(), origins };
  if (parser.take('|')) return { kind: 'divides', divisor: left, dim: parser.sum(), origins };
  if (parser.take('>=')) return readAtMost(parser.sum(), left, origins);
  if (!parser.take('<=')) throw parser.unexpected('"==", "<=", ">=" or "|"');
  const right = parser.sum();
  if (left.kind !== 'const' || !parser.take('<=')) return readAtMost(left, right, origins);
  const last = parser.sum();
  if (last.kind !== 'const') throw parser.unexpected('a number on both ends');
  return { kind: 'range', dim: right, min: left.value, max: last.value, origins };
}

function readAtMost(left: Dim, right: Dim, origins: readonly Origin[]): Constraint {
  if (right.kind === 'const') return { kind: 'range', dim: left, max: right.value, origins };
  if (left.kind === 'const') return { kind: 'range', dim: right, min: left.value, origins };
  return { kind: 'atMost', left, right, origins };
}

/** When a constraint can be checked: on the feeds, or only in a run where a size depends on data. */
export function constraintScope(constraint: Constraint): 'feed' | 'run' {
  return constraintDims(constraint).some(hasFresh) ? 'run' : 'feed';
}

/**
 * Tells whether sizes meet a constraint; sizes for which one of its dims has no value do not.
 *
 * @param bindings the size of each symbol
 * @throws DIM_UNBOUND when a symbol has no size
 */
export function checkConstraint(constraint: Constraint, bindings: (symbol: SymbolDim) => number | undefined): boolean {
  try {
    return holds(constraint, (d) => evaluate(d, bindings));
  } catch (error) {
    if (isDimwiseError(error) && error.code === 'DIM_UNDEFINED') return false;
    throw error;
  }
}

function holds(constraint: Constraint, value: (d: Dim) => number): boolean {
  switch (constraint.kind) {
    case 'equal':
      return value(constraint.left) === value(constraint.right);
    case 'range': {
      const size = value(constraint.dim);
      return size >= (constraint.min ?? -Infinity) && size <= (constraint.max ?? Infinity);
    }
    case 'atMost':
      return value(constraint.left) <= value(constraint.right);
    case 'divides': {
      const [divisor, dividend] = [value(constraint.divisor), value(constraint.dim)];
      return divisor === 0 ? dividend === 0 : dividend % divisor === 0;
    }
    case 'broadcastable': {
      const [left, right] = [value(constraint.left), value(constraint.right)];
      return left === right || left === 1 || right === 1;
    }
    default:
      return assertNever(constraint, 'constraint');
  }
}
