// What Einsum costs: one multiplication for each meeting of labels, done operand by operand in the order as written.
import { CountSum, countOfSizes } from '../../dim/count.ts';
import { constOf, type Dim } from '../../dim/dim.ts';
import type { CostContext, CostRule } from '../../ir/cost.ts';
import { ELLIPSIS, readEquation, type Term } from '../rules/einsum-equation.ts';

/** The sizes of an operand's labels; those under the ellipsis are counted from its end. */
function readLabels(term: Term, shape: readonly Dim[], sizes: Map<string, Dim>): string[] {
  const hidden = shape.length - (term.length - (term.includes(ELLIPSIS) ? 1 : 0));
  const names = term.flatMap((label) =>
    label === ELLIPSIS ? Array.from({ length: hidden }, (_, i) => `${ELLIPSIS}${i - hidden}`) : [label],
  );
  names.forEach((name, axis) => {
    const size = shape[axis];
    const known = sizes.get(name);
    // A size of 1 stretches to that of another operand.
    if (size && (!known || constOf(known) === 1)) sizes.set(name, size);
  });
  return names;
}

/**
 * Operands are multiplied from left to right, and a label is summed away as soon as no later term has it: the naive order of
 * numpy.einsum_path. One operand alone is summed: one operation per element.
 */
export const einsumCost: CostRule = (cx: CostContext) => {
  const { inputs, output } = readEquation(cx);
  const sizes = new Map<string, Dim>();
  const operands: string[][] = [];
  for (const [i, term] of inputs.entries()) {
    const shape = cx.shape(i);
    if (!shape) return undefined;
    operands.push(readLabels(term, shape, sizes));
  }
  const [first, ...others] = operands;
  if (!first || others.length === 0) return { operations: cx.elements(0) };
  const wanted = new Set(
    output.flatMap((label) => (label === ELLIPSIS ? [...sizes.keys()].filter(isHidden) : [label])),
  );
  const macs = new CountSum();
  let held = new Set(first);
  for (const [i, operand] of others.entries()) {
    const met = new Set([...held, ...operand]);
    macs.add(countOfSizes([...met].flatMap((label) => sizes.get(label) ?? [])));
    const later = new Set([...wanted, ...others.slice(i + 1).flat()]);
    held = new Set([...met].filter((label) => later.has(label)));
  }
  return { macs: macs.total() };
};

const isHidden = (label: string): boolean => label.startsWith(ELLIPSIS);
