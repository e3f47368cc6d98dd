// Einsum: products summed over labelled axes.
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { formatShape, type Shape } from '../../ir/type.ts';
import { einsumCost } from '../costs/einsum.ts';
import { ELLIPSIS, readEquation, type Term } from '../rules/einsum-equation.ts';

/** What the labels stand for, gathered over the operands. */
interface Labels {
  readonly sizes: Map<string, Dim>;
  /** The axes under the ellipsis; undefined until an operand has told them. */
  ellipsis: Shape | undefined;
  /** Whether every operand with an ellipsis had a known rank. */
  complete: boolean;
}

/** Adds operand `i`: sizes of one label are equal inside an operand and broadcast between operands. */
function addOperand(cx: InferContext, i: number, term: Term, labels: Labels): void {
  const named = term.length - (term.includes(ELLIPSIS) ? 1 : 0);
  const shape = named === term.length ? cx.ranked(i, named) : cx.rankBetween(i, named, Number.POSITIVE_INFINITY);
  if (!shape) {
    labels.complete = false;
    return;
  }
  const own = new Map<string, Dim>();
  const hidden = shape.length - named;
  let axis = 0;
  for (const label of term) {
    if (label === ELLIPSIS) {
      addEllipsis(cx, i, shape.slice(axis, axis + hidden), labels);
      axis += hidden;
      continue;
    }
    const dim = shape[axis] ?? constant(1);
    const known = own.get(label);
    own.set(label, known ? cx.unify(known, dim, `axes ${label} of ${cx.inputName(i)}`) : dim);
    axis += 1;
  }
  for (const [label, dim] of own) {
    const known = labels.sizes.get(label);
    labels.sizes.set(label, (known && cx.broadcast([known], [dim])?.[0]) ?? dim);
  }
}

function addEllipsis(cx: InferContext, i: number, axes: Shape, labels: Labels): void {
  const known = labels.ellipsis;
  if (known && known.length !== axes.length) {
    cx.fail(
      'RANK_MISMATCH',
      `${cx.op}: the ellipsis must stand for equally many axes: ${known.length} (${formatShape(known)}) before, ${axes.length} (${formatShape(axes)}) in ${cx.inputName(i)}`,
      { expected: String(known.length), actual: String(axes.length) },
    );
  }
  labels.ellipsis = known ? cx.broadcast(known, axes) : axes;
}

function einsum(cx: InferContext): Shape | undefined {
  const { inputs, output } = readEquation(cx);
  if (inputs.length !== cx.inputCount) {
    cx.fail('INPUT_COUNT', `${cx.op}: the equation has ${inputs.length} operands, the node ${cx.inputCount} inputs`, {
      expected: String(inputs.length),
      actual: String(cx.inputCount),
    });
  }
  const labels: Labels = { sizes: new Map(), ellipsis: undefined, complete: true };
  inputs.forEach((term, i) => addOperand(cx, i, term, labels));
  if (!labels.ellipsis && !labels.complete && output.includes(ELLIPSIS)) return undefined;
  return output.flatMap((label) => {
    if (label !== ELLIPSIS) return labels.sizes.get(label) ?? cx.fresh(label);
    // An operand of unknown rank may still stretch sizes of 1.
    return (labels.ellipsis ?? []).map((dim) => (labels.complete ? dim : cx.fresh('batch')));
  });
}

/**
 * Einsum (since 12): the operands multiplied along equal labels, summed over the labels that the output lacks.
 * `ij,jk->ik`: `[i, j] x [j, k] -> [i, k]`; a size of 1 stretches, the ellipsis stands for the same number of axes everywhere.
 */
const Einsum: OperatorRow = {
  name: 'Einsum',
  cost: einsumCost,
  infer: (cx) => [cx.tensor(einsum(cx), cx.outputDType(0))],
  examples: [
    {
      inputs: ['float32[n, s, h, 64]', 'float32[n, t, h, 64]'],
      attributes: { equation: 'bqhd,bkhd->bhqk' },
      outputs: ['float32[n, h, s, t]'],
    },
    { inputs: ['float32[n, k]', 'float32[k, m]'], attributes: { equation: 'ij,jk' }, outputs: ['float32[n, m]'] },
    {
      inputs: ['float32[b, n, k]', 'float32[1, k, m]'],
      attributes: { equation: '... i j, ... j k -> ... i k' },
      outputs: ['float32[b, n, m]'],
    },
    {
      inputs: ['float32[b, n, m]'],
      attributes: { equation: '...ii->...i' },
      outputs: ['float32[b, n]'],
      constraints: ['m == n'],
    },
    { inputs: ['float32[n, m]'], attributes: { equation: 'ij->' }, outputs: ['float32[]'] },
    { inputs: ['float32[n, m]'], attributes: { equation: 'ba' }, outputs: ['float32[m, n]'] },
    {
      inputs: ['float32[a, 4]', 'float32[b]'],
      attributes: { equation: 'ij,i->ij' },
      outputs: ['float32[broadcast(a, b), 4]'],
      constraints: ['broadcastable(a, b)'],
    },
    { inputs: ['float32[...]', 'float32[4]'], attributes: { equation: '...i,...i->...' }, outputs: ['float32[]'] },
    { inputs: ['float32[2, 3]', 'float32[4, 5]'], attributes: { equation: 'ij,jk->ik' }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 3]'], attributes: { equation: 'ii->i' }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 3]'], attributes: { equation: 'ij->ik' }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[2, 3]'], attributes: { equation: 'i.j->ij' }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[2, 3]'], attributes: { equation: 'ij,jk->ik' }, fails: 'INPUT_COUNT' },
    { inputs: ['float32[2, 3, 4]'], attributes: { equation: 'ij->ij' }, fails: 'RANK_MISMATCH' },
    { inputs: ['float32[2, 3, 4]'], attributes: { equation: 'ij...->ij' }, fails: 'RANK_MISMATCH' },
    {
      inputs: ['float32[5, 2, 3]', 'float32[3, 4]'],
      attributes: { equation: '...ij,...jk->...ik' },
      fails: 'RANK_MISMATCH',
    },
  ],
};

/** The family. */
export const EINSUM_ROWS: readonly OperatorRow[] = [Einsum];
