// Pools by sliding windows: what the ranks and kinds of them share.
import type { Value } from '../ir/graph.ts';
import { checkOptions, type OptionNames } from './option-names.ts';
import { type PlainForms, plainForms } from './plain-layer.ts';
import {
  type PerAxis,
  WINDOW_OPTIONS,
  type WindowAttributes,
  type WindowOptions,
  windowAttributes,
} from './window-options.ts';

/** Options of every pool; strides are the window's size by default, so that windows do not overlap. */
export interface PoolOptions extends WindowOptions {
  /** Whether output sizes round up; false by default. */
  readonly ceilMode?: boolean | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link PoolOptions}. */
export const POOL_OPTIONS: OptionNames<PoolOptions> = { ...WINDOW_OPTIONS, ceilMode: true, name: true };

/** A pool by its window's size, 2 by default, and its options. */
export type PoolArguments<O extends PoolOptions> = [size?: PerAxis, options?: O];

/** The attributes of MaxPool, AveragePool and LpPool. */
export type PoolAttributes = WindowAttributes & { readonly ceil_mode?: 1 };

/**
 * Both forms of a pool.
 *
 * @param kind its name: `maxPool2d`
 * @param axes the number of spatial axes
 * @param names the names of its options
 * @param pool reads the options that are its own, and gives what emits the operator
 */
export function poolForms<O extends PoolOptions>(
  kind: string,
  axes: number,
  names: OptionNames<O>,
  pool: (options: Partial<O>) => (x: Value, attributes: PoolAttributes) => Value,
): PlainForms<PoolArguments<O>> {
  return plainForms(kind, (size: PerAxis = 2, given?: O) => {
    const options: Partial<O> = given ?? {};
    checkOptions(kind, options, names);
    const attributes = poolAttributes(kind, axes, size, options);
    const emit = pool(options);
    return { name: options.name, compute: (x) => emit(x, attributes) };
  });
}

/** The attributes of a pool. @throws LAYER_ARGUMENT when the size or an option of the window is of the wrong kind, count or range */
export function poolAttributes(kind: string, axes: number, size: PerAxis, options: PoolOptions): PoolAttributes {
  const window = windowAttributes({ layer: kind, axes, sizeName: 'size', size, strides: size }, options);
  return options.ceilMode ? { ...window, ceil_mode: 1 } : window;
}
