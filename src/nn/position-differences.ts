// How far keys lie from queries, computed in the graph for biases of attention.
import { op } from '../build/op.ts';
import { add } from '../dim/arithmetic.ts';
import type { Dim } from '../dim/dim.ts';
import type { Node, Value } from '../ir/graph.ts';
import type { InferContext } from '../ir/operator.ts';
import { inputOf } from './layer-node.ts';
import { positionsAlong, sizeAlong } from './positions.ts';

/** What a bias over positions is called with. */
export type BiasInputs = [query: Value, key?: Value | undefined, past?: Value | undefined];

/**
 * The sizes of a node whose inputs are a query `[n, s, ...]`, a key `[n, t, ...]` (the query where absent) and a past `[n, h, p, d]`: s and
 * p + t.
 */
export function differenceSizes(cx: InferContext): readonly [queries: Dim, keys: Dim] | undefined {
  const query = cx.rankBetween(0, 2, Number.POSITIVE_INFINITY);
  const key = cx.has(1) ? cx.rankBetween(1, 2, Number.POSITIVE_INFINITY) : query;
  const past = cx.has(2) ? cx.ranked(2, 4)[2] : undefined;
  const [s, t] = [query?.[1], key?.[1]];
  if (!s || !t) return undefined;
  return [s, past ? add(past, t) : t];
}

/** `[s, p + t]`, int64: the position of key j minus that of query i, which is p + i. */
export function positionDifferences(node: Node): Value {
  const query = inputOf(node, 0);
  const [, key = query, past] = node.inputs;
  const keys = past ? op.Range(0n, op.Add(sizeAlong(past, 2), sizeAlong(key, 1)), 1n) : positionsAlong(key, 1);
  return op.Sub(keys, op.Unsqueeze(positionsAlong(query, 1, past), [1]));
}
