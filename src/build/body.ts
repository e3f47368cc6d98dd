// Bodies of control flow: a callback is traced into a graph of its own, inside the graph of the node that will hold it.
import { invariant } from '../base/assert-never.ts';
import { Graph, type Value } from '../ir/graph.ts';
import type { ValueType } from '../ir/type.ts';
import { traceOf } from './trace.ts';

/** What a body returns. */
export type BodyResult = Value | readonly Value[];

/** A body: a graph, or a callback that builds one from its inputs; it may read values of the graphs around it. */
export type BodyArgument = Graph | ((...inputs: Value[]) => BodyResult);

/**
 * Traces a body.
 *
 * @param inputs names and types of the body's inputs
 * @throws GRAPH_FOREIGN_VALUE outside of a model
 */
export function traceBody(
  name: string,
  inputs: readonly { readonly name: string; readonly type: ValueType }[],
  body: BodyArgument,
): Graph {
  if (body instanceof Graph) return body;
  const trace = traceOf([]);
  const outer = trace.graph;
  const graph = new Graph({ name, parent: outer });
  const cursor = trace.cursor;
  trace.graph = graph;
  trace.cursor = undefined;
  try {
    const result = body(...inputs.map((input) => graph.addInput(input.name, input.type, trace.origin())));
    graph.setOutputs('length' in result ? result : [result]);
  } finally {
    trace.graph = outer;
    trace.cursor = cursor;
  }
  invariant(graph.parent === outer, 'a body keeps its parent');
  return graph;
}
