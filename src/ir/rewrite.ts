// The rewrite API: the only way to change a graph that was built.
import { invariant } from '../base/assert-never.ts';
import { allGraphs } from './bodies.ts';
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

  /** Makes all readers of `value`, in bodies too, and all graphs that return it, take `by` instead. */
  replaceUses(value: Value, by: Value): void {
    if (value === by) return;
    for (const user of value.users.slice()) {
      user.inputs.forEach((input, i) => {
        if (input === value) user.setInput(i, by);
      });
    }
    for (const graph of new Set(value.returnedBy))
      graph.setOutputs(graph.outputs.map((output) => (output === value ? by : output)));
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

  /** Drops constants and parameters that nothing reads, those of bodies too. */
  dropUnusedConstants(): void {
    for (const graph of allGraphs(this.graph)) this.#changes += graph.dropUnusedConstants();
  }
}

/**
 * Whether a value can take the place of a node's output. Where a graph returns the output, only a nameless value of a node of that
 * graph can, which is not returned itself: another value would lose the output its name.
 */
export function canReplace(output: Value, by: Value): boolean {
  if (output.returnedBy.length === 0) return true;
  const isFree = by.source.kind === 'node' && by.name === undefined && by.returnedBy.length === 0;
  return isFree && output.returnedBy.every((graph) => graph === by.graph);
}

/** Whether nothing reads a value: no node, no body, no graph that returns it. */
export function isUnused(value: Value): boolean {
  return !value.isRead && value.returnedBy.length === 0;
}
