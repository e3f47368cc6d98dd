// Names of values and nodes in the file: what the author named keeps its name, all else is named by layer path and operator.
import { dimwiseError } from '../../src/base/errors.ts';
import { bodiesOf } from '../../src/ir/bodies.ts';
import type { Graph, Node, Value } from '../../src/ir/graph.ts';
import { layerPath } from './node-parts.ts';

/** The names of one scope: a model with all its bodies, or a function. ONNX lets no name mean two things in it. */
export class ValueNames {
  /** Names that are not the value's own: those made up, and those that had to give way. */
  readonly #values = new Map<Value, string>();
  readonly #nodes = new Map<Node, string>();
  readonly #taken = new Set<string>();
  readonly #takenByNodes = new Set<string>();
  readonly #next = new Map<string, number>();

  /** @throws NAME_DUPLICATE when two inputs, outputs or parameters of the graph have one name */
  constructor(graph: Graph) {
    this.#nameEdge(graph);
    this.#nameGiven(graph);
    this.#nameRest(graph);
  }

  /** The name of a value; empty for an absent one. */
  of(value: Value | undefined): string {
    return value ? (this.#values.get(value) ?? value.name ?? '') : '';
  }

  /** The name of a node. */
  ofNode(node: Node): string {
    return this.#nodes.get(node) ?? node.name ?? '';
  }

  /** A new name that starts with `stem`. */
  invent(stem: string): string {
    return this.#unique(stem, this.#taken);
  }

  /** Inputs, outputs and parameters keep their names as they are. */
  #nameEdge(graph: Graph): void {
    for (const value of [...graph.inputs, ...graph.outputs, ...graph.parameters]) {
      const name = value.name ?? (value.source.kind === 'parameter' ? value.source.cell.path : '');
      if (name === '' || this.#values.has(value)) continue;
      if (this.#taken.has(name)) {
        const related = [...this.#values].filter(([, other]) => other === name);
        throw dimwiseError({
          code: 'NAME_DUPLICATE',
          message: `two inputs, outputs or parameters of "${graph.name}" are named "${name}"`,
          origin: value.origin,
          actual: name,
          related: related.map(([other]) => ({ message: 'the name is taken here', origin: other.origin })),
          hint: 'rename one of the two',
        });
      }
      this.#give(value, name);
    }
  }

  /** Other names that are given already, those of bodies included, before any name is made up. */
  #nameGiven(graph: Graph): void {
    for (const value of edgeOf(graph)) if (value.name) this.#keep(value, value.name);
    for (const node of graph.nodes()) {
      const { name } = node;
      if (name) {
        const unique = this.#unique(name, this.#takenByNodes);
        if (unique !== name) this.#nodes.set(node, unique);
      }
      for (const output of node.outputs) if (output.name) this.#keep(output, output.name);
      for (const body of bodiesOf(node)) this.#nameGiven(body);
    }
  }

  #nameRest(graph: Graph): void {
    for (const value of edgeOf(graph)) if (!value.name) this.#keep(value, stemOfEdge(value));
    for (const node of graph.nodes()) {
      if (!isNamed(node)) this.#nameNode(node);
      for (const body of bodiesOf(node)) this.#nameRest(body);
    }
  }

  /** Names a node and its outputs as far as they have no names. */
  #nameNode(node: Node): void {
    const path = layerPath(node);
    const stem = path ? `${path}.${node.op}` : node.op;
    node.outputs.forEach((output, i) => {
      if (!output.name) this.#keep(output, i === 0 ? stem : `${stem}.${i}`);
    });
    if (!node.name) this.#nodes.set(node, this.#unique(stem, this.#takenByNodes));
  }

  /** Names a value that has no name yet; where the name is its own, nothing needs to be remembered. */
  #keep(value: Value, wish: string): void {
    if (this.#values.has(value)) return;
    const name = this.#unique(wish, this.#taken);
    if (name !== value.name) this.#values.set(value, name);
  }

  #give(value: Value, name: string): void {
    this.#values.set(value, name);
    this.#taken.add(name);
  }

  #unique(wish: string, taken: Set<string>): string {
    const before = taken.size;
    if (taken.add(wish).size > before) return wish;
    let name = wish;
    for (let number = this.#next.get(wish) ?? 1; taken.has(name); number++) {
      name = `${wish}_${number}`;
      this.#next.set(wish, number + 1);
    }
    taken.add(name);
    return name;
  }
}

/** Whether a node and all of its outputs have names of their own. */
function isNamed({ name, outputs }: Node): boolean {
  if (!name) return false;
  for (const output of outputs) if (!output.name) return false;
  return true;
}

function* edgeOf(graph: Graph): Iterable<Value> {
  yield* graph.inputs;
  yield* graph.parameters;
  yield* graph.constants;
}

function stemOfEdge(value: Value): string {
  if (value.source.kind === 'parameter') return value.source.cell.path;
  const path = layerPath(value);
  const stem = value.source.kind === 'constant' ? 'constant' : 'input';
  return path ? `${path}.${stem}` : stem;
}
