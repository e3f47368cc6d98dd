// Every way of feeding wrongly that we know of, each with its message; what ONNX Runtime itself lets pass is among them.
import { createSession, type Feeds, graph, model, op, type Session, tensor, type Value } from 'dimwise';
import ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Diagnostic, isDimwiseError } from '../../src/base/errors.ts';

const CPU = { providers: 'cpu' } as const;

const MODELS = {
  /** One input of floats. */
  rows: model((x: Value) => op.Relu(x), { inputs: { x: tensor('float32', ['n', 4]) } }).bind({ x: ['n', 4] }),
  /** One symbol on two inputs, an expression, a range. */
  ids: model((a: Value, b: Value) => op.Concat([a, b], { axis: 1 }), {
    inputs: { ids: tensor('int64', ['batch', 'seq']), more: tensor('int64', ['batch', '2*seq']) },
    symbols: { seq: { max: 8 } },
  }).bind({ ids: ['batch', 'seq'], more: ['batch', '2*seq'] }),
  /** A size that must be even. */
  even: model((x: Value) => op.SpaceToDepth(x, { blocksize: 2 }), {
    inputs: { image: tensor('float32', ['n', 1, 'h', 'w']) },
  }).bind({ image: ['n', 1, 'h', 'w'] }),
  /** Two sizes that meet. */
  meet: graph((g) => op.MatMul(g.input('left', 'float32', ['a', 'b']), g.input('right', 'float32', ['c', 'd']))).bind({
    left: ['a', 'b'],
    right: ['c', 'd'],
  }),
  /** Two sizes that broadcast. */
  wide: graph((g) => op.Add(g.input('p', 'float32', ['k']), g.input('q', 'float32', ['m']))).bind({
    p: ['k'],
    q: ['m'],
  }),
  /** One name on two inputs that never meet. */
  same: graph((g) => ({
    nota: op.Neg(g.input('a', 'float32', ['n'])),
    notb: op.Neg(g.input('b', 'float32', ['n'])),
  })).bind({ a: ['n'], b: ['n'] }),
  /** Rows of halves. */
  halves: graph((g) => op.Neg(g.input('f16', 'float16', ['n', 2]))).bind({ f16: ['n', 2] }),
  /** One input of each other type. */
  types: graph((g) => ({
    o16: op.Neg(g.input('f16', 'float16', ['n'])),
    o64: op.Neg(g.input('f64', 'float64', ['n'])),
    oi8: op.Neg(g.input('i8', 'int8', ['n'])),
    oi32: op.Neg(g.input('i32', 'int32', ['n'])),
    ou8: op.Identity(g.input('u8', 'uint8', ['n'])),
    ou64: op.Identity(g.input('u64', 'uint64', ['n'])),
    ob: op.Not(g.input('flag', 'bool', ['n'])),
    os: op.Identity(g.input('text', 'string', ['n'])),
    oscalar: op.Neg(g.input('scalar', 'float32', [])),
  })).bind({
    f16: ['n'],
    f64: ['n'],
    i8: ['n'],
    i32: ['n'],
    u8: ['n'],
    u64: ['n'],
    flag: ['n'],
    text: ['n'],
    scalar: [],
  }),
} as const;

type ModelName = keyof typeof MODELS;

const sessions = new Map<string, Session>();
beforeAll(async () => {
  for (const [name, bound] of Object.entries(MODELS)) sessions.set(name, await createSession(bound.compile(), CPU));
  sessions.set('strict', await createSession(MODELS.rows.compile(), { ...CPU, nonFinite: 'refuse' }));
  sessions.set('strict types', await createSession(MODELS.types.compile(), { ...CPU, nonFinite: 'refuse' }));
});
afterAll(async () => {
  for (const session of sessions.values()) await session.dispose();
});

async function mistakesOf(name: string, feeds: unknown): Promise<readonly Diagnostic[]> {
  try {
    // What is fed here is what no type lets through.
    await sessions.get(name)?.run(feeds as Feeds);
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return error.errors;
  }
  return [];
}

const OF_TYPES = {
  f16: [1],
  f64: [1],
  i8: [1],
  i32: [1],
  u8: [1],
  u64: [1n],
  flag: [true],
  text: ['a'],
  scalar: 1,
};

/** Feeds that fit, in the form that is looked at least: typed arrays of the sizes of the run before. */
const RIGHT: Readonly<Record<ModelName, Feeds>> = {
  rows: { x: new Float32Array(4) },
  ids: {
    ids: { shape: [1, 2], dtype: 'int64', data: new BigInt64Array(2) },
    more: { shape: [1, 4], dtype: 'int64', data: new BigInt64Array(4) },
  },
  even: { image: { shape: [1, 1, 2, 2], dtype: 'float32', data: new Float32Array(4) } },
  meet: {
    left: { shape: [2, 3], dtype: 'float32', data: new Float32Array(6) },
    right: { shape: [3, 2], dtype: 'float32', data: new Float32Array(6) },
  },
  wide: { p: new Float32Array(3), q: new Float32Array(3) },
  same: { a: new Float32Array(2), b: new Float32Array(2) },
  halves: { f16: new Uint16Array(4) },
  types: {
    f16: new Uint16Array(1),
    f64: new Float64Array(1),
    i8: new Int8Array(1),
    i32: new Int32Array(1),
    u8: new Uint8Array(1),
    u64: new BigUint64Array(1),
    flag: new Uint8Array(1),
    text: ['a'],
    scalar: new Float32Array(1),
  },
};

const rightFor = (to: Row[1]): Feeds => RIGHT[to === 'strict' ? 'rows' : to === 'strict types' ? 'types' : to];

function detached(): Float32Array {
  const array = new Float32Array(8);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

function cut(): Float32Array {
  const buffer: ArrayBuffer = Reflect.construct(ArrayBuffer, [64, { maxByteLength: 128 }]);
  const array = new Float32Array(buffer, 32, 8);
  Reflect.apply(Reflect.get(buffer, 'resize'), buffer, [16]);
  return array;
}

const holed: number[] = [1];
holed[3] = 4;

const endless: unknown[] = [];
endless.push(endless);

const gone = new ort.Tensor('float32', new Float32Array(4), [1, 4]);
gone.dispose();

/** What is fed, to which model, and for each mistake its code and what its message must have. */
type Row = readonly [what: string, to: ModelName | 'strict' | 'strict types', feeds: unknown, ...(readonly string[])[]];

const ROWS: readonly Row[] = [
  // Names
  ['nothing', 'rows', undefined, ['FEED_MISMATCH', '"x"', 'undefined cannot be fed']],
  ['null', 'rows', null, ['FEED_MISMATCH', '"x"', 'null cannot be fed']],
  ['no feed', 'rows', {}, ['FEED_MISSING', '"x"', 'no feed']],
  ['a feed that is undefined', 'rows', { x: undefined }, ['FEED_MISMATCH', '"x"', 'undefined cannot be fed']],
  ['a name of another case', 'rows', { X: [[1, 2, 3, 4]] }, ['FEED_MISSING', '"x"'], ['FEED_UNKNOWN', '"X"', '"x"']],
  ['one of two inputs', 'ids', { ids: [[1]] }, ['FEED_MISSING', '"more"']],
  [
    'a misspelt name',
    'ids',
    { ids: [[1]], moer: [[1, 2]] },
    ['FEED_MISSING', '"more"'],
    ['FEED_UNKNOWN', '"moer"', '"ids", "more"'],
  ],
  ['one name too many', 'rows', { x: [[1, 2, 3, 4]], mask: [[1]] }, ['FEED_UNKNOWN', '"mask"', '"x"']],
  ['the name of an output', 'rows', { output: [[1, 2, 3, 4]] }, ['FEED_MISSING', '"x"'], ['FEED_UNKNOWN', '"output"']],
  ['a name of Object itself', 'rows', { x: [[1, 2, 3, 4]], constructor: [[1]] }, ['FEED_UNKNOWN', '"constructor"']],
  ['a feed alone for two inputs', 'ids', [[1]], ['FEED_MISMATCH', 'the only input', '"ids", "more"']],
  [
    'a Map of feeds',
    'rows',
    new Map([['x', [[1, 2, 3, 4]]]]),
    ['FEED_MISMATCH', 'by the names of inputs', 'class Map'],
  ],
  [
    'a promise of feeds',
    'rows',
    Promise.resolve({ x: [[1, 2, 3, 4]] }),
    ['FEED_MISMATCH', 'by the names of inputs', 'class Promise'],
  ],
  // Forms
  ['a promise of a feed', 'rows', { x: Promise.resolve([[1, 2, 3, 4]]) }, ['FEED_MISMATCH', '"x"', 'await it']],
  ['a function', 'rows', { x: () => 1 }, ['FEED_MISMATCH', '"x"', 'function cannot be fed']],
  ['a symbol', 'rows', { x: Symbol('x') }, ['FEED_MISMATCH', '"x"', 'symbol cannot be fed']],
  ['a date', 'rows', { x: new Date(0) }, ['FEED_MISMATCH', '"x"', '{ dims, type, data }', 'class Date']],
  ['a set', 'rows', { x: new Set([1]) }, ['FEED_MISMATCH', '"x"', 'a Set cannot be fed']],
  [
    'bytes without a type',
    'rows',
    { x: new ArrayBuffer(16) },
    ['FEED_MISMATCH', '"x"', 'an ArrayBuffer has no element type'],
  ],
  [
    'a view without a type',
    'rows',
    { x: new DataView(new ArrayBuffer(16)) },
    ['FEED_MISMATCH', '"x"', 'a DataView has no element type'],
  ],
  [
    'a tensor without data',
    'rows',
    { x: { dims: [1, 4], type: 'float32' } },
    ['FEED_MISMATCH', '"x"', 'no array of elements'],
  ],
  [
    'a tensor without a type',
    'rows',
    { x: { dims: [1, 4], data: [1, 2, 3, 4] } },
    ['FEED_MISMATCH', '"x"', '{ dims, type, data }', 'dims, data'],
  ],
  [
    'a tensor of an unknown type',
    'rows',
    { x: { dims: [1, 4], type: 'flaot32', data: [1, 2, 3, 4] } },
    ['FEED_MISMATCH', '"x"', '"flaot32"'],
  ],
  ['a tensor whose data is gone', 'rows', { x: gone }, ['FEED_MISMATCH', '"x"', 'cannot be read', 'disposed']],
  [
    'a tensor of nested data',
    'rows',
    { x: { dims: [1], type: 'float32', data: [[1, 2, 3, 4]] } },
    ['FEED_MISMATCH', '"x"', 'no flat array'],
  ],
  [
    'a tensor of data without elements',
    'rows',
    { x: { dims: [1, 4], type: 'float32', data: Object.assign([], { length: 4 }) } },
    ['FEED_MISMATCH', '"x"', 'no flat array', '[0] is undefined'],
  ],
  [
    'ragged rows',
    'rows',
    {
      x: [
        [1, 2, 3, 4],
        [1, 2],
      ],
    },
    ['FEED_MISMATCH', '"x"', '[0] has the shape [4]', '[1] has [2]'],
  ],
  [
    'rows beside numbers',
    'rows',
    { x: [[1, 2, 3, 4], 5] },
    ['FEED_MISMATCH', '"x"', '[0] has the shape [4]', '[1] has []'],
  ],
  ['a hole in a row', 'rows', { x: [holed] }, ['FEED_MISMATCH', '"x"', 'element [0][1] is undefined']],
  ['null in a row', 'rows', { x: [[1, null, 3, 4]] }, ['FEED_MISMATCH', '"x"', 'element [0][1] is null']],
  ['an array in itself', 'rows', { x: endless }, ['FEED_MISMATCH', '"x"', 'more than 64 deep']],
  [
    'a tensor of two shapes',
    'rows',
    { x: { dims: [1, 4], shape: [4, 1], type: 'float32', data: new Float32Array(4) } },
    ['FEED_MISMATCH', '"x"', 'dims are [1, 4]', 'shape is [4, 1]'],
  ],
  [
    'a tensor whose shape is a text beside its dims',
    'rows',
    { x: { dims: [1, 4], shape: '1x4', type: 'float32', data: new Float32Array(4) } },
    ['FEED_MISMATCH', '"x"', 'dims are [1, 4]', 'shape is "1x4"'],
  ],
  [
    'a tensor of two types',
    'rows',
    { x: { dims: [1, 4], type: 'float32', dtype: 'int32', data: new Float32Array(4) } },
    ['FEED_MISMATCH', '"x"', 'type is "float32"', 'dtype is "int32"'],
  ],
  // Memory
  ['an array that was transferred', 'rows', { x: detached() }, ['FEED_MISMATCH', '"x"', 'Float32Array', 'detached']],
  [
    'a tensor over an array that was transferred',
    'rows',
    { x: { dims: [2, 4], type: 'float32', data: detached() } },
    ['FEED_MISMATCH', '"x"', 'detached'],
  ],
  ['a row that was transferred', 'rows', { x: [detached()] }, ['FEED_MISMATCH', '"x"', 'element [0]', 'detached']],
  ['an array whose buffer was cut', 'rows', { x: cut() }, ['FEED_MISMATCH', '"x"', 'resized', 'shorter']],
  // Ranks
  ['a number for rows', 'rows', { x: 1 }, ['RANK_MISMATCH', '"x"', '2 axes, [n, 4]', 'got 0, []']],
  ['one row for rows', 'rows', { x: [1, 2, 3, 4] }, ['RANK_MISMATCH', '"x"', '2 axes, [n, 4]', 'got 1, [4]']],
  [
    'one axis too many',
    'rows',
    { x: [[[1, 2, 3, 4]]] },
    ['RANK_MISMATCH', '"x"', '2 axes, [n, 4]', 'got 3, [1, 1, 4]'],
  ],
  [
    'an array for a scalar',
    'types',
    { ...OF_TYPES, scalar: [1] },
    ['RANK_MISMATCH', '"scalar"', '0 axes, []', 'got 1, [1]'],
  ],
  // Sizes
  [
    'another number of columns',
    'rows',
    { x: [[1, 2, 3]] },
    ['FEED_MISMATCH', 'input "x" axis 1', 'must be 4', 'got 3'],
  ],
  [
    'a length that fits no shape',
    'rows',
    { x: new Float32Array(6) },
    ['FEED_MISMATCH', '"x"', '[n, 4]', 'Float32Array of 6'],
  ],
  [
    'a length that fits many shapes',
    'ids',
    { ids: new BigInt64Array(4), more: [[1, 2]] },
    ['FEED_MISMATCH', '"ids"', '[batch, seq]', 'is not told'],
  ],
  [
    'data shorter than its shape',
    'rows',
    { x: { dims: [2, 4], type: 'float32', data: new Float32Array(7) } },
    ['FEED_MISMATCH', '"x"', '[2, 4] has 8', 'its data 7'],
  ],
  [
    'data longer than its shape',
    'rows',
    { x: { dims: [2, 4], type: 'float32', data: new Float32Array(9) } },
    ['FEED_MISMATCH', '"x"', '[2, 4] has 8', 'its data 9'],
  ],
  [
    'a size below 0',
    'rows',
    { x: { dims: [-1, 4], type: 'float32', data: [] } },
    ['FEED_MISMATCH', '"x"', 'axis 0 has the size -1'],
  ],
  [
    'a size that is a fraction',
    'rows',
    { x: { dims: [1.5, 4], type: 'float32', data: [] } },
    ['FEED_MISMATCH', '"x"', 'axis 0 has the size 1.5'],
  ],
  [
    'a size that is text',
    'rows',
    { x: { dims: ['n', 4], type: 'float32', data: [] } },
    ['FEED_MISMATCH', '"x"', 'axis 0 has the size "n"'],
  ],
  [
    'a size that is a bigint',
    'rows',
    { x: { dims: [1n, 4], type: 'float32', data: [] } },
    ['FEED_MISMATCH', '"x"', 'axis 0 has the size 1n'],
  ],
  [
    'a size that is not a number',
    'rows',
    { x: { dims: [Number.NaN, 4], type: 'float32', data: [] } },
    ['FEED_MISMATCH', '"x"', 'axis 0 has the size NaN'],
  ],
  [
    'a size beyond 32 bits',
    'rows',
    { x: { dims: [0, 2 ** 32], type: 'float32', data: [] } },
    ['FEED_MISMATCH', '"x"', 'axis 1 has the size 4294967296'],
  ],
  ['no rows', 'rows', { x: new Float32Array(0) }, ['FEED_MISMATCH', '"x" axis 0', 'n the size 0', 'n >= 1']],
  [
    'no elements in a row',
    'ids',
    { ids: [[]], more: [[]] },
    ['FEED_MISMATCH', '"ids" axis 1', 'seq the size 0', 'seq >= 1'],
  ],
  // Symbols, constraints and ranges
  [
    'one symbol of two sizes',
    'ids',
    { ids: [[1], [2]], more: [[1, 2]] },
    ['FEED_MISMATCH', 'input "more" axis 0 has 1', 'batch is 2', 'input "ids" axis 0'],
  ],
  [
    'an expression that is not met',
    'ids',
    { ids: [[1, 2]], more: [[1, 2, 3]] },
    ['FEED_MISMATCH', 'input "more" axis 1', '2*seq, here 4', 'got 3'],
  ],
  [
    'a symbol and an expression at once',
    'ids',
    { ids: [[1], [2]], more: [[1, 2, 3]] },
    ['FEED_MISMATCH', 'batch is 2'],
    ['FEED_MISMATCH', '2*seq, here 2', 'got 3'],
  ],
  [
    'a size above its range',
    'ids',
    { ids: [[1, 2, 3, 4, 5, 6, 7, 8, 9]], more: [Array.from({ length: 18 }, () => 0)] },
    ['FEED_MISMATCH', '"ids" axis 1', '9', 'seq <= 8'],
  ],
  [
    'a size that does not divide',
    'even',
    { image: { dims: [1, 1, 3, 4], type: 'float32', data: new Float32Array(12) } },
    ['FEED_MISMATCH', '2 | h', 'h is 3 by input "image" axis 2'],
  ],
  [
    'two sizes that do not divide',
    'even',
    { image: { dims: [1, 1, 3, 5], type: 'float32', data: new Float32Array(15) } },
    ['FEED_MISMATCH', '2 | h', 'h is 3'],
    ['FEED_MISMATCH', '2 | w', 'w is 5'],
  ],
  [
    'sizes that do not meet',
    'meet',
    { left: [[1, 2]], right: [[1], [2], [3]] },
    ['FEED_MISMATCH', 'b', '2', 'input "left" axis 1', '3', 'input "right" axis 0'],
  ],
  [
    'sizes that do not broadcast',
    'wide',
    { p: [1, 2], q: [1, 2, 3] },
    ['FEED_MISMATCH', 'k is 2 by input "p" axis 0', 'm is 3 by input "q" axis 0'],
  ],
  // Elements
  [
    'a fraction for integers',
    'ids',
    { ids: [[0.5]], more: [[1, 2]] },
    ['DTYPE_MISMATCH', '"ids"', 'int64', '0.5 at [0, 0]'],
  ],
  ['text for numbers', 'rows', { x: [[1, 2, '3', 4]] }, ['DTYPE_MISMATCH', '"x"', 'float32', '"3" at [0, 2]']],
  ['true for numbers', 'rows', { x: [[1, 2, true, 4]] }, ['DTYPE_MISMATCH', '"x"', 'float32', 'true at [0, 2]']],
  [
    'a number beyond float32',
    'rows',
    { x: [[1, 2, 3, 1e39]] },
    ['DTYPE_MISMATCH', '"x"', 'float32', '1e+39 at [0, 3]'],
  ],
  [
    'a double that float32 rounds',
    'rows',
    { x: Float64Array.of(0.5, 0.1, 1, 2) },
    ['DTYPE_MISMATCH', '"x"', 'float32', '0.1 at [0, 1]'],
  ],
  [
    'rows of doubles that float32 rounds',
    'rows',
    { x: [Float64Array.of(0.5, 0.1, 1, 2)] },
    ['DTYPE_MISMATCH', '"x"', '0.1 at [0, 1]'],
  ],
  ...(
    [
      ['literals', [0.1, 0.2, 1, 2], Float64Array.of(0.5, 0.3, 1, 2)],
      ['literals after them', Float64Array.of(0.5, 0.3, 1, 2), [0.1, 0.2, 1, 2]],
      ['rows of another class', Float32Array.of(0.1, 0.2, 1, 2), Float64Array.of(0.5, 0.3, 1, 2)],
    ] as const
  ).map(
    ([what, first, second]): Row => [
      `rows of doubles that float32 rounds, beside ${what}`,
      'rows',
      { x: [first, second] },
      ['DTYPE_MISMATCH', '"x"', `0.3 at [${Array.isArray(first) || first instanceof Float32Array ? 1 : 0}, 1]`],
    ],
  ),
  [
    'rows of integers that float32 rounds, beside literals',
    'rows',
    { x: [[0.1, 2, 3, 4], Int32Array.of(1, 2, 3, 16777217), [0.1, 2, 3, 4]] },
    ['DTYPE_MISMATCH', '"x"', '16777217 at [1, 3]'],
  ],
  ...(
    [
      ['literals', [[1, 2], Uint16Array.of(0x3c00, 0x4000)], 'with literals'],
      ['literals after them', [Uint16Array.of(0x3c00, 0x4000), [1, 2]], 'with literals'],
      ['rows of floats', [Uint16Array.of(0x3c00, 0x4000), Float32Array.of(1, 2)], 'with rows of float32'],
      ['both', [Uint16Array.of(1, 2), [1, 2], Float32Array.of(1, 2)], 'with rows of float32 and literals'],
    ] as const
  ).map(
    ([what, f16, told]): Row => [
      `bits of float16 beside ${what}`,
      'halves',
      { f16 },
      ['DTYPE_MISMATCH', '"f16"', 'float16', 'rows of Uint16Array', told],
    ],
  ),
  [
    'a bigint that float32 rounds',
    'rows',
    { x: [[1n, 2n, 16777217n, 4n]] },
    ['DTYPE_MISMATCH', '"x"', '16777217n at [0, 2]'],
  ],
  [
    'a number beyond float16',
    'types',
    { ...OF_TYPES, f16: [70000] },
    ['DTYPE_MISMATCH', '"f16"', 'float16', '70000 at [0]'],
  ],
  [
    'floats that float16 rounds',
    'types',
    { ...OF_TYPES, f16: Float32Array.of(0.1) },
    ['DTYPE_MISMATCH', '"f16"', '0.1'],
  ],
  [
    'a bigint that float64 rounds',
    'types',
    { ...OF_TYPES, f64: [2n ** 53n + 1n] },
    ['DTYPE_MISMATCH', '"f64"', '9007199254740993n'],
  ],
  ['128 for int8', 'types', { ...OF_TYPES, i8: [128] }, ['DTYPE_MISMATCH', '"i8"', 'from -128 to 127', '128 at [0]']],
  ['-1 for uint8', 'types', { ...OF_TYPES, u8: [-1] }, ['DTYPE_MISMATCH', '"u8"', 'from 0 to 255', '-1 at [0]']],
  [
    '2 ** 31 for int32',
    'types',
    { ...OF_TYPES, i32: [2 ** 31] },
    ['DTYPE_MISMATCH', '"i32"', 'to 2147483647', '2147483648 at [0]'],
  ],
  ['NaN for integers', 'types', { ...OF_TYPES, i32: [Number.NaN] }, ['DTYPE_MISMATCH', '"i32"', 'NaN at [0]']],
  [
    'infinity for integers',
    'types',
    { ...OF_TYPES, u64: [Number.POSITIVE_INFINITY] },
    ['DTYPE_MISMATCH', '"u64"', 'Infinity at [0]'],
  ],
  [
    'a number that was rounded for uint64',
    'types',
    { ...OF_TYPES, u64: [2 ** 53] },
    ['DTYPE_MISMATCH', '"u64"', '9007199254740992 at [0]'],
  ],
  ['-1 for uint64', 'types', { ...OF_TYPES, u64: [-1n] }, ['DTYPE_MISMATCH', '"u64"', '-1n at [0]']],
  [
    '2 for bool',
    'types',
    { ...OF_TYPES, flag: Uint8Array.of(2) },
    ['DTYPE_MISMATCH', '"flag"', 'true and false, or 1 and 0', '2 at [0]'],
  ],
  ['text for bool', 'types', { ...OF_TYPES, flag: ['true'] }, ['DTYPE_MISMATCH', '"flag"', '"true" at [0]']],
  ['a number for text', 'types', { ...OF_TYPES, text: [1] }, ['DTYPE_MISMATCH', '"text"', 'strings', '1 at [0]']],
  [
    'bytes for text',
    'types',
    { ...OF_TYPES, text: Uint8Array.of(65) },
    ['DTYPE_MISMATCH', '"text"', 'strings', '65 at [0]'],
  ],
  [
    'a tensor that states another type',
    'ids',
    { ids: { dims: [1, 1], type: 'float32', data: Float32Array.of(0.5) }, more: [[1, 2]] },
    ['DTYPE_MISMATCH', '"ids"', 'float32[1, 1]', '0.5 at [0, 0]'],
  ],
  // NaN and infinities
  [
    'NaN where it is refused',
    'strict',
    { x: Float32Array.of(1, 2, 3, 4, 5, 6, Number.NaN, 8) },
    ['FEED_NOT_FINITE', '"x"', 'NaN at [1, 2]'],
  ],
  [
    'infinity where it is refused',
    'strict',
    { x: [[1, 2, Number.POSITIVE_INFINITY, 4]] },
    ['FEED_NOT_FINITE', '"x"', 'Infinity at [0, 2]'],
  ],
  [
    'several that are not finite',
    'strict types',
    { ...OF_TYPES, f16: Uint16Array.of(0xfc00), f64: [Number.NaN], scalar: Number.NEGATIVE_INFINITY },
    ['FEED_NOT_FINITE', '"f16"', '-Infinity at [0]'],
    ['FEED_NOT_FINITE', '"f64"', 'NaN at [0]'],
    ['FEED_NOT_FINITE', '"scalar"', '-Infinity'],
  ],
  [
    'NaN in the bits of float16',
    'strict types',
    { ...OF_TYPES, f16: Uint16Array.of(0x7e00) },
    ['FEED_NOT_FINITE', '"f16"', 'NaN at [0]'],
  ],
  // Several at once
  [
    'mistakes in several inputs',
    'types',
    { ...OF_TYPES, i8: [300], text: [[1]], flag: [3] },
    ['DTYPE_MISMATCH', '"i8"', '300'],
    ['DTYPE_MISMATCH', '"flag"', '3'],
    ['RANK_MISMATCH', '"text"', 'got 2, [1, 1]'],
  ],
  [
    'a mistake of each sort',
    'ids',
    { ids: [[0.5]], mroe: [[1, 2]] },
    ['DTYPE_MISMATCH', '"ids"'],
    ['FEED_MISSING', '"more"'],
    ['FEED_UNKNOWN', '"mroe"'],
  ],
];

function expectMistakes(found: readonly Diagnostic[], expected: readonly (readonly string[])[]): void {
  expect(found.map(({ code }) => code).sort()).toEqual(expected.map(([code]) => code).sort());
  for (const [code, ...parts] of expected) {
    const told = found.filter((mistake) => mistake.code === code).map(({ message }) => message);
    // One message has all parts.
    expect(told.map((message) => parts.filter((part) => !message.includes(part)))).toContainEqual([]);
  }
  for (const { origin } of found) expect(origin?.site?.place?.file).toContain('wrong-feeds.test.ts');
}

describe('Session.run', () => {
  test('is fed wrongly in at least 60 ways', () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(ROWS.map(([what]) => what)).size).toBe(ROWS.length);
  });

  const cases = ROWS.map(([what, to, feeds, ...expected]) => [what, { to, feeds, expected }] as const);
  test.each(cases)('refuses %s, at first and after right feeds', async (_, { to, feeds, expected }) => {
    expectMistakes(await mistakesOf(to, feeds), expected);
    // Feeds of the sizes of the last ones are looked at less.
    expect(await mistakesOf(to, rightFor(to))).toEqual([]);
    expect(await mistakesOf(to, rightFor(to))).toEqual([]);
    expectMistakes(await mistakesOf(to, feeds), expected);
  });
});

describe('Session.outputShapes', () => {
  test.each<[string, object, string]>([
    ['a shape with a hole', { shape: Object.assign([], { 1: 4 }) }, '[, 4] is no shape'],
    ['two shapes that differ', { shape: [2, 4], dims: [4, 4] }, 'dims are [4, 4], its shape is [2, 4]'],
    ['two types that differ', { shape: [2, 4], type: 'int8', dtype: 'float32' }, 'type is "int8"'],
  ])('refuses %s', (_, x, told) => {
    expect(() => sessions.get('rows')?.outputShapes({ x } as { x: { shape: number[] } })).toThrow(told);
  });
});

/** What ONNX Runtime runs without a word: the feeds as its own tensors, the same for a session of dimwise, and the code of the refusal. */
const SILENT: readonly (readonly [
  what: string,
  to: ModelName | 'strict',
  bare: () => Record<string, InstanceType<typeof ort.Tensor>>,
  ours: unknown,
  code: string,
])[] = [
  [
    'two sizes of one name',
    'same',
    () => ({
      a: new ort.Tensor('float32', new Float32Array(2), [2]),
      b: new ort.Tensor('float32', new Float32Array(3), [3]),
    }),
    { a: new Float32Array(2), b: new Float32Array(3) },
    'FEED_MISMATCH',
  ],
  [
    'an expression in a size that is not met',
    'ids',
    () => ({
      ids: new ort.Tensor('int64', new BigInt64Array(2), [1, 2]),
      more: new ort.Tensor('int64', new BigInt64Array(3), [1, 3]),
    }),
    { ids: [[0, 0]], more: [[0, 0, 0]] },
    'FEED_MISMATCH',
  ],
  [
    'a size out of its range',
    'ids',
    () => ({
      ids: new ort.Tensor('int64', new BigInt64Array(9), [1, 9]),
      more: new ort.Tensor('int64', new BigInt64Array(18), [1, 18]),
    }),
    {
      ids: { dims: [1, 9], type: 'int64', data: new BigInt64Array(9) },
      more: { dims: [1, 18], type: 'int64', data: new BigInt64Array(18) },
    },
    'FEED_MISMATCH',
  ],
  [
    'no rows',
    'rows',
    () => ({ x: new ort.Tensor('float32', [], [0, 4]) }),
    { x: new Float32Array(0) },
    'FEED_MISMATCH',
  ],
  [
    'a feed that the model does not have',
    'rows',
    () => ({ x: new ort.Tensor('float32', [1, 2, 3, 4], [1, 4]), mask: new ort.Tensor('float32', [1], [1]) }),
    { x: [[1, 2, 3, 4]], mask: [1] },
    'FEED_UNKNOWN',
  ],
  [
    'NaN',
    'strict',
    () => ({ x: new ort.Tensor('float32', [Number.NaN, 2, 3, 4], [1, 4]) }),
    { x: [[Number.NaN, 2, 3, 4]] },
    'FEED_NOT_FINITE',
  ],
  [
    'a number that its tensor makes infinite',
    'rows',
    () => ({ x: new ort.Tensor('float32', [1e39, 2, 3, 4], [1, 4]) }),
    { x: [[1e39, 2, 3, 4]] },
    'DTYPE_MISMATCH',
  ],
  ...(
    [
      ['a fraction that its tensor cuts off', { i32: [0.5] }, { i32: new ort.Tensor('int32', [0.5], [1]) }],
      ['a number that its tensor wraps around', { u8: [300] }, { u8: new ort.Tensor('uint8', [300], [1]) }],
      ['NaN that its tensor makes 0', { i8: [Number.NaN] }, { i8: new ort.Tensor('int8', [Number.NaN], [1]) }],
      ['a bool of 2', { flag: Uint8Array.of(2) }, { flag: new ort.Tensor('bool', Uint8Array.of(2), [1]) }],
    ] as const
  ).map(
    ([what, wrong, bare]) =>
      [what, 'types', () => ({ ...ortOfTypes(), ...bare }), { ...OF_TYPES, ...wrong }, 'DTYPE_MISMATCH'] as const,
  ),
];

const ortOfTypes = () => ({
  f16: new ort.Tensor('float16', Uint16Array.of(0), [1]),
  f64: new ort.Tensor('float64', [1], [1]),
  i8: new ort.Tensor('int8', [1], [1]),
  i32: new ort.Tensor('int32', [1], [1]),
  u8: new ort.Tensor('uint8', [1], [1]),
  u64: new ort.Tensor('uint64', BigUint64Array.of(1n), [1]),
  flag: new ort.Tensor('bool', [true], [1]),
  text: new ort.Tensor('string', ['a'], [1]),
  scalar: new ort.Tensor('float32', [1], []),
});

describe('ONNX Runtime itself', () => {
  test.each(SILENT)('runs on %s without a word, a session refuses it', async (_, to, bare, ours, code) => {
    const bytes = (to === 'strict' ? MODELS.rows : MODELS[to]).compile().bytes();
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ['cpu'], logSeverityLevel: 4 });
    expect(Object.keys(await session.run(bare())).length).toBeGreaterThan(0);
    await session.release();
    expect((await mistakesOf(to, ours)).map((mistake) => mistake.code)).toContain(code);
  });
});
