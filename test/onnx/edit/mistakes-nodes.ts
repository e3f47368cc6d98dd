// Mistakes in operators, weights and batch sizes.
import { changeBatch } from '../../../codegen/onnx/edit/change-batch.ts';
import { replaceOperator } from '../../../codegen/onnx/edit/replace-operator.ts';
import { freeInitializers, setInitializer } from '../../../codegen/onnx/edit/set-initializer.ts';
import { tensorFromValues } from '../../../src/ir/tensor-data.ts';
import { modelOf } from './helpers.ts';
import { type MistakeRow, MODEL } from './mistake-row.ts';

const fixedBatch = (nodes: string, extra = '') => modelOf(`g (float[1, 4] x) => (y) ${extra} { ${nodes} }`);
const weights = tensorFromValues('float32', [2, 3], [1, 2, 3, 4, 5, 6]);

/** What is done, the code, and what the message says. */
export const MISTAKES_IN_NODES: readonly MistakeRow[] = [
  [
    'replacement of no node',
    () => replaceOperator(MODEL, 'rel', { op: 'Elu' }),
    'NODE_UNKNOWN',
    ['node "rel"', 'did you mean relu?'],
  ],
  [
    'replacement of no operator',
    () => replaceOperator(MODEL, { op: 'Conv' }, { op: 'Elu' }),
    'NODE_UNKNOWN',
    ['no node is Conv'],
  ],
  [
    'replacement of what a function does not choose',
    () => replaceOperator(MODEL, () => false, { op: 'Elu' }),
    'NODE_UNKNOWN',
    ['chose no node'],
  ],
  [
    'replacement by no operator',
    () => replaceOperator(MODEL, 'relu', { op: 'Eluu' }),
    'OP_UNKNOWN',
    ['no operator Eluu', 'did you mean Elu?'],
  ],
  [
    'replacement by a later operator',
    () => replaceOperator(MODEL, 'relu', { op: 'Swish' }),
    'OP_UNKNOWN',
    ['came with opset 24', 'opset 21'],
  ],
  [
    'replacement by an operator with more inputs',
    () => replaceOperator(MODEL, 'relu', { op: 'Add' }),
    'INPUT_COUNT',
    ['Add'],
  ],
  [
    'an unknown attribute',
    () => replaceOperator(MODEL, 'relu', { op: 'Elu', attributes: { alfa: 1 } }),
    'ATTRIBUTE_UNKNOWN',
    ['alfa', 'did you mean alpha?'],
  ],
  [
    'an attribute of another kind',
    () => replaceOperator(MODEL, 'relu', { op: 'Elu', attributes: { alpha: 'one' } }),
    'ATTRIBUTE_INVALID',
    ['alpha', 'float', 'one'],
  ],
  ['a missing attribute', () => replaceOperator(MODEL, 'relu', { op: 'Cast' }), 'ATTRIBUTE_MISSING', ['to']],
  [
    'another count of outputs',
    () =>
      replaceOperator(modelOf('g (float[4] x) => (float[2] y) { y, z = Split<num_outputs = 2>(x) }'), 'y', {
        op: 'Relu',
        attributes: {},
      }),
    'OP_INVALID',
    ['gives 1 outputs', '"y", "z"'],
  ],
  [
    'an input that does not exist',
    () => replaceOperator(MODEL, 'sum', { op: 'Mul', inputs: ['hidden', 'nothing'] }),
    'ONNX_MALFORMED',
    ['"nothing"'],
  ],
  [
    'an input that follows',
    () => replaceOperator(MODEL, 'relu', { op: 'Neg', inputs: ['logits'] }),
    'ONNX_MALFORMED',
    ['circle'],
  ],
  ['shapes that do not fit', () => replaceOperator(MODEL, 'fc', { op: 'Mul' }), 'SHAPE_MISMATCH', ['fc']],
  [
    'an unknown initializer',
    () => setInitializer(MODEL, 'weights', weights),
    'VALUE_UNKNOWN',
    ['"weights"', 'did you mean weight?'],
  ],
  ['an initializer that does not fit', () => setInitializer(MODEL, 'weight', weights), 'SHAPE_MISMATCH', ['fc']],
  ['an input freed', () => freeInitializers(MODEL, ['image']), 'VALUE_UNKNOWN', ['no initializer "image"']],
  [
    'an initializer freed twice',
    () => freeInitializers(MODEL, ['weight', 'weight']),
    'NAME_DUPLICATE',
    ['"weight" is named twice'],
  ],
  [
    'a batch of no input',
    () => changeBatch(MODEL, 2, { axes: { imag: 0 } }),
    'BIND_INPUT_UNKNOWN',
    ['"imag"', 'did you mean image?'],
  ],
  [
    'a batch at no axis',
    () => changeBatch(MODEL, 2, { axes: { image: 2 } }),
    'RANK_MISMATCH',
    ['"image" has no axis 2'],
  ],
  [
    'a batch where no input has an axis',
    () => changeBatch(modelOf('g (float x) => (float y) { y = Neg(x) }'), 2),
    'BATCH_FIXED',
    ['no input has an axis'],
  ],
  [
    'a batch in a weight',
    () => changeBatch(modelOf('g (float[2, 4] x) => (y) <float[2, 1] w = {1, 2}> { [scale] y = Mul(x, w) }'), 3),
    'BATCH_FIXED',
    ['batch size 2', 'scale'],
  ],
  [
    'a batch in a Concat',
    () => changeBatch(fixedBatch('[cat] y = Concat<axis = 1>(x, w)', '<float[1, 2] w = {1, 2}>'), 'N'),
    'BATCH_FIXED',
    ['batch size 1', 'cat'],
  ],
  [
    'a batch taken in by a -1',
    () => changeBatch(modelOf('g (float[2, 3, 4] x) => (y) <int64[2] t = {4, -1}> { [flat] y = Reshape(x, t) }'), 'N'),
    'BATCH_FIXED',
    ['flat', '[N, 3, 4] to [4, -1]'],
  ],
  [
    'a batch of which one element is taken',
    () => changeBatch(fixedBatch('[first] y = Gather<axis = 0>(x, i)', '<int64 i = {0}>'), 3),
    'BATCH_FIXED',
    ['first', 'a part of the batch'],
  ],
];
