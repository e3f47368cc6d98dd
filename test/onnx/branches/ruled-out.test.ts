// Branches of files that no valid run takes: what the other branch gives, the notes, the contract; ONNX Runtime is the judge.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { checkModel } from '../../../codegen/onnx/check/check-model.ts';
import type { OnnxModel } from '../../../codegen/onnx/onnx-model.ts';
import { parseOnnx } from '../../../codegen/onnx/text/parse-onnx.ts';
import { checkConstraint, constraintDims, formatConstraint } from '../../../src/dim/constraint.ts';
import { evaluate } from '../../../src/dim/evaluate.ts';
import { graph, op } from '../../../src/index.ts';
import { costOf } from '../../../src/infer/cost/cost.ts';
import { explain } from '../../../src/infer/explain/explain.ts';
import { formatExplanation } from '../../../src/infer/explain/format.ts';
import { formatType } from '../../../src/ir/type.ts';

const model = (text: string): OnnxModel => parseOnnx(`<ir_version: 10, opset_import: ["" : 21]> g ${text}`);

/** One of two shapes, by data; what follows takes only one of both numbers of axes. */
const BY_DATA = `(bool c, float[n, m] x, float[k] w) => (y) <int64[1] all = {-1}> {
  either = If (c) <
    then_branch = flat () => (a) { a = Reshape (x, all) },
    else_branch = same () => (b) { b = Identity (x) }
  >
  y = Concat <axis = 0> (either, w)
}`;

/** As exporters write a removal of an axis that may be 1, before an operator that takes two axes. */
const BY_SIZE = `(float[n, m, t] x, float[m, 5] w) => (y) <int64 last = {2}, int64 one = {1}, int64[1] axis = {2}, int64 zero = {0}> {
  shape = Shape (x)
  size = Gather (shape, last)
  alone = Equal (size, one)
  either = If (alone) <
    then_branch = less () => (a) { a = Squeeze (x, axis) },
    else_branch = same () => (b) { b = Identity (x) }
  >
  y = Gemm (either, w)
}`;

/** A branch for a size of its own. */
const TWO_SIZES = `(bool c, float[n] x) => (y, z) <int64[2] two = {2, 2}, int64[2] six = {2, 3}> {
  y, z = If (c) <
    then_branch = for_four () => (a, p) { a = Reshape (x, two) p = Shape (x) },
    else_branch = for_six () => (b, q) { b = Reshape (x, six) r = Neg (b) q = Shape (r) }
  >
}`;

/** The mistake is in a loop that may do no step. */
const IN_LOOP = `(bool c, int64 trips, float[2, 3] x, float[4, 4] w) => (y) {
  y = If (c) <
    then_branch = looped () => (a) {
      stays = Identity (c)
      a = Loop (trips, stays, x) <body = step (int64 i, bool on, float[2, 3] s) => (more, t) {
        more = Identity (on)
        t = MatMul (s, w)
      }>
    },
    else_branch = same () => (b) { b = Identity (x) }
  >
}`;

const codes = (found: Iterable<{ readonly code: string }>): string[] => [...found].map(({ code }) => code);
const typesOf = ({ inference }: OnnxModel): string[] => inference.graph.outputs.map(({ type }) => formatType(type));
const constraintsOf = ({ inference }: OnnxModel): string[] =>
  inference.graph.facts.constraints().map((each) => formatConstraint(each));
const notesOf = ({ inference }: OnnxModel): string[] =>
  inference.notes.map(({ code, message }) => `${code} ${message}`);

type Sizes = Readonly<Record<string, number>>;

/** What ONNX Runtime gives for feeds of some sizes; undefined where the run fails. */
async function run(
  one: OnnxModel,
  sizes: Sizes,
  condition: boolean,
): Promise<readonly (readonly number[])[] | undefined> {
  const session = await InferenceSession.create(one.encode(), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  const feeds: Record<string, Tensor> = {};
  for (const { name = '', dtype, declaredType: type } of one.read().graph.inputs) {
    const dims =
      type.kind === 'tensor' ? (type.shape ?? []).map((dim) => evaluate(dim, ({ name: of }) => sizes[of])) : [];
    const count = dims.reduce((product, size) => product * size, 1);
    feeds[name] =
      dtype === 'bool'
        ? new Tensor('bool', [condition], dims)
        : new Tensor('float32', new Float32Array(count).fill(1), dims);
  }
  try {
    return Object.values(await session.run(feeds)).map(({ dims }) => [...dims]);
  } catch {
    return undefined;
  } finally {
    await session.release();
  }
}

/** Whether the constraints of a model hold at some sizes. */
const isValid = ({ inference }: OnnxModel, sizes: Sizes): boolean =>
  inference.graph.facts
    .constraints()
    .filter((each) => constraintDims(each).length > 0)
    .every((each) => checkConstraint(each, ({ name }) => sizes[name]));

describe('a branch that does not fit what follows', () => {
  test.each([
    ['by a condition on data', BY_DATA, ['float32[m*n + k]'], [], 'else_branch of the If'],
    [
      'by a condition on a size, which the contract has then',
      BY_SIZE,
      ['float32[n, 5]'],
      ['t == 1'],
      'else_branch of the If',
    ],
  ])('is ruled out %s', (_, text, types, constraints, says) => {
    const found = model(text);
    expect(found.inference.mistakes).toEqual([]);
    expect(typesOf(found)).toEqual(types);
    expect(constraintsOf(found)).toEqual(constraints);
    expect(notesOf(found)).toEqual([expect.stringContaining(says)]);
    expect(codes(found.inference.notes)).toEqual(['BRANCH_UNFIT']);
  });

  test.each<[string, string, readonly Sizes[]]>([
    [
      'data',
      BY_DATA,
      [
        { n: 2, m: 3, k: 4 },
        { n: 5, m: 1, k: 2 },
      ],
    ],
    [
      'a size',
      BY_SIZE,
      [
        { n: 2, m: 3, t: 1 },
        { n: 4, m: 2, t: 1 },
        { n: 2, m: 3, t: 2 },
        { n: 1, m: 1, t: 7 },
      ],
    ],
  ])('fails on ONNX Runtime when %s chooses it, and the other one gives what is inferred', async (_, text, all) => {
    const found = model(text);
    for (const sizes of all) {
      const wanted = found.inference.graph.outputs.map(({ shape }) =>
        shape.map((dim) => evaluate(dim, ({ name }) => sizes[name])),
      );
      expect(await run(found, sizes, true)).toEqual(isValid(found, sizes) ? wanted : undefined);
      if (text === BY_DATA) expect(await run(found, sizes, false)).toBeUndefined();
    }
  });

  test('stays where both fit, and the rank stays open', () => {
    const found = model(BY_DATA.replace('Concat <axis = 0> (either, w)', 'Relu (either)'));
    expect(typesOf(found)).toEqual(['float32[...]']);
    expect(found.inference.notes).toEqual([]);
  });

  test('may state what no run gives', () => {
    const found = model(BY_SIZE.replace('same () => (b)', 'same () => (float[n, m, 1] b)'));
    expect(found.inference.mistakes).toEqual([]);
    expect(codes(found.inference.notes)).toEqual(['BRANCH_UNFIT']);
  });

  test('is no way of an explanation, and costs nothing', () => {
    const found = model(BY_SIZE);
    const { graph: inferred } = found.inference;
    const [output] = inferred.outputs;
    const text = output ? formatExplanation(explain(output, 0)) : '';
    expect(text).toContain('no valid run takes the else_branch');
    expect(text).not.toContain('Identity');
    expect(costOf(found).nodes.map(({ node }) => node.op)).not.toContain('Identity');
  });
});

describe('a branch whose sizes contradict each other', () => {
  const bound = (n: number): OnnxModel => model(TWO_SIZES.replace('float[n]', `float[${n}]`));

  test.each([
    [4, 'else_branch', 'float32[2, 2]', 'int64[1]'],
    [6, 'then_branch', 'float32[2, 3]', 'int64[2]'],
  ])('of the two for %d elements, no valid run takes the %s', (n, branch, ...types) => {
    const found = bound(n);
    expect(found.inference.mistakes).toEqual([]);
    expect(typesOf(found)).toEqual(types);
    expect(notesOf(found)).toEqual([expect.stringContaining(`no valid run takes the ${branch}`)]);
    expect(notesOf(found)).toEqual([expect.stringContaining('SHAPE_MISMATCH: Reshape')]);
    expect(checkModel(found).filter(({ code }) => code === 'BRANCH_RULED_OUT')).toMatchObject([
      { severity: 'warning' },
    ]);
  });

  test('is a mistake where the other one is wrong too, and both are told', () => {
    const { mistakes } = bound(5).inference;
    expect(codes(mistakes)).toEqual(['SHAPE_MISMATCH', 'SHAPE_MISMATCH']);
    for (const { related } of mistakes)
      expect(related?.map(({ message }) => message)).toEqual(['no branch of the If can run']);
  });

  test.each([
    [
      'an element type',
      '(bool c, float[2] x, int64[2] w) => (y) { y = If (c) < then_branch = t () => (a) { a = Add (x, w) }, else_branch = e () => (b) { b = Neg (x) } > }',
      'DTYPE_MISMATCH',
    ],
    [
      'an attribute',
      '(bool c, float[2] x) => (y) { y = If (c) < then_branch = t () => (a) { a = Softmax <axis = 3> (x) }, else_branch = e () => (b) { b = Neg (x) } > }',
      'ATTRIBUTE_INVALID',
    ],
    [
      'a size that a pool takes all the same',
      '(bool c, float[1, 1, 2] x) => (y) { y = If (c) < then_branch = t () => (a) { a = MaxPool <kernel_shape = [3]> (x) }, else_branch = e () => (b) { b = Neg (x) } > }',
      'SHAPE_MISMATCH',
    ],
    ['a size in a loop that may do no step', IN_LOOP, 'SHAPE_MISMATCH'],
    [
      'a size that no result needs',
      '(bool c, float[2] x, float[3] w) => (y) { y = If (c) < then_branch = t () => (a) { s = Add (x, w) a = Abs (x) }, else_branch = e () => (b) { b = Neg (x) } > }',
      'SHAPE_MISMATCH',
    ],
  ])('is told as ever where %s is wrong', (_, text, code) => {
    const found = model(text);
    expect(codes(found.inference.mistakes)).toEqual([code]);
    expect(found.inference.notes).toEqual([]);
  });

  test('of a function is noted once, however often it is called', () => {
    const text = `<ir_version: 10, opset_import: ["" : 21, "own" : 1]>
g (bool c, float[4] x) => (y, z) { y = own.fit (c, x) z = own.fit (c, x) }
<domain: "own", opset_import: ["" : 21]>
fit (c, x) => (y) {
  two = Constant <value = int64[2] {2, 2}> ()
  six = Constant <value = int64[2] {2, 3}> ()
  y = If (c) < then_branch = t () => (a) { a = Reshape (x, two) }, else_branch = e () => (b) { b = Reshape (x, six) } >
}`;
    const found = parseOnnx(text);
    expect(typesOf(found)).toEqual(['float32[2, 2]', 'float32[2, 2]']);
    expect(codes(found.inference.notes)).toEqual(['BRANCH_RULED_OUT']);
  });

  test('is a mistake in a model that an author writes', () => {
    const write = (): unknown =>
      graph((g) => {
        const [c, x] = [g.input('c', 'bool', []), g.input('x', 'float32', [4])];
        return op.If(c, { then_branch: () => op.Reshape(x, [2n, 2n]), else_branch: () => op.Reshape(x, [2n, 3n]) });
      });
    expect(write).toThrow(/SHAPE_MISMATCH/);
  });
});

describe('two branches', () => {
  const both = (yes: string, no: string): OnnxModel =>
    model(`(bool c, float[1, 1, n] x, float[1, 1, m] w) => (y) <float[1, 1, 3] three = {1, 1, 1}, float[1, 1, 5] five = {1, 1, 1, 1, 1}> {
      y = If (c) < then_branch = t () => (a) { ${yes} }, else_branch = e () => (b) { ${no} } >
    }`);

  test.each<[string, OnnxModel, readonly string[], readonly Sizes[]]>([
    [
      'a condition that both have',
      both('a = Add (x, w)', 'b = Mul (x, w)'),
      ['broadcastable(n, m)'],
      [
        { n: 2, m: 3 },
        { n: 3, m: 3 },
      ],
    ],
    [
      'the wider bounds of a size',
      both('a = Conv <kernel_shape = [3]> (x, three)', 'b = Conv <kernel_shape = [5]> (x, five)'),
      ['n >= 3'],
      [
        { n: 2, m: 1 },
        { n: 3, m: 1 },
        { n: 5, m: 1 },
      ],
    ],
    [
      'nothing that one of them does not need',
      both('a = Add (x, w)', 'b = Conv <kernel_shape = [5]> (x, five)'),
      [],
      [],
    ],
  ])('ask together for %s', async (_, found, constraints, all) => {
    expect(constraintsOf(found)).toEqual(constraints);
    for (const sizes of all) {
      const runs = [await run(found, sizes, true), await run(found, sizes, false)];
      expect(runs.some((each) => each !== undefined)).toBe(isValid(found, sizes));
    }
  });
});
