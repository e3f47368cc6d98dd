// What each edit keeps and changes, and that ONNX Runtime takes the result.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { annotateModel } from '../../../codegen/onnx/annotate/annotate-model.ts';
import { bindModel } from '../../../codegen/onnx/bind/bind-model.ts';
import { extractModel } from '../../../codegen/onnx/edit/extract-model.ts';
import { joinModels } from '../../../codegen/onnx/edit/join-models.ts';
import { mapValueNames } from '../../../codegen/onnx/edit/map-names.ts';
import { addOutputs, dropOutputs, keepOutputs } from '../../../codegen/onnx/edit/model-outputs.ts';
import { pruneModel } from '../../../codegen/onnx/edit/prune-model.ts';
import { renameValues } from '../../../codegen/onnx/edit/rename-values.ts';
import { replaceOperator } from '../../../codegen/onnx/edit/replace-operator.ts';
import { freeInitializers, setInitializer } from '../../../codegen/onnx/edit/set-initializer.ts';
import { setMetadata } from '../../../codegen/onnx/edit/set-metadata.ts';
import { type OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import { tensorFromValues } from '../../../src/ir/tensor-data.ts';
import { formatType } from '../../../src/ir/type.ts';
import { expectSameRuns, feedsOf, runModel } from '../bind/run-model.ts';
import { freshNames, modelOf, outputsOf } from './helpers.ts';

const types = (model: OnnxModel): string[] =>
  [...model.graph.inputs, ...model.graph.outputs].map((value) => `${value.name} ${formatType(value.declaredType)}`);
const ops = ({ proto }: OnnxModel): string[] => (proto.graph?.node ?? []).map(({ opType = '' }) => opType);

const CHAIN = modelOf(
  'g (float[n, 4] x, float[n, 4] z) => (float[n, 4] y, float[n, 8] c) { h = Relu(x) y = Neg(h) c = Concat<axis = 1>(h, z) d = Abs(z) }',
);

describe('a message that an edit does not touch', () => {
  const every = readOnnx(readFileSync(new URL('../../fixtures/onnx/every-field.onnx', import.meta.url)));

  test('is shared: every field of every message survives other names and back', () => {
    const names = freshNames(every);
    const back = Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from]));
    // The file of every field is no model that could run; the messages are all that counts.
    const renamed = mapValueNames(every.proto, (name) => names[name] ?? name);
    expect(renamed).not.toEqual(every.proto);
    expect(mapValueNames(renamed, (name) => back[name] ?? name)).toEqual(every.proto);
    const { graph } = setMetadata(every, { added: 'yes' }).proto;
    expect(graph).toBe(every.proto.graph);
  });

  test('keeps documentation, metadata, annotations and fields that nobody knows', () => {
    const { graph = {} } = CHAIN.proto;
    const unknownFields = [Uint8Array.of(0xf8, 0x7f, 1)];
    const [relu = {}, ...rest] = graph.node ?? [];
    const model = CHAIN.with({
      docString: 'whole',
      unknownFields,
      metadataProps: [{ key: 'k', value: 'v' }],
      graph: {
        ...graph,
        docString: 'graph',
        node: [{ ...relu, docString: 'node', metadataProps: [{ key: 'a', value: 'b' }], unknownFields }, ...rest],
        valueInfo: [{ name: 'h', docString: 'value', type: graph.input?.[0]?.type }],
        quantizationAnnotation: [{ tensorName: 'h', quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: 'z' }] }],
      },
    });
    const renamed = renameValues(model, { h: 'hidden', z: 'scale' }).proto;
    expect(renamed).toMatchObject({
      docString: 'whole',
      unknownFields,
      metadataProps: [{ key: 'k', value: 'v' }],
      graph: {
        docString: 'graph',
        node: [
          { docString: 'node', metadataProps: [{ key: 'a', value: 'b' }], unknownFields, output: ['hidden'] },
          {},
          {},
          {},
        ],
        valueInfo: [{ name: 'hidden', docString: 'value' }],
        quantizationAnnotation: [
          { tensorName: 'hidden', quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: 'scale' }] },
        ],
      },
    });
    const cut = extractModel(model, { inputs: ['x'], outputs: ['y'] }).proto;
    expect(cut.graph?.node?.[0]).toBe(model.proto.graph?.node?.[0]);
    expect(cut).toMatchObject({
      docString: 'whole',
      unknownFields,
      graph: { docString: 'graph', valueInfo: [{ docString: 'value' }] },
    });
  });
});

describe('renameValues', () => {
  test('exchanges names, and follows them into bodies', async () => {
    const model = modelOf(
      'g (float[n] x, bool c) => (float[n] y) { h = Neg(x) y = If(c) <then_branch = t () => (float[n] r) { r = Add(h, x) }, else_branch = e () => (float[n] r) { r = Sub(h, x) }> }',
    );
    const renamed = renameValues(model, { x: 'h', h: 'x', r: 's' });
    expect(JSON.stringify(renamed.proto)).toContain('"output":["s"]');
    const feeds = feedsOf(model, { n: 3 });
    const { x, ...rest } = feeds;
    if (!x) throw new Error('no feed x');
    expect(await runModel(renamed, { ...rest, h: x })).toEqual(await runModel(model, feeds));
  });

  test('renames the edges of a saved contract', () => {
    const renamed = renameValues(annotateModel(CHAIN), { x: 'image', y: 'out' });
    expect(renamed.inference.read.contract).toMatchObject({
      inputs: { image: {}, z: {} },
      outputs: { out: {}, c: {} },
    });
  });
});

describe('outputs', () => {
  test('are kept, dropped and added; their entries move to value_info and back', () => {
    const dropped = dropOutputs(CHAIN, ['y']);
    expect([outputsOf(dropped), dropped.proto.graph?.valueInfo?.map(({ name }) => name)]).toEqual([['c'], ['y']]);
    const again = addOutputs(dropped, ['y', 'h', 'x']);
    expect(types(again).slice(2)).toEqual(['c float32[n, 8]', 'y float32[n, 4]', 'h float32[n, 4]', 'x float32[n, 4]']);
    expect(again.proto.graph?.valueInfo).toEqual([]);
    expect(outputsOf(keepOutputs(CHAIN, ['c', 'y']))).toEqual(['c', 'y']);
  });

  test('have a name for a size that depends on data', () => {
    const model = modelOf('g (float[n] x) => (float[n] y) { y = Neg(x) i = NonZero(x) }');
    const [, i] = addOutputs(model, ['i']).proto.graph?.output ?? [];
    const [one, two] = i?.type?.tensorType?.shape?.dim ?? [];
    expect([one?.dimValue, two?.dimParam]).toEqual([1, expect.stringMatching(/^\w+$/)]);
  });
});

describe('pruneModel', () => {
  test('takes out nodes, functions and imports that nothing needs, and gives a pruned model back as it is', async () => {
    const model = modelOf(
      'g (float[n] x) => (float[n] y) { y = l.f(x) d = l.g(x) e = Abs(d) } <opset_import: ["" : 21], domain: "l"> f (a) => (b) { b = Neg(a) } <opset_import: ["" : 21], domain: "l"> g (a) => (b) { b = Exp(a) }',
      { imports: '"" : 21, "l" : 1, "unused" : 3' },
    );
    const pruned = pruneModel(model);
    expect([ops(pruned), pruned.proto.functions?.map(({ name }) => name), pruned.proto.opsetImport?.length]).toEqual([
      ['f'],
      ['f'],
      2,
    ]);
    expect(pruneModel(pruned)).toBe(pruned);
    await expectSameRuns(model, pruned, { n: 3 });
  });
});

describe('pruneModel of a quantized model', () => {
  test('keeps the scale that only an annotation names', () => {
    const model = modelOf('g (float[n] x) => (float[n] y) <float s = {2}, float t = {3}> { h = Neg(x) y = Abs(h) }');
    const quantizationAnnotation = [
      { tensorName: 'h', quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: 's' }] },
    ];
    const pruned = pruneModel(model.with({ graph: { ...model.proto.graph, quantizationAnnotation } }));
    expect(pruned.proto.graph?.initializer?.map(({ name }) => name)).toEqual(['s']);
    expect(pruned.proto.graph?.quantizationAnnotation).toEqual(quantizationAnnotation);
  });
});

describe('extractModel', () => {
  test.each([
    { inputs: ['h'], outputs: ['y'], expected: ['h float32[n, 4]', 'y float32[n, 4]'], nodes: ['Neg'] },
    {
      inputs: ['h', 'z'],
      outputs: ['c', 'y'],
      expected: ['h float32[n, 4]', 'z float32[n, 4]', 'c float32[n, 8]', 'y float32[n, 4]'],
      nodes: ['Neg', 'Concat'],
    },
    { inputs: ['x'], outputs: ['x'], expected: ['x float32[n, 4]', 'x float32[n, 4]'], nodes: [] },
  ])('cuts from $inputs to $outputs', ({ inputs, outputs, expected, nodes }) => {
    const part = extractModel(CHAIN, { inputs, outputs });
    expect([types(part), ops(part)]).toEqual([expected, nodes]);
  });

  test('gives a size of its own to an input whose size is an expression of what is cut off', () => {
    const model = modelOf(
      'g (float[1, 1, H, H] x) => (float[1, 1, a, b] y) { h = MaxPool<kernel_shape = [3, 3], strides = [2, 2]>(x) y = Neg(h) }',
    );
    expect(types(extractModel(model, { inputs: ['h'], outputs: ['y'] }))).toEqual([
      'h float32[1, 1, h_0, h_0]',
      'y float32[1, 1, h_0, h_0]',
    ]);
  });

  test('keeps a node for its other result, and makes the given one no more', async () => {
    const model = modelOf(
      'g (float[n, 4] x) => (float[n, 2] y) { a, b = Split<axis = 1, num_outputs = 2>(x) y = Add(a, b) }',
    );
    const part = extractModel(model, { inputs: ['x', 'a'], outputs: ['y'] });
    expect(part.proto.graph?.node?.[0]?.output).toEqual(['a_1', 'b']);
    expect(await runModel(part, feedsOf(part, { n: 2 }))).toHaveProperty('y');
  });

  test('saves the contract of the part where the model had one', () => {
    const part = extractModel(annotateModel(CHAIN), { inputs: ['h'], outputs: ['y'] });
    expect(Object.keys(part.inference.read.contract?.inputs ?? {})).toEqual(['h']);
  });
});

describe('joinModels', () => {
  const exp = modelOf('e (float[m, k] u) => (float[m, k] v) { v = Exp(u) }');

  test('gives symbols of the second the sizes of the first, and names of their own to the rest', () => {
    const second = modelOf('e (float[m, k] u, float[n] w) => (float[m, k] v, float[n] t) { v = Exp(u) t = Neg(w) }');
    const joined = joinModels(CHAIN, second, { connect: { u: 'c' } });
    expect(types(joined)).toEqual([
      'x float32[n, 4]',
      'z float32[n, 4]',
      'w float32[n_1]',
      'y float32[n, 4]',
      'v float32[n, 8]',
      't float32[n_1]',
    ]);
  });

  test('fixes a symbol of the first where the second has a number', () => {
    const joined = joinModels(CHAIN, modelOf('e (float[3, k] u) => (float[3, k] v) { v = Exp(u) }'), {
      connect: { u: 'y' },
    });
    expect(types(joined)).toEqual(['x float32[3, 4]', 'z float32[3, 4]', 'c float32[3, 8]', 'v float32[3, 4]']);
  });

  test('gives what both give one after the other', async () => {
    const joined = joinModels(CHAIN, exp, { connect: { u: 'y' }, keepOutputs: ['y'] });
    const results = await runModel(joined, feedsOf(joined, { n: 3 }));
    const y = results['y'];
    if (!y) throw new Error('no output y');
    const alone = bindModel(exp, { symbols: { m: 3, k: 4 }, fold: false });
    const feed = { u: Object.assign(Object.values(feedsOf(alone, {}))[0] ?? {}) };
    expect(feed.u.dims).toEqual(y.dims);
    expect(Array.from(results['v']?.data as Float32Array)).toEqual(
      Array.from(y.data as Float32Array, (each) => Math.fround(Math.exp(each))).map((each) => expect.closeTo(each, 5)),
    );
  });

  test('renames a function of the second that only has the name of another', async () => {
    const withF = (op: string) =>
      modelOf(
        `g (float[n] x) => (float[n] y) { y = l.f(x) } <opset_import: ["" : 21], domain: "l"> f (a) => (b) { b = ${op}(a) }`,
        { imports: '"" : 21, "l" : 1' },
      );
    const second = renameValues(withF('Abs'), { x: 'u', y: 'v' });
    const joined = joinModels(withF('Neg'), second, { connect: { u: 'y' } });
    expect([ops(joined), joined.proto.functions?.map(({ name }) => name)]).toEqual([
      ['f', 'f_1'],
      ['f', 'f_1'],
    ]);
    const same = joinModels(withF('Neg'), renameValues(withF('Neg'), { x: 'u', y: 'v' }), { connect: { u: 'y' } });
    expect(same.proto.functions).toHaveLength(1);
    const data = (await runModel(joined, feedsOf(joined, { n: 3 })))['v']?.data;
    expect(Array.from(data as Float32Array).every((each) => each >= 0)).toBe(true);
  });

  test.each([
    { first: 13, second: 17, op: 'Neg', expected: 17 },
    { first: 18, second: 17, op: 'Relu', expected: 18 },
  ])('takes opset $expected for $first and $second, where no operator changes', ({ first, second, op, expected }) => {
    const of = (version: number, x: string, y: string) =>
      modelOf(`g (float[n] ${x}) => (float[n] ${y}) { ${y} = ${op}(${x}) }`, { ir: 8, imports: `"" : ${version}` });
    const joined = joinModels(of(first, 'x', 'y'), of(second, 'u', 'v'), { connect: { u: 'y' } });
    expect(joined.proto.opsetImport).toEqual([{ domain: '', version: expected }]);
  });
});

describe('replaceOperator', () => {
  test('keeps attributes that the new operator has, and the types behind follow', () => {
    const model = modelOf(
      'g (float[1, 2, 9] x) => (float[1, 2, 4] y) { h = AveragePool<kernel_shape = [3], strides = [2], count_include_pad = 1>(x) y = Neg(h) }',
    );
    const replaced = replaceOperator(model, 'h', { op: 'MaxPool', attributes: { kernel_shape: [5] } });
    expect(replaced.proto.graph?.node?.[0]?.attribute?.map(({ name }) => name)).toEqual(['strides', 'kernel_shape']);
    expect(types(replaced)).toEqual(['x float32[1, 2, 9]', 'y float32[1, 2, 3]']);
  });

  test('replaces all nodes of an operator, those that a function accepts, and takes other inputs', () => {
    const model = modelOf('g (float[n] x) => (float[n] y) { h = Relu(x) y = Relu(h) }');
    expect(ops(replaceOperator(model, { op: 'Relu' }, { op: 'LeakyRelu', attributes: { alpha: 0.5 } }))).toEqual([
      'LeakyRelu',
      'LeakyRelu',
    ]);
    expect(
      ops(replaceOperator(model, ({ output }) => output?.[0] === 'y', { op: 'Gelu', domain: 'com.microsoft' })),
    ).toEqual(['Relu', 'Gelu']);
    const replaced = replaceOperator(model, 'y', { op: 'Add', inputs: ['h', 'x'] });
    expect(replaced.proto.graph?.node?.[1]?.input).toEqual(['h', 'x']);
  });
});

describe('initializers', () => {
  const dense = modelOf(
    'g (float[n, 2] x) => (float[n, 3] y) <float[2, 3] w = {1, 2, 3, 4, 5, 6}> { y = MatMul(x, w) }',
  );

  test('get other elements of another shape, and the types follow', () => {
    const wide = setInitializer(dense, 'w', tensorFromValues('float32', [2, 1], [1, 2]));
    expect(types(wide)).toEqual(['x float32[n, 2]', 'y float32[n, 1]']);
  });

  test('fix an input, and become one', () => {
    const fixed = setInitializer(dense, 'x', tensorFromValues('float32', [1, 2], [1, 2]));
    expect(types(fixed)).toEqual(['y float32[1, 3]']);
    expect(types(freeInitializers(dense, ['w']))).toEqual(['x float32[n, 2]', 'w float32[2, 3]', 'y float32[n, 3]']);
  });
});
