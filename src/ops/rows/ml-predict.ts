// Classifiers and regressors of ai.onnx.ml: linear models, support vector machines, tree ensembles.
import { mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { type TensorData, tensorFromValues } from '../../ir/tensor-data.ts';
import type { MaybeDType } from '../../ir/type.ts';
import { attributeLength } from '../rules/attribute-length.ts';

const domain = 'ai.onnx.ml';

/** A linear kernel, for worked cases. */
const LINEAR_KERNEL = { kernel_type: 'LINEAR', kernel_params: [0, 0, 0] };

/** A tree of one decision, for worked cases. */
const STUMP = {
  nodes_treeids: [0, 0, 0],
  nodes_nodeids: [0, 1, 2],
  nodes_featureids: [0, 0, 0],
  nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF'],
  nodes_values: [0.5, 0, 0],
  nodes_truenodeids: [1, 0, 0],
  nodes_falsenodeids: [2, 0, 0],
};

/** The rows of X, `[n, f]`, or `[f]` for one row where `single` allows that; fresh where the rank is unknown. */
function rowsOf(cx: InferContext, single: boolean): Dim {
  const x = cx.rankBetween(0, single ? 1 : 2, 2);
  if (!x) return cx.fresh('rows');
  return (x.length === 1 ? undefined : x[0]) ?? constant(1);
}

/** The features of a row of X; undefined where the rank is unknown. */
function featuresOf(cx: InferContext): Dim | undefined {
  return cx.shape(0)?.at(-1);
}

/** The class labels: their dtype, and their number. */
function labelsOf(cx: InferContext, integers: string): { readonly dtype: MaybeDType; readonly count: number } {
  const strings = attributeLength(cx, 'classlabels_strings');
  return strings > 0 ? { dtype: 'string', count: strings } : { dtype: 'int64', count: attributeLength(cx, integers) };
}

/** LinearRegressor (since 1): `X * coefficients + intercepts`; `[n, f]` or `[f]` -> `[n, targets]`. */
const LinearRegressor: OperatorRow = {
  domain,
  name: 'LinearRegressor',
  infer: (cx) => {
    const rows = rowsOf(cx, true);
    const targets = cx.int('targets', 1);
    const features = featuresOf(cx);
    const coefficients = constant(attributeLength(cx, 'coefficients'));
    if (features) cx.atLeast(coefficients, mul(targets, features), 'the number of coefficients');
    return [cx.tensor([rows, targets], 'float32')];
  },
  examples: [
    {
      inputs: ['float32[n, 2]'],
      attributes: { targets: 2, coefficients: [1, 2, 3, 4], intercepts: [0, 0] },
      outputs: ['float32[n, 2]'],
    },
    { inputs: ['float32[4]'], attributes: { coefficients: [1, 2, 3, 4] }, outputs: ['float32[1, 1]'] },
    {
      inputs: ['float32[n, f]'],
      attributes: { coefficients: [1, 2, 3, 4] },
      outputs: ['float32[n, 1]'],
      constraints: ['f <= 4'],
    },
    { inputs: ['float32[n, 2]'], attributes: { coefficients: [1] }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 4, 2]'], fails: 'RANK_MISMATCH' },
  ],
};

/** LinearClassifier (since 1): the label of the greatest linear score; `[n, f]` or `[f]` -> labels `[n]`, scores `[n, classes]`. */
const LinearClassifier: OperatorRow = {
  domain,
  name: 'LinearClassifier',
  infer: (cx) => {
    const rows = rowsOf(cx, true);
    const { dtype, count } = labelsOf(cx, 'classlabels_ints');
    const scores = attributeLength(cx, 'intercepts');
    const features = featuresOf(cx);
    const coefficients = constant(attributeLength(cx, 'coefficients'));
    if (features && scores > 0) cx.atLeast(coefficients, mul(scores, features), 'the number of coefficients');
    // A binary model with one row of coefficients scores both classes (onnxruntime core/providers/cpu/ml/linearclassifier.cc).
    const classes = scores === 0 || (scores === 1 && count === 2) ? count : scores;
    return [cx.tensor([rows], dtype), cx.tensor([rows, classes > 0 ? classes : cx.fresh('classes')], 'float32')];
  },
  examples: [
    {
      inputs: ['float32[n, 4]'],
      attributes: { coefficients: [1, 1, 1, 1], intercepts: [0], classlabels_ints: [0, 1] },
      outputs: ['int64[n]', 'float32[n, 2]'],
    },
    {
      inputs: ['int64[n, 1]'],
      attributes: { coefficients: [1, 1, 1], intercepts: [0, 0, 0], classlabels_strings: ['a', 'b', 'c'] },
      outputs: ['string[n]', 'float32[n, 3]'],
    },
    {
      inputs: ['float32[n, 4]'],
      attributes: { coefficients: [1, 1], intercepts: [0], classlabels_ints: [0, 1] },
      fails: 'SHAPE_MISMATCH',
    },
    { inputs: ['float32[n, 4, 2]'], attributes: { coefficients: [1] }, fails: 'RANK_MISMATCH' },
  ],
};

/** Requires that X has the features of the support vectors, of which there are `count`. */
function requireWidth(cx: InferContext, count: number): void {
  const features = featuresOf(cx);
  const width = attributeLength(cx, 'support_vectors') / count;
  if (features && count > 0 && Number.isInteger(width) && width > 0) {
    cx.unify(features, constant(width), 'features of X and of the support vectors');
  }
}

/** SVMRegressor (since 1): `[n, f]` or `[f]` -> `[n, 1]`. */
const SVMRegressor: OperatorRow = {
  domain,
  name: 'SVMRegressor',
  infer: (cx) => {
    const rows = rowsOf(cx, true);
    requireWidth(cx, cx.int('n_supports', 0));
    return [cx.tensor([rows, 1], 'float32')];
  },
  examples: [
    {
      inputs: ['float32[n, f]'],
      attributes: { ...LINEAR_KERNEL, n_supports: 2, support_vectors: [1, 2, 3, 4], coefficients: [1, 1], rho: [0] },
      outputs: ['float32[n, 1]'],
      constraints: ['f == 2'],
    },
    {
      inputs: ['float32[n, 2]'],
      attributes: { ...LINEAR_KERNEL, n_supports: 2, support_vectors: [1, 2, 3, 4], coefficients: [1, 1], rho: [0] },
      outputs: ['float32[n, 1]'],
    },
    { inputs: ['float32[]'], fails: 'RANK_MISMATCH' },
  ],
};

/** The scores that a support vector classifier gives per row; undefined for a linear one, which does not say. */
function svmScores(cx: InferContext): number | undefined {
  const classes = attributeLength(cx, 'vectors_per_class');
  if (classes === 0 || attributeLength(cx, 'support_vectors') === 0) return undefined;
  if (attributeLength(cx, 'prob_a') > 0) return classes;
  // One score per pair of classes; a single pair is told from both sides.
  const pairs = (classes * (classes - 1)) / 2;
  return pairs === 1 ? 2 : pairs;
}

/** SVMClassifier (since 1): labels `[n]`, and scores per pair of classes or probabilities per class, `[n, scores]`. */
const SVMClassifier: OperatorRow = {
  domain,
  name: 'SVMClassifier',
  infer: (cx) => {
    const rows = rowsOf(cx, true);
    const supports = cx.ints('vectors_per_class') ?? [];
    requireWidth(
      cx,
      supports.reduce((sum, count) => sum + count, 0),
    );
    const scores = svmScores(cx) ?? cx.fresh('scores', { min: 1 });
    return [cx.tensor([rows], labelsOf(cx, 'classlabels_ints').dtype), cx.tensor([rows, scores], 'float32')];
  },
  examples: [
    {
      inputs: ['float32[n, 1]'],
      attributes: {
        ...LINEAR_KERNEL,
        classlabels_ints: [0, 1, 2, 3],
        vectors_per_class: [1, 1, 1, 1],
        support_vectors: [1, 2, 3, 4],
        coefficients: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        rho: [0, 0, 0, 0, 0, 0],
      },
      outputs: ['int64[n]', 'float32[n, 6]'],
    },
    {
      inputs: ['float32[n, 1]'],
      attributes: { classlabels_strings: ['a', 'b'] },
      outputs: ['string[n]', 'float32[n, scores]'],
    },
    {
      inputs: ['float32[n, 3]'],
      attributes: { vectors_per_class: [1, 1], support_vectors: [1, 2, 3, 4], classlabels_ints: [0, 1] },
      fails: 'SHAPE_MISMATCH',
    },
    { inputs: ['float32[n, 4, 2]'], fails: 'RANK_MISMATCH' },
  ],
};

/** TreeEnsembleRegressor (1 to 5): the leaves of all trees combined; `[n, f] -> [n, n_targets]`. */
const TreeEnsembleRegressor: OperatorRow = {
  domain,
  name: 'TreeEnsembleRegressor',
  infer: (cx) => {
    const targets = cx.int('n_targets');
    return [cx.tensor([rowsOf(cx, false), targets ?? cx.fresh('targets', { min: 1 })], 'float32')];
  },
  examples: [
    {
      inputs: ['float64[n, 4]'],
      attributes: {
        ...STUMP,
        n_targets: 3,
        target_treeids: [0, 0],
        target_nodeids: [1, 2],
        target_ids: [0, 2],
        target_weights: [1, 2],
      },
      opset: 3,
      outputs: ['float32[n, 3]'],
    },
    { inputs: ['float32[4]'], attributes: { n_targets: 3 }, fails: 'RANK_MISMATCH' },
  ],
};

/** TreeEnsembleClassifier (1 to 5): the label with most votes; `[n, f]` -> labels `[n]`, scores `[n, classes]`. */
const TreeEnsembleClassifier: OperatorRow = {
  domain,
  name: 'TreeEnsembleClassifier',
  infer: (cx) => {
    const rows = rowsOf(cx, false);
    const { dtype, count } = labelsOf(cx, 'classlabels_int64s');
    return [
      cx.tensor([rows], dtype),
      cx.tensor([rows, count > 0 ? count : cx.fresh('classes', { min: 1 })], 'float32'),
    ];
  },
  examples: [
    {
      inputs: ['float32[n, 4]'],
      attributes: {
        ...STUMP,
        classlabels_strings: ['a', 'b', 'c'],
        class_treeids: [0, 0],
        class_nodeids: [1, 2],
        class_ids: [0, 2],
        class_weights: [1, 2],
      },
      opset: 3,
      outputs: ['string[n]', 'float32[n, 3]'],
    },
    { inputs: ['float32[4]'], attributes: { classlabels_int64s: [0, 1] }, fails: 'RANK_MISMATCH' },
  ],
};

/** A tensor of one element, for worked cases. */
const one = (dtype: 'uint8' | 'float32', value: number): TensorData => tensorFromValues(dtype, [1], [value]);

/** A tree of one decision in the form of TreeEnsemble, for worked cases. */
const SMALL_TREE = {
  n_targets: 2,
  tree_roots: [0],
  nodes_featureids: [0],
  nodes_modes: one('uint8', 0),
  nodes_splits: one('float32', 0.5),
  nodes_truenodeids: [0],
  nodes_trueleafs: [1],
  nodes_falsenodeids: [1],
  nodes_falseleafs: [1],
  leaf_targetids: [0, 1],
  leaf_weights: tensorFromValues('float32', [2], [1, 2]),
};

/** TreeEnsemble (since 5): the leaves of all trees combined; `[n, f] -> [n, n_targets]`, dtype of X. */
const TreeEnsemble: OperatorRow = {
  domain,
  name: 'TreeEnsemble',
  infer: (cx) => {
    const targets = cx.int('n_targets');
    const splits = cx.attribute('nodes_splits');
    const x = cx.dtype(0);
    if (splits?.kind === 'tensor' && x !== 'undefined' && splits.value.dtype !== x) {
      cx.fail('DTYPE_MISMATCH', `TreeEnsemble: ${cx.inputName(0)} is ${x}, nodes_splits is ${splits.value.dtype}`, {
        expected: splits.value.dtype,
        actual: x,
      });
    }
    return [cx.tensor([rowsOf(cx, false), targets ?? cx.fresh('targets', { min: 1 })])];
  },
  examples: [
    { inputs: ['float32[n, 4]'], attributes: SMALL_TREE, outputs: ['float32[n, 2]'] },
    { inputs: ['float32[4]'], attributes: SMALL_TREE, fails: 'RANK_MISMATCH' },
    { inputs: ['float64[n, 4]'], attributes: SMALL_TREE, fails: 'DTYPE_MISMATCH' },
    { inputs: ['float32[n, 4]'], attributes: { n_targets: 2 }, fails: 'ATTRIBUTE_MISSING' },
  ],
};

/** The family. */
export const ML_PREDICT_ROWS: readonly OperatorRow[] = [
  LinearRegressor,
  LinearClassifier,
  SVMRegressor,
  SVMClassifier,
  TreeEnsembleRegressor,
  TreeEnsembleClassifier,
  TreeEnsemble,
];
