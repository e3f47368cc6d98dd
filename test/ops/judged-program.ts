// A program of operators under two judges: the types that are expected of it, and runs on ONNX Runtime under several bindings.
import { Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { emitModel } from '../../codegen/onnx/emit.ts';
import { joinParts } from '../../codegen/onnx/proto/parts.ts';
import { formatType, type GraphBuilder, graph as graphOf, SymbolNames, type Value } from '../../src/index.ts';
import { judgeShapes } from '../helpers/shape-judge.ts';

/** What one run feeds: the sizes of a float32 tensor, or a number for an int64 scalar, true or false for a bool one. */
export type Feeds = Readonly<Record<string, readonly number[] | number | boolean>>;

/** A program of operators. */
export type JudgedProgram = (g: GraphBuilder) => readonly Value[];

function tensorOf(feed: Feeds[string]): Tensor {
  if (typeof feed === 'number') return new Tensor('int64', [BigInt(feed)], []);
  if (typeof feed === 'boolean') return new Tensor('bool', [feed], []);
  const count = feed.reduce((product, size) => product * size, 1);
  return new Tensor(
    'float32',
    Float32Array.from({ length: count }, (_, i) => (i % 7) / 7),
    feed,
  );
}

/** The types of a program's outputs, fresh symbols numbered by their first appearance. */
export function outputTypes(program: JudgedProgram): string[] {
  const { format } = new SymbolNames();
  return graphOf((g) => [...program(g)]).graph.outputs.map((value) => formatType(value.type, format));
}

/** Runs a program under each of the feeds and expects that every printed size is what the run gives. */
export async function expectJudged(program: JudgedProgram, runs: readonly Feeds[]): Promise<void> {
  const emitted = emitModel(graphOf((g) => [...program(g)]).graph);
  const bytes = joinParts(emitted.parts);
  for (const feeds of runs) {
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, tensorOf(feed)]));
    const { mistakes } = await judgeShapes(bytes, tensors);
    expect(mistakes).toEqual([]);
  }
}
