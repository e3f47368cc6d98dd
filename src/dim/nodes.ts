// Makers of the composed dim nodes: interned, frozen, and capped in depth and size.
import {
  type Atom,
  type BroadcastDim,
  type Dim,
  type FloorDivDim,
  freshSymbol,
  type MaxDim,
  type MinDim,
  type ModDim,
  type Monomial,
  type Polynomial,
  type ProductDim,
  type SumDim,
  type SymbolDim,
  sealAtom,
  symbolsOf,
  type Term,
} from './dim.ts';
import { dimObject, nextId } from './dim-object.ts';
import { InternTable } from './intern.ts';

/** The greatest depth of a dim; a deeper one is replaced by a fresh symbol. */
export const MAX_DEPTH = 64;
/** The greatest number of nodes of a dim; a larger one is replaced by a fresh symbol. */
export const MAX_SIZE = 512;
/** How often a stand-in may stand for an expression that holds stand-ins itself before the expression is forgotten. */
const MAX_STAND_IN_LEVEL = 6;

const atoms = new InternTable<Atom>();
const monomials = new InternTable<Monomial>();
const standInLevels = new WeakMap<SymbolDim, number>();

interface Extent {
  readonly id: number;
  readonly depth: number;
  readonly size: number;
  readonly open: number;
}

function extentOf(parts: readonly Dim[], own = 1): Extent {
  let depth = 0;
  let size = own;
  let open = 0;
  for (const part of parts) {
    if (part.depth > depth) depth = part.depth;
    size += part.size;
    open |= part.open;
  }
  return { id: nextId(), depth: depth + 1, size, open };
}

/** The dim itself, or past the caps the fresh symbol that takes its place. */
export function capped<T extends Dim>(d: T): T | SymbolDim {
  if (d.depth <= MAX_DEPTH && d.size <= MAX_SIZE) return d;
  let level = 0;
  for (const inner of symbolsOf(d)) level = Math.max(level, standInLevels.get(inner) ?? 0);
  const stand = freshSymbol('u', level < MAX_STAND_IN_LEVEL ? d : undefined);
  standInLevels.set(stand, level < MAX_STAND_IN_LEVEL ? level + 1 : 0);
  return stand;
}

const TAGS = { floordiv: 1, mod: 2, min: 3, max: 4, broadcast: 5 } as const;

type Division = FloorDivDim | ModDim;

/**
 * The node of a floor division or remainder that no law changes.
 *
 * @param shown given where the node only shows another polynomial, as every remainder does
 */
export function divisionNode(kind: Division['kind'], dividend: Dim, divisor: Dim, shown?: Polynomial): Atom {
  const key = [shown ? -TAGS[kind] : TAGS[kind], dividend.id, divisor.id];
  const known = atoms.find(key);
  if (known) return known;
  const fields = { dividend, divisor, ...extentOf([dividend, divisor]), plain: false };
  const make = (poly: Polynomial): Division => dimObject({ ...fields, kind, poly });
  const node = shown ? Object.freeze(make(shown)) : sealAtom(make);
  return atoms.add(key, shown ? node : capped(node));
}

type Choice = MinDim | MaxDim | BroadcastDim;

/** The node of a minimum, maximum or broadcast over operands in canonical order; `shown` as for divisions. */
export function choiceNode(kind: Choice['kind'], operands: readonly Dim[], shown?: Polynomial): Atom {
  const key = [shown ? -TAGS[kind] : TAGS[kind], ...operands.map((d) => d.id)];
  const known = atoms.find(key);
  if (known) return known;
  const fields = { operands: Object.freeze([...operands]), ...extentOf(operands), plain: false };
  const make = (poly: Polynomial): Choice => dimObject({ ...fields, kind, poly });
  const node = shown ? Object.freeze(make(shown)) : sealAtom(make);
  return atoms.add(key, shown ? node : capped(node));
}

/** The product of atoms in canonical order, with coefficient 1. */
export function monomialNode(factors: readonly Atom[]): Monomial {
  const [first] = factors;
  if (first && factors.length === 1) return first;
  const key = factors.map((d) => d.id);
  const known = monomials.find(key);
  if (known) return known;
  const terms: Term[] = [];
  const node = productNode({ coefficient: 1, factors, poly: { constant: 0, terms } });
  terms.push({ coefficient: 1, monomial: node });
  return monomials.add(key, node);
}

/** A product node; the caller interns it. */
export function productNode(from: {
  readonly coefficient: number;
  readonly factors: readonly Atom[];
  readonly poly: Polynomial;
}): ProductDim {
  const { coefficient, factors, poly } = from;
  const extent = extentOf(factors, coefficient === 1 ? 1 : 2);
  const plain = factors.every((factor) => factor.plain);
  const kept = Object.freeze([...factors]);
  return Object.freeze(dimObject({ kind: 'product' as const, coefficient, factors: kept, ...extent, plain, poly }));
}

/** A sum node; the caller interns it. */
export function sumNode(constant: number, terms: readonly Term[], poly: Polynomial): SumDim {
  const parts = terms.map((term) => term.monomial);
  let own = constant === 0 ? 1 : 2;
  for (const term of terms) if (term.coefficient !== 1) own += 1;
  const plain = parts.every((part) => part.plain);
  return Object.freeze(dimObject({ kind: 'sum' as const, constant, terms, ...extentOf(parts, own), plain, poly }));
}
