// Layers that compare, merge and look up compute on ONNX Runtime what PyTorch computes, and refuse wrong arguments by name.
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import { errorOf } from '../initializers/error-of.ts';
import { expectRecorded } from './recorded-case.ts';
import { recordedModel } from './recorded-model.ts';
import { CASES, LAYERS } from './torch-shapes-table.ts';

describe('layers that compare, merge and look up', () => {
  test('every recorded case has its layer', () => {
    expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test.each(CASES.map((one) => [one.name, one] as const))('%s computes what PyTorch computes', async (name, one) => {
    const composition = LAYERS[name]?.();
    if (!composition) throw new Error(`no layer for ${name}`);
    await expectRecorded(one, recordedModel(one, composition).compile());
  });
});

/** A value as the one row of a batch. */
const row = (x: Value): Value => dw.op.Unsqueeze(x, [0]);

/** A weight of ones. */
const ones = (sizes: readonly number[]): Value =>
  dw.op.ConstantOfShape(
    sizes.map((size) => BigInt(size)),
    { value: dw.tensorFromValues('float32', [1], [1]) },
  );

/** What a function of values makes of [1, 2, 3] and [5, 1, 3]. */
const MERGES: readonly (readonly [name: string, merge: (a: Value, b: Value) => Value, expected: readonly number[]])[] =
  [
    ['add', (a, b) => dw.functional.add(a, b, a), [7, 5, 9]],
    ['subtract', (a, b) => dw.functional.subtract(a, b), [-4, 1, 0]],
    ['multiply', (a, b) => dw.functional.multiply(a, b, b), [25, 2, 27]],
    ['average', (a, b) => dw.functional.average(a, b, a, a), [2, 1.75, 3]],
    ['maximum', (a, b) => dw.functional.maximum(a, b), [5, 2, 3]],
    ['minimum', (a, b) => dw.functional.minimum(a, b), [1, 1, 3]],
    ['stack', (a, b) => dw.functional.stack([a, b]), [1, 5, 2, 1, 3, 3]],
    ['split', (a) => dw.functional.split(a, 3)[2] ?? a, [3]],
    ['select', (a) => dw.functional.select(a, -1, { axis: 0 }), [3]],
    ['rescale', (a) => dw.functional.rescale(a, 2, -1), [1, 3, 5]],
    ['bilinear', (a, b) => dw.functional.bilinear(row(a), row(b), ones([1, 3, 3])), [54]],
    ['einsumDense', (a) => dw.functional.einsumDense('ab,bc->ac', row(a), ones([3, 2])), [6, 6]],
    [
      'embeddingBag',
      (a, b) =>
        dw.functional.embeddingBag(
          row(dw.functional.cast(a, 'int64')),
          dw.op.Unsqueeze(dw.op.Concat([a, b], { axis: 0 }), [1]),
          undefined,
          'sum',
        ),
      [10],
    ],
    ['cosineSimilarity', (a, b) => dw.functional.cosineSimilarity(row(a), row(b)), [16 / Math.sqrt(14 * 35)]],
    ['dot', (a, b) => dw.functional.dot(row(a), row(b), 1), [16]],
    ['pairwiseDistance', (a, b) => dw.functional.pairwiseDistance(row(a), row(b)), [Math.sqrt(17)]],
    ['unitNorm', (a) => dw.functional.unitNorm(row(a)), [1, 2, 3].map((value) => value / Math.sqrt(14))],
    ['identity', (a) => dw.functional.identity(a), [1, 2, 3]],
    ['permute', (a, b) => dw.functional.permute(row(dw.functional.stack([a, b])), [2, 1]), [1, 2, 3, 5, 1, 3]],
    ['repeatVector', (a) => dw.functional.repeatVector(row(a), 2), [1, 2, 3, 1, 2, 3]],
    ['reshape', (a) => dw.functional.reshape(row(a), [3, 1]), [1, 2, 3]],
    ['oneHot', (a) => dw.functional.oneHot(dw.functional.cast(a, 'int64'), 4), [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]],
  ];

describe('functional', () => {
  test.each(MERGES)('%s', async (_, merge, expected) => {
    const compiled = dw
      .model((a: Value, b: Value) => merge(a, b), { inputs: { a: [3], b: [3] } })
      .bind({ a: [3], b: [3] })
      .compile();
    await using session = await createSession(compiled, { providers: ['cpu'] });
    const { output } = await session.run({
      a: { dtype: 'float32', shape: [3], data: [1, 2, 3] },
      b: { dtype: 'float32', shape: [3], data: [5, 1, 3] },
    });
    const found = Array.from(output?.data ?? [], Number);
    expect(found).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
  });
});

const WRONG: readonly (readonly [call: string, make: () => unknown, says: RegExp])[] = [
  ['permute([0, 1])', () => dw.permute([0, 1]), /each of the axes 1, 2/],
  ['permute([1, 1])', () => dw.permute([1, 1]), /order/],
  ['reshape([-1, -1])', () => dw.reshape([-1, -1]), /one of them perhaps -1/],
  ['reshape([0])', () => dw.reshape([0]), /its shape/],
  ['repeatVector(0)', () => dw.repeatVector(0), /count/],
  ['select(0.5)', () => dw.select(0.5), /index/],
  ['rescale(NaN)', () => dw.rescale(Number.NaN), /scale/],
  ['cast to flaot32', () => dw.cast(JSON.parse('"flaot32"')), /element type of ONNX/],
  ['oneHot(0)', () => dw.oneHot(0), /count/],
  ['unitNorm with epsilon 0', () => dw.unitNorm({ epsilon: 0 }), /epsilon/],
  ['subtract of one', () => dw.subtract(dw.relu()), /two layers/],
  ['stack with axis 0.5', () => dw.stack(dw.relu(), { axis: 0.5 }), /axis/],
  ['split(0)', () => dw.split(0), /its parts/],
  ['split([])', () => dw.split([]), /at least one size/],
  ['bilinear(0)', () => dw.bilinear(0), /units/],
  ['embeddingBag(0, 4)', () => dw.embeddingBag(0, 4), /count/],
  ['embeddingBag of mode median', () => dw.embeddingBag(4, 4, { mode: JSON.parse('"median"') }), /mode/],
  ['cosineSimilarity with axis 0.5', () => dw.cosineSimilarity({ axis: JSON.parse('0.5'), nmae: 1 } as object), /nmae/],
  ['pairwiseDistance with an unknown option', () => dw.pairwiseDistance(JSON.parse('{ "q": 2 }')), /no option q/],
  ['dot(0.5)', () => dw.dot(0.5), /axes/],
  ['einsumDense without an arrow', () => dw.einsumDense('ab,bc', 4), /its equation/],
  ['einsumDense with an unknown label', () => dw.einsumDense('ab,bc->ad', 4), /its equation/],
  ['einsumDense with too many sizes', () => dw.einsumDense('ab,bc->ac', [1, 2, 3]), /at most 2/],
  ['einsumDense without a size', () => dw.einsumDense('ab,bc->ac', [null]), /a size for label c/],
  [
    'einsumDense with another bias',
    () => dw.einsumDense('ab,bc->ac', 4, { biasAxes: 'b' }),
    /labels of the output, ac/,
  ],
];

describe('arguments', () => {
  test.each(WRONG)('%s is refused where it is made', (_, make, says) => {
    const error = errorOf(make);
    expect([error.code, error.message]).toEqual(['LAYER_ARGUMENT', expect.stringMatching(says)]);
  });
});
