// Encoders of ai.onnx.ml: labels, categories, scalers, dictionaries.

import { mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import type { MaybeDType } from '../../ir/type.ts';
import { attributeLength } from '../rules/attribute-length.ts';

const domain = 'ai.onnx.ml';

/** An encoder that keeps the shape; `dtype` is that of its output. */
function sameShape(
  name: string,
  most: number,
  dtype: (cx: InferContext) => MaybeDType,
  examples: readonly OperatorExample[],
): OperatorRow {
  return { domain, name, infer: (cx) => [cx.tensor(cx.rankBetween(0, 0, most), dtype(cx))], examples };
}

const ANY = Number.POSITIVE_INFINITY;

/** Binarizer (since 1): 1 where an element is above the threshold, else 0; Y as X. */
const Binarizer = sameShape('Binarizer', ANY, (cx) => cx.dtype(0), [
  { inputs: ['float32[n, f]'], outputs: ['float32[n, f]'] },
  { inputs: ['string[n]'], fails: 'DTYPE_MISMATCH' },
]);

/** The dtype of X, for which a value must be given. */
function imputedDType(cx: InferContext): MaybeDType {
  const x = cx.dtype(0);
  const name = x === 'float32' ? 'imputed_value_floats' : x === 'int64' ? 'imputed_value_int64s' : undefined;
  if (name !== undefined && attributeLength(cx, name) === 0) {
    cx.fail('ATTRIBUTE_MISSING', `Imputer of ${x} needs ${name}`, { expected: name });
  }
  return x;
}

/** Imputer (since 1): one value replaced by another; Y as X. */
const Imputer = sameShape('Imputer', ANY, imputedDType, [
  {
    inputs: ['float32[n, f]'],
    attributes: { imputed_value_int64s: [0] },
    fails: 'ATTRIBUTE_MISSING',
  },
  { inputs: ['int64[n, f]'], attributes: { imputed_value_int64s: [0] }, outputs: ['int64[n, f]'] },
  { inputs: ['string[n]'], fails: 'DTYPE_MISMATCH' },
]);

/** Scaler (since 1): `(X - offset) * scale` in float32; Y of X's shape. */
const Scaler = sameShape('Scaler', ANY, () => 'float32', [
  { inputs: ['int64[n, f]'], attributes: { scale: [2], offset: [1] }, outputs: ['float32[n, f]'] },
  { inputs: ['string[n]'], fails: 'DTYPE_MISMATCH' },
]);

/** Normalizer (since 1): rows divided by their norm, in float32; Y of X's shape, `[c]` or `[n, c]`. */
const Normalizer = sameShape('Normalizer', 2, () => 'float32', [
  { inputs: ['float64[n, c]'], attributes: { norm: 'L2' }, outputs: ['float32[n, c]'] },
  { inputs: ['float32[n, c, d]'], fails: 'RANK_MISMATCH' },
]);

/** The dtype opposite to X's: strings become int64 and the reverse. */
function opposite(cx: InferContext): MaybeDType {
  const dtype = cx.dtype(0);
  return dtype === 'undefined' ? dtype : dtype === 'string' ? 'int64' : 'string';
}

/** CategoryMapper (since 1): strings to integers or the reverse; Y of X's shape. */
const CategoryMapper = sameShape('CategoryMapper', ANY, opposite, [
  {
    inputs: ['string[n, 2]'],
    attributes: { cats_strings: ['a'], cats_int64s: [1] },
    outputs: ['int64[n, 2]'],
  },
  { inputs: ['float32[n]'], fails: 'DTYPE_MISMATCH' },
]);

const VALUES: readonly (readonly [string, MaybeDType])[] = [
  ['values_strings', 'string'],
  ['values_int64s', 'int64'],
  ['values_floats', 'float32'],
];

const KEYS: readonly (readonly [string, MaybeDType])[] = [
  ['keys_strings', 'string'],
  ['keys_int64s', 'int64'],
  ['keys_floats', 'float32'],
];

/** The dtype of the values that LabelEncoder maps to; the keys must have that of the input. */
function labelDType(cx: InferContext): MaybeDType {
  if (cx.version < 2) return opposite(cx);
  const x = cx.dtype(0);
  const keys = KEYS.find(([name]) => cx.attribute(name));
  if (keys && x !== 'undefined' && keys[1] !== x) {
    cx.fail('DTYPE_MISMATCH', `LabelEncoder: ${cx.inputName(0)} is ${x}, its keys are ${keys[0]}`, {
      expected: keys[1],
      actual: x,
    });
  }
  const values = cx.attribute('values_tensor');
  if (values?.kind === 'tensor') return values.value.dtype;
  return VALUES.find(([name]) => cx.attribute(name))?.[1] ?? 'undefined';
}

/** LabelEncoder (since 1): each element mapped to the value at its key; Y of X's shape, dtype of the values. */
const LabelEncoder = sameShape('LabelEncoder', ANY, labelDType, [
  {
    inputs: ['string[n]'],
    attributes: { keys_strings: ['a', 'b'], values_floats: [1, 2] },
    outputs: ['float32[n]'],
  },
  { inputs: ['int64[n]'], attributes: { classes_strings: ['a'] }, opset: 1, outputs: ['string[n]'] },
  {
    inputs: ['float32[n]'],
    attributes: { keys_strings: ['a', 'b'], values_floats: [1, 2] },
    fails: 'DTYPE_MISMATCH',
  },
  { inputs: ['bool[n]'], fails: 'DTYPE_MISMATCH' },
]);

/** OneHotEncoder (since 1): each element as a row of categories; `[d...] -> [d..., categories]`. */
const OneHotEncoder: OperatorRow = {
  domain,
  name: 'OneHotEncoder',
  infer: (cx) => {
    const count = attributeLength(cx, 'cats_int64s') || attributeLength(cx, 'cats_strings');
    if (count === 0) {
      cx.fail('ATTRIBUTE_MISSING', `${cx.op} needs cats_int64s or cats_strings`, {
        expected: 'cats_int64s or cats_strings',
      });
    }
    const x = cx.shape(0);
    return [cx.tensor(x && [...x, count], 'float32')];
  },
  examples: [
    { inputs: ['int64[n]'], attributes: { cats_int64s: [1, 2, 3] }, outputs: ['float32[n, 3]'] },
    { inputs: ['int64[n]'], fails: 'ATTRIBUTE_MISSING' },
  ],
};

/** ArrayFeatureExtractor (since 1): columns of X; `[d..., f]` and indices of k elements -> `[d..., k]`, `[1, k]` for rank 1. */
const ArrayFeatureExtractor: OperatorRow = {
  domain,
  name: 'ArrayFeatureExtractor',
  infer: (cx) => {
    const x = cx.rankBetween(0, 1, ANY);
    const indices = cx.shape(1);
    const count = indices ? mul(...indices) : cx.fresh('features', { min: 1 });
    // ONNX Runtime refuses a choice of nothing, and no index fits an empty axis.
    cx.atLeast(count, 1, 'the number of indices');
    const features = x?.at(-1);
    if (features) cx.atLeast(features, 1, 'the number of features');
    return [cx.tensor(x && [...(x.length === 1 ? [constant(1)] : x.slice(0, -1)), count])];
  },
  examples: [
    { inputs: ['float32[n, f]', 'int64[1, k]'], outputs: ['float32[n, k]'] },
    { inputs: ['string[f]', 'int64[2]'], outputs: ['string[1, 2]'] },
    { inputs: ['float32[]', 'int64[2]'], fails: 'RANK_MISMATCH' },
  ],
};

/** FeatureVectorizer (since 1): inputs `[n, ...]` or `[c]` side by side; `[n, sum of inputdimensions]`. */
const FeatureVectorizer: OperatorRow = {
  domain,
  name: 'FeatureVectorizer',
  infer: (cx) => {
    let batch: Dim | undefined;
    for (let i = 0; i < cx.inputCount; i++) {
      const shape = cx.rankBetween(i, 1, ANY);
      if (!shape) continue;
      const rows = shape.length === 1 ? constant(1) : (shape[0] ?? constant(1));
      batch = batch ? cx.unify(batch, rows, `rows of the inputs and ${cx.inputName(i)}`) : rows;
    }
    const sizes = cx.ints('inputdimensions');
    const width = sizes ? constant(sizes.reduce((sum, size) => sum + size, 0)) : cx.fresh('features');
    return [cx.tensor([batch ?? cx.fresh('rows'), width], 'float32')];
  },
  examples: [
    { inputs: ['float32[n, 2]', 'float32[n, 4]'], attributes: { inputdimensions: [2, 4] }, outputs: ['float32[n, 6]'] },
    { inputs: ['float32[3, 2]', 'float32[2, 4]'], attributes: { inputdimensions: [2, 4] }, fails: 'SHAPE_MISMATCH' },
  ],
};

/** DictVectorizer (since 1): a dictionary as a row; `map -> [1, vocabulary]`, as ONNX Runtime has it. */
const DictVectorizer: OperatorRow = {
  domain,
  name: 'DictVectorizer',
  infer: (cx) => {
    const type = cx.type(0);
    const count = attributeLength(cx, 'string_vocabulary') || attributeLength(cx, 'int64_vocabulary');
    const dtype = type.kind === 'map' && type.value.kind === 'tensor' ? type.value.dtype : 'undefined';
    return [cx.tensor([1, count], dtype)];
  },
  examples: [
    { inputs: ['map(string, float32[])'], attributes: { string_vocabulary: ['a', 'b'] }, outputs: ['float32[1, 2]'] },
    { inputs: ['float32[n]'], attributes: { string_vocabulary: ['a'] }, fails: 'KIND_MISMATCH' },
  ],
};

const CASTS: Readonly<Record<string, MaybeDType>> = { TO_FLOAT: 'float32', TO_STRING: 'string', TO_INT64: 'int64' };

/** CastMap (since 1): the values of a map in the order of their keys; `[1, entries]`, or `[1, max_map]` in sparse form. */
const CastMap: OperatorRow = {
  domain,
  name: 'CastMap',
  infer: (cx) => {
    const cast = cx.string('cast_to', 'TO_FLOAT');
    const dtype = CASTS[cast];
    if (!dtype) {
      const expected = Object.keys(CASTS).join(', ');
      cx.fail('ATTRIBUTE_INVALID', `${cx.op}: cast_to must be ${expected}, got ${cast}`, { expected, actual: cast });
    }
    const width = cx.string('map_form', 'DENSE') === 'SPARSE' ? constant(cx.int('max_map', 1)) : cx.fresh('entries');
    return [cx.tensor([1, width], dtype)];
  },
  examples: [
    {
      inputs: ['map(int64, float32[])'],
      attributes: { cast_to: 'TO_INT64', map_form: 'SPARSE', max_map: 7 },
      outputs: ['int64[1, 7]'],
    },
    { inputs: ['map(int64, float32[])'], outputs: ['float32[1, entries]'] },
    { inputs: ['map(int64, float32[])'], attributes: { cast_to: 'TO_BOOL' }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** ZipMap (since 1): each row as a map from class label to score; `[n, c] -> seq(map(label, float32))`. */
const ZipMap: OperatorRow = {
  domain,
  name: 'ZipMap',
  infer: (cx) => {
    const key = attributeLength(cx, 'classlabels_strings') > 0 ? 'string' : 'int64';
    const count = attributeLength(cx, 'classlabels_strings') || attributeLength(cx, 'classlabels_int64s');
    const columns = cx.rankBetween(0, 1, 2)?.at(-1);
    if (columns) cx.unify(columns, constant(count), 'columns of X and class labels');
    return [{ kind: 'sequence', element: { kind: 'map', key, value: cx.tensor([], 'float32') } }];
  },
  examples: [
    {
      inputs: ['float32[n, 2]'],
      attributes: { classlabels_strings: ['a', 'b'] },
      outputs: ['seq(map(string, float32[]))'],
    },
    { inputs: ['float32[n, 3]'], attributes: { classlabels_int64s: [1, 2] }, fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const ML_ENCODE_ROWS: readonly OperatorRow[] = [
  Binarizer,
  Imputer,
  Scaler,
  Normalizer,
  CategoryMapper,
  LabelEncoder,
  OneHotEncoder,
  ArrayFeatureExtractor,
  FeatureVectorizer,
  DictVectorizer,
  CastMap,
  ZipMap,
];
