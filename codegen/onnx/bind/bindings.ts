// What a user binds of a model that was read: sizes of inputs, and sizes of symbols by their names.
import type { DType } from '../../../src/ir/dtype.ts';
import type { ShapeSpec } from '../../../src/ir/value.ts';

/** What is said of one input. */
export interface InputBinding {
  /** Undefined stands for the only input. */
  readonly name: string | undefined;
  readonly dtype: DType | undefined;
  /** Sizes: numbers, expressions over symbols; `'?'` and null leave an axis as it is. */
  readonly sizes: ShapeSpec;
}

/** Sizes of inputs and of symbols. */
export interface Bindings {
  readonly inputs: readonly InputBinding[];
  /** What takes the place of symbols: a number, another name, or an expression such as `2*n + 1`. */
  readonly symbols: ReadonlyMap<string, number | string>;
}

/** Bindings that change nothing. */
export const NO_BINDINGS: Bindings = Object.freeze({ inputs: [], symbols: new Map() });

/** Whether there is nothing to bind. */
export const isUnbound = ({ inputs, symbols }: Bindings): boolean => inputs.length === 0 && symbols.size === 0;
