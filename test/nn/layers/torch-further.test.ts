// Unpools, bags, shuffles, masks and sizes by name compute on ONNX Runtime what PyTorch computes, and refuse wrong arguments by name.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { functional, op, tensor, type Value } from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import { errorOf } from '../initializers/error-of.ts';
import { expectRecorded } from './recorded-case.ts';
import { recordedModel } from './recorded-model.ts';
import { CASES, LAYERS, overlapping, unpooled } from './torch-further-table.ts';

/** What functions of values make of the inputs of recorded cases and of their weight. */
const FUNCTIONS: Readonly<Record<string, (...values: Value[]) => Value>> = {
  'maxUnpool2d of windows that overlap': (x) => {
    const { output, indices } = functional.maxPool2d(x as Value, 3, { ...overlapping, returnIndices: true });
    return functional.maxUnpool2d(output, indices, 3, { ...overlapping, like: x });
  },
  maxUnpool1d: (x) => {
    const { output, indices } = functional.maxPool1d(x as Value, 2, { returnIndices: true });
    return functional.maxUnpool1d(output, indices);
  },
  maxUnpool3d: (x) => {
    const { output, indices } = functional.maxPool3d(x as Value, [1, 2, 2], { returnIndices: true });
    return functional.maxUnpool3d(output, indices, [1, 2, 2]);
  },
  'embeddingBag max with offsets and padding': (ids, offsets, weight) =>
    functional.embeddingBag(ids as Value, weight as Value, offsets, { mode: 'max', paddingIdx: 0 }),
  'embeddingBag of weighted rows': (ids, perSampleWeights, weight) =>
    functional.embeddingBag(ids as Value, weight as Value, undefined, { mode: 'sum', perSampleWeights }),
  pixelShuffle1d: (x) => functional.pixelShuffle1d(x as Value, 3),
  pixelUnshuffle1d: (x) => functional.pixelUnshuffle1d(x as Value, 3),
  pixelShuffle3d: (x) => functional.pixelShuffle3d(x as Value, [2, 3, 2]),
  pixelUnshuffle3d: (x) => functional.pixelUnshuffle3d(x as Value, [2, 3, 2]),
  'lpPool1d of signed powers': (x) => functional.lpPool1d(x as Value, 3, { p: 1, strides: 2, signed: true }),
  unflatten: (x) => functional.unflatten(x as Value, 2, [2, 4]),
};

describe('further layers', () => {
  test('every recorded case has its layer', () => {
    expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test.each(CASES.map((one) => [one.name, one] as const))('%s computes what PyTorch computes', async (name, one) => {
    const composition = LAYERS[name]?.();
    if (!composition) throw new Error(`no layer for ${name}`);
    await expectRecorded(one, recordedModel(one, composition).compile());
  });

  test.each(Object.entries(FUNCTIONS))('%s of values computes what PyTorch computes', async (name, compute) => {
    const one = CASES.find((candidate) => candidate.name === name);
    if (!one) throw new Error(`no case ${name}`);
    const all = [...one.inputs, ...Object.values(one.parameters).flatMap((numbers) => numbers ?? [])];
    const program = dw.graph((g) =>
      compute(...all.map(({ dtype, shape }, i) => g.input(`in${i}`, dtype as dw.DType, shape))),
    );
    const bound = program.bind(Object.fromEntries(all.map(({ shape }, i) => [`in${i}`, shape])));
    await expectRecorded({ ...one, inputs: all }, bound.compile());
  });
});

/** What a model of float32 inputs makes of numbers. */
async function outputsOf(
  composition: dw.Composition,
  shape: readonly number[],
  data: readonly number[],
  dtype: 'float32' | 'float16' | 'float64' = 'float32',
) {
  const compiled = dw
    .model(composition, { inputs: { x: tensor(dtype, shape) } })
    .bind(shape)
    .compile();
  await using session = await createSession(compiled, { providers: ['cpu'] });
  const found = await session.run({ x: { dtype, shape, data } });
  return Object.fromEntries(
    Object.entries(found).map(([name, one]) => [
      name,
      { shape: one?.shape, data: Array.from(one?.data ?? [], Number) },
    ]),
  );
}

describe('masking', () => {
  const mask = dw.masking(-1);
  const steps = [1, 2, -1, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1];

  test('sets steps that hold nothing but the value to zero, and gives the mask and the lengths', async () => {
    const found = await outputsOf((x: Value) => ({ ...mask(x) }), [2, 4, 2], steps);
    expect(found).toEqual({
      output: { shape: [2, 4, 2], data: [1, 2, 0, 0, -1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
      mask: { shape: [2, 4], data: [1, 0, 1, 0, 0, 0, 0, 0] },
      lengths: { shape: [2], data: [3, 1] },
    });
  });

  test('of a value computes what the layer computes', async () => {
    const [layer, of] = [(x: Value) => ({ ...mask(x) }), (x: Value) => ({ ...functional.masking(x, -1) })];
    expect(await outputsOf(of, [2, 4, 2], steps)).toEqual(await outputsOf(layer, [2, 4, 2], steps));
  });

  test('gives a recurrent layer the lengths of sequences padded at the end', async () => {
    const encode = dw.gru(3, { returnSequences: false });
    const zeros = dw.masking();
    const padded = dw.model(
      (x: Value) => {
        const { output, lengths } = zeros(x);
        return encode(output, undefined, lengths);
      },
      { inputs: { x: [1, 4, 2] } },
    );
    const plain = dw.model((x: Value) => encode(x), { inputs: { x: [1, 's', 2] } });
    padded.initialize({ seed: 1 });
    const run = async (net: dw.DefinedModel, shape: readonly number[], data: readonly number[]) => {
      await using session = await createSession(net.bind(shape).compile(), { providers: ['cpu'] });
      const { output } = await session.run({ x: { dtype: 'float32', shape, data } });
      return Array.from(output?.data ?? [], Number);
    };
    const [long, short] = [
      await run(padded, [1, 4, 2], [1, 2, 3, 4, 0, 0, 0, 0]),
      await run(plain, [1, 2, 2], [1, 2, 3, 4]),
    ];
    expect(short).toHaveLength(3);
    for (const [i, value] of short.entries()) expect(long[i]).toBeCloseTo(value, 6);
    expect(Math.max(...short.map(Math.abs))).toBeGreaterThan(0.01);
  });

  test('gives attention a mask of its keys', async () => {
    const attention = dw.multiHeadAttention(2);
    const zeros = dw.masking();
    const masked = dw
      .model((x: Value) => attention(x, x, x, op.Unsqueeze(zeros(x).mask, [1, 2])), { inputs: { x: [1, 's', 4] } })
      .initialize({ seed: 2 });
    const step = [1, 2, 3, 4];
    const run = async (count: number) => {
      await using session = await createSession(masked.bind([1, count, 4]).compile(), { providers: ['cpu'] });
      const data = Array.from({ length: count }, (_, i) => (i === 0 ? step : [0, 0, 0, 0])).flat();
      const { output } = await session.run({ x: { dtype: 'float32', shape: [1, count, 4], data } });
      return Array.from(output?.data ?? [], Number).slice(0, 4);
    };
    const [one, three] = [await run(1), await run(3)];
    for (const [i, value] of one.entries()) expect(three[i]).toBeCloseTo(value, 6);
  });
});

describe('maxUnpool2d', () => {
  test.each(['float16', 'float64'] as const)('takes %s, which the operator does not', async (dtype) => {
    // The numbers of a float16 output are raw bits.
    const expected = dtype === 'float16' ? [0, 0, 0, 0x4400] : [0, 0, 0, 4];
    const { output } = await outputsOf(unpooled(2, false, 2)(), [1, 1, 2, 2], [1, 2, 3, 4], dtype);
    expect(output?.data).toEqual(expected);
  });

  test('becomes one MaxUnpool where the pool kept every element', () => {
    const { graph } = dw
      .model(unpooled(2, false, 2)())
      .bind([1, 1, 4, 4])
      .compile();
    expect([...graph.nodes()].map((node) => node.op)).toEqual(['MaxPool', 'MaxUnpool']);
  });
});

describe('reshape', () => {
  const declared = { inputs: { x: ['n', 's', 'w'] } } as const;
  const shapeOf = (composition: dw.Composition, options: object = declared): string =>
    dw.formatShape(dw.model(composition, options).bind(['n', 's', 'w']).graph.outputs[0]?.shape);

  test.each([
    ['a symbol of its input', dw.reshape(['s', 1, 'w']), '[n, s, 1, w]'],
    ['an axis of its input', dw.reshape([{ axis: -1 }, { axis: 1 }]), '[n, w, s]'],
    ['the whole shape by names', dw.reshape(['w', 'n', 's'], { keepBatch: false }), '[w, n, s]'],
    ['a symbol beside -1', dw.reshape([-1, 's']), '[n, w, s]'],
  ])('takes %s', (_, layer, expected) => {
    expect(shapeOf(layer)).toBe(expected);
  });

  test('takes a symbol of another input of the model', () => {
    const layer = dw.reshape([-1, 'h'], { keepBatch: false });
    const net = dw.model((x: Value, y: Value) => op.MatMul(layer(x), op.Reshape(y, [-1, 1])), {
      inputs: { x: ['n', 'h', 'w'], y: ['h'] },
    });
    expect(dw.formatShape(net.bind({ x: ['n', 'h', 'w'], y: ['h'] }).graph.outputs[0]?.shape)).toBe('[n*w, 1]');
  });

  test('refuses a symbol that no input has, naming those that are there', () => {
    const error = errorOf(() => dw.model(dw.reshape(['t', -1]), declared).bind(['n', 's', 'w']));
    expect([error.code, error.message]).toEqual(['LAYER_ARGUMENT', expect.stringMatching(/n, s, w, got "t"/)]);
  });

  test('refuses an axis that the input does not have', () => {
    const error = errorOf(() => dw.model(dw.reshape([{ axis: 3 }, -1]), declared).bind(['n', 's', 'w']));
    expect([error.code, error.message]).toEqual(['LAYER_ARGUMENT', expect.stringMatching(/axis/)]);
  });
});

const WRONG: readonly (readonly [call: string, make: () => unknown, says: RegExp])[] = [
  [
    'maxPool2d with returnIndices of text',
    () => dw.maxPool2d(2, { returnIndices: JSON.parse('"odd"') }),
    /returnIndices/,
  ],
  ['maxUnpool2d(0)', () => dw.maxUnpool2d(0), /size/],
  ['maxUnpool1d with ceilMode', () => dw.maxUnpool1d(2, JSON.parse('{ "ceilMode": true }')), /no option ceilMode/],
  ['maxUnpool3d with strides and padding same', () => dw.maxUnpool3d(2, { padding: 'same' }), /padding/],
  ['embeddingBag with paddingIdx -1', () => dw.embeddingBag(4, 4, { paddingIdx: -1 }), /paddingIdx/],
  ['embeddingBag with paddingIdx 4 of 4', () => dw.embeddingBag(4, 4, { paddingIdx: 4 }), /below its 4 rows/],
  ['pixelShuffle1d(0)', () => dw.pixelShuffle1d(0), /factor/],
  ['pixelShuffle3d([1, 2])', () => dw.pixelShuffle3d([1, 2]), /factor/],
  ['pixelUnshuffle1d(1.5)', () => dw.pixelUnshuffle1d(1.5), /factor/],
  ['pixelUnshuffle3d with an unknown option', () => dw.pixelUnshuffle3d(2, JSON.parse('{ "r": 2 }')), /no option r/],
  ['lpPool1d of p 2.5', () => dw.lpPool1d(2, { p: 2.5 }), /p as an integer/],
  ['lpPool1d of signed p 0', () => dw.lpPool1d(2, { p: 0, signed: true }), /p as a number/],
  ['lpPool1d with signed of text', () => dw.lpPool1d(2, { signed: JSON.parse('"odd"') }), /signed/],
  [
    'mixtureOfExperts with a bias of text',
    () => dw.mixtureOfExperts(3, { hidden: 4, bias: JSON.parse('{ "rooter": true }') }),
    /no option rooter/,
  ],
  [
    'bidirectional of layers with returnState',
    () => dw.bidirectional(dw.relu(), dw.relu(), JSON.parse('{ "returnState": true }')),
    /returnState/,
  ],
  ['contextKeys of another layer', () => dw.contextKeys(dw.multiHeadAttention(2)), /made by crossAttention/],
  ['masking(NaN)', () => dw.masking(Number.NaN), /its value/],
  ['masking with an unknown option', () => dw.masking(0, JSON.parse('{ "mask": 0 }')), /no option mask/],
  ['reshape([{ axis: 0.5 }])', () => dw.reshape([{ axis: 0.5 }]), /its shape/],
  ["reshape([''])", () => dw.reshape(['']), /its shape/],
  ['unflatten(0.5)', () => dw.unflatten(0.5, [2]), /axis/],
  ['unflatten to [-1, -1]', () => dw.unflatten(1, [-1, -1]), /one of them perhaps -1/],
];

describe('arguments', () => {
  test.each(WRONG)('%s is refused where it is made', (_, make, says) => {
    const error = errorOf(make);
    expect([error.code, error.message]).toEqual(['LAYER_ARGUMENT', expect.stringMatching(says)]);
  });

  test('weights of numbers are refused beside another mode than sum', () => {
    const layer = dw.embeddingBag(4, 4, { mode: 'mean' });
    const make = () =>
      dw.model((ids: Value, weights: Value) => layer(ids, undefined, weights), {
        inputs: { ids: tensor('int64', ['n', 'k']), weights: ['n', 'k'] },
      });
    const error = errorOf(make);
    expect([error.code, error.message]).toEqual(['LAYER_ARGUMENT', expect.stringMatching(/mode as "sum"/)]);
  });
});
