// Mistakes in names, cuts and joins.
import { extractModel } from '../../../codegen/onnx/edit/extract-model.ts';
import { joinModels } from '../../../codegen/onnx/edit/join-models.ts';
import { addOutputs, dropOutputs, keepOutputs } from '../../../codegen/onnx/edit/model-outputs.ts';
import { renameNodes } from '../../../codegen/onnx/edit/rename-nodes.ts';
import { renameValues } from '../../../codegen/onnx/edit/rename-values.ts';
import { modelOf } from './helpers.ts';
import { type MistakeRow, MODEL } from './mistake-row.ts';

const next = (type: string, { imports = '"" : 21', op = 'Neg' } = {}) =>
  modelOf(`h (${type} features) => (out) { [neg] out = ${op}(features) }`, { imports });

/** What is done, the code, and what the message says. */
export const MISTAKES_IN_NAMES: readonly MistakeRow[] = [
  ['rename of no value', () => renameValues(MODEL, { imge: 'x' }), 'VALUE_UNKNOWN', ['"imge"', 'did you mean image?']],
  [
    'rename to a taken name',
    () => renameValues(MODEL, { image: 'mask' }),
    'NAME_DUPLICATE',
    ['"image" cannot be "mask"'],
  ],
  [
    'rename to a name of a body',
    () => renameValues(MODEL, { image: 'inner' }),
    'NAME_DUPLICATE',
    ['cannot be "inner"'],
  ],
  [
    'two values to one name',
    () => renameValues(MODEL, { image: 'x', mask: 'x' }),
    'NAME_DUPLICATE',
    ['"image"', '"mask"', 'both be "x"'],
  ],
  ['rename to nothing', () => renameValues(MODEL, { image: '' }), 'NAME_EMPTY', ['"image" needs a name']],
  [
    'rename of no node',
    () => renameNodes(MODEL, { rellu: 'a' }),
    'NODE_UNKNOWN',
    ['node "rellu"', 'did you mean relu?'],
  ],
  [
    'rename of a node to a taken name',
    () => renameNodes(MODEL, { relu: 'neg' }),
    'NAME_DUPLICATE',
    ['"relu" cannot be "neg"'],
  ],
  ['keep no output', () => keepOutputs(MODEL, []), 'OUTPUT_INVALID', ['"logits"', '"score"']],
  ['drop every output', () => dropOutputs(MODEL, ['logits', 'score']), 'OUTPUT_INVALID', ['would give nothing']],
  [
    'keep what is no output',
    () => keepOutputs(MODEL, ['logit']),
    'VALUE_UNKNOWN',
    ['no output "logit"', 'did you mean logits?'],
  ],
  [
    'keep an output twice',
    () => keepOutputs(MODEL, ['logits', 'logits']),
    'NAME_DUPLICATE',
    ['"logits" is named twice'],
  ],
  ['drop what is no output', () => dropOutputs(MODEL, ['hidden']), 'VALUE_UNKNOWN', ['no output "hidden"']],
  ['add no value', () => addOutputs(MODEL, ['hiden']), 'VALUE_UNKNOWN', ['"hiden"', 'did you mean hidden?']],
  ['add an output again', () => addOutputs(MODEL, ['logits']), 'NAME_DUPLICATE', ['"logits" is an output already']],
  ['add a value twice', () => addOutputs(MODEL, ['hidden', 'hidden']), 'NAME_DUPLICATE', ['"hidden" is named twice']],
  [
    'add a value of a body',
    () => addOutputs(MODEL, ['inner']),
    'VALUE_UNKNOWN',
    ['"inner" lies in a body of node "pick"'],
  ],
  [
    'cut without outputs',
    () => extractModel(MODEL, { inputs: ['image'], outputs: [] }),
    'OUTPUT_INVALID',
    ['no output is named'],
  ],
  [
    'cut from no value',
    () => extractModel(MODEL, { inputs: ['imag'], outputs: ['logits'] }),
    'VALUE_UNKNOWN',
    ['"imag"', 'did you mean image?'],
  ],
  [
    'cut without a needed input',
    () => extractModel(MODEL, { inputs: ['hidden'], outputs: ['score'] }),
    'CUT_INCOMPLETE',
    ['"score" (node "fc") needs "both" (node "sum") needs "mask"'],
  ],
  [
    'cut without two needed inputs',
    () => extractModel(MODEL, { inputs: [], outputs: ['both'] }),
    'CUT_INCOMPLETE',
    ['"image"', '"mask"'],
  ],
  [
    'cut without an input that only a body needs',
    () => extractModel(MODEL, { inputs: ['flag'], outputs: ['chosen'] }),
    'CUT_INCOMPLETE',
    ['needs input "image"'],
  ],
  [
    'cut from one value twice',
    () => extractModel(MODEL, { inputs: ['image', 'image'], outputs: ['logits'] }),
    'NAME_DUPLICATE',
    ['"image" is named twice'],
  ],
  [
    'cut inside a body',
    () => extractModel(MODEL, { inputs: ['image'], outputs: ['inner'] }),
    'VALUE_UNKNOWN',
    ['lies in a body of node "pick"'],
  ],
  ['join of nothing', () => joinModels(MODEL, next('float[n, 4]'), { connect: {} }), 'OUTPUT_INVALID', ['"features"']],
  [
    'join to no input',
    () => joinModels(MODEL, next('float[n, 4]'), { connect: { feature: 'logits' } }),
    'VALUE_UNKNOWN',
    ['second model', '"feature"', 'did you mean features?'],
  ],
  [
    'join from no value',
    () => joinModels(MODEL, next('float[n, 4]'), { connect: { features: 'logit' } }),
    'VALUE_UNKNOWN',
    ['first model', 'did you mean logits?'],
  ],
  [
    'join of element types',
    () => joinModels(MODEL, next('int64[n, 4]'), { connect: { features: 'logits' } }),
    'JOIN_MISMATCH',
    ['"logits" of the first model is float32[n, 4]', 'takes int64['],
  ],
  [
    'join of ranks',
    () => joinModels(MODEL, next('float[n]'), { connect: { features: 'logits' } }),
    'JOIN_MISMATCH',
    ['ranks differ', 'float32[n, 4]'],
  ],
  [
    'join of sizes',
    () => joinModels(MODEL, next('float[n, 5]'), { connect: { features: 'logits' } }),
    'JOIN_MISMATCH',
    ['axis 1 differ, 4 and 5'],
  ],
  [
    'join of kinds',
    () =>
      joinModels(MODEL, modelOf('h (seq(float[n]) features) => (int64 out) { out = SequenceLength(features) }'), {
        connect: { features: 'logits' },
      }),
    'JOIN_MISMATCH',
    ['kinds differ'],
  ],
  [
    'join of opsets',
    () =>
      joinModels(
        modelOf('g (float[n] x) => (float[n] y) { y = Softmax(x) }', { ir: 8, imports: '"" : 12' }),
        modelOf('g (float[n] u) => (float[n] v) { v = Gelu(u) }', { ir: 8, imports: '"" : 20' }),
        { connect: { u: 'y' } },
      ),
    'JOIN_MISMATCH',
    ['opset 12', 'the second 20', 'Softmax of the first'],
  ],
  [
    'join with a clash of outputs',
    () =>
      joinModels(MODEL, modelOf('h (float[n, 4] f) => (float[n, 4] logits) { logits = Neg(f) }'), {
        connect: { f: 'hidden' },
      }),
    'NAME_DUPLICATE',
    ['both models have a value "logits"', 'prefix'],
  ],
  [
    'join that keeps no output',
    () => joinModels(MODEL, next('float[n, 4]'), { connect: { features: 'logits' }, keepOutputs: ['hidden'] }),
    'VALUE_UNKNOWN',
    ['no output "hidden"'],
  ],
];
