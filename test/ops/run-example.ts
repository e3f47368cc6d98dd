// Runs a worked case of an operator row through the engine.
import type { Diagnostic } from '../../src/base/errors.ts';
import { toAttribute } from '../../src/build/operands.ts';
import { parseConstraint } from '../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { inferNode, LAYER_DOMAIN } from '../../src/infer/infer-node.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { dimOf } from '../../src/ir/content.ts';
import { Graph, type Node, type Value } from '../../src/ir/graph.ts';
import type { OperatorExample, OperatorRow } from '../../src/ir/operator.ts';
import { parseBody } from '../../src/ir/parse-graph.ts';
import { mapDims, type ValueType } from '../../src/ir/type.ts';
import { parseType, type TypeText } from '../../src/ir/type-text.ts';
import { findSchema, latestOpset, schemaVersions } from '../../src/ops/schema.ts';

/** The inputs of a case, read; behind them what its bodies capture. */
export type ExampleInputs = readonly (TypeText | null)[];

/** What a case gave. */
export interface ExampleRun {
  readonly graph: Graph;
  readonly node: Node;
  readonly inputs: ExampleInputs;
  /** The values of the inputs, in their places. */
  readonly values: readonly (Value | undefined)[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A row and one of its cases. */
export interface Case {
  readonly row: OperatorRow;
  readonly example: OperatorExample;
}

/** Reads the inputs of a case and what its bodies capture. */
export function readInputs({ inputs, captured = {} }: OperatorExample): ExampleInputs {
  return [...inputs, ...Object.values(captured)].map((text) => (text === null ? null : parseType(text)));
}

/** The names of the inputs of a case: those of the node, then those that its bodies capture. */
export function inputNames({ captured = {} }: OperatorExample, inputs: ExampleInputs) {
  const names = Object.keys(captured);
  const count = inputs.length - names.length;
  return { ofNode: Array.from({ length: count }, (_, i) => `in${i}`), captured: names };
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
  const graph = new Graph({ opsets: opsetsOf(one) });
  if (options.given) for (const text of example.given ?? []) give(graph, text);
  const values = addInputs(graph, one, inputs);
  const schema = findSchema(domain, row.name, opsetOf(one));
  const attributes = readAttributes(one, graph);
  const outputs = example.outputs?.length ?? Math.max(1, schema?.minOutputs ?? 1);
  const node = graph.addNode({
    domain,
    op: row.name,
    inputs: ofNode(example, values),
    outputs,
    attributes,
    ...layerRow(row),
  });
  const diagnostics: Diagnostic[] = [];
  inferNode(node, (diagnostic) => diagnostics.push(diagnostic));
  return { graph, node, inputs, values, diagnostics };
}

/** The opsets of a case: its own, and opset 21 of ai.onnx beside another domain. */
export function opsetsOf(one: Case): ReadonlyMap<string, number> {
  return new Map([['', 21]]).set(one.row.domain ?? '', opsetOf(one));
}

/** Gives a graph the inputs of a case. */
export function addInputs(graph: Graph, { example }: Case, inputs: ExampleInputs): (Value | undefined)[] {
  const names = inputNames(example, inputs);
  return [...names.ofNode, ...names.captured].map((name, i) => {
    const input = inputs[i];
    const value = input ? graph.addInput(name, input.type) : undefined;
    if (input) value?.setType(input.type, input.content);
    return value;
  });
}

/** The attributes of a case, its bodies within a graph that has its inputs. */
export function readAttributes({ row, example }: Case, graph: Graph): Map<string, Attribute> {
  const schema = findSchema(row.domain ?? '', row.name, graph.opsets.get(row.domain ?? '') ?? 1);
  const attributes = new Map<string, Attribute>();
  for (const [name, value] of Object.entries(example.attributes ?? {})) {
    attributes.set(name, toAttribute(row.name, name, value, schema?.attributes.get(name)?.kind));
  }
  for (const [name, text] of Object.entries(example.bodies ?? {})) {
    attributes.set(name, { kind: 'graph', value: parseBody(text, graph) });
  }
  return attributes;
}

/** The inputs of the node among the values of a case, without absent ones at the end. */
function ofNode({ captured = {} }: OperatorExample, values: readonly (Value | undefined)[]): (Value | undefined)[] {
  const given = values.slice(0, values.length - Object.keys(captured).length);
  while (given.length > 0 && given.at(-1) === undefined) given.pop();
  return given;
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

/** Whether an operator has inputs with sizes: one without inputs has none, nor one whose inputs are all maps. */
export function takesSizes({ domain = '', name }: OperatorRow): boolean {
  const { inputs = [], typeConstraints } = schemaVersions(domain, name).at(-1) ?? {};
  return inputs.some(({ typeStr }) =>
    (typeConstraints?.get(typeStr) ?? [typeStr]).some((type) => !type.startsWith('map(')),
  );
}
