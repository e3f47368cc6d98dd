// The greatest number of bytes that values need at one time, in the order of the nodes.
import { type Count, CountSum, keyOf, maxOfCounts, type RangeOf } from '../../dim/count.ts';
import type { Graph, Node, Value } from '../../ir/graph.ts';
import { isWritten } from './node-measures.ts';
import type { OpenCounts } from './open-counts.ts';
import { isConstantNode } from './parameters.ts';

/** The bytes that are live while a node runs. */
export interface LiveAt {
  readonly node: Node;
  readonly bytes: Count;
}

/** The live values of a graph. */
export interface Live {
  /** The greatest sum; a maximum where the sizes decide which one is. */
  readonly peak: Count;
  /** The sums at each node, those that repeat an earlier one left out. */
  readonly at: readonly LiveAt[];
}

/** What is known of the nodes of a graph. */
export interface LiveOptions {
  readonly open: OpenCounts;
  /** Whether the first output of a node is its first input under another shape. */
  readonly isView: (node: Node) => boolean;
  /** What the bodies of a node need beside the values around them. */
  readonly inside: (node: Node) => Count | undefined;
  readonly range: RangeOf;
}

/**
 * Follows the values of a graph: inputs live throughout, for the caller holds them; outputs from their node to the end; all others to their
 * last reader. Weights are left out, and no node writes over its input.
 */
export function liveBytes(graph: Graph, { open, isView, inside, range }: LiveOptions): Live {
  const nodes = [...graph.nodes()];
  const roots = rootsOf(nodes, isView);
  const ends = lastReaders(graph, nodes, roots);
  const live = new CountSum();
  for (const input of graph.inputs) live.add(open.bytesOf(input));
  const at: LiveAt[] = [];
  const seen = new Set<string>();
  nodes.forEach((node, i) => {
    const own = isConstantNode(node) || isView(node) ? [] : node.outputs;
    for (const value of own) if (isWritten(value)) live.add(open.bytesOf(value));
    const more = inside(node);
    const bytes = more ? new CountSum().add(live.total()).add(more).total() : live.total();
    const key = keyOf(bytes);
    if (!seen.has(key)) at.push({ node, bytes });
    seen.add(key);
    for (const value of ends[i] ?? []) live.add(open.bytesOf(value), -1n);
  });
  const rest = nodes.length === 0 ? [live.total()] : [];
  return { peak: maxOfCounts([...at.map(({ bytes }) => bytes), ...rest], range), at };
}

/** The values whose memory a view stands for; a list of tensors stands for all that went into it. */
function rootsOf(nodes: readonly Node[], isView: (node: Node) => boolean): Map<Value, readonly Value[]> {
  const roots = new Map<Value, readonly Value[]>();
  for (const node of nodes) {
    const [output] = node.outputs;
    if (!output || !isView(node)) continue;
    const holds = output.type.kind === 'sequence' ? node.inputs : node.inputs.slice(0, 1);
    const sources = holds.flatMap((value) => (value ? (roots.get(value) ?? [value]) : []));
    for (const each of node.outputs) roots.set(each, sources);
  }
  return roots;
}

/** For each node, the values made in the graph that nothing needs once it has run. */
function lastReaders(graph: Graph, nodes: readonly Node[], roots: ReadonlyMap<Value, readonly Value[]>): Value[][] {
  const index = new Map(nodes.map((node, i) => [node, i]));
  const last = new Map<Value, number>();
  const keep = (value: Value, until: number): void => {
    for (const root of roots.get(value) ?? [value]) {
      if (root.graph === graph) last.set(root, Math.max(last.get(root) ?? 0, until));
    }
  };
  nodes.forEach((node, i) => {
    for (const output of node.outputs) {
      if (!roots.has(output)) keep(output, i);
      for (const user of output.users) keep(output, indexIn(graph, user, index) ?? i);
      for (const holder of output.returnedBy) {
        // A body that passes a value on needs it as long as its node runs.
        const until = holder === graph ? nodes.length : holder.owner && indexIn(graph, holder.owner, index);
        keep(output, until ?? i);
      }
    }
  });
  const ends: Value[][] = nodes.map(() => []);
  for (const [value, until] of last) {
    const { source } = value;
    if (source.kind === 'node' && isWritten(value) && !isConstantNode(source.node)) ends[until]?.push(value);
  }
  return ends;
}

/** The place of the node of a graph that a reader is, or that holds the body that the reader lies in. */
function indexIn(graph: Graph, reader: Node, index: ReadonlyMap<Node, number>): number | undefined {
  let node: Node | undefined = reader;
  while (node && node.graph !== graph) node = node.graph.owner;
  return node && index.get(node);
}
