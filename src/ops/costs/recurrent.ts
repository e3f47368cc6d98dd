// What recurrent layers cost: the products of each step with the input and the state.
import { addCounts, countOf, countOfSizes, multiplyCounts } from '../../dim/count.ts';
import { constant } from '../../dim/dim.ts';
import type { CostRule } from '../../ir/cost.ts';

/**
 * A recurrent layer over X `[s, n, i]`: `s*n*gates*h*(i + h)` macs per direction; the activations of the gates are one operation
 * for each gate, state and direction. Source: ONNX RNN-22, LSTM-22, GRU-22.
 *
 * @param gates 1, 3 or 4
 * @param transposed whether the weights have the gates as their last axis; no by default
 */
export function recurrentCost(gates: number, transposed = false): CostRule {
  return (cx) => {
    const [x, w, r] = [cx.shape(0), cx.shape(1), cx.shape(2)];
    const directions = w?.[0] ?? r?.[0];
    const declared = cx.int('hidden_size');
    const hidden = declared === undefined ? r?.[transposed ? 1 : 2] : constant(declared);
    const [steps, batch, features] = x ?? [];
    if (!directions || !hidden || !steps || !batch || !features) return undefined;
    const rows = countOfSizes([directions, steps, batch, gates, hidden]);
    const inner = addCounts(countOfSizes([features]), countOfSizes([hidden]));
    return { macs: multiplyCounts(rows, inner), operations: multiplyCounts(rows, countOf(1)) };
  };
}
