// Every shape that the examples claim, judged by ONNX Runtime under several bindings of the symbols.
import { type DefinedModel, formatType, layerShapes } from 'dimwise';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import 'dimwise/vitest';
import customLayer, { gatedNetwork } from '../../examples/custom-layer.ts';
import deferredInit, { network } from '../../examples/deferred-init.ts';
import demo from '../../examples/demo.ts';
import irBuilder, { nearestPrototypes } from '../../examples/ir-builder.ts';
import lenetModel, { lenet } from '../../examples/lenet.ts';
import mlpModel, { mlp } from '../../examples/mlp.ts';
import resnetModel, { resnet18 } from '../../examples/resnet18.ts';
import transformerModel, { encoder } from '../../examples/transformer.ts';
import { formulaInput } from '../helpers/formula.ts';
import { judgeShapes } from '../helpers/shape-judge.ts';

interface Row {
  readonly name: string;
  /** The default export of the example. */
  readonly exported: DefinedModel;
  readonly define: () => DefinedModel;
  /** Sizes with symbols. */
  readonly symbolic: readonly (number | string)[];
  /** Sizes in numbers, each of which the symbolic model must take. */
  readonly bindings: readonly (readonly number[])[];
  /** How many sizes only a run tells. */
  readonly fresh?: number;
}

const ROWS: readonly Row[] = [
  {
    name: 'deferred-init',
    exported: deferredInit,
    define: network,
    symbolic: ['n', 20],
    bindings: [
      [1, 20],
      [2, 20],
      [7, 20],
    ],
  },
  {
    name: 'mlp',
    exported: mlpModel,
    define: mlp,
    symbolic: ['batch', 20],
    bindings: [
      [1, 20],
      [2, 20],
      [7, 20],
    ],
  },
  {
    name: 'lenet',
    exported: lenetModel,
    define: lenet,
    symbolic: ['batch', 1, 28, 28],
    bindings: [
      [1, 1, 28, 28],
      [5, 1, 28, 28],
    ],
  },
  {
    name: 'demo',
    exported: demo,
    define: lenet,
    symbolic: ['batch', 1, 28, 28],
    bindings: [
      [1, 1, 28, 28],
      [3, 1, 28, 28],
    ],
  },
  {
    name: 'resnet18',
    exported: resnetModel,
    define: resnet18,
    symbolic: ['batch', 3, 'height', 'width'],
    bindings: [
      [1, 3, 64, 64],
      [2, 3, 33, 47],
      [1, 3, 1, 2],
      [1, 3, 224, 224],
    ],
  },
  {
    name: 'transformer',
    exported: transformerModel,
    define: encoder,
    symbolic: ['batch', 'seq', 64],
    bindings: [
      [1, 1, 64],
      [2, 7, 64],
      [5, 3, 64],
    ],
  },
  {
    name: 'ir-builder',
    exported: irBuilder,
    define: nearestPrototypes,
    symbolic: ['rows', 12],
    bindings: [
      [1, 12],
      [9, 12],
    ],
    fresh: 1,
  },
  {
    name: 'custom-layer',
    exported: customLayer,
    define: gatedNetwork,
    symbolic: ['n', 10],
    bindings: [
      [1, 10],
      [4, 10],
    ],
  },
];

describe.each(ROWS)('$name', { timeout: 120_000 }, ({ exported, define, symbolic, bindings, fresh = 0 }) => {
  test('is the default export as the module defines it: nothing bound, nothing drawn', () => {
    expect(exported.bound).toBeUndefined();
    expect([...exported.parameters()].map(String)).toEqual([...define().parameters()].map(String));
  });

  test('claims only what ONNX Runtime returns, with symbols, under every binding', async () => {
    const compiled = define().initialize({ seed: 1 }).bind(symbolic).compile();
    const bytes = compiled.bytes();
    for (const shape of bindings) {
      const verdict = await judgeShapes(bytes, { x: new Tensor('float32', formulaInput('x', shape), shape) });
      expect(verdict.mistakes, `x: [${shape}]`).toEqual([]);
      expect(verdict.judged).toBeGreaterThanOrEqual(compiled.graph.nodeCount);
      expect(verdict.fresh).toHaveLength(fresh);
    }
    // Frozen only here, where the runs have just proven them.
    expect(compiled).toMatchShapes();
  });

  test('keeps the shape of every layer when layers become operators', () => {
    const bound = define().initialize({ seed: 1 }).bind(symbolic);
    const rows = (given: Parameters<typeof layerShapes>[0]): string[] =>
      layerShapes(given, 3).flatMap(({ path, kind, type }) =>
        path === '' || kind === 'dropout' ? [] : [`${path} ${formatType(type)}`],
      );
    const [before, after] = [rows(bound), rows(bound.compile())];
    expect(after).toEqual(before);
    expect(before.length > 0).toBe(bound.graph.parameters.length > 1);
  });

  test('claims only what ONNX Runtime returns when the batch is kept as numbers', async () => {
    for (const shape of bindings.slice(0, 2)) {
      const compiled = define().initialize({ seed: 1 }).bind(shape, { static: true }).compile();
      const verdict = await judgeShapes(compiled.bytes(), {
        x: new Tensor('float32', formulaInput('x', shape), shape),
      });
      expect(verdict.mistakes, `x: [${shape}]`).toEqual([]);
      expect(verdict.fresh).toHaveLength(fresh);
    }
  });
});
