// Types inside of functions: what all calls agree on is written, what they differ on is left open.
import { afterEach, describe, expect, test } from 'vitest';
import { annotateModel } from '../../../codegen/onnx/annotate/annotate-model.ts';
import { bindModel } from '../../../codegen/onnx/bind/bind-model.ts';
import { checkModel } from '../../../codegen/onnx/check/check-model.ts';
import { joinModels } from '../../../codegen/onnx/edit/join-models.ts';
import { type OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import type { ValueInfoProto } from '../../../codegen/onnx/proto/messages.ts';
import { parseOnnx } from '../../../codegen/onnx/text/parse-onnx.ts';
import type { Diagnostic } from '../../../src/base/errors.ts';
import { setWarningHandler } from '../../../src/base/warn.ts';
import { expectSameRuns } from '../bind/run-model.ts';

const model = (graph: string, functions: string, ir = 10): OnnxModel =>
  parseOnnx(`<ir_version: ${ir}, opset_import: ["" : 21, "my" : 1]> ${graph} ${functions}`);

const head = (name: string): string => `<domain: "my", opset_import: ["" : 21, "my" : 1]> ${name}`;
const F = `${head('f')} (a) => (b) { t = Transpose (a) b = Relu (t) }`;

/** By name, the element type and the sizes of a function's values. */
function typesIn({ proto }: OnnxModel, name: string): Record<string, unknown> {
  const found = (proto.functions ?? []).find((each) => each.name === name);
  return Object.fromEntries((found?.valueInfo ?? []).map((info) => [info.name, typeOf(info)]));
}

const typeOf = ({ type }: ValueInfoProto): readonly unknown[] => [
  type?.tensorType?.elemType,
  type?.tensorType?.shape?.dim?.map(({ dimValue, dimParam }) => dimValue ?? dimParam ?? '?'),
];

interface Row {
  readonly fact: string;
  readonly graph: string;
  readonly types: Record<string, unknown>;
  readonly functions?: string;
}

const ROWS: readonly Row[] = [
  {
    fact: 'the sizes of a single call, inputs and outputs included',
    graph: 'g (float[n, 4] x) => (float[4, n] y) { y = my.f (x) }',
    types: { a: [1, ['n', 4]], t: [1, [4, 'n']], b: [1, [4, 'n']] },
  },
  {
    fact: 'the sizes on which two calls agree, and none on which they differ',
    graph: 'g (float[n, 4] x, float[m, 4] z) => (y, w) { y = my.f (x) w = my.f (z) }',
    types: { a: [1, ['?', 4]], t: [1, [4, '?']], b: [1, [4, '?']] },
  },
  {
    fact: 'the element type alone where ranks differ',
    graph: 'g (float[n, 4] x, float[m] z) => (y, w) { y = my.f (x) w = my.f (z) }',
    types: { a: [1, undefined], t: [1, undefined], b: [1, undefined] },
  },
  {
    fact: 'nothing where element types differ',
    graph: 'g (float[n] x, int64[n] z) => (y, w) { y = my.f (x) w = my.f (z) }',
    types: {},
  },
  { fact: 'nothing into a function without a call', graph: 'g (float[n] x) => (y) { y = Relu (x) }', types: {} },
  {
    fact: 'what calls in other functions and in bodies give',
    graph: `g (float[n, 4] x, float[4] z, bool c) => (y, w) { y = my.outer (x)
      w = If (c) < then_branch = t () => (r) { r = my.f (z) }, else_branch = e () => (r) { r = Relu (z) } > }`,
    functions: `${F} ${head('outer')} (p) => (q) { s = Shape (p) h = Reshape (p, s) q = my.f (h) }`,
    types: { a: [1, undefined], t: [1, undefined], b: [1, undefined] },
  },
  {
    fact: 'no name for a size that every run and every call has of its own',
    graph: 'g (float[n, 4] x) => (y) { y = my.f (x) }',
    functions: `${head('f')} (a) => (b) { t = NonZero (a) b = Relu (a) }`,
    types: { a: [1, ['n', 4]], t: [7, [2, '?']], b: [1, ['n', 4]] },
  },
];

describe('annotateModel of models with functions', () => {
  test.each(ROWS)('writes $fact', ({ graph, types, functions = F }) => {
    const before = model(graph, functions);
    const annotated = annotateModel(before);
    expect(typesIn(annotated, 'f')).toEqual(types);
    expect(checkModel(annotated).filter(({ severity }) => severity === 'error')).toEqual([]);
    const again = readOnnx(annotated.encode());
    expect(annotateModel(again).encode()).toEqual(annotated.encode());
    expect(again.graph.outputs.map(({ type }) => type)).toEqual(before.graph.outputs.map(({ type }) => type));
  });

  test('tells branches inside of a function apart', () => {
    const annotated = annotateModel(
      model(
        'g (float[n, 4] x, bool c) => (y) { y = my.f (x, c) }',
        `${head('f')} (a, c) => (b) { b = If (c) <
          then_branch = t () => (r) { p = Transpose (a) r = Neg (p) },
          else_branch = e () => (r) { p = Relu (a) r = Neg (p) } > }`,
      ),
    );
    const bodies = annotated.proto.functions?.[0]?.node?.[0]?.attribute?.map(({ g }) => g?.valueInfo?.map(typeOf));
    expect(bodies).toEqual([[[1, [4, 'n']]], [[1, ['n', 4]]]]);
  });

  test('replaces what a call contradicts, and keeps a name that no input has', () => {
    const stated = `${head('f')} (a) => (b) <float[n, k] t, float[rows, 4] b> { t = Relu (a) b = Neg (t) }`;
    const annotated = annotateModel(
      model('g (float[n, 4] x, float[m, 4] z) => (y, w) { y = my.f (x) w = my.f (z) }', stated),
    );
    expect(typesIn(annotated, 'f')).toEqual({ a: [1, ['?', 4]], t: [1, ['?', 4]], b: [1, ['rows', 4]] });
  });

  test.each([
    ['annotated', annotateModel],
    ['bound', (each: OnnxModel) => bindModel(annotateModel(each), { symbols: { n: 3 } })],
  ])('runs as before when %s', async (_, edit) => {
    const before = model(
      'g (float[n, 4] x, float[m, 4] z) => (float[4, n] y, float[4, m] w) { y = my.f (x) w = my.f (z) }',
      F,
    );
    await expectSameRuns(before, edit(before), { n: 3, m: 2 });
  });

  test('follows a binding and a join', () => {
    const one = annotateModel(model('g (float[n, 4] x) => (y) { y = my.f (x) }', F));
    expect(typesIn(bindModel(one, { symbols: { n: 3 } }), 'f')).toEqual({
      a: [1, [3, 4]],
      t: [1, [4, 3]],
      b: [1, [4, 3]],
    });
    const two = annotateModel(model('h (float[p, q] u, float[n, 8] v) => (z, w) { z = Relu (u) w = my.f (v) }', F));
    const whole = joinModels(one, two, { connect: { u: 'y' } });
    expect(whole.proto.functions).toHaveLength(1);
    expect(typesIn(whole, 'f')).toEqual({ a: [1, ['?', '?']], t: [1, ['?', '?']], b: [1, ['?', '?']] });
  });
});

describe('annotateModel before IR version 10', () => {
  const warnings: Diagnostic[] = [];
  const before = setWarningHandler((warning) => warnings.push(warning));
  setWarningHandler(before);
  afterEach(() => void setWarningHandler(before));

  test('leaves functions alone, and says so', () => {
    setWarningHandler((warning) => warnings.push(warning));
    const old = model('g (float[n, 4] x) => (y) { h = Relu (x) y = my.f (h) }', F, 9);
    const annotated = annotateModel(old);
    expect(annotated.proto.functions).toBe(old.proto.functions);
    expect(annotated.proto.graph?.valueInfo?.map(typeOf)).toEqual([[1, ['n', 4]]]);
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ['FILE_FORMAT', 'IR version 9 has no place for types inside of functions, which version 10 brought'],
    ]);
  });
});
