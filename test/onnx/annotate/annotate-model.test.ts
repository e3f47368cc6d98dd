// Annotating models of files: every value has its shape, names stay, a second time changes nothing, ONNX Runtime runs the copy.
import { describe, expect, test } from 'vitest';
import { TOPOLOGIES, topologyBytes } from '../../../bench/topologies.ts';
import { annotateModel } from '../../../codegen/onnx/annotate/annotate-model.ts';
import { diffModels } from '../../../codegen/onnx/diff/diff-models.ts';
import { type OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import type { GraphProto } from '../../../codegen/onnx/proto/messages.ts';
import { parseOnnx } from '../../../codegen/onnx/text/parse-onnx.ts';
import type { SymbolDim } from '../../../src/dim/dim.ts';
import { formatDim } from '../../../src/dim/text.ts';
import { allGraphs } from '../../../src/ir/bodies.ts';
import { CONTRACT_KEY } from '../../../src/ir/contract.ts';
import { formatType } from '../../../src/ir/type.ts';
import { LOOPS, loopModel, SMALL_MODELS, smallBindings, smallModel } from '../bind/models.ts';
import { expectSameRuns } from '../bind/run-model.ts';

const model = (text: string): OnnxModel => parseOnnx(`<ir_version: 10, opset_import: ["" : 21]> g ${text}`);

/** The sizes of an entry as the file has them. */
function sizesOf({ input = [], output = [], valueInfo = [] }: GraphProto, name: string) {
  const info = [...input, ...output, ...valueInfo].find((each) => each.name === name);
  return info?.type?.tensorType?.shape?.dim?.map(({ dimValue, dimParam }) => dimValue ?? dimParam ?? null);
}

/** The types of all values of a model, bodies included, in their order; fresh sizes are numbered, whatever they are called. */
function typesOf({ graph }: OnnxModel): string[] {
  const fresh = new Map<SymbolDim, string>();
  const nameOf = (symbol: SymbolDim): string | undefined => {
    if (symbol.role !== 'fresh') return undefined;
    const name = fresh.get(symbol) ?? `fresh${fresh.size}`;
    fresh.set(symbol, name);
    return name;
  };
  return [...allGraphs(graph)].flatMap((each) =>
    [...each.inputs, ...[...each.nodes()].flatMap(({ outputs }) => outputs)].map(
      (value) => `${value.name}: ${formatType(value.declaredType, (dim) => formatDim(dim, nameOf))}`,
    ),
  );
}

describe('annotateModel', () => {
  test('writes the sizes of all values, and names those of inputs that have none', () => {
    const before = model('(float[?, 4] x, float[n, 4] y) => (z) { h = Concat <axis: int = 0> (x, y) z = Relu (h) }');
    const { graph = {} } = annotateModel(before).proto;
    expect(sizesOf(graph, 'x')).toEqual(['x0', 4]);
    expect(sizesOf(graph, 'h')).toEqual(['n + x0', 4]);
    expect(sizesOf(graph, 'z')).toEqual(['n + x0', 4]);
  });

  test('gives an output the element type and the rank that its file lacks', () => {
    const { graph = {} } = annotateModel(model('(float[n, 4] x) => (y) { y = Shape (x) }')).proto;
    expect(graph.output?.[0]?.type).toEqual({ tensorType: { elemType: 7, shape: { dim: [{ dimValue: 2 }] } } });
  });

  test.each([
    ['a name that says the same', 'rows, 4', ['rows', 4]],
    ['an expression that says the same', '"n*1", 4', ['n*1', 4]],
    ['a number that holds for some feeds only', '1, 4', ['n', 4]],
    ['nothing', '?, ?', ['n', 4]],
  ])('meets %s at an output', (_, stated, written) => {
    const before = model(`(float[n, 4] x) => (float[${stated}] y) { y = Relu (x) }`);
    expect(sizesOf(annotateModel(before).proto.graph ?? {}, 'y')).toEqual(written);
  });

  test('keeps no name at two outputs that have different sizes', () => {
    const before = model('(float[n, k] x) => (float[s, k] y, float[s, n] z) { y = Relu (x) z = Transpose (x) }');
    const { graph = {} } = annotateModel(before).proto;
    expect([sizesOf(graph, 'y'), sizesOf(graph, 'z')]).toEqual([
      ['s', 'k'],
      ['k', 'n'],
    ]);
  });

  test('gives fresh sizes names that nothing else has', () => {
    const before = model(
      '(float[nonzero0, 4] x) => (int64[2, found] y, int64[2, ?] z) { y = NonZero (x) h = Neg (x) z = NonZero (h) }',
    );
    const { graph = {} } = annotateModel(before).proto;
    expect(sizesOf(graph, 'y')).toEqual([2, 'found']);
    const [, fresh] = sizesOf(graph, 'z') ?? [];
    expect(['nonzero0', 'found', null]).not.toContain(fresh);
  });

  test('writes types into bodies', () => {
    const before = model(`(float[n, 4] x, bool c) => (float[a, b] y) {
      y = If (c) <
        then_branch = t () => (r) { h = Transpose (x) r = Neg (h) },
        else_branch = e () => (r) { r = Transpose (x) }
      >
    }`);
    const node = annotateModel(before).proto.graph?.node?.[0];
    const body = node?.attribute?.find(({ name }) => name === 'then_branch')?.g ?? {};
    expect(sizesOf(body, 'h')).toEqual([4, 'n']);
    // What a body says of its outputs decides the shape of empty rows: nothing is added there.
    expect(sizesOf(body, 'r')).toBeUndefined();
  });

  test('saves the contract, or leaves it out', () => {
    const before = model('(float[n, 4] x, float[m, 4] y) => (float[a, 4] z) { z = Concat <axis: int = 0> (x, y) }');
    const annotated = annotateModel(before);
    expect(JSON.parse(annotated.proto.metadataProps?.[0]?.value ?? '')).toMatchObject({
      symbols: { n: { min: 1 }, m: { min: 1 } },
      outputs: { z: { shape: ['m + n', 4] } },
    });
    expect(
      annotateModel(before, { contract: false }).proto.metadataProps?.some(({ key }) => key === CONTRACT_KEY),
    ).not.toBe(true);
  });

  test('saves limits of the greatest sizes so that they are no constraints when the copy is read', () => {
    const before = model('(float[n, 4] x) => (int32[2] y) { s = Shape (x) y = Cast <to = 6> (s) }');
    const annotated = annotateModel(before);
    expect(annotated.contract.symbols).toEqual(before.contract.symbols);
    expect(before.contract.symbols['n']?.max).toBe(2 ** 31 - 1);
    expect(diffModels(before, annotated)).toEqual([]);
  });

  test('refuses a model with a mistake', () => {
    const before = model('(float[2, 3] x, float[4, 5] y) => (float[2, 5] z) { z = MatMul (x, y) }');
    expect(() => annotateModel(before)).toThrow(/SHAPE_MISMATCH/);
  });
});

describe('annotateModel of models that other tools wrote', () => {
  const ALL: readonly (readonly [string, () => OnnxModel])[] = [
    ...TOPOLOGIES.map((name) => [name, () => readOnnx(topologyBytes(name))] as const),
    ...SMALL_MODELS.map((name) => [name, () => smallModel(name)] as const),
    ...LOOPS.map(([name]) => [`the loop ${name}`, () => loopModel(name)] as const),
  ];

  test.each(ALL)('gives %s a copy that is read with the same shapes, and annotated again is the same', (_, open) => {
    const before = open();
    for (const contract of [true, false]) {
      const annotated = annotateModel(before, { contract });
      const again = readOnnx(annotated.encode());
      expect(typesOf(again)).toEqual(typesOf(before));
      expect(annotateModel(again, { contract }).encode()).toEqual(annotated.encode());
      const had = new Set((annotated.proto.graph?.valueInfo ?? []).map(({ name }) => name));
      for (const { name } of annotated.proto.graph?.output ?? []) had.add(name);
      for (const node of again.graph.nodes())
        for (const { name } of node.outputs) if (name) expect(had).toContain(name);
    }
  });

  test.each(SMALL_MODELS)('changes no numbers of %s', async (name) => {
    const before = smallModel(name);
    for (const sizes of smallBindings(name)) await expectSameRuns(before, annotateModel(before), sizes);
  });

  test.each(LOOPS)('changes no numbers of the loop %s', async (name, bindings) => {
    const before = loopModel(name);
    for (const sizes of bindings) await expectSameRuns(before, annotateModel(before), sizes);
  });
});
