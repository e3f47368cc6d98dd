// Runs a worked case of an operator row through the engine.
import type { Diagnostic } from '../../src/base/errors.ts';
import { toAttribute } from '../../src/build/operands.ts';
import { parseConstraint } from '../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { inferNode, LAYER_DOMAIN } from '../../src/infer/infer-node.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { dimOf } from '../../src/ir/content.ts';
import { Graph, type Node } from '../../src/ir/graph.ts';
import type { OperatorExample, OperatorRow } from '../../src/ir/operator.ts';
import { mapDims, type ValueType } from '../../src/ir/type.ts';
import { parseType, type TypeText } from '../../src/ir/type-text.ts';
import { findSchema, latestOpset, schemaVersions } from '../../src/ops/schema.ts';

/** The inputs of a case, read. */
export type ExampleInputs = readonly (TypeText | null)[];

/** What a case gave. */
export interface ExampleRun {
  readonly graph: Graph;
  readonly node: Node;
  readonly inputs: ExampleInputs;
  readonly diagnostics: readonly Diagnostic[];
}

/** A row and one of its cases. */
export interface Case {
  readonly row: OperatorRow;
  readonly example: OperatorExample;
}

/** Reads the inputs of a case. */
export function readInputs(example: OperatorExample): ExampleInputs {
  return example.inputs.map((text) => (text === null ? null : parseType(text)));
}

/** The opset of a case: as given, else 21, or the first that has the operator. */
export function opsetOf({ row, example }: Case): number {
  const domain = row.domain ?? '';
  if (example.opset !== undefined) return example.opset;
  if (domain !== '') return latestOpset(domain) ?? 1;
  return Math.max(21, schemaVersions(domain, row.name)[0]?.sinceVersion ?? 21);
}

/** Infers a case; `given` says whether the facts that hold beforehand are recorded first. */
export function runExample(one: Case, inputs: ExampleInputs, options: { readonly given: boolean }): ExampleRun {
  const { row, example } = one;
  const domain = row.domain ?? '';
  const opset = opsetOf(one);
  const graph = new Graph({ opsets: new Map([[domain, opset]]) });
  if (options.given) for (const text of example.given ?? []) give(graph, text);
  const values = inputs.map((input, i) => {
    const value = input ? graph.addInput(`in${i}`, input.type) : undefined;
    if (input) value?.setType(input.type, input.content);
    return value;
  });
  while (values.length > 0 && values.at(-1) === undefined) values.pop();
  const schema = findSchema(domain, row.name, opset);
  const attributes = new Map<string, Attribute>();
  for (const [name, value] of Object.entries(example.attributes ?? {})) {
    attributes.set(name, toAttribute(row.name, name, value, schema?.attributes.get(name)?.kind));
  }
  const outputs = example.outputs?.length ?? Math.max(1, schema?.minOutputs ?? 1);
  const node = graph.addNode({ domain, op: row.name, inputs: values, outputs, attributes, ...layerRow(row) });
  const diagnostics: Diagnostic[] = [];
  inferNode(node, (diagnostic) => diagnostics.push(diagnostic));
  return { graph, node, inputs, diagnostics };
}

/** The row of a layer node travels with it; those of operators are looked up. */
function layerRow(row: OperatorRow): { readonly row?: OperatorRow } {
  return row.domain === LAYER_DOMAIN ? { row } : {};
}

function give(graph: Graph, text: string): void {
  const constraint = parseConstraint(text);
  if (constraint.kind === 'range' && constraint.dim.kind === 'symbol') {
    const { min, max } = constraint;
    graph.facts.declare(constraint.dim, {
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    });
  } else graph.facts.require(constraint);
}

/** All symbols of the inputs, unknown ones included, in order of appearance. */
export function inputSymbols(inputs: ExampleInputs): SymbolDim[] {
  const found = new Set<SymbolDim>();
  for (const input of inputs) {
    if (!input) continue;
    const elements = (input.content?.elements ?? []).map(dimOf);
    for (const dim of [...dimsOf(input.type), ...elements]) if (dim) for (const s of symbolsOf(dim)) found.add(s);
  }
  return [...found];
}

/** All dims of a type, in order. */
export function dimsOf(type: ValueType): Dim[] {
  const dims: Dim[] = [];
  mapDims(type, (dim) => {
    dims.push(dim);
    return dim;
  });
  return dims;
}
