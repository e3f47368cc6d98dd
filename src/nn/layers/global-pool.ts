// globalAvgPool and globalMaxPool: all spatial axes brought down to one element.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';

/** Options of {@link globalAvgPool} and {@link globalMaxPool}. */
export interface GlobalPoolOptions {
  /** Whether the spatial axes stay, with size 1; true by default, as in Gluon. */
  readonly keepDims?: boolean | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link GlobalPoolOptions}. */
const GLOBAL_POOL_OPTIONS: OptionNames<GlobalPoolOptions> = { keepDims: true, name: true };

/**
 * The mean over all spatial axes, however many.
 *
 * *Input shape*: `[n, c, d...]`. *Output shape*: `[n, c, 1...]`, or `[n, c]` with `keepDims: false`.
 *
 * @throws RANK_MISMATCH (at the call) when the input has fewer than two axes
 * @example globalAvgPool({ keepDims: false })
 */
export function globalAvgPool(options: GlobalPoolOptions = {}): Layer {
  return globalPool('globalAvgPool', (x) => op.GlobalAveragePool(x), options);
}

/**
 * The greatest element over all spatial axes, however many.
 *
 * *Input shape*: `[n, c, d...]`. *Output shape*: `[n, c, 1...]`, or `[n, c]` with `keepDims: false`.
 *
 * @throws RANK_MISMATCH (at the call) when the input has fewer than two axes
 * @example globalMaxPool()
 */
export function globalMaxPool(options: GlobalPoolOptions = {}): Layer {
  return globalPool('globalMaxPool', (x) => op.GlobalMaxPool(x), options);
}

function globalPool(kind: string, pool: (x: Value) => Value, options: GlobalPoolOptions): Layer {
  checkOptions(kind, options, GLOBAL_POOL_OPTIONS);
  const { keepDims = true, name } = options;
  return defineLayer({
    kind,
    name,
    apply: (_call, x: Value): Value => (keepDims ? pool(x) : op.Flatten(pool(x), { axis: 1 })),
  });
}
