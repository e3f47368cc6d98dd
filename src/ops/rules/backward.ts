// Backward rules: what the sizes of an output tell about an input of unknown rank.
import type { InferContext } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';

/** The first input has the sizes of the first output. */
export function passesSizes(_: InferContext, i: number, output: Shape): Shape | undefined {
  return i === 0 ? output : undefined;
}
