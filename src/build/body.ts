// Bodies of control flow: a callback is traced into a graph of its own, inside the graph of the node that will hold it.
import { invariant } from '../base/assert-never.ts';
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { Graph, Value } from '../ir/graph.ts';
import type { ValueType } from '../ir/type.ts';
import { inWords } from './in-words.ts';
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
 * @throws OP_INVALID when the body is no function, or returns something else than values
 */
export function traceBody(
  name: string,
  inputs: readonly { readonly name: string; readonly type: ValueType }[],
  body: BodyArgument,
): Graph {
  if (body instanceof Graph) return body;
  if (typeof body !== 'function') throw noBody(name, 'is', body);
  const trace = traceOf([]);
  const outer = trace.graph;
  const graph = new Graph({ name, parent: outer });
  const cursor = trace.cursor;
  trace.graph = graph;
  trace.cursor = undefined;
  try {
    const result = body(...inputs.map((input) => graph.addInput(input.name, input.type, trace.origin())));
    const outputs = result instanceof Value ? [result] : result;
    if (!Array.isArray(outputs) || !outputs.every((value) => value instanceof Value))
      throw noBody(name, 'returns', result);
    graph.setOutputs(outputs);
  } finally {
    trace.graph = outer;
    trace.cursor = cursor;
  }
  invariant(graph.parent === outer, 'a body keeps its parent');
  return graph;
}

function noBody(name: string, does: 'is' | 'returns', given: unknown) {
  const words = inWords(given);
  return dimwiseError({
    code: 'OP_INVALID',
    message: `${name} ${does} ${words}, not ${does === 'is' ? 'a function or a graph' : 'values'}`,
    origin: { site: captureSite() },
    expected: does === 'is' ? 'a function that returns values, or a graph' : 'a value or an array of values',
    actual: words,
    hint:
      does === 'is'
        ? `give the body as a function: { ${name === 'then_branch' || name === 'else_branch' ? name : 'body'}: () => value }`
        : 'return the values that the body computes',
  });
}
