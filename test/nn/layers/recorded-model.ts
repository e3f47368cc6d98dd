// Cases that PyTorch's layers were recorded in, and the models of them.
import * as dw from '../../../src/index.ts';
import { isDType } from '../../../src/ir/dtype.ts';

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
  const missing = [...net.parameters().values()].find((cell) => !cell.isReady);
  if (missing) throw new Error(`nothing is recorded of ${missing.path}`);
  return bound;
}
