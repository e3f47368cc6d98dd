// The text form of counts: sums of products with what all of them share drawn out.
import type { Count, CountFactor, CountTerm } from './count.ts';
import type { Atom } from './dim.ts';
import { formatDim, type NameOf } from './text.ts';

/**
 * The text of a count: `batch*seq*(4608*seq + 14155776)`, in the grammar of dims but for numbers beyond 2^53.
 *
 * @param nameOf names for symbols, such as numbers for fresh ones
 * @param partName names that stand in place of whole parts; none by default
 */
export function formatCount(count: Count, nameOf?: NameOf, partName?: PartName): string {
  return formatPolynomial(count, { nameOf, partName });
}

/** Gives the name that stands for a part of a formula, or undefined for its text. */
export type PartName = (part: Atom) => string | undefined;

interface Names {
  readonly nameOf: NameOf | undefined;
  readonly partName: PartName | undefined;
}

function formatPolynomial(count: Count, names: Names): string {
  const { terms } = count;
  const [first, second] = terms;
  if (!first) return '0';
  if (!second) return formatTerm(first, names, first.coefficient);
  const shared = sharedFactors(terms);
  const rest = terms.map((term) => ({ ...term, factors: without(term.factors, shared) }));
  const sum = formatSum(rest, names);
  return shared.length === 0 ? sum : [...shared.map((factor) => formatFactor(factor, names)), `(${sum})`].join('*');
}

function formatSum(terms: readonly CountTerm[], names: Names): string {
  let text = '';
  for (const term of terms) {
    const isNegative = term.coefficient < 0n;
    const magnitude = formatTerm(term, names, isNegative ? -term.coefficient : term.coefficient);
    if (text === '') text = isNegative ? `-${magnitude}` : magnitude;
    else text += ` ${isNegative ? '-' : '+'} ${magnitude}`;
  }
  return text;
}

function formatTerm({ factors }: CountTerm, names: Names, coefficient: bigint): string {
  if (factors.length === 0) return String(coefficient);
  const texts = factors.map((factor) => formatFactor(factor, names));
  if (coefficient === -1n) return `-${texts.join('*')}`;
  return (coefficient === 1n ? texts : [String(coefficient), ...texts]).join('*');
}

function formatFactor(factor: CountFactor, names: Names): string {
  if (factor.kind === 'maximum')
    return `max(${factor.operands.map((each) => formatPolynomial(each, names)).join(', ')})`;
  const name = names.partName?.(factor);
  if (name !== undefined) return name;
  const text = formatDim(factor, names.nameOf);
  // `ceildiv(..)` is one word already; a division that prints as `a//b` binds as loosely as a product.
  return (factor.kind === 'floordiv' || factor.kind === 'mod') && !text.startsWith('ceildiv(') ? `(${text})` : text;
}

/** The factors that all terms have, with their powers. */
function sharedFactors([first, ...others]: readonly CountTerm[]): readonly CountFactor[] {
  let shared = first?.factors ?? [];
  for (const { factors } of others) {
    const left = [...factors];
    shared = shared.filter((factor) => {
      const at = left.indexOf(factor);
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
  }
  return shared;
}

function without(factors: readonly CountFactor[], shared: readonly CountFactor[]): readonly CountFactor[] {
  const left = [...factors];
  for (const factor of shared) left.splice(left.indexOf(factor), 1);
  return left;
}
