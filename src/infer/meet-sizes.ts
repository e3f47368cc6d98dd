// How stated sizes meet inferred ones: the policy of docs/declarations.md, size by size.
import type { Origin } from '../base/origin.ts';
import { type Dim, hasFresh, hasUnknown, type SymbolDim } from '../dim/dim.ts';
import type { Facts } from '../dim/facts.ts';
import { givenName, isGivenSymbol, nameSymbol } from '../dim/given-names.ts';
import { formatDim } from '../dim/text.ts';

/** Whose word a statement is. */
export type Speaker = 'file' | 'author';

/** How one stated size met the inferred one. */
export interface Meeting {
  readonly stated: Dim;
  readonly inferred: Dim;
  readonly speaker: Speaker;
  readonly origin: Origin | undefined;
  /** The axis in words, `y axis 0`; a size that the statement settles is called so in the constraint that says it. */
  readonly where: string;
}

/** Whether a stated size says nothing: a size without a name and number. */
export function saysNothing(stated: Dim): boolean {
  return stated.kind === 'symbol' && stated.role !== 'named' && !isGivenSymbol(stated);
}

/** Whether a name that no input declares has met no size yet. */
function isFreeName(stated: Dim, facts: Facts): stated is SymbolDim {
  return stated.kind === 'symbol' && isGivenSymbol(stated) && !facts.solved(stated);
}

/**
 * Takes over what a stated size tells about the inferred one. A name that no input declares becomes the name of what it meets first.
 * A size that depends on data, or is unknown, takes what is stated, under a constraint. Of a size that the inputs settle, a file's
 * word changes nothing, for inference knows it; an author's is a constraint.
 *
 * @returns false where the two cannot be equal; nothing is recorded then
 */
export function meetSize(facts: Facts, { stated, inferred, speaker, origin, where }: Meeting): boolean {
  if (stated === inferred || saysNothing(stated)) return true;
  const [found, said] = [facts.simplify(inferred), facts.simplify(stated)];
  if (found === said) return true;
  if (isFreeName(said, facts)) {
    // A name does not settle what an author left open for a batch.
    if (speaker === 'author' && hasUnknown(found)) return true;
    if (facts.give({ kind: 'equal', left: said, right: found, origins: [] }) === 'false') return false;
    if (found.kind === 'symbol') nameSymbol(found, givenName(said) ?? said.name);
    return true;
  }
  const isOpen = hasFresh(found) || hasUnknown(found) || hasFresh(said) || hasUnknown(said);
  if (!isOpen && speaker === 'file') return facts.equal(found, said) !== 'false';
  const answer = facts.unify(found, said, origin);
  if (answer === 'false' || answer === 'contradiction') return false;
  if (found.kind === 'symbol' && facts.solved(found)) nameSymbol(found, where);
  return true;
}

/** Whether a file names a size differently from inference, and what it says then: an alias or a condition; undefined where not. */
export function differenceOf(
  facts: Facts,
  stated: Dim,
  inferred: Dim,
  format: (dim: Dim) => string,
): { readonly kind: 'alias' | 'narrower'; readonly text: string } | undefined {
  if (stated === inferred || saysNothing(stated)) return undefined;
  const name = stated.kind === 'symbol' ? givenName(stated) : undefined;
  const [found, said] = [facts.simplify(inferred), facts.simplify(stated)];
  if (name !== undefined && found === said) {
    const text = format(found);
    return text === name || text === formatDim(stated)
      ? undefined
      : { kind: 'alias', text: `${formatDim(stated)} == ${text}` };
  }
  if (found === said || facts.equal(found, said) === 'true') return undefined;
  return { kind: 'narrower', text: `${format(said)} == ${format(found)}` };
}
