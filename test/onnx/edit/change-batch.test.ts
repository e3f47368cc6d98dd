// Batch sizes that change, those that an exporter fixed included: ONNX Runtime takes the result at any size.
import { describe, expect, test } from 'vitest';
import { changeBatch } from '../../../codegen/onnx/edit/change-batch.ts';
import type { OnnxModel } from '../../../codegen/onnx/onnx-model.ts';
import { formatType } from '../../../src/ir/type.ts';
import { expectSameRuns, feedsOf, runModel } from '../bind/run-model.ts';
import { fedInputs, modelOf } from './helpers.ts';

const types = (model: OnnxModel): string[] =>
  [...model.graph.inputs, ...model.graph.outputs].map((value) => `${value.name} ${formatType(value.declaredType)}`);

const CHAIN = modelOf(
  'g (float[n, 4] x, float[n, 4] z) => (float[n, 4] y, float[n, 8] c) { h = Relu(x) y = Neg(h) c = Concat<axis = 1>(h, z) d = Abs(z) }',
);

describe('changeBatch', () => {
  const fixed = (shape: string, batch: number, to: string) =>
    modelOf(
      `g (float[${batch}, ${shape}] x) => (y) <int64[${to.split(',').length}] t = {${to}}> { h = Relu(x) r = Reshape(h, t) y = Neg(r) }`,
    );

  test.each([
    { batch: 1, shape: '2, 6', to: '1, 12', expected: '[batch, 12]' },
    { batch: 1, shape: '2, 6', to: '1, -1', expected: '[batch, 12]' },
    { batch: 1, shape: '2, 6', to: '0, -1', expected: '[batch, 12]' },
    { batch: 1, shape: '2, 6', to: '-1, 6', expected: '[2*batch, 6]' },
    { batch: 1, shape: '2, 6', to: '2, 6', expected: '[2*batch, 6]' },
    { batch: 2, shape: '3, 4', to: '2, 12', expected: '[batch, 12]' },
    { batch: 2, shape: '3, 4', to: '6, 4', expected: '[3*batch, 4]' },
    { batch: 2, shape: '3, 4', to: '1, 2, 12', expected: '[1, batch, 12]' },
  ])('opens a batch of $batch, a Reshape to [$to] included', async ({ batch, shape, to, expected }) => {
    const before = fixed(shape, batch, to);
    const open = changeBatch(before, 'batch');
    expect(types(open)[1]).toBe(`y float32${expected}`);
    await expectSameRuns(before, open, { batch });
    const three = changeBatch(before, 3);
    expect(await runModel(three, feedsOf(three, {}))).toEqual(await runModel(open, feedsOf(open, { batch: 3 })));
  });

  test('binds a symbol, renames it, and gives one to a size without a name', () => {
    expect(types(changeBatch(CHAIN, 2)).slice(2)).toEqual(['y float32[2, 4]', 'c float32[2, 8]']);
    expect(types(changeBatch(CHAIN, 'N')).slice(2)).toEqual(['y float32[N, 4]', 'c float32[N, 8]']);
    const unnamed = modelOf('g (float[?, 4] x) => (y) { y = Neg(x) }');
    expect(types(changeBatch(unnamed, 'N'))).toEqual(['x float32[N, 4]', 'y float32[N, 4]']);
  });

  test('changes the axes that are named', () => {
    const model = modelOf('g (float[7, 1, 4] x, float[1, 4] z) => (y) { y = Add(x, z) }');
    expect(types(changeBatch(model, 5, { axes: { x: 1, z: 0 } }))).toEqual([
      'x float32[7, 5, 4]',
      'z float32[5, 4]',
      'y float32[7, 5, 4]',
    ]);
    expect(fedInputs(changeBatch(model, 5, { axes: { x: 1 } }))).toEqual(['x', 'z']);
  });
});
