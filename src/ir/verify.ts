// The verifier: checks what every graph must be, after each pass in tests.
import { type Diagnostic, throwDiagnostics } from '../base/errors.ts';
import { bodiesOf } from './bodies.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import { formatType } from './type.ts';
import type { Value } from './value.ts';

/** Collects what {@link verifyGraph} finds wrong. */
class Verifier {
  readonly problems: Diagnostic[] = [];
  /** The values that a node may read at this point: those of its graph so far, and of the graphs around it. */
  readonly #visible = new Set<Value>();

  /** Checks a graph; what it defines is no longer visible afterwards. */
  check(graph: Graph): void {
    const own: Value[] = [];
    for (const value of [...graph.inputs, ...graph.parameters, ...graph.constants]) this.#define(graph, value, own);
    for (const node of graph.nodes()) {
      this.#checkNode(graph, node);
      for (const output of node.outputs) this.#define(graph, output, own);
    }
    for (const output of new Set(graph.outputs)) this.#checkOutput(graph, output);
    this.#checkNames([...graph.inputs, ...graph.outputs], graph);
    for (const value of own) this.#visible.delete(value);
  }

  #define(graph: Graph, value: Value, own: Value[]): void {
    if (value.graph !== graph)
      this.#report(`${value.label} stands in ${graph.name} and belongs to ${value.graph.name}`, value);
    if (this.#visible.has(value)) this.#report(`${value.label} is defined twice`, value);
    this.#visible.add(value);
    own.push(value);
    for (const user of new Set(value.users)) {
      if (!user.attached || !user.inputs.includes(value))
        this.#report(`${value.label} lists ${user.op} as a reader, which does not read it`, value);
    }
    for (const by of new Set(value.returnedBy)) {
      if (!by.outputs.includes(value))
        this.#report(`${value.label} lists ${by.name} as a graph that returns it, which does not`, value);
    }
  }

  #checkNode(graph: Graph, node: Node): void {
    for (const input of new Set(node.inputs)) {
      if (!input) continue;
      if (!this.#visible.has(input)) this.#report(`${node.op} reads ${input.label} before it is defined`, input);
      const uses = count(node.inputs, input);
      const listed = count(input.users, node);
      if (uses !== listed)
        this.#report(`${input.label} lists ${listed} uses by ${node.op}, which reads it ${uses} times`, input);
    }
    for (const body of bodiesOf(node)) {
      const [value] = node.outputs;
      if (value && (body.parent !== graph || body.owner !== node))
        this.#report(`body ${body.name} of ${node.op} belongs to another graph or node`, value);
      this.check(body);
    }
  }

  #checkOutput(graph: Graph, output: Value): void {
    if (!this.#visible.has(output))
      this.#report(`output ${output.label} of ${graph.name} is not defined in it`, output);
    const uses = count(graph.outputs, output);
    const listed = count(output.returnedBy, graph);
    if (uses !== listed)
      this.#report(`${output.label} lists ${listed} outputs of ${graph.name}, which returns it ${uses} times`, output);
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

const count = <T>(list: readonly T[], wanted: T): number => list.filter((item) => item === wanted).length;

/**
 * Checks that a graph is in single assignment form, sorted, with consistent uses and unique names at its edge; so are its bodies, which
 * see what stands before their node, and its functions, which see nothing else.
 *
 * @throws GRAPH_INVALID, all problems together
 */
export function verifyGraph(graph: Graph): void {
  const verifier = new Verifier();
  verifier.check(graph);
  for (const { body } of graph.functions.values()) verifier.check(body);
  throwDiagnostics(verifier.problems);
}
