// One mistake in an edit, and the model of most of them.
import { modelOf } from './helpers.ts';

/** What is done, the code of its error, and what the message says. */
export type MistakeRow = readonly [what: string, edit: () => unknown, code: string, says: readonly string[]];

/** Two inputs, a weight, and a node with bodies. */
export const MODEL = modelOf(
  'g (float[n, 4] image, float[n, 4] mask, bool flag) => (float[n, 4] logits, float[n, 3] score) <float[4, 3] weight = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}> { [relu] hidden = Relu(image) [neg] logits = Neg(hidden) [sum] both = Add(hidden, mask) [fc] score = MatMul(both, weight) [pick] chosen = If(flag) <then_branch = t () => (float[n, 4] inner) { inner = Neg(hidden) }, else_branch = e () => (float[n, 4] other) { other = Abs(hidden) }> }',
);
