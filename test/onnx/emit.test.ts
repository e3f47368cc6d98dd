// What emission writes: models that ONNX Runtime takes, with the shapes, names and metadata of the graph.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { emitModel } from '../../codegen/onnx/emit.ts';
import { wholeBytes } from '../../codegen/onnx/proto/lazy-bytes.ts';
import { joinParts } from '../../codegen/onnx/proto/parts.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { dimwiseError, isDimwiseError } from '../../src/base/errors.ts';
import { symbolsOf, unknownDim } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { parseDim } from '../../src/dim/text.ts';
import { contractFromJson } from '../../src/ir/contract.ts';
import { Graph } from '../../src/ir/graph.ts';
import { parseTarget } from '../../src/ir/target.ts';
import { toShape } from '../../src/ir/type.ts';
import { addInput, addOne, lazyCell, mlpGraph, SAMPLES } from './sample-graphs.ts';

const bytesOf = (graph: Graph, options = {}): Uint8Array => joinParts(emitModel(graph, options).parts);

function feed(graph: Graph, name: string, shape: readonly number[]): Tensor {
  const type = graph.inputs.find((value) => value.name === name)?.type;
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Array.from({ length: count }, (_, i) => i);
  if (type?.kind === 'tensor' && type.dtype === 'bool')
    return new Tensor(
      'bool',
      values.map((v) => v % 2 === 1),
      shape,
    );
  return new Tensor('float32', Float32Array.from(values), shape);
}

const codeOf = (act: () => unknown): string[] => {
  try {
    act();
  } catch (error) {
    if (isDimwiseError(error)) return error.errors.map(({ code }) => code);
    throw error;
  }
  return [];
};

describe('emitModel', () => {
  test.each(SAMPLES)(
    'writes $name so that ONNX Runtime runs it with the declared shapes',
    async ({ make, bindings }) => {
      const graph = make();
      const session = await InferenceSession.create(bytesOf(graph));
      for (const binding of bindings) {
        const feeds = Object.fromEntries(
          Object.entries(binding).map(([name, shape]) => [name, feed(graph, name, shape)]),
        );
        const results = await session.run(feeds);
        const sizes = symbolSizes(session, binding);
        session.outputMetadata.forEach((output) => {
          if (!output.isTensor) return;
          const result = results[output.name];
          const declared = output.shape.map((size) => (typeof size === 'number' ? size : sizeOf(size, sizes)));
          expect(result?.dims.length).toBe(declared.length);
          declared.forEach((size, axis) => {
            if (size !== undefined) expect(result?.dims[axis]).toBe(size);
          });
        });
      }
    },
  );

  test.each(SAMPLES)('writes the same bytes for $name each time', ({ make }) => {
    expect(bytesOf(make())).toEqual(bytesOf(make()));
    const emitted = emitModel(make());
    expect(joinParts(emitted.parts)).toEqual(joinParts(emitted.parts));
    expect(emitted.bytes).toBe(joinParts(emitted.parts).length);
  });

  test('draws weights into the file in chunks that join without a seam', () => {
    const rows = 20_000;
    const bytes = bytesOf(mlpGraph(rows));
    const weight = decodeModel(bytes).graph?.initializer?.find(({ name }) => name === '0.weight');
    const raw = wholeBytes(weight?.rawData ?? new Uint8Array());
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    expect(raw.length).toBe(rows * 20 * 4);
    for (const i of [0, 1, 262_143, 262_144, 262_145, rows * 20 - 1]) {
      expect(view.getFloat32(i * 4, true)).toBe(Math.fround(i * 0.01));
    }
  });

  test('names inputs and outputs as the author does, parameters by path, the rest by layer and operator', () => {
    const { graph } = emitModel(mlpGraph()).message;
    expect(graph?.input?.map(({ name }) => name)).toEqual(['x']);
    expect(graph?.output?.map(({ name }) => name)).toEqual(['y']);
    expect(graph?.initializer?.map(({ name }) => name)).toEqual(['0.weight', '0.bias']);
    expect(graph?.node?.map(({ name, output }) => [name, output])).toEqual([
      ['0.Gemm', ['0.Gemm']],
      ['1.Relu', ['y']],
    ]);
    expect(graph?.valueInfo?.map(({ name }) => name)).toEqual(['0.Gemm']);
  });

  test('gives no name twice, bodies and captured values included', () => {
    for (const { make } of SAMPLES) {
      const names: string[] = [];
      const collect = (graph: ReturnType<typeof emitModel>['message']['graph']): void => {
        for (const { name } of [...(graph?.input ?? []), ...(graph?.initializer ?? [])]) names.push(name ?? '');
        for (const node of graph?.node ?? []) {
          names.push(...(node.output ?? []).filter(Boolean));
          for (const { g } of node.attribute ?? []) if (g) collect(g);
        }
      };
      collect(emitModel(make()).message.graph);
      expect(new Set(names).size).toBe(names.length);
      expect(names).not.toContain('');
    }
  });

  test('keeps the layer path of each node in its metadata', () => {
    const nodes = emitModel(mlpGraph()).message.graph?.node ?? [];
    expect(nodes.map(({ metadataProps }) => metadataProps)).toEqual([
      [{ key: 'dimwise.path', value: '0' }],
      [{ key: 'dimwise.path', value: '1' }],
    ]);
  });

  test('saves the contract with the model, without call sites', () => {
    const graph = mlpGraph();
    graph.facts.require({ kind: 'range', dim: toShape([8])[0] ?? unknownDim(), min: 1, origins: [] });
    const [batch] = graph.inputs[0]?.shape ?? [];
    if (batch) graph.facts.require({ kind: 'range', dim: batch, max: 512, origins: [{ path: 'mlp.0 dense' }] });
    const text = emitModel(graph).message.metadataProps?.find(({ key }) => key === 'dimwise.contract')?.value ?? '';
    expect(contractFromJson(text)).toEqual({
      version: 1,
      inputs: { x: { kind: 'tensor', dtype: 'float32', shape: ['batch', 20] } },
      symbols: { batch: { min: 1, max: 512 } },
      constraints: [{ kind: 'range', expr: 'batch <= 512', scope: 'feed', origins: ['mlp.0 dense'] }],
      outputs: { y: { kind: 'tensor', dtype: 'float32', shape: ['batch', 16] } },
    });
  });

  test('keeps the symbols of the author at inputs, though facts make them equal', () => {
    const graph = new Graph();
    const x = addInput(graph, 'x', 'float32[b]');
    const y = addInput(graph, 'y', 'float32[c]');
    const [b, c] = [x.shape[0], y.shape[0]];
    if (b && c) graph.facts.unify(b, c);
    const sum = addOne(graph, 'Add', [x, y], { outputs: ['float32[c]'] });
    sum.name = 'sum';
    graph.setOutputs([sum]);
    const { graph: proto } = emitModel(graph).message;
    const dims = [...(proto?.input ?? []), ...(proto?.output ?? [])].map(
      ({ type }) => type?.tensorType?.shape?.dim?.[0]?.dimParam,
    );
    expect(dims).toEqual(['b', 'c', 'b']);
  });

  test('numbers fresh sizes by first appearance, past the names that the author uses', () => {
    const fresh = SAMPLES.find(({ name }) => name === 'sizes that depend on data');
    const graph = fresh && emitModel(fresh.make()).message.graph;
    const dims = graph?.output?.map(({ type }) => type?.tensorType?.shape?.dim?.[1]?.dimParam);
    expect(dims).toEqual(['count1', 'count2']);
  });

  test('leaves out optional outputs that nobody reads', () => {
    const sample = SAMPLES.find(({ name }) => name === 'optional outputs');
    const node = sample && emitModel(sample.make()).message.graph?.node?.[0];
    expect(node?.output).toEqual(['', 'last']);
  });

  test('writes IR version 10 and opset 21 unless the graph needs more', () => {
    const { irVersion, opsetImport, producerName } = emitModel(mlpGraph()).message;
    expect([irVersion, opsetImport, producerName]).toEqual([10, [{ domain: '', version: 21 }], 'dimwise']);
  });

  test('raises the opset to what an operator needs, and the IR version with it', () => {
    const graph = new Graph();
    const x = addInput(graph, 'x', 'float32[n, 4]');
    const y = addOne(graph, 'RMSNormalization', [x, graph.addParameter(lazyCell('scale', [4]))], {
      outputs: ['float32[n, 4]'],
    });
    y.name = 'y';
    graph.setOutputs([y]);
    const { irVersion, opsetImport } = emitModel(graph).message;
    expect([irVersion, opsetImport]).toEqual([11, [{ domain: '', version: 23 }]]);
    expect(codeOf(() => emitModel(graph, { target: parseTarget('ort@1.22') }))).toEqual(['EMIT_OPSET']);
  });

  test('lowers an opset above the target where no operator needs it', () => {
    const graph = new Graph({ opsets: new Map([['', 27]]) });
    const x = addInput(graph, 'x', 'float32[n]');
    const y = addOne(graph, 'Mul', [x, x], { outputs: ['float32[n]'] });
    y.name = 'y';
    graph.setOutputs([y]);
    expect(emitModel(graph).message.opsetImport).toEqual([{ domain: '', version: 26 }]);
  });

  test('refuses a function that is written for a newer opset than the target takes', () => {
    const sample = SAMPLES.find(({ name }) => name === 'a function');
    const graph = sample?.make() ?? new Graph();
    for (const [key, definition] of graph.functions) {
      graph.functions.set(key, { ...definition, opsets: new Map([['', 27]]) });
    }
    expect(codeOf(() => emitModel(graph))).toEqual(['EMIT_OPSET']);
  });

  test('refuses sizes that no batch has settled, and says which', () => {
    const graph = new Graph();
    const x = graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [unknownDim(), unknownDim()] });
    graph.setOutputs([x]);
    expect(codeOf(() => emitModel(graph))).toContain('BIND_INCOMPLETE');
    expect(() => emitModel(graph)).toThrow('axis 1 of value "x"');
  });

  test('reports all parameters without data at once', () => {
    const graph = mlpGraph();
    for (const path of ['a', 'b']) {
      const cell = lazyCell(path, [1]);
      const data = (): never => {
        throw dimwiseError({ code: 'PARAM_NOT_INITIALIZED', message: `${path} has no data` });
      };
      graph.addParameter({ ...cell, data });
    }
    expect(codeOf(() => emitModel(graph))).toEqual(['PARAM_NOT_INITIALIZED', 'PARAM_NOT_INITIALIZED']);
  });

  test('refuses two inputs, or an input and a parameter, of one name', () => {
    const graph = mlpGraph();
    addInput(graph, '0.weight', 'float32[n]');
    expect(codeOf(() => emitModel(graph))).toEqual(['NAME_DUPLICATE']);
  });

  test('refuses a layer that was not lowered', () => {
    const graph = new Graph();
    const x = addInput(graph, 'x', 'float32[n]');
    graph.setOutputs([addOne(graph, 'dense', [x], { domain: 'dimwise.nn', outputs: ['float32[n]'] })]);
    expect(codeOf(() => emitModel(graph))).toEqual(['INTERNAL_INVARIANT']);
  });

  test('refuses weights of 2 GiB that are to stay inline, before drawing any', () => {
    const graph = new Graph();
    const big = graph.addParameter(lazyCell('big', [2 ** 15, 2 ** 14 + 1]));
    graph.setOutputs([addOne(graph, 'Relu', [big], { outputs: ['float32[32768, 16385]'] })]);
    expect(codeOf(() => emitModel(graph, { externalData: 'inline' }))).toEqual(['EMIT_TOO_LARGE']);
    expect(emitModel(graph).external?.bytes).toBe(2 ** 15 * (2 ** 14 + 1) * 4);
  });
});

/** The value of a declared size; undefined for one that depends on data. */
function sizeOf(text: string, sizes: ReadonlyMap<string, number>): number | undefined {
  const dim = parseDim(text);
  return [...symbolsOf(dim)].every(({ name }) => sizes.has(name))
    ? evaluate(dim, ({ name }) => sizes.get(name))
    : undefined;
}

/** The sizes of the symbols of a session's inputs in one binding. */
function symbolSizes(
  session: InferenceSession,
  binding: Readonly<Record<string, readonly number[]>>,
): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const input of session.inputMetadata) {
    if (!input.isTensor) continue;
    input.shape.forEach((size, axis) => {
      const fed = binding[input.name]?.[axis];
      if (typeof size === 'string' && fed !== undefined) sizes.set(size, fed);
    });
  }
  return sizes;
}
