// Initializers that do not look at the shape: constants, plain distributions, given values.
import { elementCount } from '../../ir/tensor-data.ts';
import type { InitializerRows } from './initializer-row.ts';
import { unfit } from './plan.ts';
import { type GivenOptions, invalidOption, readNumber, showValue } from './read-options.ts';

/** The rows of zeros, ones, constant, uniform, normal, truncatedNormal and fromArray. */
export const plainRows: InitializerRows<
  'zeros' | 'ones' | 'constant' | 'uniform' | 'normal' | 'truncatedNormal' | 'fromArray'
> = {
  zeros: {
    read: () => ({ kind: 'zeros' }),
    plan: () => ({ kind: 'fill', value: 0 }),
  },
  ones: {
    read: () => ({ kind: 'ones' }),
    plan: () => ({ kind: 'fill', value: 1 }),
  },
  constant: {
    read: (given) => ({ kind: 'constant', value: readNumber(given, 'value') }),
    plan: ({ value }) => ({ kind: 'fill', value }),
  },
  // Defaults of uniform and normal: Gluon's mxnet.initializer.Uniform(0.07) and Normal(0.01).
  uniform: {
    read: (given) => {
      const low = readNumber(given, 'low', -0.07);
      const high = readNumber(given, 'high', 0.07, { min: low });
      return { kind: 'uniform', low, high };
    },
    plan: ({ low, high }) => ({ kind: 'uniform', low, high }),
  },
  normal: {
    read: (given) => ({
      kind: 'normal',
      mean: readNumber(given, 'mean', 0),
      std: readNumber(given, 'std', 0.01, { min: 0 }),
    }),
    plan: ({ mean, std }) => ({ kind: 'normal', mean, std }),
  },
  truncatedNormal: {
    read: (given) => {
      const mean = readNumber(given, 'mean', 0);
      const std = readNumber(given, 'std', 0.01, { min: 0 });
      const low = readNumber(given, 'low', -2);
      const high = readNumber(given, 'high', 2, { above: low });
      // Beyond 30 standard deviations float64 has too few probabilities left to tell samples apart.
      if (low > 30) throw invalidOption(given, 'low', 'at most 30 standard deviations', String(low));
      if (high < -30) throw invalidOption(given, 'high', 'at least -30 standard deviations', String(high));
      return { kind: 'truncatedNormal', mean, std, low, high };
    },
    plan: ({ mean, std, low, high }) => ({ kind: 'truncatedNormal', mean, std, low, high }),
  },
  fromArray: {
    read: (given) => {
      const values: number[] = [];
      const shape = flatten(given, given.values.values, values);
      return {
        kind: 'fromArray',
        values: Object.freeze(values),
        shape: Object.freeze(readShape(given, shape, values.length)),
      };
    },
    plan: ({ values, shape }, tensor) => {
      const fits =
        shape.length === 1 ? elementCount(tensor.shape) === values.length : shape.join() === tensor.shape.join();
      if (fits) return { kind: 'values', values };
      throw unfit(
        'fromArray',
        tensor,
        shape.length === 1 ? `${values.length} elements` : `shape [${shape.join(', ')}]`,
        `${elementCount(tensor.shape)} elements`,
      );
    },
  },
};

/** Appends the numbers of nested arrays to `values` in C order; returns the sizes of the nest. */
function flatten(given: GivenOptions, data: unknown, values: number[]): number[] {
  if (!isList(data)) throw invalidOption(given, 'values', 'an array of numbers or of arrays', showValue(data));
  let inner: number[] | undefined;
  for (const item of data) {
    if (typeof item === 'number') {
      if (!Number.isFinite(item)) throw invalidOption(given, 'values', 'finite numbers', String(item));
      values.push(item);
    }
    const sizes = typeof item === 'number' ? [] : flatten(given, item, values);
    inner ??= sizes;
    if (inner.join() !== sizes.join()) {
      throw invalidOption(
        given,
        'values',
        `elements of shape ${showValue(inner)} like the first`,
        `one of shape ${showValue(sizes)}`,
      );
    }
  }
  return [data.length, ...(inner ?? [])];
}

function isList(data: unknown): data is ArrayLike<unknown> & Iterable<unknown> {
  return (
    Array.isArray(data) || data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array
  );
}

/** The shape that was given, which must have as many elements, or the shape of the nest. */
function readShape(given: GivenOptions, nested: number[], count: number): number[] {
  const value = given.values.shape;
  if (value === undefined) return nested;
  const sizes: number[] = [];
  if (Array.isArray(value)) for (const size of value) if (Number.isSafeInteger(size) && size >= 0) sizes.push(size);
  if (Array.isArray(value) && sizes.length === value.length && elementCount(sizes) === count) return sizes;
  throw invalidOption(given, 'shape', `sizes with ${count} elements`, showValue(value));
}
