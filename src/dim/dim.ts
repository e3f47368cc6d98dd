// Symbolic dims: interned integer expressions, their node types, constants, symbols and questions of structure.
import { dimwiseError } from '../base/errors.ts';
import { dimObject, nextId, SymbolObject } from './dim-object.ts';
import { safe } from './integer.ts';
import { InternTable } from './intern.ts';
import { spend } from './work.ts';

/** What every dim carries. */
export interface DimFields {
  /** Unique in the process; ids are never used again. */
  readonly id: number;
  /** Nodes on the longest way to a leaf, itself included. */
  readonly depth: number;
  /** Nodes in the tree. */
  readonly size: number;
  /** Bit 0: holds a fresh symbol; bit 1: holds an unknown. */
  readonly open: number;
  /** True for polynomials over symbols: no division, minimum, maximum or broadcast inside. */
  readonly plain: boolean;
  /** The canonical polynomial that the dim is interned by; a remainder is `x - b*(x//b)` there. */
  readonly poly: Polynomial;
}

/** An integer. */
export interface ConstDim extends DimFields {
  readonly kind: 'const';
  readonly value: number;
}

/** A size with a name (`named`), one that depends on data (`fresh`), or one that binding must settle (`unknown`). */
export interface SymbolDim extends DimFields {
  readonly kind: 'symbol';
  readonly name: string;
  readonly role: 'named' | 'fresh' | 'unknown';
  /** The expression too large to keep whose place this fresh symbol takes. */
  readonly standsFor?: Dim;
}

/** `constant + terms`, with at least two addends. */
export interface SumDim extends DimFields {
  readonly kind: 'sum';
  readonly constant: number;
  readonly terms: readonly Term[];
}

/** `coefficient * factors`; a repeated factor is a power. */
export interface ProductDim extends DimFields {
  readonly kind: 'product';
  readonly coefficient: number;
  readonly factors: readonly Atom[];
}

/** `dividend // divisor`, rounded to minus infinity. */
export interface FloorDivDim extends DimFields {
  readonly kind: 'floordiv';
  readonly dividend: Dim;
  readonly divisor: Dim;
}

/** `dividend % divisor`, with the sign of the divisor. */
export interface ModDim extends DimFields {
  readonly kind: 'mod';
  readonly dividend: Dim;
  readonly divisor: Dim;
}

/** The least of its operands. */
export interface MinDim extends DimFields {
  readonly kind: 'min';
  readonly operands: readonly Dim[];
}

/** The greatest of its operands. */
export interface MaxDim extends DimFields {
  readonly kind: 'max';
  readonly operands: readonly Dim[];
}

/** The size that ONNX broadcasting gives: all operands other than 1 are equal, and that is the size. */
export interface BroadcastDim extends DimFields {
  readonly kind: 'broadcast';
  readonly operands: readonly Dim[];
}

/** What a polynomial is over. */
export type Atom = SymbolDim | FloorDivDim | ModDim | MinDim | MaxDim | BroadcastDim;

/** An atom, or a product of atoms with coefficient 1. */
export type Monomial = Atom | ProductDim;

/** A symbolic integer; equal structures are one object, compared by `===`. */
export type Dim = ConstDim | SumDim | Monomial;

/** What dim arithmetic accepts. */
export type DimLike = Dim | number;

/** `coefficient * monomial`, the coefficient never zero. */
export interface Term {
  readonly coefficient: number;
  readonly monomial: Monomial;
}

/** `constant + terms`, the terms in canonical order, each monomial once. */
export interface Polynomial {
  readonly constant: number;
  readonly terms: readonly Term[];
}

/** Freezes an atom's fields into a dim whose polynomial is the atom itself. */
export function sealAtom<T extends Atom>(build: (poly: Polynomial) => T): T {
  const terms: Term[] = [];
  const atom = build({ constant: 0, terms });
  Object.freeze(atom);
  terms.push({ coefficient: 1, monomial: atom });
  return atom;
}

const SMALL_FROM = -64;
const SMALL_TO = 4096;
const smallConstants: (ConstDim | undefined)[] = [];
const largeConstants = new InternTable<ConstDim>();

function makeConstant(value: number): ConstDim {
  const poly = { constant: value, terms: [] };
  const fields = { kind: 'const', value, id: nextId(), depth: 1, size: 1, open: 0, plain: true, poly } as const;
  return Object.freeze(dimObject(fields));
}

/**
 * The dim of an integer.
 *
 * @throws DIM_OVERFLOW when `n` is not an integer below 2^53 in magnitude
 */
export function constant(n: number): ConstDim {
  const value = safe(n);
  if (value >= SMALL_FROM && value <= SMALL_TO) {
    const index = value - SMALL_FROM;
    const known = smallConstants[index];
    if (known) return known;
    const made = makeConstant(value);
    smallConstants[index] = made;
    return made;
  }
  const key = [value];
  return largeConstants.find(key) ?? largeConstants.add(key, makeConstant(value));
}

let nameless = 0;

/** Counts the symbols without a name of their own, fresh and unknown, that were made so far. */
export function namelessCount(): number {
  return nameless;
}

function makeSymbol(name: string, role: SymbolDim['role'], standsFor?: Dim): SymbolDim {
  if (role !== 'named') nameless += 1;
  const terms: Term[] = [];
  const made = new SymbolObject({ constant: 0, terms }, name, role);
  const atom: SymbolDim = standsFor ? Object.assign(made, { standsFor }) : made;
  terms.push({ coefficient: 1, monomial: atom });
  return Object.freeze(atom);
}

const namedSymbols = new Map<string, WeakRef<SymbolDim>>();
const namedRegistry = new FinalizationRegistry<string>((name) => {
  if (namedSymbols.get(name)?.deref() === undefined) namedSymbols.delete(name);
});

/**
 * The symbol of a name; one name is one object in the whole process.
 *
 * @param name any text that is not empty; it is quoted in the text form unless it is an identifier
 * @throws DIM_SYNTAX when the name is empty
 */
export function symbol(name: string): SymbolDim {
  const known = namedSymbols.get(name)?.deref();
  if (known) return known;
  if (name === '') throw dimwiseError({ code: 'DIM_SYNTAX', message: 'a symbol needs a name, this one is empty' });
  const made = makeSymbol(name, 'named');
  namedSymbols.set(name, new WeakRef(made));
  namedRegistry.register(made, name);
  return made;
}

/**
 * A new symbol for a size that depends on data; never equal to another one.
 *
 * @param hint the stem of its printed name, `u` by default
 * @param standsFor the expression whose place it takes, where that is too large to keep
 */
export function freshSymbol(hint = 'u', standsFor?: Dim): SymbolDim {
  return makeSymbol(hint, 'fresh', standsFor);
}

/** A new unknown, which binding must settle; it prints as `?`. */
export function unknownDim(hint = '?'): SymbolDim {
  return makeSymbol(hint, 'unknown');
}

/** Makes a dim of a number and leaves a dim as it is. */
export function toDim(d: DimLike): Dim {
  return typeof d === 'number' ? constant(d) : d;
}

/** Tells whether a dim is a number. */
export function isConst(d: Dim): d is ConstDim {
  return d.kind === 'const';
}

/** The number that a dim is, or undefined. */
export function constOf(d: Dim): number | undefined {
  return d.kind === 'const' ? d.value : undefined;
}

/** Tells whether a dim holds an unknown that binding must settle. */
export function hasUnknown(d: Dim): boolean {
  return (d.open & 2) !== 0;
}

/** Tells whether a dim holds a size that depends on data. */
export function hasFresh(d: Dim): boolean {
  return (d.open & 1) !== 0;
}

const symbolSets = new WeakMap<Dim, ReadonlySet<SymbolDim>>();
const NO_SYMBOLS: ReadonlySet<SymbolDim> = new Set();

/** The direct parts of a dim, in order. */
export function partsOf(d: Dim): readonly Dim[] {
  switch (d.kind) {
    case 'const':
    case 'symbol':
      return [];
    case 'sum':
      return d.terms.map((term) => term.monomial);
    case 'product':
      return d.factors;
    case 'floordiv':
    case 'mod':
      return [d.dividend, d.divisor];
    default:
      return d.operands;
  }
}

/** All symbols in a dim, in order of first appearance. */
export function symbolsOf(d: Dim): ReadonlySet<SymbolDim> {
  if (d.kind === 'const') return NO_SYMBOLS;
  const known = symbolSets.get(d);
  if (known) return known;
  spend(1 + d.size);
  const found = new Set<SymbolDim>();
  if (d.kind === 'symbol') found.add(d);
  for (const part of partsOf(d)) for (const inner of symbolsOf(part)) found.add(inner);
  symbolSets.set(d, found);
  return found;
}
