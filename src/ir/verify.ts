// The verifier: checks what every graph must be, after each pass in tests.
import { type Diagnostic, throwDiagnostics } from '../base/errors.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import { formatType } from './type.ts';
import type { Value } from './value.ts';

/** What {@link verifyGraph} found wrong. */
class Verifier {
  readonly problems: Diagnostic[] = [];
  readonly #defined = new Set<Value>();

  check(graph: Graph): void {
    for (const value of [...graph.inputs, ...graph.parameters, ...graph.constants]) this.#define(graph, value);
    for (const node of graph.nodes()) this.#checkNode(graph, node);
    for (const output of graph.outputs) {
      if (!this.#defined.has(output))
        this.#report(`output ${output.label} of ${graph.name} is not defined in it`, output);
    }
    this.#checkNames([...graph.inputs, ...graph.outputs], graph);
  }

  #define(graph: Graph, value: Value): void {
    if (value.graph !== graph)
      this.#report(`${value.label} stands in ${graph.name} and belongs to ${value.graph.name}`, value);
    if (this.#defined.has(value)) this.#report(`${value.label} is defined twice`, value);
    this.#defined.add(value);
  }

  #checkNode(graph: Graph, node: Node): void {
    for (const input of new Set(node.inputs)) {
      if (!input) continue;
      if (!this.#defined.has(input)) this.#report(`${node.op} reads ${input.label} before it is defined`, input);
      const uses = node.inputs.filter((other) => other === input).length;
      const listed = input.users.filter((user) => user === node).length;
      if (uses !== listed)
        this.#report(`${input.label} lists ${listed} uses by ${node.op}, which reads it ${uses} times`, input);
    }
    for (const attribute of node.attributes.values()) {
      if (attribute.kind === 'graph') this.check(attribute.value);
      else if (attribute.kind === 'graphs') for (const body of attribute.value) this.check(body);
    }
    for (const output of node.outputs) this.#define(graph, output);
  }

  #checkNames(values: readonly Value[], graph: Graph): void {
    const holders = new Map<string, Value>();
    for (const value of values) {
      if (value.name === undefined) continue;
      const holder = holders.get(value.name);
      if (holder && holder !== value) this.#report(`two values of ${graph.name} are named "${value.name}"`, value);
      holders.set(value.name, value);
    }
  }

  #report(message: string, value: Value): void {
    this.problems.push({
      code: 'GRAPH_INVALID',
      message: `${message} (${formatType(value.type)})`,
      origin: value.origin,
    });
  }
}

/**
 * Checks that a graph is in single assignment form, sorted, with consistent uses and unique names at its edge, bodies included.
 *
 * @throws GRAPH_INVALID, all problems together
 */
export function verifyGraph(graph: Graph): void {
  const verifier = new Verifier();
  verifier.check(graph);
  throwDiagnostics(verifier.problems);
}
