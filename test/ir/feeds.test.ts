// Questions about feeds without a runtime, from contracts of graphs and of files.
import { describe, expect, test } from 'vitest';
import { annotateModel } from '../../codegen/onnx/annotate/annotate-model.ts';
import { readOnnx } from '../../codegen/onnx/onnx-model.ts';
import { contractIn } from '../../codegen/onnx/saved-contract.ts';
import { parseOnnx } from '../../codegen/onnx/text/parse-onnx.ts';
import { type Contract, contractFromJson, contractToJson } from '../../src/ir/contract.ts';
import { checkFeeds, type FeedShape, outputShapes } from '../../src/ir/feeds.ts';

const inferred = parseOnnx(`<ir_version: 10, opset_import: ["" : 21]>
g (float[batch, n, 8] x, float[batch, 8, m] y) => (float[a, b, c] z, int64[d, e] found, float[f, g] rows) <int64[2] flat = {-1, 8}> {
  z = MatMul (x, y)
  found = NonZero (z)
  rows = Reshape (x, flat)
}`);
/** The contract of the same model, from the metadata of a file alone. */
const saved = contractIn(readOnnx(annotateModel(inferred).encode()).proto);

const SOURCES: readonly (readonly [string, Contract | { readonly contract: Contract }])[] = [
  ['a model', inferred],
  ['the metadata of a file', saved ?? { contract: inferred.contract }],
];

const shapes = (x: readonly number[], y: readonly number[]): Record<string, FeedShape> => ({
  x: { shape: x },
  y: { shape: y },
});

test('a file that was annotated has a contract', () => {
  expect(saved?.outputs).toMatchObject({ z: { shape: ['batch', 'n', 'm'] } });
});

describe.each(SOURCES)('checkFeeds with %s', (_, source) => {
  test('finds nothing wrong with valid feeds, as sizes or as tensors', () => {
    expect(checkFeeds(source, shapes([2, 3, 8], [2, 8, 5]))).toEqual([]);
    const data = new Float32Array(48);
    const tensors = { x: { type: 'float32', dims: [2, 3, 8], data }, y: { dtype: 'float32', shape: [2, 8, 1], data } };
    expect(checkFeeds(source, tensors)).toEqual([]);
  });

  test.each<[string, Record<string, FeedShape>, string, string]>([
    ['a missing feed', { x: { shape: [2, 3, 8] } }, 'FEED_MISSING', '"y"'],
    ['a feed too many', { ...shapes([2, 3, 8], [2, 8, 5]), X: { shape: [] } }, 'FEED_UNKNOWN', '"X"'],
    ['a symbol with two sizes', shapes([2, 3, 8], [4, 8, 5]), 'FEED_MISMATCH', 'batch is 2 by input "x" axis 0'],
    ['another number', shapes([2, 3, 9], [2, 8, 5]), 'FEED_MISMATCH', 'input "x" axis 2 must be 8, got 9'],
    ['another rank', shapes([2, 3], [2, 8, 5]), 'FEED_MISMATCH', 'takes 3 axes, got 2'],
    ['a size of 0', shapes([2, 0, 8], [2, 8, 5]), 'FEED_MISMATCH', 'n >= 1'],
    [
      'another element type',
      { x: { type: 'int64', dims: [2, 3, 8] }, y: { shape: [2, 8, 5] } },
      'FEED_MISMATCH',
      'takes float32, got int64',
    ],
  ])('finds %s', (_, feeds, code, fact) => {
    const found = checkFeeds(source, feeds);
    expect(found.map((each) => each.code)).toContain(code);
    expect(found.map(({ message }) => message).join('\n')).toContain(fact);
  });
});

describe.each(SOURCES)('outputShapes with %s', (_, source) => {
  test.each([
    [
      [2, 3, 8],
      [2, 8, 5],
      [2, 3, 5],
      [6, 8],
    ],
    [
      [1, 1, 8],
      [1, 8, 7],
      [1, 1, 7],
      [1, 8],
    ],
  ])('gives numbers where the feeds settle a size', (x, y, z, rows) => {
    expect(outputShapes(source, shapes(x, y))).toMatchObject({ z, rows });
  });

  test('gives a text for what only a run tells', () => {
    const [rank, count] = outputShapes(source, shapes([2, 3, 8], [2, 8, 5]))['found'] ?? [];
    expect([rank, typeof count]).toEqual([3, 'string']);
  });

  test('throws all mistakes of the feeds', () => {
    expect(() => outputShapes(source, shapes([2, 0, 9], [2, 8]))).toThrow(
      expect.objectContaining({ errors: expect.objectContaining({ length: 2 }) }),
    );
  });
});

describe('a contract that was saved before contracts had outputs', () => {
  const old: Contract = contractFromJson(
    '{"version":1,"inputs":{"x":{"kind":"tensor","shape":["n"]}},"symbols":{},"constraints":[]}',
  );

  test('is read, and tells of no outputs', () => {
    expect(outputShapes(old, { x: { shape: [3] } })).toEqual({});
    expect(contractFromJson(contractToJson(old))).toEqual(old);
  });

  test('is refused where its outputs are none', () => {
    expect(() => contractFromJson('{"version":1,"inputs":{},"symbols":{},"constraints":[],"outputs":[1]}')).toThrow(
      /outputs/,
    );
  });
});

describe('expressions in contracts', () => {
  const contract = (shape: readonly string[], out: string): Contract =>
    contractFromJson(
      JSON.stringify({
        version: 1,
        inputs: { x: { kind: 'tensor', shape } },
        symbols: {},
        constraints: [],
        outputs: { y: { kind: 'tensor', shape: [out] }, z: { kind: 'tensor', shape: null } },
      }),
    );

  test.each([
    [['2*n + 1'], 'n', [7], 3],
    [['n', 'm'], 'n//m', [7, 2], 3],
    [['n', 'm'], 'n//m', [7, 0], 'n//m'],
    [['n'], 'count0 + n', [7], 'count0 + 7'],
  ])('%s gives %s', (shape, out, fed, size) => {
    expect(outputShapes(contract(shape, out), { x: { shape: fed } })).toEqual({ y: [size], z: null });
  });
});
