// Losses over class scores: NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss.
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { onePerInput } from '../costs/elementwise.ts';

const REDUCTIONS: readonly string[] = ['mean', 'sum', 'none'];

/** The shape of a loss over scores `[n, c, d...]` and labels `[n, d...]`: a scalar, or the labels' shape without a reduction. */
function lossShape(cx: InferContext): Shape | undefined {
  const labels = cx.rankBetween(1, 1, Number.POSITIVE_INFINITY);
  const scores = cx.rankBetween(0, 2, Number.POSITIVE_INFINITY) ?? (labels && cx.ranked(0, labels.length + 1));
  if (scores) {
    const [batch, channels, ...rest] = scores;
    if (batch) cx.unifyShapes([batch, ...rest], cx.ranked(1, scores.length - 1), 'scores without classes and labels');
    const [weights] = cx.has(2) ? cx.ranked(2, 1) : [];
    if (weights && channels) cx.unifyAxes({ input: 2, axis: 0 }, { input: 0, axis: 1 }, 'classes');
  }
  const reduction = cx.string('reduction', 'mean');
  if (!REDUCTIONS.includes(reduction)) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: reduction must be ${REDUCTIONS.join(', ')}, got ${reduction}`, {
      expected: REDUCTIONS.join(', '),
      actual: reduction,
    });
  }
  return reduction === 'none' ? cx.shape(1) : [];
}

const fails: readonly OperatorExample[] = [
  { inputs: ['float32[2, 3, 4]', 'int64[2, 5]'], fails: 'SHAPE_MISMATCH' },
  { inputs: ['float32[2, 3]', 'int64[2, 1]'], fails: 'RANK_MISMATCH' },
  { inputs: ['float32[2, 3]', 'int64[2]', 'float32[2]'], fails: 'SHAPE_MISMATCH' },
  { inputs: ['float32[2, 3]', 'int64[2]'], attributes: { reduction: 'avg' }, fails: 'ATTRIBUTE_INVALID' },
];

/** NegativeLogLikelihoodLoss (since 12): `-weight[t]*input[n, t, d...]` at the labels t; `[n, c, d...] x [n, d...] -> []`, or `[n, d...]` unreduced. */
const NegativeLogLikelihoodLoss: OperatorRow = {
  name: 'NegativeLogLikelihoodLoss',
  cost: onePerInput,
  infer: (cx) => [cx.tensor(lossShape(cx))],
  examples: [
    { inputs: ['float32[n, c]', 'int64[n]', 'float32[c]'], outputs: ['float32[]'] },
    {
      inputs: ['float32[n, c, h, w]', 'int64[n, h, w]'],
      attributes: { reduction: 'none' },
      outputs: ['float32[n, h, w]'],
    },
    ...fails,
  ],
};

/** SoftmaxCrossEntropyLoss (since 12): the same over log_softmax of the scores, which is the second output, `[n, c, d...]`. */
const SoftmaxCrossEntropyLoss: OperatorRow = {
  name: 'SoftmaxCrossEntropyLoss',
  cost: onePerInput,
  infer: (cx) => {
    const loss = cx.tensor(lossShape(cx));
    return [loss, cx.tensor(cx.shape(0))];
  },
  examples: [
    { inputs: ['float32[n, c, d]', 'int64[n, d]'], outputs: ['float32[]', 'float32[n, c, d]'] },
    {
      inputs: ['float32[...]', 'int64[n, d]'],
      attributes: { reduction: 'none' },
      outputs: ['float32[n, d]', 'float32[n, ?, d]'],
    },
    ...fails,
  ],
};

/** The family. */
export const LOSS_ROWS: readonly OperatorRow[] = [NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss];
