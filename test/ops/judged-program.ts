// A program of operators under two judges: the types that are expected of it, and runs on ONNX Runtime under several bindings.
import { Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { emitModel } from '../../codegen/onnx/emit.ts';
import { joinParts } from '../../codegen/onnx/proto/parts.ts';
import {
  formatType,
  type Graph,
  type GraphBuilder,
  graph as graphOf,
  SymbolNames,
  type Value,
} from '../../src/index.ts';
import { judgeShapes, type Verdict } from '../helpers/shape-judge.ts';

/** What one run feeds: the sizes of a float32 tensor, or a number for an int64 scalar, true or false for a bool one. */
export type Feeds = Readonly<Record<string, readonly number[] | number | boolean>>;

/** A program of operators. */
export type JudgedProgram = (g: GraphBuilder) => readonly Value[];

function tensorOf(feed: Feeds[string]): Tensor {
  if (typeof feed === 'number') return new Tensor('int64', [BigInt(feed)], []);
  if (typeof feed === 'boolean') return new Tensor('bool', [feed], []);
  const sizes: readonly number[] = feed ?? [];
  const count = sizes.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => (i % 7) / 7);
  return new Tensor('float32', data, sizes);
}

/** The graph of a program. */
export function graphOfProgram(program: JudgedProgram): Graph {
  return graphOf((g) => [...program(g)]).graph;
}

/** The types of a program's outputs, fresh symbols numbered by their first appearance. */
export function outputTypes(program: JudgedProgram): string[] {
  const { format } = new SymbolNames();
  return graphOfProgram(program).outputs.map((value) => formatType(value.type, format));
}

/** Compares what a graph claims with one run, which ONNX Runtime may refuse. */
export async function judgeRun(graph: Graph, feeds: Feeds): Promise<Verdict | { readonly refused: string }> {
  const bytes = joinParts(emitModel(graph).parts);
  const used = new Set(graph.inputs.map(({ name }) => name));
  const tensors = Object.entries(feeds).flatMap(([name, feed]) => (used.has(name) ? [[name, tensorOf(feed)]] : []));
  try {
    return await judgeShapes(bytes, Object.fromEntries(tensors));
  } catch (error) {
    // What a run refuses is no run; ONNX Runtime 1.30 inlines a SequenceMap inside of another body wrongly.
    if (!/Non-zero status code|_inlfunc_SequenceMap/.test(String(error))) throw error;
    return { refused: String(error) };
  }
}

/** Runs a program under each of the feeds and expects that every printed size is what the run gives. */
export async function expectJudged(program: JudgedProgram, runs: readonly Feeds[]): Promise<void> {
  const graph = graphOfProgram(program);
  for (const feeds of runs) expect(await judgeRun(graph, feeds)).toMatchObject({ mistakes: [] });
}
