// Runs models on waves and compares what comes out.
import { expect } from 'vitest';
import type * as dw from '../../../src/index.ts';
import { tensor } from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';

/** Numbers that differ from each other. */
export const wave = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(3 * i + 1));

/** Runs a model on inputs of the given sizes, filled with waves. */
export async function run(
  net: dw.DefinedModel,
  batch: Readonly<Record<string, readonly number[]>>,
  more: Readonly<Record<string, dw.TensorData>> = {},
) {
  const types = Object.entries(more).map(([name, { shape }]) => [name, tensor('int64', shape)] as const);
  const compiled = net.bind({ ...batch, ...Object.fromEntries(types) }).compile();
  await using session = await createSession(compiled, { providers: ['cpu'] });
  const feeds = Object.entries(batch).map(([name, dims]) => {
    const count = dims.reduce((product, size) => product * size, 1);
    return [name, { dims, type: 'float32', data: wave(count) }] as const;
  });
  return Object.values(await session.run({ ...Object.fromEntries(feeds), ...more })).map(({ shape, data }) => ({
    shape,
    data: Array.from(data, Number),
  }));
}

/** Expects numbers within 1e-5 of the greatest of those expected. */
export const expectClose = (found: readonly number[] = [], expected: readonly number[] = []): void => {
  expect(found).toHaveLength(expected.length);
  const most = Math.max(...expected.map(Math.abs));
  expect(most).toBeGreaterThan(0);
  expect(Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? 0))))).toBeLessThanOrEqual(1e-5 * most);
};
