// The shapes of a graph as text: one value a line, inner values by number, stable when they are renamed.
import { entryOf } from '../ir/contract.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { SymbolNames } from '../ir/symbol-names.ts';
import { formatType } from '../ir/type.ts';

/**
 * The types of all values of a graph: inputs, parameters, nodes with their bodies, outputs, then the constraints.
 *
 * @example shapesText(model.graph)
 * // input x: float32[batch, 20]
 * // parameter 0.weight: float32[256, 20]
 * // %0 dense: float32[batch, 256]
 * // output y dense: float32[batch, 10]
 */
export function shapesText(graph: Graph): string {
  return new ShapesPrinter().print(graph);
}

class ShapesPrinter {
  readonly #symbols = new SymbolNames();
  #next = 0;

  print(graph: Graph): string {
    this.#reserve(graph);
    const lines = [
      ...graph.inputs.map((value) => `input ${value.name}: ${this.#type(value)}`),
      ...graph.parameters.map((value) => `parameter ${parameterName(value)}: ${this.#type(value)}`),
      ...this.#nodes(graph, ''),
      ...graph.outputs
        .filter(({ source }) => source.kind !== 'node')
        .map((value) => `output ${value.name}: ${this.#type(value)}`),
      ...graph.facts.constraints().map((constraint) => {
        const { kind, expr, scope } = entryOf(constraint, this.#symbols);
        return `${kind} (${scope}): ${expr}`;
      }),
    ];
    return lines.join('\n');
  }

  #reserve(graph: Graph): void {
    for (const value of graph.inputs) this.#symbols.reserve(value.type);
    for (const node of graph.nodes()) {
      for (const value of node.outputs) this.#symbols.reserve(value.type);
      for (const [, body] of bodiesOf(node)) this.#reserve(body);
    }
  }

  #nodes(graph: Graph, indent: string): string[] {
    const outputs = new Set(graph.parent ? [] : graph.outputs);
    const lines: string[] = [];
    for (const node of graph.nodes()) {
      for (const value of node.outputs) {
        const name = outputs.has(value) ? `output ${value.name}` : `%${this.#next++}`;
        lines.push(`${indent}${name} ${node.op}: ${this.#type(value)}`);
      }
      for (const [name, body] of bodiesOf(node)) {
        lines.push(
          `${indent}  ${name}:`,
          ...body.inputs.map((value) => `${indent}    %${this.#next++}: ${this.#type(value)}`),
        );
        lines.push(...this.#nodes(body, `${indent}    `));
      }
    }
    return lines;
  }

  #type(value: Value): string {
    return formatType(value.type, (dim) => this.#symbols.format(dim));
  }
}

const parameterName = (value: Value): string =>
  value.name ?? (value.source.kind === 'parameter' ? value.source.cell.path : '');

function bodiesOf(node: Node): [string, Graph][] {
  const bodies: [string, Graph][] = [];
  for (const [name, attribute] of [...node.attributes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (attribute.kind === 'graph') bodies.push([name, attribute.value]);
    if (attribute.kind === 'graphs') attribute.value.forEach((body, i) => bodies.push([`${name}.${i}`, body]));
  }
  return bodies;
}
