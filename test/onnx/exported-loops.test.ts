// Loops and branches as torch's exporters write them: their outputs' sizes as formulas, true under several bindings on ONNX Runtime.
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { inferReadModel } from '../../codegen/onnx/infer-read.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { readModel } from '../../codegen/onnx/read.ts';
import type { SymbolDim } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import type { Value } from '../../src/ir/graph.ts';
import { SymbolNames } from '../../src/ir/symbol-names.ts';
import { formatType } from '../../src/ir/type.ts';
import { isBound } from '../ops/bind-run.ts';

type Sizes = Readonly<Record<string, number>>;

const fileOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/loops/${name}.onnx`, import.meta.url)));

function infer(bytes: Uint8Array) {
  const read = readModel(decodeModel(bytes));
  const mistakes: string[] = [];
  inferReadModel(read, ({ message }) => mistakes.push(message));
  expect(mistakes).toEqual([]);
  return read.graph;
}

/** A feed of an input under sizes; a scalar integer is fed as the size of its own name. */
function feedOf({ name = '', dtype, shape }: Value, sizes: Sizes): readonly [string, Tensor] {
  const dims = shape.map((dim) => evaluate(dim, (symbol) => sizes[symbol.name]));
  if (dtype === 'int64') return [name, new Tensor('int64', [BigInt(sizes[name] ?? 0)], dims)];
  const count = dims.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => (i % 5) - 2);
  return [name, new Tensor('float32', data, dims)];
}

describe('loops that torch exported', () => {
  test.each<[name: string, outputs: readonly string[], runs: readonly Sizes[]]>([
    [
      'append',
      ['float32[concat0, 3]'],
      [
        { a: 4, n: 3 },
        { a: 2, n: 5 },
      ],
    ],
    [
      'rows',
      ['float32[k, n]'],
      [
        { n: 3, k: 2 },
        { n: 1, k: 5 },
      ],
    ],
    [
      'grow',
      ['float32[n*n + a, 3]'],
      [
        { a: 1, n: 3 },
        { a: 4, n: 1 },
      ],
    ],
    [
      'while',
      ['float32[a + ceildiv(k, 3), k]', 'int64[]'],
      [
        { a: 2, k: 7 },
        { a: 1, k: 3 },
      ],
    ],
    [
      'rnn',
      ['float32[b, t, 6]', 'float32[b, 6]'],
      [
        { b: 2, t: 3 },
        { b: 1, t: 1 },
      ],
    ],
    [
      'branch',
      ['float32[b, min(s, 4)]'],
      [
        { b: 2, s: 9 },
        { b: 3, s: 4 },
        { b: 1, s: 2 },
      ],
    ],
    [
      'nested',
      ['float32[k*((n*n - n)//2) + a]'],
      [
        { n: 4, k: 2, a: 3 },
        { n: 1, k: 5, a: 1 },
      ],
    ],
    [
      'hop_while',
      ['int64[]', 'float32[a, 3]'],
      [
        { a: 4, n: 3 },
        { a: 1, n: 1 },
      ],
    ],
    ['hop_scan', ['float32[3]', 'float32[t, 3]'], [{ t: 4 }, { t: 1 }]],
    ['hop_cond', ['float32[a, 3]'], [{ a: 4 }, { a: 1 }]],
  ])('%s', async (name, outputs, runs) => {
    const bytes = fileOf(name);
    const graph = infer(bytes);
    const { format } = new SymbolNames();
    expect(graph.outputs.map(({ type }) => formatType(type, format))).toEqual(outputs);
    const session = await InferenceSession.create(bytes, { executionProviders: ['cpu'], logSeverityLevel: 4 });
    for (const sizes of runs) {
      const results = await session.run(Object.fromEntries(graph.inputs.map((input) => feedOf(input, sizes))));
      const sizeOf = (symbol: SymbolDim): number | undefined => sizes[symbol.name];
      for (const output of graph.outputs) {
        const dims = results[output.name ?? '']?.dims ?? [];
        const claimed = output.shape.map((dim, axis) => (isBound(dim, sizeOf) ? evaluate(dim, sizeOf) : dims[axis]));
        expect(dims).toEqual(claimed);
      }
    }
    await session.release();
  });
});
