// globalAvgPool and globalMaxPool: all spatial axes brought down to one element.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import type { Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';

/** Options of {@link globalAvgPool} and {@link globalMaxPool}. */
export interface GlobalPoolOptions {
  /** Whether the spatial axes stay, with size 1; true by default, as in Gluon. */
  readonly keepDims?: boolean | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link GlobalPoolOptions}. */
const GLOBAL_POOL_OPTIONS: OptionNames<GlobalPoolOptions> = { keepDims: true, name: true };

function forms(kind: string, pool: (x: Value) => Value): PlainForms<[options?: GlobalPoolOptions]> {
  return plainForms(kind, (options: GlobalPoolOptions = {}) => {
    checkOptions(kind, options, GLOBAL_POOL_OPTIONS);
    const { keepDims = true, name } = options;
    return { name, compute: (x) => (keepDims ? pool(x) : op.Flatten(pool(x), { axis: 1 })) };
  });
}

/** The global pools by kind, in both forms. */
export const GLOBAL_POOLS = {
  avg: forms('globalAvgPool', (x) => op.GlobalAveragePool(x)),
  max: forms('globalMaxPool', (x) => op.GlobalMaxPool(x)),
} as const;

/**
 * The mean over all spatial axes, however many.
 *
 * *Input shape*: `[n, c, d...]`. *Output shape*: `[n, c, 1...]`, or `[n, c]` with `keepDims: false`.
 *
 * @throws RANK_MISMATCH (at the call) when the input has fewer than two axes
 * @example globalAvgPool({ keepDims: false })
 */
export function globalAvgPool(options: GlobalPoolOptions = {}): Layer {
  return GLOBAL_POOLS.avg.layer(options);
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
  return GLOBAL_POOLS.max.layer(options);
}
