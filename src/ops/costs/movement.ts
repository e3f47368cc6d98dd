// What operators cost that compute nothing: views, copies, and those that pick.
import type { CostRule } from '../../ir/cost.ts';

/** The output is input 0 under another shape or name: nothing is computed or moved. */
export const view: CostRule = () => ({ traffic: 'view' });

/** Elements are moved or converted, none is computed. */
export const copy: CostRule = () => ({});

/** As many elements of an input are read as are written; the other inputs say which. */
export function pickFrom(source: number): CostRule {
  return () => ({ traffic: 'picked', source });
}

/** As many elements of input 0 are read as are written; the other inputs say which. */
export const pick: CostRule = pickFrom(0);

/** Nothing is read but sizes or settings; the outputs are filled. */
export const fill: CostRule = () => ({ traffic: 'written' });
