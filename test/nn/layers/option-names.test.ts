// Misspelt options are refused by every layer, with the name that was meant.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';

/** Options that a type checker would refuse: a model file is run without one. */
const misspelt = JSON.parse('{ "nmae": "x" }');

const MAKERS: readonly (readonly [kind: string, make: (options: object) => unknown])[] = [
  ['dense', (options) => dw.dense(4, options)],
  ['conv1d', (options) => dw.conv1d(4, 3, options)],
  ['conv2d', (options) => dw.conv2d(4, 3, options)],
  ['conv3d', (options) => dw.conv3d(4, 3, options)],
  ['convTranspose1d', (options) => dw.convTranspose1d(4, 3, options)],
  ['convTranspose2d', (options) => dw.convTranspose2d(4, 3, options)],
  ['convTranspose3d', (options) => dw.convTranspose3d(4, 3, options)],
  ['maxPool2d', (options) => dw.maxPool2d(2, options)],
  ['avgPool2d', (options) => dw.avgPool2d(2, options)],
  ['globalAvgPool', (options) => dw.globalAvgPool(options)],
  ['globalMaxPool', (options) => dw.globalMaxPool(options)],
  ['flatten', (options) => dw.flatten(options)],
  ['dropout', (options) => dw.dropout(0.5, options)],
  ['embedding', (options) => dw.embedding(4, 4, options)],
  ['positionalEmbedding', (options) => dw.positionalEmbedding(4, options)],
  ['batchNorm', (options) => dw.batchNorm(options)],
  ['groupNorm', (options) => dw.groupNorm(1, options)],
  ['layerNorm', (options) => dw.layerNorm(options)],
  ['rmsNorm', (options) => dw.rmsNorm(options)],
  ['multiHeadAttention', (options) => dw.multiHeadAttention(2, options)],
  ['transformerEncoderLayer', (options) => dw.transformerEncoderLayer(2, 8, options)],
  ['relu', (options) => dw.relu(options)],
  ['leakyRelu', (options) => dw.leakyRelu(options)],
  ['gelu', (options) => dw.gelu(options)],
  ['softmax', (options) => dw.softmax(options)],
  ['residual', (options) => dw.residual(dw.relu, options)],
  ['add', (options) => dw.add(dw.relu, options)],
  ['concat', (options) => dw.concat(dw.relu, options)],
];

describe('options', () => {
  test.each(MAKERS)('%s refuses a misspelt one with a hint', (kind, make) => {
    const error = errorOf(() => make(misspelt));
    expect(error.code).toBe('LAYER_ARGUMENT');
    expect(error.message).toContain(`${kind} has no option nmae; it has `);
    expect(error.hint).toBe('did you mean name?');
    expect(error.origin?.site?.place?.file).toContain('option-names.test.ts');
    expect(() => make({})).not.toThrow();
  });

  test('of a parameter are checked too', () => {
    const error = errorOf(() => new dw.Parameter(JSON.parse('{ "shape": [2], "intializer": "ones" }')));
    expect([error.code, error.hint]).toEqual(['LAYER_ARGUMENT', 'did you mean initializer?']);
  });

  test.each([
    ['a number', 4],
    ['null', null],
    ['a list', [1]],
  ])('%s in their place is refused', (_, wrong) => {
    expect(errorOf(() => dw.dense(4, JSON.parse(JSON.stringify(wrong)))).message).toContain('its options as an object');
  });

  test.each(['', 'a.b', '.'])('the name "%s" is refused, because dots part paths', (name) => {
    expect(errorOf(() => dw.dense(4, { name })).code).toBe('LAYER_ARGUMENT');
  });
});
