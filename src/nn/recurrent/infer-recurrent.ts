// What the inputs of a recurrent layer must be, what comes out, and what it costs.
import { mul } from '../../dim/arithmetic.ts';
import { addCounts, countOf, countOfSizes } from '../../dim/count.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { CostRule } from '../../ir/cost.ts';
import type { InferContext } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import type { RecurrentFacts } from './kinds.ts';
import { directionSlots, SLOT, SLOTS, STATE } from './slots.ts';

/** The sizes that the inputs of a node agree on. */
interface Sizes {
  readonly length: Dim;
  readonly batch: Dim;
  readonly units: Dim;
  /** Features of the hidden state: `units`, unless it is projected. */
  readonly hidden: Dim;
  readonly levels: number;
  readonly directions: number;
}

/** The types of the sequence `[n, s, directions*hidden]` and of the final states `[levels*directions, n, hidden]`, `[.., n, units]`. */
export function inferRecurrent(cx: InferContext, { gates, states }: RecurrentFacts): readonly ValueType[] {
  const batchFirst = cx.int('batchFirst', 0) !== 0;
  const sizes = readSizes(cx, batchFirst);
  const { length, batch, units, hidden, levels, directions } = sizes;
  requireLengths(cx, batch);
  const stacked = constant(levels * directions);
  requireSizes(cx, STATE.hidden, [stacked, batch, hidden], 'levels and directions, batch, features of the state');
  requireSizes(cx, STATE.cell, [stacked, batch, units], 'levels and directions, batch, units');
  const width = mul(hidden, directions);
  for (const { first, level } of directionSlots(levels, directions)) {
    requireWeights(cx, first, sizes, { gates, features: level > 0 ? width : undefined });
  }
  const y = cx.tensor(batchFirst ? [batch, length, width] : [length, batch, width]);
  const h = cx.tensor([stacked, batch, hidden]);
  return states === 1 ? [y, h] : [y, h, cx.tensor([stacked, batch, units])];
}

/** What the attributes, the input and the projection say. */
function readSizes(cx: InferContext, batchFirst: boolean): Sizes {
  const [first, second] = cx.ranked(0, 3);
  const [batch, length] = batchFirst ? [first, second] : [second, first];
  const units = constant(cx.int('units', 1));
  const at = SLOTS + SLOT.projection;
  const [projected] = cx.has(at) ? cx.ranked(at, 2) : [];
  return {
    length: length ?? cx.fresh('length'),
    batch: batch ?? cx.fresh('batch'),
    units,
    hidden: projected ?? units,
    levels: cx.int('levels', 1),
    directions: cx.int('directions', 1),
  };
}

function requireLengths(cx: InferContext, batch: Dim): void {
  if (!cx.has(STATE.lengths)) return;
  const dtype = cx.dtype(STATE.lengths);
  if (dtype !== 'int32' && dtype !== 'int64' && dtype !== 'undefined') {
    cx.fail('DTYPE_MISMATCH', `${cx.op}: lengths are int32 or int64, got ${dtype}`, {
      expected: 'int32 or int64',
      actual: dtype,
    });
  }
  const [count] = cx.ranked(STATE.lengths, 1);
  if (count) cx.unify(batch, count, 'the batch and the number of lengths');
}

/** Requires that input `i`, where given, has these sizes, which `what` names; undefined leaves an axis free. */
function requireSizes(cx: InferContext, i: number, sizes: readonly (Dim | undefined)[], what: string): void {
  if (!cx.has(i)) return;
  cx.sameDType(0, i);
  cx.ranked(i, sizes.length).forEach((dim, axis) => {
    const size = sizes[axis];
    if (size) cx.unify(size, dim, `${what} and axis ${axis} of ${cx.inputName(i)}`);
  });
}

/** Requires that the weights of one direction fit; `features` are those of its input, undefined for the input of the layer. */
function requireWeights(
  cx: InferContext,
  first: number,
  { units, hidden }: Sizes,
  { gates, features }: { readonly gates: number; readonly features: Dim | undefined },
): void {
  const rows = mul(units, gates);
  requireSizes(cx, first + SLOT.weightInput, [rows, features], 'rows for the gates and features');
  if (!features) cx.unifyAxes({ input: first + SLOT.weightInput, axis: 1 }, { input: 0, axis: 2 }, 'input features');
  requireSizes(cx, first + SLOT.weightHidden, [rows, hidden], 'rows for the gates and features of the state');
  requireSizes(cx, first + SLOT.biasInput, [rows], 'rows for the gates');
  requireSizes(cx, first + SLOT.biasHidden, [rows], 'rows for the gates');
  requireSizes(cx, first + SLOT.peephole, [mul(units, 3)], 'three times the units');
  requireSizes(cx, first + SLOT.projection, [hidden, units], 'features of the state and units');
}

/** `gates*units*(features + hidden)` macs for each step, row of the batch, level and direction; a projection adds `units*hidden`. */
export function recurrentLayerCost({ gates }: RecurrentFacts): CostRule {
  return (cx) => {
    const [first, second] = cx.shape(0) ?? [];
    if (!first || !second) return undefined;
    const units = cx.int('units', 1);
    let [macs, operations] = [countOf(0), countOf(0)];
    for (const { first: at } of directionSlots(cx.int('levels', 1), cx.int('directions', 1))) {
      operations = addCounts(operations, countOfSizes([first, second, gates * units]));
      for (const slot of [SLOT.weightInput, SLOT.weightHidden, SLOT.projection]) {
        const weight = cx.shape(at + slot);
        if (weight) macs = addCounts(macs, countOfSizes([first, second, ...weight]));
      }
    }
    return { macs, operations };
  };
}
