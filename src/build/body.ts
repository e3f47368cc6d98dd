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
 * @throws GRAPH_FOREIGN_VALUE outside of a model, or when the body returns a value of another body, or is a graph of another place
 * @throws OP_INVALID when the body is no function, or returns something else than values
 */
export function traceBody(
  name: string,
  inputs: readonly { readonly name: string; readonly type: ValueType }[],
  body: BodyArgument,
): Graph {
  if (body instanceof Graph) return ownBody(name, body);
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
    // A value of another body is no value here.
    traceOf(outputs);
    graph.setOutputs(outputs);
  } finally {
    trace.graph = outer;
    trace.cursor = cursor;
  }
  invariant(graph.parent === outer, 'a body keeps its parent');
  return graph;
}

/** A graph that was made for the place where it is used. */
function ownBody(name: string, body: Graph): Graph {
  const around = traceOf([]).graph;
  if (body.parent === around) return body;
  throw dimwiseError({
    code: 'GRAPH_FOREIGN_VALUE',
    message: `${name} is graph "${body.name}", which was not made as a body of "${around.name}"`,
    origin: { site: captureSite() },
    expected: `a graph with the parent "${around.name}"`,
    actual: body.parent ? `the parent "${body.parent.name}"` : 'no parent',
    hint: 'give the body as a function, or make the graph with { parent }',
  });
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
