// Matches what stands somewhere else in the second graph: nodes that are the same by themselves, whatever is around them.
import type { Node } from '../../../src/ir/graph.ts';
import type { Matching, Side } from './match-nodes.ts';

/** Nodes that no earlier step has matched, each in the order of its graph. */
export type OpenNodes = readonly [readonly Node[], readonly Node[]];

/**
 * Pairs nodes that are the only ones of their operator, attributes and weights, as far as they stand in the same order in both graphs.
 *
 * @param displaced takes up the others of them, and is not asked about them again
 * @returns whether any were paired
 */
export function pairInOrder(
  [left, right]: readonly [Side, Side],
  open: OpenNodes,
  matching: Matching,
  displaced: Set<Node>,
): boolean {
  const pairs = uniquePairs(left, right, open).filter(([a]) => !displaced.has(a));
  const kept = new Set(longestRising(pairs.map(([, , at]) => at)));
  for (const [i, [a, b]] of pairs.entries()) {
    if (kept.has(i)) matching.pair(a, b);
    else displaced.add(a);
  }
  return kept.size > 0;
}

/** Pairs the others of them: they have moved. */
export function pairMoved(left: Side, right: Side, open: OpenNodes, matching: Matching): void {
  for (const [a, b] of uniquePairs(left, right, open)) matching.pairMoved(a, b);
}

/** Nodes that have one of their kind on both sides, with the place of the second one. */
function uniquePairs(left: Side, right: Side, [ours, theirs]: OpenNodes): (readonly [Node, Node, number])[] {
  const there = only(right, theirs);
  const found: (readonly [Node, Node, number])[] = [];
  for (const [kind, [a]] of only(left, ours)) {
    const other = there.get(kind);
    if (other) found.push([a, other[0], other[1]]);
  }
  return found;
}

/** The nodes that are the only ones of their kind, in order, and their places. */
function only(side: Side, nodes: readonly Node[]): ReadonlyMap<number, readonly [Node, number]> {
  const found = new Map<number, readonly [Node, number]>();
  const several = new Set<number>();
  for (const [i, node] of nodes.entries()) {
    const kind = side.kindOf(node);
    if (found.has(kind)) several.add(kind);
    else found.set(kind, [node, i]);
  }
  for (const kind of several) found.delete(kind);
  return found;
}

/** The places of a longest rising sequence in a list of different numbers (patience sorting, Fredman 1975). */
export function longestRising(list: readonly number[]): number[] {
  /** For each length the place at which the sequence of that length with the least end stops. */
  const ends: number[] = [];
  const before = new Int32Array(list.length);
  for (const [i, number] of list.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[ends[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? (ends[low - 1] ?? -1) : -1;
    ends[low] = i;
  }
  const places: number[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) places.push(at);
  return places.reverse();
}
