// Reads a graph from text, infers it, and works out its cost.
import { expect } from 'vitest';
import type { Count } from '../../../src/dim/count.ts';
import { formatCount } from '../../../src/dim/count-text.ts';
import { type Cost, costOf } from '../../../src/infer/cost/cost.ts';
import { inferGraph } from '../../../src/infer/infer-node.ts';
import type { Graph } from '../../../src/ir/graph.ts';
import { parseGraph } from '../../../src/ir/parse-graph.ts';
import { SymbolNames } from '../../../src/ir/symbol-names.ts';

/** Infers the graph of a text, which must have no mistakes. */
export function inferred(text: string): Graph {
  const header = text.trimStart().startsWith('<') ? '' : '<opset_import: ["" : 21, "com.microsoft" : 1]> ';
  const graph = parseGraph(header + text);
  const mistakes: string[] = [];
  inferGraph(graph, ({ message }) => mistakes.push(message));
  expect(mistakes).toEqual([]);
  return graph;
}

/** The cost of a graph that is given as text. */
export const costOfText = (text: string): Cost => costOf(inferred(text));

/** Texts of counts in which fresh symbols are numbered from 0. */
export function texts<K extends string>(counts: Readonly<Record<K, Count>>): Record<K, string> {
  const names = new SymbolNames();
  const entries = Object.entries<Count>(counts).map(([name, count]) => [name, formatCount(count, names.nameOf)]);
  return Object.fromEntries(entries) as Record<K, string>;
}
