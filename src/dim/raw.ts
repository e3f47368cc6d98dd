// Dim expressions as written, before any law is applied: what laws are stated over and judged by.
import { assertNever } from '../base/assert-never.ts';
import { add, broadcast, ceilDiv, floorDiv, maxOf, minOf, mod, mul, neg, sub } from './arithmetic.ts';
import { constant, type Dim, symbol } from './dim.ts';

/** The operations of the text form. */
export type RawOperation = 'add' | 'sub' | 'neg' | 'mul' | 'floordiv' | 'ceildiv' | 'mod' | 'min' | 'max' | 'broadcast';

/** An operation on expressions as written. */
export interface RawNode {
  readonly op: RawOperation;
  readonly args: readonly Raw[];
}

/** An integer, the name of a symbol, or an operation. */
export type Raw = number | string | RawNode;

/** An operation on expressions; `neg` takes one, divisions and `sub` take two. */
export function raw(op: RawOperation, ...args: readonly Raw[]): Raw {
  return { op, args };
}

/**
 * The value of an expression by the definition of its operations; undefined where one has no value.
 *
 * @param sizes the size of each symbol
 */
export function evaluateRaw(expression: Raw, sizes: (name: string) => bigint): bigint | undefined {
  if (typeof expression === 'number') return BigInt(expression);
  if (typeof expression === 'string') return sizes(expression);
  const values: bigint[] = [];
  for (const arg of expression.args) {
    const value = evaluateRaw(arg, sizes);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return apply(expression.op, values);
}

function apply(op: RawOperation, values: readonly bigint[]): bigint | undefined {
  const [a = 0n, b = 0n] = values;
  switch (op) {
    case 'add':
      return values.reduce((x, y) => x + y);
    case 'sub':
      return a - b;
    case 'neg':
      return -a;
    case 'mul':
      return values.reduce((x, y) => x * y);
    case 'floordiv':
      return b === 0n ? undefined : floorOf(a, b);
    case 'ceildiv':
      return b === 0n ? undefined : -floorOf(-a, b);
    case 'mod':
      return b === 0n ? undefined : a - b * floorOf(a, b);
    case 'min':
      return values.reduce((x, y) => (x < y ? x : y));
    case 'max':
      return values.reduce((x, y) => (x > y ? x : y));
    case 'broadcast': {
      const others = values.filter((value) => value !== 1n);
      const [first = 1n] = others;
      return others.every((value) => value === first) ? first : undefined;
    }
    default:
      return assertNever(op, 'operation');
  }
}

function floorOf(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

const OPERATIONS: Record<RawOperation, (...dims: Dim[]) => Dim> = {
  add,
  mul,
  broadcast,
  min: minOf,
  max: maxOf,
  neg: (a = constant(0)) => neg(a),
  sub: (a = constant(0), b = constant(0)) => sub(a, b),
  floordiv: (a = constant(0), b = constant(0)) => floorDiv(a, b),
  ceildiv: (a = constant(0), b = constant(0)) => ceilDiv(a, b),
  mod: (a = constant(0), b = constant(0)) => mod(a, b),
};

/**
 * The dim of an expression, in canonical form.
 *
 * @throws DIM_UNDEFINED when it divides by 0 or broadcasts unequal numbers
 * @throws DIM_OVERFLOW when a number leaves the safe integers
 */
export function dimOfRaw(expression: Raw): Dim {
  if (typeof expression === 'number') return constant(expression);
  if (typeof expression === 'string') return symbol(expression);
  return OPERATIONS[expression.op](...expression.args.map(dimOfRaw));
}
