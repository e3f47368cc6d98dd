// Checks find what is wrong with a model, name it, and find nothing of the kind in the model beside it that is right.
import { describe, expect, test } from 'vitest';
import { checkModel } from '../../../codegen/onnx/check/check-model.ts';
import { readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import type { ModelProto } from '../../../codegen/onnx/proto/messages.ts';
import { encodeModel } from '../../../codegen/onnx/proto/write-message.ts';
import { floats, fn, functions, model, node, value } from './build.ts';
import type { CheckCase } from './case.ts';
import { BESIDE_CASES } from './wrong-beside.ts';
import { NAME_CASES } from './wrong-names.ts';
import { NODE_CASES } from './wrong-nodes.ts';
import { REST_CASES } from './wrong-rest.ts';
import { STRUCTURE_CASES } from './wrong-structure.ts';
import { TYPE_CASES } from './wrong-types.ts';

const CASES = [...STRUCTURE_CASES, ...NAME_CASES, ...NODE_CASES, ...TYPE_CASES, ...REST_CASES, ...BESIDE_CASES];

/** The findings of a message that went through a file. */
const check = (model: ModelProto, options: CheckCase['options']) => checkModel(readOnnx(encodeModel(model)), options);

describe('checkModel', () => {
  test.each(CASES.map((one) => [one.code, one.what, one] as const))('finds by %s %s', (code, _, one) => {
    const found = check(one.wrong, one.options);
    const own = found.filter((finding) => finding.code === code);
    expect(
      own.map(({ message }) => message).join('\n') || found.map((each) => `${each.code} ${each.message}`),
    ).toContain(one.says);
    if (one.at !== undefined) expect(own.map(({ path }) => path.join(' > ')).join('\n')).toContain(one.at);
  });

  test.each(CASES.map((one) => [one.code, one.what, one] as const))('finds no %s beside %s', (code, _, one) => {
    const found = check(one.good, one.options);
    expect(found.filter((finding) => finding.code === code)).toEqual([]);
    expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('goes on behind what cannot be read, and tells errors first', () => {
    const found = check(
      model({
        initializer: [floats('w', [3], 1), floats('unused', [1], 1)],
        node: [
          node('Add', ['x', 'w'], ['y']),
          node('Relu', ['x'], ['y']),
          node('Neg', ['nowhere'], ['n']),
          node('Add', ['x', 'b'], ['a']),
          node('Add', ['x', 'a'], ['b']),
          node('MatMul', ['x', 'x'], ['m'], { name: 'product' }),
        ],
        output: ['y', 'n', 'b', 'm'].map((name) => value(name)),
      }),
      undefined,
    );
    expect(found.map(({ code, node: at }) => (at ? `${code} ${at.index}` : code))).toEqual([
      'NAME_TWICE 1',
      'NAME_UNDEFINED 2',
      'NODE_CYCLE',
      'TENSOR_DATA',
      'SHAPE_MISMATCH 5',
      'INITIALIZER_UNUSED',
      'NODE_UNUSED 1',
    ]);
  });

  test('tells a mistake in a function once, however often it is called', () => {
    const calls = ['a', 'b', 'y'].map((name, i) => node('F', [['x', 'a', 'b'][i] ?? ''], [name], { domain: 'own' }));
    const found = check(
      functions([fn('F', { node: [node('Relu', ['a'], ['h']), node('MatMul', ['h', 'h'], ['b'])] })], { node: calls }),
      undefined,
    );
    expect(found.filter(({ code }) => code === 'SHAPE_MISMATCH').map(({ path }) => path.join(' > '))).toEqual([
      'function own.F > 1 (MatMul)',
    ]);
  });

  test('throws EMIT_TARGET for a target that there is not', () => {
    expect(() => check(model(), { target: 'ort@9' })).toThrow('EMIT_TARGET');
  });
});
