// The text form of dims: printing and reading.
import { ceilDiv, neg } from './arithmetic.ts';
import type { Dim, FloorDivDim, SymbolDim, Term } from './dim.ts';
import { hasUnknown, unknownDim } from './dim.ts';
import { printDimsBy } from './dim-object.ts';
import { givenName } from './given-names.ts';
import { dimOf } from './normal.ts';
import { factorsOf } from './order.ts';
import { DimParser } from './parse.ts';
import { addPoly, constantPoly, scalePoly } from './polynomial.ts';
import { spend } from './work.ts';

/** Words of the grammar; a symbol of such a name is quoted. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(['min', 'max', 'ceildiv', 'broadcast', 'broadcastable']);

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Gives the printed name of a symbol, or undefined for the default one. */
export type NameOf = (symbol: SymbolDim) => string | undefined;

/** A symbol's name as text: as it is, or in double quotes where it is no identifier or a reserved word. */
export function formatSymbolName(name: string): string {
  if (IDENTIFIER.test(name) && !RESERVED_WORDS.has(name)) return name;
  return `"${name.replaceAll(/["\\]/g, (c) => `\\${c}`)}"`;
}

const texts = new WeakMap<Dim, string>();

/**
 * The text of a dim; parsing it gives the same dim where all its symbols are named. One that holds an unknown is `?`.
 *
 * @param nameOf names for symbols, such as numbers for fresh ones; by default a fresh symbol prints its hint and id
 */
export function formatDim(d: Dim, nameOf?: NameOf): string {
  if (d.kind === 'const') return String(d.value);
  if (hasUnknown(d)) return '?';
  spend(d.size >> 2);
  if (nameOf) return print(d, nameOf, LOOSE);
  const known = texts.get(d);
  if (known !== undefined) return known;
  const text = print(d, () => undefined, LOOSE);
  texts.set(d, text);
  return text;
}

/**
 * Reads a dim: integers, names, `+ - * // %`, parentheses, `ceildiv(a, b)`, `min(...)`, `max(...)`, `broadcast(...)`;
 * `?` alone is a new unknown.
 *
 * @throws DIM_SYNTAX when the text is not of that grammar; the message names the position, counted from 1
 * @throws DIM_UNDEFINED when it divides by 0 or broadcasts unequal numbers
 * @throws DIM_OVERFLOW when a number leaves the safe integers
 */
export function parseDim(text: string): Dim {
  if (text.trim() === '?') return unknownDim();
  const parser = new DimParser(text);
  const result = parser.sum();
  parser.finish();
  return result;
}

printDimsBy((d) => formatDim(d));

/** How tightly the surroundings of an expression bind: nothing, a term of a sum, a factor, an operand of `//`. */
const LOOSE = 0;
const FACTOR = 1;
const OPERAND = 2;
type Binding = typeof LOOSE | typeof FACTOR | typeof OPERAND;

function print(d: Dim, nameOf: NameOf, binding: Binding): string {
  switch (d.kind) {
    case 'const':
      return d.value < 0 && binding > LOOSE ? `(${d.value})` : String(d.value);
    case 'symbol':
      return formatSymbolName(nameOf(d) ?? (d.role === 'fresh' ? (givenName(d) ?? d.name + d.id) : d.name));
    case 'sum':
      return wrap(printSum(d.constant, d.terms, nameOf), binding > LOOSE);
    case 'product': {
      const { text, negative } = printTerm({ coefficient: d.coefficient, factors: d.factors }, nameOf, true);
      return wrap(negative ? `-${text}` : text, binding > FACTOR || (binding > LOOSE && negative));
    }
    case 'floordiv':
      return printFloorDiv(d, nameOf, binding);
    case 'mod':
      return wrap(`${print(d.dividend, nameOf, OPERAND)} % ${print(d.divisor, nameOf, OPERAND)}`, binding > LOOSE);
    case 'min':
    case 'max':
    case 'broadcast':
      return `${d.kind}(${d.operands.map((operand) => print(operand, nameOf, LOOSE)).join(', ')})`;
  }
}

function wrap(text: string, parentheses: boolean): string {
  return parentheses ? `(${text})` : text;
}

function printSum(constant: number, terms: readonly Term[], nameOf: NameOf): string {
  const positive = terms.findIndex((term) => term.coefficient > 0);
  const first = terms[positive];
  const ordered = first ? [first, ...terms.slice(0, positive), ...terms.slice(positive + 1)] : terms;
  const constantFirst = !first && constant > 0;
  let text = constantFirst ? String(constant) : '';
  for (const term of ordered) {
    const printed = { coefficient: term.coefficient, factors: factorsOf(term.monomial) };
    const body = printTerm(printed, nameOf, text === '');
    if (text === '') text = body.negative ? `-${body.text}` : body.text;
    else text += ` ${body.negative ? '-' : '+'} ${body.text}`;
  }
  if (constant === 0 || constantFirst) return text;
  return `${text} ${constant < 0 ? '-' : '+'} ${Math.abs(constant)}`;
}

interface PrintedText {
  readonly text: string;
  readonly negative: boolean;
}

interface PrintedTerm {
  readonly coefficient: number;
  readonly factors: readonly Dim[];
}

/** A term and its sign; `leading` where the sign stands in front of the whole text. */
function printTerm({ coefficient, factors }: PrintedTerm, nameOf: NameOf, leading: boolean): PrintedText {
  let negative = coefficient < 0;
  // A sign in front binds tighter than a division behind it.
  const tight = (leading && negative) || factors.length > 1 || Math.abs(coefficient) !== 1;
  const texts = factors.map((factor) => {
    const ceiling = negative && factor.kind === 'floordiv' ? symbolicCeiling(factor, nameOf) : undefined;
    if (ceiling !== undefined) negative = false;
    return ceiling ?? print(factor, nameOf, tight ? FACTOR : LOOSE);
  });
  if (Math.abs(coefficient) !== 1) texts.unshift(String(Math.abs(coefficient)));
  return { text: texts.join('*'), negative };
}

/** `-((-x)//b)` is `ceildiv(x, b)` where `b` is no number. */
function symbolicCeiling(d: FloorDivDim, nameOf: NameOf): string | undefined {
  if (d.divisor.kind === 'const' || d.dividend.poly.terms.some((term) => term.coefficient > 0)) return undefined;
  if (d.dividend.poly.constant > 0) return undefined;
  const dividend = dimOf(scalePoly(d.dividend.poly, -1));
  if (ceilDiv(dividend, d.divisor) !== neg(d)) return undefined;
  return `ceildiv(${print(dividend, nameOf, LOOSE)}, ${print(d.divisor, nameOf, LOOSE)})`;
}

function printFloorDiv(d: FloorDivDim, nameOf: NameOf, binding: Binding): string {
  const { dividend, divisor } = d;
  if (divisor.kind === 'const' && divisor.value >= 2 && dividend.poly.constant === divisor.value - 1) {
    const inner = dimOf(addPoly(dividend.poly, constantPoly(1 - divisor.value)));
    if (ceilDiv(inner, divisor) === d) return `ceildiv(${print(inner, nameOf, LOOSE)}, ${divisor.value})`;
  }
  return wrap(`${print(dividend, nameOf, OPERAND)}//${print(divisor, nameOf, OPERAND)}`, binding > LOOSE);
}
