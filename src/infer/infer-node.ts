// Infers one node: its schema, its row, the types and content of its outputs, or the mistake that it is.
import { type Diagnostic, DimwiseError, isDimwiseError } from '../base/errors.ts';
import type { Content } from '../ir/content.ts';
import type { Graph, Node } from '../ir/graph.ts';
import type { OperatorRow } from '../ir/operator.ts';
import { UNKNOWN_TYPE, type ValueType } from '../ir/type.ts';
import { findRow } from '../ops/rows.ts';
import { findSchema, type OperatorSchema } from '../ops/schema.ts';
import { checkAgainstSchema } from './check-schema.ts';
import { Context } from './context.ts';
import { TypeVariables } from './type-variables.ts';

/** Takes the mistakes that inference finds. */
export type Report = (diagnostic: Diagnostic) => void;

/** The domain of layer nodes, which carry their own rows. */
export const LAYER_DOMAIN = 'dimwise.nn';

/**
 * Infers the types and content of a node's outputs from its inputs. A mistake is reported and poisons the outputs; a node that
 * reads a poisoned value is poisoned without a word.
 */
export function inferNode(node: Node, report: Report): void {
  if (node.inputs.some((input) => input?.poisoned)) return poison(node);
  try {
    inferSound(node, report);
  } catch (error) {
    if (!(error instanceof DimwiseError) && !isDimwiseError(error)) throw error;
    for (const diagnostic of error.errors)
      report(diagnostic.origin ? diagnostic : { ...diagnostic, origin: node.origin });
    poison(node);
  }
}

function inferSound(node: Node, report: Report): void {
  const row = node.row ?? findRow(node.domain, node.op);
  const schema = schemaOf(node);
  let variables: TypeVariables | undefined;
  if (schema) {
    variables = new TypeVariables(schema);
    checkAgainstSchema(node, schema, variables);
  }
  const once = reportOnce(report);
  const cx = new Context(node, schema, variables, (body, inputs, contents) => inferBody(body, inputs, once, contents));
  const types = row ? row.infer(cx) : [];
  const outputs = node.outputs.map((_, i) => types[i] ?? cx.schemaType(i));
  const contents = outputContents(row, cx, outputs);
  for (let i = 0; i < node.outputs.length; i++) node.outputs[i]?.setType(outputs[i] ?? UNKNOWN_TYPE, contents?.[i]);
}

function outputContents(row: OperatorRow | undefined, cx: Context, outputs: readonly ValueType[]) {
  return row?.content?.(cx, outputs);
}

function schemaOf(node: Node): OperatorSchema | undefined {
  if (node.row || node.domain === LAYER_DOMAIN) return undefined;
  const opset = node.graph.opsets.get(node.domain);
  return opset === undefined
    ? findSchema(node.domain, node.op, Number.MAX_SAFE_INTEGER)
    : findSchema(node.domain, node.op, opset);
}

function poison(node: Node): void {
  for (const output of node.outputs) output.poisoned = true;
}

/** Infers the nodes of a graph in their order. */
export function inferGraph(graph: Graph, report: Report): void {
  for (const node of graph.nodes()) inferNode(node, report);
}

/** Reports each mistake once: a body is inferred again and again until its types hold for every step. */
function reportOnce(report: Report): Report {
  const seen = new Map<string, Set<unknown>>();
  return (diagnostic) => {
    const { code, message, origin } = diagnostic;
    const places = seen.get(code) ?? new Set();
    // A node keeps its origin object, while the message may tell of other sizes each time.
    const place = origin ?? message;
    if (!places.has(place)) report(diagnostic);
    seen.set(code, places.add(place));
  };
}

/** Infers a body for given input types, and contents where they are known, and returns the types of its outputs. */
export function inferBody(
  body: Graph,
  inputs: readonly ValueType[],
  report: Report,
  contents: readonly (Content | undefined)[] = [],
): readonly ValueType[] {
  body.inputs.forEach((input, i) => {
    const type = inputs[i];
    if (type) input.setType(type, contents[i]);
  });
  inferGraph(body, report);
  return body.outputs.map((output) => output.type);
}
