// Loading checkpoints into models: sizes before any batch, reports, mistakes by name, all or nothing.
import { describe, expect, test } from 'vitest';
import * as dw from '../../src/index.ts';
import { materialize, type TensorData, tensorFromValues, typedArrayOf } from '../../src/index.ts';
import { errorOf } from '../nn/initializers/error-of.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;

const counting = (shape: readonly number[], dtype: dw.DType = 'float32'): TensorData =>
  tensorFromValues(
    dtype,
    shape,
    Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, i) => i),
  );

const checkpoint = (shapes: Shapes, dtype: dw.DType = 'float32'): dw.Checkpoint => ({
  source: 'w.safetensors',
  tensors: new Map(Object.entries(shapes).map(([name, shape]) => [name, counting(shape, dtype)])),
  metadata: new Map(),
});

const FITS: Shapes = { '0.weight': [8, 20], '0.bias': [8], '2.weight': [3, 8], '2.bias': [3] };
const mlp = (): dw.DefinedModel => dw.model(dw.sequential(dw.dense(8), dw.relu(), dw.dense(3)));
const textsOf = (net: dw.DefinedModel): string[] => [...net.parameters().values()].map(String);

describe('load', () => {
  test('settles unknown sizes before any batch, without initialize()', () => {
    const net = mlp();
    const report = net.load(checkpoint(FITS));
    expect(textsOf(net)).toEqual([
      '0.weight float32(8, 20)',
      '0.bias float32(8)',
      '2.weight float32(3, 8)',
      '2.bias float32(3)',
    ]);
    expect(report.loaded.get('2.weight')).toEqual(['2.weight']);
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [], ignored: [] });
    expect(net.bind(['n', 20]).compile().bytes().length).toBeGreaterThan(800);
  });

  test('a batch that does not fit is refused with the tensor that settled the size', () => {
    const net = mlp();
    net.load(checkpoint(FITS));
    const error = errorOf(() => net.bind([2, 21]));
    expect(error.code).toBe('SHAPE_MISMATCH');
    expect(error.message).toMatch(/takes 20 input features, this batch brings 21/);
    expect(error.message).toContain('0.weight of w.safetensors');
  });

  test('sizes that one tensor settles reach the parameters that the checkpoint lacks', () => {
    const net = dw.model(dw.sequential(dw.conv2d(4, 3), dw.batchNorm()), { inputs: { x: ['n', '?', 8, 8] } });
    net.load(checkpoint({ '0.weight': [4, 3, 3, 3], '0.bias': [4] }), { allowMissing: true });
    expect(String(net.parameter('1.weight'))).toBe('1.weight float32(4)');
  });

  test('a loaded parameter keeps its data when the rest is initialized', () => {
    const net = mlp();
    const report = net.load(checkpoint({ '0.weight': [8, 20], '0.bias': [8] }), { allowMissing: /^2\./ });
    expect(report.missing).toEqual(['2.weight', '2.bias']);
    net.initialize({ seed: 1 });
    net.bind([2, 20]);
    const bytes = materialize(net.parameter('0.bias').data());
    expect(bytes && [...typedArrayOf('float32', bytes)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(net.parameter('2.weight').isReady).toBe(true);
  });

  test('names are mapped by rules and by functions', () => {
    const given = checkpoint({ 'net.0.weight': [8, 20], 'net.0.bias': [8], 'net.2.weight': [3, 8], 'net.2.bias': [3] });
    expect(
      mlp()
        .load(given, { names: [['net.', '']] })
        .loaded.get('0.bias'),
    ).toEqual(['net.0.bias']);
    expect(mlp().load(given, { names: (name) => name.slice(4) }).loaded.size).toBe(4);
  });

  test('running statistics are loaded as parameters are', () => {
    const net = dw.model(dw.batchNorm());
    net.load(checkpoint({ weight: [4], bias: [4], running_mean: [4], running_var: [4], num_batches_tracked: [] }), {
      names: [
        [/running_mean$/, 'runningMean'],
        [/running_var$/, 'runningVar'],
        [/num_batches_tracked$/, null],
      ],
    });
    expect(textsOf(net)).toEqual([
      'weight float32(4)',
      'bias float32(4)',
      'runningMean float32(4)',
      'runningVar float32(4)',
    ]);
  });
});

describe('element types', () => {
  const open = (): dw.DefinedModel => dw.model(dw.dense(3, { bias: false }));
  const fixed = (): dw.DefinedModel => dw.model(dw.dense(3, { bias: false, dtype: 'float32' }));
  const half = checkpoint({ weight: [3, 2] }, 'float16');

  test('an open one is that of the checkpoint', () => {
    const net = open();
    net.load(half);
    expect(String(net.parameter('weight'))).toBe('weight float16(3, 2)');
  });

  test('another one is refused unless a cast is asked for', () => {
    const error = errorOf(() => fixed().load(half));
    expect(error.code).toBe('CHECKPOINT_MISMATCH');
    expect(error.message).toContain(
      'parameter weight is float32[3, ?], tensor weight of w.safetensors is float16[3, 2]',
    );
    expect(error.message).toContain("cast: 'model'");
  });

  test.each([
    ['model', fixed, 'float32'],
    ['model', open, 'float32'],
    ['checkpoint', fixed, 'float16'],
    ['bfloat16', fixed, 'bfloat16'],
  ] as const)('cast %s', (cast, make, dtype) => {
    const net = make();
    net.load(half, { cast });
    expect(net.parameter('weight').dtype).toBe(dtype);
    const data = dw.castTensor(net.parameter('weight').data(), 'float32');
    expect([...typedArrayOf('float32', materialize(data) ?? new Uint8Array())]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('integers are no weights, whatever is allowed', () => {
    const error = errorOf(() => open().load(checkpoint({ weight: [3, 2] }, 'int32'), { partial: true }));
    expect(error.code).toBe('CHECKPOINT_MISMATCH');
  });
});

describe('what does not fit', () => {
  interface Case {
    readonly name: string;
    readonly given: Shapes;
    readonly code: dw.ErrorCode;
    readonly says: RegExp;
  }
  const { '2.bias': _dropped, ...lacking } = FITS;
  const CASES: readonly Case[] = [
    { name: 'a missing tensor', given: lacking, code: 'CHECKPOINT_MISSING', says: /no tensor for parameter 2\.bias/ },
    {
      name: 'a misspelt name',
      given: { ...lacking, '2.bais': [3] },
      code: 'CHECKPOINT_MISSING',
      says: /did you mean 2\.bais\?/,
    },
    {
      name: 'a tensor too many',
      given: { ...FITS, extra: [1] },
      code: 'CHECKPOINT_UNEXPECTED',
      says: /tensor extra of w\.safetensors is no parameter/,
    },
    {
      name: 'names with another beginning',
      given: Object.fromEntries(Object.entries(FITS).map(([name, shape]) => [`net.${name}`, shape])),
      code: 'CHECKPOINT_MISSING',
      says: /the names begin with "net\.": pass names: \[\['net\.', ''\]\]/,
    },
    {
      name: 'another size',
      given: { ...FITS, '2.weight': [4, 8] },
      code: 'CHECKPOINT_MISMATCH',
      says: /parameter 2\.weight is floats \[3, 8\], tensor 2\.weight of w\.safetensors is float32\[4, 8\]/,
    },
    {
      name: 'axes the other way round',
      given: { ...FITS, '0.weight': [20, 8] },
      code: 'CHECKPOINT_MISMATCH',
      says: /add \{ from: '0\.weight', transpose: true \} to the names/,
    },
    { name: 'another rank', given: { ...FITS, '0.bias': [8, 1] }, code: 'CHECKPOINT_MISMATCH', says: /0\.bias/ },
    { name: 'a size of zero', given: { ...FITS, '0.weight': [8, 0] }, code: 'CHECKPOINT_MISMATCH', says: /\[8, 0\]/ },
  ];

  test.each(CASES)('$name is refused, and nothing is changed', ({ given, code, says }) => {
    const net = dw.model(dw.sequential(dw.dense(8), dw.relu(), dw.dense(3)), { inputs: { x: ['n', '?'] } });
    const before = textsOf(net);
    const error = errorOf(() => net.load(checkpoint(given)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
    expect(textsOf(net)).toEqual(before);
    expect([...net.parameters().values()].some((cell) => cell.isInitialized)).toBe(false);
    net.load(checkpoint(FITS));
    expect(net.hasUnknownParameters).toBe(false);
  });

  test('sizes that do not fit each other are refused by the call that needs them, and nothing is changed', () => {
    const net = dw.model(dw.add(dw.dense(4, { bias: false }), dw.dense(4, { bias: false })), {
      inputs: { x: ['n', '?'] },
    });
    const error = errorOf(() => net.load(checkpoint({ '0.weight': [4, 20], '1.weight': [4, 21] })));
    expect(error.code).toBe('SHAPE_MISMATCH');
    expect(error.message).toContain('21');
    expect(textsOf(net)).toEqual(['0.weight float32(4, ?)', '1.weight float32(4, ?)']);
  });

  test('a rule that leaves out too much is told with what it leaves out', () => {
    const error = errorOf(() => mlp().load(checkpoint(FITS), { names: [[/bias$/, null]] }));
    expect(error.code).toBe('CHECKPOINT_MISSING');
    expect(error.message).toContain('the name map leaves out 0.bias, 2.bias');
  });

  test('all mistakes are told together', () => {
    const error = errorOf(() => mlp().load(checkpoint({ '0.weight': [9, 20], '0.bias': [8], other: [1] })));
    expect(error.errors.map(({ code }) => code)).toEqual([
      'CHECKPOINT_MISMATCH',
      'CHECKPOINT_MISSING',
      'CHECKPOINT_MISSING',
      'CHECKPOINT_UNEXPECTED',
    ]);
  });

  test('a partial load takes what fits and reports the rest', () => {
    const report = mlp().load(checkpoint({ '0.weight': [8, 20], '0.bias': [9], other: [1] }), { partial: true });
    expect([...report.loaded.keys()]).toEqual(['0.weight']);
    expect(report).toMatchObject({
      missing: ['2.weight', '2.bias'],
      unexpected: ['other'],
      mismatched: [{ path: '0.bias', source: '0.bias', expected: 'floats [8]', actual: 'float32[9]' }],
    });
  });

  test('what is no checkpoint, and options that do not exist, are refused', () => {
    const load = (given: unknown, options: unknown) => mlp().load(given as dw.Checkpoint, options as dw.LoadOptions);
    expect(errorOf(() => load('w.safetensors', {})).message).toMatch(/a checkpoint, as openCheckpoint gives it/);
    expect(errorOf(() => load(checkpoint(FITS), { allowMising: true })).message).toMatch(/did you mean allowMissing\?/);
    expect(errorOf(() => load(checkpoint(FITS), { cast: 'half' })).code).toBe('LAYER_ARGUMENT');
  });
});

describe('the rules of the documentation', () => {
  test('name, cut, turn, join, stack and reshape', () => {
    const given = checkpoint({
      'bert.layer.0.qkv.weight': [6, 4],
      'bert.layer.0.c_fc.weight': [4, 8],
      'bert.gate.weight': [2, 4],
      'bert.up.weight': [3, 4],
      'bert.experts.10.w1': [2, 2],
      'bert.experts.9.w1': [2, 2],
      'bert.pos': [6],
      'rotary.inv_freq': [2],
    });
    const { tensors } = dw.mapCheckpoint(given, [
      ['bert.', ''],
      [/layer\.(\d+)/, 'blocks.$1'],
      [/\.inv_freq$/, null],
      { from: /c_fc\.weight$/, transpose: true },
      { from: /qkv\.(.*)/, to: ['q.$1', 'k.$1', 'v.$1'], axis: 0 },
      { from: [/gate\.(.*)/, /up\.(.*)/], to: 'gateUp.$1' },
      { from: /experts\.\d+\.w1/, to: 'experts.weight', stack: true },
      { from: 'pos', reshape: [1, 2, 3] },
    ]);
    expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual({
      'blocks.0.q.weight': [2, 4],
      'blocks.0.k.weight': [2, 4],
      'blocks.0.v.weight': [2, 4],
      'blocks.0.c_fc.weight': [8, 4],
      'gateUp.weight': [5, 4],
      'experts.weight': [2, 2, 2],
      pos: [1, 2, 3],
    });
  });
});
