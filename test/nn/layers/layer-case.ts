// One row of the table of layers.
import type * as dw from '../../../src/index.ts';

/** One layer with its first batch, further batches and the shapes that come out. */
export interface LayerCase {
  readonly name: string;
  readonly make: () => dw.Composition;
  /** Declared inputs; an undeclared one takes what the batch brings. */
  readonly inputs?: Readonly<Record<string, dw.InputSpec>>;
  /** The parameters as they print before any batch, without their dtype. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Batches with the shapes of the output: the first settles, the others fit. */
  readonly batches: readonly (readonly [batch: dw.Batch, output: string])[];
  /** Two bindings of the last batch's symbols in the order of their first appearance, where the layer asks something of them. */
  readonly sizes?: readonly (readonly number[])[];
}

/** Parameters, separated by semicolons, whose sizes are known before any batch. */
export const same = (text: string): Pick<LayerCase, 'before' | 'after'> => {
  const parameters = text ? text.split('; ') : [];
  return { before: parameters, after: parameters };
};
