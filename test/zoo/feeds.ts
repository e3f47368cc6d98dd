// Inputs of recorded models as feeds, whole or in part.
import { counted } from './counted-weights.ts';

/** Integers, or an image, which is counted. */
export interface Given {
  readonly shape: readonly number[];
  readonly data: readonly number[] | null;
}

/** Numbers as they were recorded. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Feeds of integers and images, or their first row alone. */
export const feedsOf = (inputs: Readonly<Record<string, Given>>, rows?: number) =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, given]) => {
      const [n = 1, ...rest] = given.shape;
      const shape = [rows ?? n, ...rest];
      const count = shape.reduce((product, size) => product * size, 1);
      const { data } = given;
      return data
        ? [name, { shape, dtype: 'int64', data: BigInt64Array.from(data.slice(0, count), BigInt) } as const]
        : [name, { shape, dtype: 'float32', data: Float32Array.from(counted(count, 1000), (u) => 2 * u - 1) } as const];
    }),
  );
