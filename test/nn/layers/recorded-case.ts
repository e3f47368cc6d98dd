// Cases that PyTorch's layers were recorded in, and how a layer is held to one.
import { expect } from 'vitest';
import * as dw from '../../../src/index.ts';
import { isDType } from '../../../src/ir/dtype.ts';
import { createSession } from '../../../src/runtime/create-session.ts';

/** A tensor as it was recorded. */
export interface Numbers {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One layer with its weights, and what it made of its inputs. */
export interface RecordedCase {
  readonly name: string;
  readonly inputs: readonly Numbers[];
  readonly parameters: Readonly<Record<string, Numbers | undefined>>;
  readonly output: Numbers;
}

/** The model of a case, bound by its inputs, with the recorded weights. */
export function recordedModel({ inputs, parameters }: RecordedCase, composition: dw.Composition): dw.BoundModel {
  const declared = inputs.map(({ dtype, shape }, i) => {
    if (!isDType(dtype)) throw new Error(`unknown dtype ${dtype}`);
    return [
      `in${i}`,
      dw.tensor(
        dtype,
        shape.map(() => '?'),
      ),
    ] as const;
  });
  const net = dw.model(composition, { inputs: Object.fromEntries(declared) });
  const bound = net.bind(Object.fromEntries(inputs.map(({ shape }, i) => [`in${i}`, shape])));
  const prefix = dw.isLayer(composition) ? '' : '0.';
  for (const [path, numbers] of Object.entries(parameters))
    if (numbers) net.parameter(prefix + path).setData(dw.tensorFromValues('float32', numbers.shape, numbers.data));
  expect([...net.parameters().values()].filter((cell) => !cell.isReady)).toEqual([]);
  return bound;
}

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
