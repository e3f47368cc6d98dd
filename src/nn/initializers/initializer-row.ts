// What one row of the table of initializers says.
import type { Initializer, InitializerKind } from './initializer.ts';
import type { DrawPlan, InitializedTensor } from './plan.ts';
import type { GivenOptions } from './read-options.ts';

/** One initializer. */
export interface InitializerRow<K extends InitializerKind> {
  /**
   * Reads the options and completes them with the defaults.
   *
   * @throws INITIALIZER_INVALID when an option has the wrong type or range
   */
  readonly read: (given: GivenOptions) => Initializer<K>;
  /**
   * Settles the recipe for a tensor.
   *
   * @throws INITIALIZER_INVALID when the recipe does not fit the shape
   */
  readonly plan: (recipe: Initializer<K>, tensor: InitializedTensor) => DrawPlan;
}

/** Rows of some kinds. */
export type InitializerRows<K extends InitializerKind> = { readonly [P in K]: InitializerRow<P> };
