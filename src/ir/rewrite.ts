// The rewrite API: the only way to change a graph that was built.
import { invariant } from '../base/assert-never.ts';
import type { Graph, Node, Value } from './graph.ts';

/** Changes a graph and counts what it changed, so that a pass can tell the truth about itself. */
export class Rewriter {
  readonly graph: Graph;
  #changes = 0;

  constructor(graph: Graph) {
    this.graph = graph;
  }

  /** How many changes were made. */
  get changes(): number {
    return this.#changes;
  }

  /** Makes all readers of `value`, the graph's outputs included, read `by` instead. */
  replaceUses(value: Value, by: Value): void {
    if (value === by) return;
    for (const user of value.users.slice()) {
      user.inputs.forEach((input, i) => {
        if (input === value) user.setInput(i, by);
      });
    }
    redirectOutputs(this.graph, value, by);
    this.#changes++;
  }

  /**
   * Puts other values in the place of a node's outputs and takes the node out. An output name moves along where the new value
   * has none.
   */
  replaceNode(node: Node, values: readonly (Value | undefined)[]): void {
    node.outputs.forEach((output, i) => {
      const by = values[i];
      if (!by) {
        invariant(isUnused(output), `output ${i} of ${node.op} is still read`);
        return;
      }
      if (output.name !== undefined && by.source.kind === 'node') by.name ??= output.name;
      this.replaceUses(output, by);
    });
    this.removeNode(node);
  }

  /** Takes out a node whose outputs nothing reads. */
  removeNode(node: Node): void {
    for (const output of node.outputs) invariant(isUnused(output), `${output.label} is still read`);
    node.graph.detach(node);
    this.#changes++;
  }

  /** Drops constants and parameters that nothing reads. */
  dropUnusedConstants(): void {
    this.#changes += this.graph.dropUnusedConstants();
  }
}

/** Whether nothing reads a value. */
export function isUnused(value: Value): boolean {
  return value.users.length === 0 && !value.graph.outputs.includes(value);
}

function redirectOutputs(graph: Graph, value: Value, by: Value): void {
  if (graph.outputs.includes(value)) graph.setOutputs(graph.outputs.map((output) => (output === value ? by : output)));
}
