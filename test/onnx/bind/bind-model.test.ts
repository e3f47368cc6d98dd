// Binding models of files: what is written, what is folded, what is kept, and that ONNX Runtime gives the same numbers.
import { describe, expect, test } from 'vitest';
import { recordedShapes, TOPOLOGIES, topologyBytes } from '../../../bench/topologies.ts';
import { type BindModelOptions, bindModel } from '../../../codegen/onnx/bind/bind-model.ts';
import { type OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import type { ModelProto } from '../../../codegen/onnx/proto/messages.ts';
import { formatOnnx } from '../../../codegen/onnx/text/format-onnx.ts';
import { parseOnnx } from '../../../codegen/onnx/text/parse-onnx.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { staticShape } from '../../../src/ir/type.ts';
import { LOOPS, loopModel, SMALL_MODELS, smallBindings, smallModel } from './models.ts';
import { expectSameRuns, runModel } from './run-model.ts';

/** A model of IR version 10 and opset 21. */
const model = (text: string, irVersion = 10): OnnxModel =>
  parseOnnx(`<ir_version: ${irVersion}, opset_import: ["" : 21]> g ${text}`);

/** Flattens all but the first axis, as torch's exporter writes it. */
const FLATTEN = `(float[n, c, 4] x) => (float[n, k] y)
<int64 zero = {0}, int64[1] axes = {0}, int64[1] rest = {-1}> {
  shape = Shape (x)
  size = Gather (shape, zero)
  first = Unsqueeze (size, axes)
  whole = Concat <axis: int = 0> (first, rest)
  y = Reshape (x, whole)
}`;

/** Takes one branch for many rows, the other for none. */
const BRANCH = `(float[n, 4] x) => (float[m, p] y)
<int64 zero = {0}> {
  shape = Shape (x)
  rows = Gather (shape, zero)
  some = Greater (rows, zero)
  y = If (some) <
    then_branch = then_graph () => (float[a, b] inner) <int64[2] turned = {4, -1}> {
      doubled = Add (x, x)
      inner = Reshape (doubled, turned)
    },
    else_branch = else_graph () => (float[a, b] inner) { inner = Identity (x) }
  >
  twice = If (some) <
    then_branch = t () => (float[a, b] doubled) { doubled = Mul (y, y) },
    else_branch = e () => (float[a, b] doubled) { doubled = Identity (y) }
  >
}`;

const ops = ({ proto }: OnnxModel): (string | undefined)[] => (proto.graph?.node ?? []).map(({ opType }) => opType);
const typesOf = ({ proto }: OnnxModel): string =>
  formatOnnx(parseOnnx(formatOnnx({ proto } as OnnxModel)))
    .split('\n')
    .find((line) => line.includes('=>')) ?? '';

describe('bindModel', () => {
  test.each<[string, string, BindModelOptions, string, readonly string[]]>([
    ['a number', FLATTEN, { symbols: { n: 2 } }, '(float[2,c,4] x) => (float[2,k] y)', ['Reshape']],
    [
      'another name',
      FLATTEN,
      { symbols: { n: 'batch' } },
      '(float[batch,c,4] x) => (float[batch,k] y)',
      ['Shape', 'Gather', 'Unsqueeze', 'Concat', 'Reshape'],
    ],
    ['an input', FLATTEN, { inputs: { x: [3, '?', 4] } }, '(float[3,c,4] x) => (float[3,k] y)', ['Reshape']],
    [
      'an input and a symbol',
      FLATTEN,
      { inputs: { x: [3, 'c', 4] }, symbols: { c: 5 } },
      '(float[3,5,4] x) => (float[3,20] y)',
      ['Reshape'],
    ],
    [
      'two names that change places',
      FLATTEN,
      { symbols: { n: 'c', c: 'n' } },
      '(float[c,n,4] x) => (float[c,k] y)',
      ['Shape', 'Gather', 'Unsqueeze', 'Concat', 'Reshape'],
    ],
    [
      'a number, without folding',
      FLATTEN,
      { symbols: { n: 2 }, fold: false },
      '(float[2,c,4] x) => (float[2,k] y)',
      ['Shape', 'Gather', 'Unsqueeze', 'Concat', 'Reshape'],
    ],
    [
      'a size that decides a branch',
      BRANCH,
      { symbols: { n: 3 } },
      '(float[3,4] x) => (float[4,3] y)',
      ['Add', 'Reshape'],
    ],
    ['no rows', BRANCH, { symbols: { n: 0 } }, '(float[0,4] x) => (float[0,4] y)', ['Identity']],
  ])('writes %s', (_, text, options, types, nodes) => {
    const bound = bindModel(model(text), options);
    expect(typesOf(bound)).toContain(types);
    expect(ops(bound)).toEqual(nodes);
    expect(readOnnx(bound.encode()).inference.mistakes).toEqual([]);
  });

  test('leaves a branch that a size of 0 would decide otherwise', () => {
    const bound = bindModel(model(BRANCH), { symbols: { n: 'rows' } });
    expect(ops(bound)).toContain('If');
  });

  test.each<[string, readonly Readonly<Record<string, number>>[]]>([
    [
      FLATTEN,
      [
        { n: 2, c: 3 },
        { n: 1, c: 5 },
      ],
    ],
    [BRANCH, [{ n: 3 }, { n: 1 }]],
  ])('changes no numbers', async (text, bindings) => {
    // An initializer of a body cannot be one of its inputs, as IR version 3 wants.
    for (const ir of text === FLATTEN ? [3, 10] : [10]) {
      for (const symbols of bindings) {
        const before = model(text, ir);
        await expectSameRuns(before, bindModel(before, { symbols }), symbols);
      }
    }
  });

  test('keeps an If that is not decided and names that another graph has too', async () => {
    const before =
      model(`(float[n, 4] x, bool c) => (float[n, 4] y, float[n, 4] z) <int64 two = {2}, int64 zero = {0}> {
      shape = Shape (x)
      rows = Gather (shape, zero)
      many = Greater (rows, two)
      y = If (many) <
        then_branch = a () => (float[n, 4] r) { t = Add (x, x) r = Neg (t) },
        else_branch = b () => (float[n, 4] r) { t = Mul (x, x) r = Neg (t) }
      >
      z = If (c) <
        then_branch = a () => (float[n, 4] r) { t = Add (y, x) r = Abs (t) },
        else_branch = b () => (float[n, 4] r) { t = Mul (y, x) r = Exp (t) }
      >
    }`);
    for (const n of [2, 3]) {
      const bound = bindModel(before, { symbols: { n } });
      expect(ops(bound)).toEqual([n > 2 ? 'Add' : 'Mul', 'Neg', 'If']);
      expect(bound.proto.graph?.node?.[0]?.output).toEqual(['t_1']);
      await expectSameRuns(before, bound, { n });
    }
  });

  test('goes round a branch that returns a value from around it', async () => {
    const before = model(`(float[n] x) => (float[n] y) <int64 zero = {0}, float w = {2.0}> {
      shape = Shape (x)
      rows = Squeeze (shape)
      some = Greater (rows, zero)
      y = If (some) < then_branch = a () => (float[n] x1) { x1 = Identity (x) }, else_branch = b () => (float[n] r) { r = Neg (x) } >
    }`);
    const bound = bindModel(before, { symbols: { n: 2 } });
    expect(ops(bound)).toEqual(['Identity']);
    await expectSameRuns(before, bound, { n: 2 });
  });

  test('takes no initializer for known that a feed may stand in for', () => {
    const text = `(float[n, 4] x, int64[2] target) => (float[a, b] y) <int64[2] target = {2, -1}> {
      doubled = Add (target, target)
      halved = Div (doubled, two)
      y = Reshape (x, halved)
    }`.replace('<int64[2] target', '<int64 two = {2}, int64[2] target');
    expect(ops(bindModel(model(text, 10), { symbols: { n: 4 } }))).toEqual(['Add', 'Div', 'Reshape']);
    expect(ops(bindModel(model(text, 3), { symbols: { n: 4 } }))).toEqual(['Constant', 'Reshape']);
  });

  test('corrects stated types that belong to other sizes', () => {
    const before = model('(float[n, 4] x) => (float[1, 4] y) <float[1, 4] h> { h = Relu (x) y = Neg (h) }');
    const bound = bindModel(before, { symbols: { n: 7 } });
    expect(typesOf(bound)).toContain('(float[7,4] x) => (float[7,4] y)');
    expect(bound.proto.graph?.valueInfo?.[0]?.type?.tensorType?.shape?.dim).toMatchObject([
      { dimValue: 7 },
      { dimValue: 4 },
    ]);
    expect(bound.graph.outputs[0]?.shape.map(String)).toHaveLength(2);
  });

  test('keeps what it does not speak of', () => {
    const { proto } = model('(float[n, 4] x) => (float[n, 4] y) { [first] h = Relu (x) [second] y = Neg (h) }');
    const { graph = {} } = proto;
    const [relu = {}, neg = {}] = graph.node ?? [];
    const odd = [new Uint8Array([0xf8, 0x7f, 1])];
    const [x = {}] = graph.input ?? [];
    const dim = [{ dimParam: 'n', denotation: 'DATA_BATCH' }, { dimValue: 4 }];
    const before = readOnnx(new Uint8Array(0)).with({
      ...proto,
      docString: 'model',
      metadataProps: [{ key: 'author', value: 'me' }],
      graph: {
        ...graph,
        docString: 'graph',
        node: [{ ...relu, docString: 'node', unknownFields: odd }, neg],
        input: [
          { ...x, docString: 'input', type: { tensorType: { elemType: 1, shape: { dim } }, denotation: 'IMAGE' } },
        ],
        quantizationAnnotation: [{ tensorName: 'h' }],
      },
    } satisfies ModelProto);
    const { proto: after } = bindModel(before, { symbols: { n: 2 } });
    expect(after).toMatchObject({ docString: 'model', metadataProps: [{ key: 'author', value: 'me' }] });
    expect(after.graph).toMatchObject({ docString: 'graph', quantizationAnnotation: [{ tensorName: 'h' }] });
    expect(after.graph?.node).toEqual(before.proto.graph?.node);
    expect(after.graph?.input?.[0]).toEqual({
      ...before.proto.graph?.input?.[0],
      type: {
        denotation: 'IMAGE',
        tensorType: { elemType: 1, shape: { dim: [{ denotation: 'DATA_BATCH', dimValue: 2 }, { dimValue: 4 }] } },
      },
    });
  });

  test('keeps the same object where nothing changes', () => {
    const before = model('(float[n, 4] x) => (float[n, 4] y) { y = Relu (x) }');
    expect(bindModel(before, {})).toBe(before);
  });

  test('saves a contract where a symbol stands in expressions only, so that the copy is read as it was meant', () => {
    const bound = bindModel(model('(float[n, 4] x) => (float[n, 4] y) { y = Relu (x) }'), {
      symbols: { n: '2*k + 1' },
    });
    const again = readOnnx(bound.encode());
    expect(again.contract).toMatchObject({
      inputs: { x: { shape: ['2*k + 1', 4] } },
      outputs: { y: { shape: ['2*k + 1', 4] } },
      symbols: { k: { min: 1 } },
    });
    const twice = bindModel(again, { symbols: { k: 3 } });
    expect(typesOf(twice)).toContain('(float[7,4] x) => (float[7,4] y)');
    expect(Object.keys(twice.contract.symbols)).toEqual([]);
  });

  test('binds sizes without a name by their input, and leaves others without one', () => {
    const before = model('(float[?, ?] x) => (float[?, ?] y) <float[?, ?] h> { h = Relu (x) y = Neg (h) }');
    expect(typesOf(bindModel(before, { inputs: { x: ['n', null] } }))).toContain('(float[n,?] x) => (float[n,?] y)');
  });

  describe('tells how a size without a symbol is bound', () => {
    test.each<[string, string, BindModelOptions, readonly string[]]>([
      [
        'all sizes are numbers',
        '(float[1,3] data) => (float[1,3] y) { y = Relu (data) }',
        { symbols: { batch: 2 } },
        ['none of their sizes has a name: data: float32[1, 3]', 'edit --batch'],
      ],
      [
        'a name that only dimwise prints',
        '(float[?,3] data) => (float[?,3] y) { y = Relu (data) }',
        { symbols: { data0: 2 } },
        ['"data0" stands for axis 0 of input "data"', 'data=[1,?]'],
      ],
      [
        'a number that the file fixes',
        '(float[1,3] data) => (float[1,3] y) { y = Relu (data) }',
        { inputs: { data: ['batch', 3] } },
        ['input "data" axis 0: the file has 1; the binding gives batch', 'edit --batch'],
      ],
    ])('%s', (_, text, options, parts) => {
      const run = () => bindModel(model(text), options);
      for (const part of parts) expect(run).toThrow(part);
    });
  });

  describe('refuses', () => {
    const TWO =
      '(int64[batch, seq] ids, int64[batch, 2] more) => (int64[found, m] y, int64[batch, s] z) { y = NonZero (ids) z = Concat <axis: int = 1> (ids, more) }';
    test.each<[string, BindModelOptions, string, readonly string[]]>([
      [
        'a symbol that is not there',
        { symbols: { bach: 2 } },
        'BIND_SYMBOL_UNKNOWN',
        ['"bach"', '"batch", "seq"', 'did you mean batch?'],
      ],
      [
        'a name for a size of a run',
        { symbols: { m: 2 } },
        'BIND_SYMBOL_UNKNOWN',
        ['axis 1 of value "y"', 'a run gives'],
      ],
      [
        'an input that is not there',
        { inputs: { idx: [2, 3] } },
        'BIND_INPUT_UNKNOWN',
        ['"idx"', 'did you mean "ids"?'],
      ],
      ['another rank', { inputs: { ids: [2] } }, 'RANK_MISMATCH', ['input "ids" has 2 axes', 'gives 1']],
      [
        'two sizes of one symbol',
        { inputs: { ids: [2, 3], more: [3, 2] } },
        'BIND_MISMATCH',
        ['input "more" axis 0', 'batch is 2 already, by input "ids" axis 0', 'gives 3'],
      ],
      [
        'another number',
        { inputs: { more: ['batch', 3] } },
        'BIND_MISMATCH',
        ['input "more" axis 1', 'the file has 2', 'gives 3'],
      ],
      ['a size that is none', { symbols: { seq: -1 } }, 'DIM_SYNTAX', ['symbol seq', '-1']],
      ['an expression that is none', { symbols: { seq: '2*' } }, 'DIM_SYNTAX', ['symbol seq']],
    ])('%s', (_, options, code, facts) => {
      let caught: unknown;
      try {
        bindModel(model(TWO), options);
      } catch (error) {
        caught = error;
      }
      if (!isDimwiseError(caught)) throw caught;
      expect(caught.errors.map((each) => each.code)).toEqual([code]);
      const text = caught.errors.map(({ message, hint }) => `${message} ${hint ?? ''}`).join('\n');
      for (const fact of facts) expect(text).toContain(fact);
    });

    test('sizes that no node takes, all mistakes together', () => {
      const before = model('(float[a, b] x, float[c, d] z) => (float[a, d] y) { y = MatMul (x, z) }');
      expect(() => bindModel(before, { inputs: { x: [2, 3], z: [4, 5] } })).toThrow(/MatMul/);
      const all = { inputs: { x: [2, 3, 4], q: [1] }, symbols: { e: 1 } };
      expect(() => bindModel(before, all)).toThrow(
        expect.objectContaining({ errors: expect.objectContaining({ length: 3 }) }),
      );
    });
  });
});

describe('bindModel of models that other tools wrote', () => {
  test.each(SMALL_MODELS)('gives the numbers of %s at two bindings', async (name) => {
    const before = smallModel(name);
    for (const symbols of smallBindings(name)) {
      const known = new Set(Object.keys(before.contract.symbols));
      const named = Object.fromEntries(Object.entries(symbols).filter(([key]) => known.has(key)));
      const bound = bindModel(before, { symbols: named });
      await expectSameRuns(before, bound, symbols);
    }
  });

  test.each(LOOPS)('gives the numbers of %s at two bindings', async (name, bindings) => {
    const before = loopModel(name);
    const known = new Set(Object.keys(before.contract.symbols));
    for (const sizes of bindings) {
      const symbols = Object.fromEntries(Object.entries(sizes).filter(([key]) => known.has(key)));
      await expectSameRuns(before, bindModel(before, { symbols }), sizes);
    }
  });

  test.each(TOPOLOGIES)('gives every value of %s the shape of a run', (name) => {
    const before = readOnnx(topologyBytes(name));
    const { bindings, values } = recordedShapes(name);
    for (const [i, symbols] of bindings.entries()) {
      const bound = bindModel(before, { symbols });
      for (const node of bound.graph.nodes()) {
        for (const value of node.outputs) {
          const recorded = value.name === undefined ? undefined : values[value.name];
          expect([value.name, staticShape(value.shape)]).toEqual([value.name, recorded?.[i + 1]]);
        }
      }
      expect(bound.proto.graph?.node?.length).toBeLessThanOrEqual(before.proto.graph?.node?.length ?? 0);
    }
  });

  test('folds the shape scaffolding of BERT away', () => {
    const bound = bindModel(readOnnx(topologyBytes('bert-base-torchscript')), { symbols: { batch: 1, sequence: 128 } });
    expect(ops(bound).filter((op) => op === 'Shape' || op === 'Unsqueeze' || op === 'ConstantOfShape')).toEqual([]);
    expect(bound.proto.graph?.node?.length).toBeLessThan(620);
  });
});

test('the runs of these tests tell models apart', async () => {
  const [one, other] = ['Relu', 'Neg'].map((op) => model(`(float[n] x) => (float[n] y) { y = ${op} (x) }`));
  if (!one || !other) throw new TypeError('two models');
  const feeds = (await import('./run-model.ts')).feedsOf(one, { n: 5 });
  expect(await runModel(one, feeds)).not.toEqual(await runModel(other, feeds));
});
