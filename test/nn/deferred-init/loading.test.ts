// Deferred initialization: checkpoints loaded into models that no batch has bound yet, and into bound ones (D64 to D80).
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { op, tensorFromValues, type Value } from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';
import { floatsOf, printed, weightsOf } from './helpers.ts';

const mlp = (): dw.DefinedModel => dw.model(dw.sequential(dw.dense(4), dw.dense(2)));

type Shapes = Readonly<Record<string, readonly number[]>>;

const saved = (shapes: Shapes, dtype: dw.DType = 'float32'): dw.Checkpoint => ({
  source: 'saved.safetensors',
  tensors: new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [
        name,
        tensorFromValues(
          dtype,
          shape,
          Array.from({ length: count }, (_, i) => i / 8),
        ),
      ];
    }),
  ),
  metadata: new Map(),
});

const FITS: Shapes = { '0.weight': [4, 3], '0.bias': [4], '1.weight': [2, 4], '1.bias': [2] };

describe('load', () => {
  test('D67 D69 binds an unbound model: sizes come from the file, without a batch and without initialize()', () => {
    const net = mlp();
    net.load(saved(FITS));
    expect(printed(net)).toEqual(['0.weight (4, 3)', '0.bias (4)', '1.weight (2, 4)', '1.bias (2)']);
    expect(net.hasUnknownParameters).toBe(false);
    expect([...floatsOf(net.parameter('1.bias'))]).toEqual([0, 0.125]);
  });

  test('D64 a parameter that two layers share loads from its one name', () => {
    const shared = dw.dense(3);
    const net = dw.model(dw.sequential(shared, dw.relu(), shared));
    const report = net.load(saved({ '0.weight': [3, 3], '0.bias': [3] }));
    expect([...report.loaded.keys()]).toEqual(['0.weight', '0.bias']);
    const every = saved({ '0.weight': [3, 3], '0.bias': [3], '2.weight': [3, 3], '2.bias': [3] });
    expect(
      dw.model(dw.sequential(shared, dw.relu(), shared)).load(every, { allowUnexpected: /^2\./ }).unexpected,
    ).toEqual(['2.weight', '2.bias']);
  });

  test('D70 a shape that contradicts a known size is refused with the parameter and both shapes', () => {
    const error = errorOf(() => mlp().load(saved({ ...FITS, '0.bias': [5] })));
    expect(error.code).toBe('CHECKPOINT_MISMATCH');
    expect([error.origin?.path, error.expected, error.actual]).toEqual(['0.bias', 'floats [4]', 'float32[5]']);
  });

  test('D71 another element type is refused unless a cast is asked for; then the named side wins', () => {
    const make = () => dw.model(dw.sequential(dw.dense(4, { dtype: 'float32' }), dw.dense(2, { dtype: 'float32' })));
    const half = saved(FITS, 'float16');
    expect(errorOf(() => make().load(half)).code).toBe('CHECKPOINT_MISMATCH');
    for (const [cast, dtype] of [
      ['model', 'float32'],
      ['checkpoint', 'float16'],
    ] as const) {
      const net = make();
      net.load(half, { cast });
      expect(new Set([...net.parameters().values()].map((cell) => cell.dtype))).toEqual(new Set([dtype]));
    }
  });

  test('D72 a parameter that the file lacks is refused by name, with what is left over; allowMissing passes it', () => {
    const { '1.bias': _, ...rest } = FITS;
    const error = errorOf(() => mlp().load(saved({ ...rest, '1.bais': [2] })));
    expect(error.errors[0]).toMatchObject({ code: 'CHECKPOINT_MISSING', actual: 'left over: 1.bais' });
    expect(error.message).toContain('no tensor for parameter 1.bias');
    expect(mlp().load(saved(rest), { allowMissing: true }).missing).toEqual(['1.bias']);
  });

  test('D73 a tensor that the model lacks is refused by name; allowUnexpected passes it', () => {
    const more = saved({ ...FITS, '2.weight': [1] });
    const error = errorOf(() => mlp().load(more));
    expect(error.code).toBe('CHECKPOINT_UNEXPECTED');
    expect(error.message).toContain('2.weight');
    expect(mlp().load(more, { allowUnexpected: true }).unexpected).toEqual(['2.weight']);
  });

  test('D78 running statistics load as parameters do, and settle unknown sizes', () => {
    const net = dw.model(dw.batchNorm());
    net.load(saved({ weight: [3], bias: [3], runningMean: [3], runningVar: [3] }));
    expect(printed(net)).toEqual(['weight (3)', 'bias (3)', 'runningMean (3)', 'runningVar (3)']);
    expect(errorOf(() => dw.model(dw.batchNorm()).load(saved({ weight: [3], bias: [3] }))).errors).toHaveLength(2);
  });

  test('D80 a load that fails half way leaves the model as it was, also where only the whole does not fit', () => {
    const net = mlp().initialize({ seed: 1 });
    net.bind([2, 3]);
    const before = weightsOf(net);
    expect(errorOf(() => net.load(saved({ ...FITS, '1.bias': [7] }))).code).toBe('CHECKPOINT_MISMATCH');
    expect(weightsOf(net)).toEqual(before);
    const open = dw.model((x: Value) => op.Relu(x), { inputs: { x: ['n', 3] } });
    expect(open.load(saved({})).loaded.size).toBe(0);
    // Each of the two fits its parameter; both take the last axis of the input.
    const chained = dw.model(dw.add(dw.dense(4), dw.dense(4)), { inputs: { x: ['n', '?'] } });
    const apart = { '0.weight': [4, 3], '0.bias': [4], '1.weight': [4, 5], '1.bias': [4] };
    const unbound = printed(chained);
    expect(errorOf(() => chained.load(saved(apart))).code).toBe('SHAPE_MISMATCH');
    expect(printed(chained)).toEqual(unbound);
    expect([...chained.parameters().values()].some((cell) => cell.isReady)).toBe(false);
  });
});
