// Bound copies of models with a branch that cannot run then: they load, give the same, and fail where the model itself failed.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { standInBytes } from '../../../bench/real/stand-in.ts';
import { bindModel } from '../../../codegen/onnx/bind/bind-model.ts';
import { type OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import { parseOnnx } from '../../../codegen/onnx/text/parse-onnx.ts';
import type { Diagnostic } from '../../../src/base/errors.ts';
import { setWarningHandler, type WarningHandler } from '../../../src/base/warn.ts';
import { formatType } from '../../../src/ir/type.ts';

/** A branch for 4 elements, one for 6, one for any number: two results of different element types, a weight in each branch. */
const model =
  parseOnnx(`<ir_version: 10, opset_import: ["" : 21]> g (bool c, float[n] x) => (y, sizes) <int64[2] two = {2, 2}, int64[2] six = {2, 3}> {
  y, sizes = If (c) <
    then_branch = for_four () => (a, p) <float[2] w = {3, 4}> { r = Reshape (x, two) a = Mul (r, w) p = Shape (x) },
    else_branch = for_six () => (b, q) <float[3] v = {5, 6, 7}> { s = Reshape (x, six) b = Add (s, v) q = Shape (x) }
  >
}`);

type Feeds = Readonly<Record<string, Tensor>>;
type Found = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: unknown }>> | undefined;

/** What a run gives; undefined where it fails. The model must load. */
async function run(one: OnnxModel, feeds: Feeds, graphOptimizationLevel: 'disabled' | 'all'): Promise<Found> {
  const session = await InferenceSession.create(one.encode(), { graphOptimizationLevel, logSeverityLevel: 4 });
  try {
    const results = Object.entries(await session.run(feeds));
    return Object.fromEntries(results.map(([name, { dims, data }]) => [name, { dims: [...dims], data: [...data] }]));
  } catch {
    return undefined;
  } finally {
    await session.release();
  }
}

const feeds = (n: number, condition: boolean): Feeds => ({
  c: new Tensor('bool', [condition], []),
  x: new Tensor(
    'float32',
    Float32Array.from({ length: n }, (_, i) => i + 1),
    [n],
  ),
});

const LEVELS = ['disabled', 'all'] as const;
const warnings: Diagnostic[] = [];
let before: WarningHandler;

beforeEach(() => {
  warnings.length = 0;
  before = setWarningHandler((warning) => warnings.push(warning));
});
afterEach(() => void setWarningHandler(before));

describe('bindModel with a branch that cannot run', () => {
  test.each([
    [4, true, ['float32[2, 2]', 'int64[1]']],
    [6, false, ['float32[2, 3]', 'int64[1]']],
  ])('to %d elements gives what the model gave, and fails where it failed', async (n, taken, types) => {
    const copy = bindModel(model, { inputs: { x: [n] } });
    expect(copy.graph.outputs.map(({ type }) => formatType(type))).toEqual(types);
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ['BRANCH_RULED_OUT', expect.stringContaining(taken ? 'else_branch' : 'then_branch')],
    ]);
    for (const level of LEVELS) {
      expect(await run(copy, feeds(n, taken), level)).toEqual(await run(model, feeds(n, taken), 'disabled'));
      expect(await run(copy, feeds(n, taken), level)).toBeDefined();
      expect(await run(copy, feeds(n, !taken), level)).toBeUndefined();
      expect(await run(model, feeds(n, !taken), level)).toBeUndefined();
    }
  });

  test('leaves out what only that branch had, and changes nothing when it is bound again', () => {
    const copy = bindModel(model, { inputs: { x: [4] } });
    const [first] = copy.proto.graph?.node ?? [];
    const branches = new Map(first?.attribute?.map(({ name, g }) => [name, g]));
    expect(branches.get('then_branch')?.node?.map(({ opType }) => opType)).toContain('Mul');
    expect(branches.get('else_branch')?.node?.map(({ opType }) => opType)).not.toContain('Add');
    expect(branches.get('else_branch')?.docString).toContain('SHAPE_MISMATCH: Reshape');
    expect(bindModel(copy, { inputs: { x: [4] } }).encode()).toEqual(copy.encode());
  });

  test('keeps it where nothing is folded', () => {
    const copy = bindModel(model, { inputs: { x: [4] }, fold: false });
    const ops = copy.proto.graph?.node?.[0]?.attribute?.flatMap(({ g }) => g?.node?.map(({ opType }) => opType));
    expect(ops).toEqual(expect.arrayContaining(['Mul', 'Add']));
  });

  test('to 5 elements, for which neither is, tells what is wrong with both', () => {
    expect(() => bindModel(model, { inputs: { x: [5] } })).toThrow(/SHAPE_MISMATCH[^]*SHAPE_MISMATCH/);
  });

  test('keeps an If whose branch fails behind it, so that a feed that breaks the contract fails as before', async () => {
    const behind = parseOnnx(`<ir_version: 10, opset_import: ["" : 21]> g (float[n, m, t] x, float[m, 5] w) => (y)
    <int64 last = {2}, int64 one = {1}, int64[1] axis = {2}> {
      shape = Shape (x)
      size = Gather (shape, last)
      alone = Equal (size, one)
      either = If (alone) < then_branch = less () => (a) { a = Squeeze (x, axis) }, else_branch = same () => (b) { b = Identity (x) } >
      y = Gemm (either, w)
    }`);
    const copy = bindModel(behind, { symbols: { n: 2, m: 3 } });
    expect(copy.graph.outputs.map(({ type }) => formatType(type))).toEqual(['float32[2, 5]']);
    expect(copy.proto.graph?.node?.map(({ opType }) => opType)).toContain('If');
    expect(warnings).toEqual([]);
    for (const [t, works] of [
      [1, true],
      [2, false],
    ] as const) {
      const sound = {
        x: new Tensor('float32', new Float32Array(6 * t), [2, 3, t]),
        w: new Tensor('float32', new Float32Array(15), [3, 5]),
      };
      for (const level of LEVELS) expect((await run(copy, sound, level)) !== undefined).toBe(works);
    }
  });
});

describe('Silero VAD', () => {
  const silero = readOnnx(standInBytes('silero-vad'));
  const rates = [16000, 8000] as const;

  test.each([
    [[1, 512], 16000],
    [[2, 576], 16000],
    [[1, 128], 8000],
    [[3, 256], undefined],
  ] as const)('bound to %j runs at the rates at which the model runs', async (shape, only) => {
    const [batch, samples] = shape;
    const copy = bindModel(silero, { inputs: { input: shape, state: [2, batch, 128] } });
    expect(copy.graph.outputs.map(({ type }) => formatType(type))).toEqual([
      `float32[${batch}, 1]`,
      `float32[2, ${batch}, 128]`,
    ]);
    for (const rate of rates) {
      const fed = {
        input: new Tensor('float32', new Float32Array(batch * samples).fill(0.5), shape),
        state: new Tensor('float32', new Float32Array(2 * batch * 128), [2, batch, 128]),
        sr: new Tensor('int64', [BigInt(rate)], []),
      };
      const wanted = await run(silero, fed, 'disabled');
      expect(wanted !== undefined).toBe(only === undefined || only === rate);
      for (const level of LEVELS) expect(await run(copy, fed, level)).toEqual(wanted);
    }
  });

  test('asks for one batch and for the samples that either rate takes', () => {
    const texts = silero.contract.constraints.map(({ expr }) => expr);
    expect(texts).toHaveLength(3);
    expect(texts.filter((text) => />= 96$|<= 703$/.test(text))).toHaveLength(2);
    expect(texts.filter((text) => text.includes('=='))).toHaveLength(1);
  });
});
