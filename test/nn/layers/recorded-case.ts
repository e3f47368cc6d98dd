// How a layer is held to a recorded case.
import { expect } from 'vitest';
import type * as dw from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import type { RecordedCase } from './recorded-model.ts';

/** Runs a case on ONNX Runtime and holds it to the recorded output, within 1e-5 of its greatest element. */
export async function expectRecorded(one: RecordedCase, compiled: dw.CompiledModel): Promise<void> {
  await using session = await createSession(compiled, { providers: ['cpu'] });
  const feeds = one.inputs.map((feed, i) => [`in${i}`, feed] as const);
  const { output } = await session.run(Object.fromEntries(feeds));
  expect(output?.shape).toEqual(one.output.shape);
  const most = Math.max(...one.output.data.map(Math.abs));
  const off = one.output.data.map((value, i) => Math.abs(value - Number(output?.data[i])));
  expect(Math.max(...off)).toBeLessThanOrEqual(1e-5 * most);
}
