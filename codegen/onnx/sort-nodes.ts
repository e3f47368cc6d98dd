// Puts nodes into an order in which each reads only what earlier ones made; bodies count with what they capture.
import { malformed } from './malformed.ts';
import type { GraphProto, NodeProto } from './proto/messages.ts';
import { chain } from './short-text.ts';

/** Nodes in a valid order. */
export interface SortedNodes {
  readonly nodes: readonly NodeProto[];
  /** Whether the order differs from the file's. */
  readonly changed: boolean;
}

/** Sorts nodes; remembers what bodies capture, so that each body is looked at once. */
export class NodeSorter {
  readonly #captures = new Map<GraphProto, ReadonlySet<string>>();

  /**
   * Sorts the nodes of one graph; nodes that are in a valid order stay as they are.
   *
   * @param owner the graph, for messages
   * @throws ONNX_MALFORMED when nodes read each other in a circle, which is named
   */
  sort(nodes: readonly NodeProto[], owner: string): SortedNodes {
    const maker = new Map<string, number>();
    nodes.forEach((node, index) => {
      for (const name of node.output ?? []) if (name) maker.set(name, index);
    });
    const isLate = (name: string, index: number): boolean => {
      const at = maker.get(name);
      return at !== undefined && at >= index;
    };
    if (!nodes.some((node, index) => this.#readsAny(node, (name) => isLate(name, index))))
      return { nodes, changed: false };
    const needs = nodes.map((node, index) => {
      const before: number[] = [];
      for (const name of this.#reads(node)) {
        const at = maker.get(name);
        if (at !== undefined && !(at === index && isCaptureOnly(node, name))) before.push(at);
      }
      return before;
    });
    if (needs.every((before, index) => before.every((at) => at < index))) return { nodes, changed: false };
    const order = depthFirst(needs, (circle) => {
      const names = circle.map((index) => describeNode(nodes[index], index));
      return malformed(
        `nodes of ${owner} read each other in a circle: ${chain([...names, names[0] ?? ''], ' reads ')}`,
        {
          what: names[0],
        },
      );
    });
    return { nodes: order.flatMap((index) => nodes[index] ?? []), changed: true };
  }

  /** Tells whether a node reads a name with a property. */
  #readsAny(node: NodeProto, has: (name: string) => boolean): boolean {
    const { input = [], attribute } = node;
    for (const name of input) if (name && has(name)) return true;
    if (!attribute?.some(({ g, graphs }) => g || graphs)) return false;
    for (const name of this.#reads(node)) if (has(name)) return true;
    return false;
  }

  /** Names that a node reads: its inputs and what its bodies capture. */
  *#reads(node: NodeProto): Iterable<string> {
    for (const name of node.input ?? []) if (name) yield name;
    for (const { g, graphs = [] } of node.attribute ?? []) {
      if (g) yield* this.#capturedBy(g);
      for (const body of graphs) yield* this.#capturedBy(body);
    }
  }

  #capturedBy(body: GraphProto): ReadonlySet<string> {
    const known = this.#captures.get(body);
    if (known) return known;
    const own = new Set<string>();
    for (const { name } of [...(body.input ?? []), ...(body.initializer ?? [])]) if (name) own.add(name);
    for (const { values } of body.sparseInitializer ?? []) if (values?.name) own.add(values.name);
    for (const node of body.node ?? []) for (const name of node.output ?? []) own.add(name);
    const captured = new Set<string>();
    for (const node of body.node ?? []) for (const name of this.#reads(node)) if (!own.has(name)) captured.add(name);
    for (const { name } of body.output ?? []) if (name && !own.has(name)) captured.add(name);
    this.#captures.set(body, captured);
    return captured;
  }
}

/** A body may define a name that its own node makes too; only a direct input is a circle of one. */
function isCaptureOnly(node: NodeProto, name: string): boolean {
  return !(node.input ?? []).includes(name);
}

/** Names a node for messages: by its name, or by place and operator. */
export function describeNode(node: NodeProto | undefined, index: number): string {
  return node?.name ? `node "${node.name}"` : `node ${index} (${node?.opType ?? ''})`;
}

/** Indices so that each follows all that it needs, near to the given order; without recursion, since chains may be long. */
export function depthFirst(needs: readonly (readonly number[])[], circular: (circle: number[]) => Error): number[] {
  const order: number[] = [];
  const state = new Uint8Array(needs.length);
  for (let root = 0; root < needs.length; root++) {
    if (state[root] !== 0) continue;
    const path = [{ index: root, next: 0 }];
    state[root] = 1;
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const before = needs[top.index]?.[top.next++];
      if (before === undefined) {
        state[top.index] = 2;
        order.push(top.index);
        path.pop();
      } else if (state[before] === 1) {
        const from = path.findIndex((step) => step.index === before);
        throw circular(path.slice(from).map((step) => step.index));
      } else if (state[before] === 0) {
        state[before] = 1;
        path.push({ index: before, next: 0 });
      }
    }
  }
  return order;
}
