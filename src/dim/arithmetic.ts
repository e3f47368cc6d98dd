// The operations on symbolic dims; every result is in canonical form.
import { dimwiseError } from '../base/errors.ts';
import { broadcastOf } from './broadcast.ts';
import { constant, type Dim, type DimLike, freshSymbol, type Polynomial, toDim } from './dim.ts';
import { extremePoly } from './extreme.ts';
import { floorQuotient, floorRemainder, safe, unlessOverflow } from './integer.ts';
import { choiceNode, MAX_SIZE } from './nodes.ts';
import { dimOf, quotientPoly } from './normal.ts';
import { compareDims } from './order.ts';
import { addPoly, constantPoly, multiplyPoly, scalePoly } from './polynomial.ts';

/**
 * The sum of dims, 0 of none.
 *
 * @throws DIM_OVERFLOW when a number leaves the safe integers
 */
export function add(...dims: readonly DimLike[]): Dim {
  const [a, b] = dims;
  if (dims.length === 2 && a !== undefined && b !== undefined) return addTwo(a, b);
  let total = constantPoly(0);
  for (const d of dims) total = addPoly(total, typeof d === 'number' ? constantPoly(d) : d.poly);
  return dimOf(total);
}

/** The sum of any number of dims; halves are added, since adding one after the other takes the square of their number. */
export function sumOf(dims: readonly Dim[]): Dim {
  return dimOf(sumPoly(dims, 0, dims.length));
}

function sumPoly(dims: readonly Dim[], from: number, to: number): Polynomial {
  if (to - from <= 1) return dims[from]?.poly ?? constantPoly(0);
  const middle = (from + to) >> 1;
  return addPoly(sumPoly(dims, from, middle), sumPoly(dims, middle, to));
}

function addTwo(a: DimLike, b: DimLike): Dim {
  const x = numberOf(a);
  const y = numberOf(b);
  if (x !== undefined && y !== undefined) return constant(x + y);
  if (x === 0) return toDim(b);
  if (y === 0) return toDim(a);
  return dimOf(addPoly(toDim(a).poly, toDim(b).poly));
}

function numberOf(d: DimLike): number | undefined {
  if (typeof d === 'number') return d;
  return d.kind === 'const' ? d.value : undefined;
}

/**
 * The difference `a - b`.
 *
 * @throws DIM_OVERFLOW when a number leaves the safe integers
 */
export function sub(a: DimLike, b: DimLike): Dim {
  const x = numberOf(a);
  const y = numberOf(b);
  if (x !== undefined && y !== undefined) return constant(x - y);
  if (y === 0) return toDim(a);
  return dimOf(addPoly(toDim(a).poly, toDim(b).poly, -1));
}

/** The negative `-a`. */
export function neg(a: DimLike): Dim {
  return dimOf(scalePoly(toDim(a).poly, -1));
}

/**
 * The product of dims, 1 of none.
 *
 * @throws DIM_OVERFLOW when a number leaves the safe integers
 */
export function mul(...dims: readonly DimLike[]): Dim {
  let result: Dim = constant(1);
  for (const d of dims) result = multiply(result, toDim(d));
  return result;
}

function multiply(a: Dim, b: Dim): Dim {
  if (a.kind === 'const') {
    if (b.kind === 'const') return constant(a.value * b.value);
    if (a.value === 1) return b;
  } else if (b.kind === 'const' && b.value === 1) return a;
  if (a.poly.terms.length * b.poly.terms.length <= MAX_SIZE) return dimOf(multiplyPoly(a.poly, b.poly));
  // The expanded product would pass the cap: the larger factor is replaced before.
  const [large, small] = a.size > b.size ? [a, b] : [b, a];
  return multiply(freshSymbol('u', large), small);
}

/**
 * The quotient `a // b`, rounded to minus infinity.
 *
 * @throws DIM_UNDEFINED when `b` is 0
 */
export function floorDiv(a: DimLike, b: DimLike): Dim {
  const [x, y] = [toDim(a), toDim(b)];
  if (x.kind === 'const' && y.kind === 'const' && y.value !== 0) return constant(floorQuotient(x.value, y.value));
  if (y.kind === 'const' && y.value === 1) return x;
  return dimOf(quotientPoly(x.poly, y.poly));
}

/**
 * The quotient of `a` by `b`, rounded to plus infinity.
 *
 * @throws DIM_UNDEFINED when `b` is 0
 */
export function ceilDiv(a: DimLike, b: DimLike): Dim {
  const divisor = numberOf(b);
  if (divisor === 1) return toDim(a);
  if (divisor === undefined || divisor < 1 || numberOf(a) !== undefined) return neg(floorDiv(neg(a), b));
  return unlessOverflow(() => floorDiv(add(a, divisor - 1), divisor)) ?? neg(floorDiv(neg(a), b));
}

/**
 * The remainder `a % b = a - b * (a // b)`, with the sign of `b`.
 *
 * @throws DIM_UNDEFINED when `b` is 0
 */
export function mod(a: DimLike, b: DimLike): Dim {
  const [x, y] = [toDim(a), toDim(b)];
  if (x.kind === 'const' && y.kind === 'const' && y.value !== 0) return constant(floorRemainder(x.value, y.value));
  return dimOf(addPoly(x.poly, multiplyPoly(y.poly, quotientPoly(x.poly, y.poly)), -1));
}

/**
 * The least of one or more dims.
 *
 * @throws DIM_UNDEFINED when there is none
 */
export function minOf(...dims: readonly DimLike[]): Dim {
  return extremeOf('min', dims);
}

/**
 * The greatest of one or more dims.
 *
 * @throws DIM_UNDEFINED when there is none
 */
export function maxOf(...dims: readonly DimLike[]): Dim {
  return extremeOf('max', dims);
}

function extremeOf(kind: 'min' | 'max', dims: readonly DimLike[]): Dim {
  const [first, second] = dims;
  if (first === undefined) {
    throw dimwiseError({
      code: 'DIM_UNDEFINED',
      message: `the ${kind} of no dims has no value`,
      expected: 'one or more dims',
    });
  }
  if (second === undefined) return toDim(first);
  if (dims.length === 2 && typeof first === 'number' && typeof second === 'number')
    return constant(safe(Math[kind](first, second)));
  if (dims.length === 2) {
    const [a, b] = [toDim(first), toDim(second)];
    // A size and a number, the common case, have nothing in common that could be drawn out.
    const [size, number] = a.kind === 'symbol' ? [a, b] : [b, a];
    if (size.kind === 'symbol' && number.kind === 'const' && number.value > 0) {
      return choiceNode(kind, [a, b].toSorted(compareDims));
    }
  }
  const operands = dims.map((d) => toDim(d).poly);
  return dimOf(extremePoly(kind, operands, dimOf));
}

/**
 * The size that ONNX broadcasting of sizes gives, 1 of none: where it is defined, all that are not 1 are equal.
 *
 * That it is defined is for the caller to state (`Facts.broadcast` does): `broadcast(a, 4)` is 4.
 *
 * @throws DIM_UNDEFINED when two numbers other than 1 differ
 */
export function broadcast(...dims: readonly DimLike[]): Dim {
  return broadcastOf(dims.map(toDim));
}
