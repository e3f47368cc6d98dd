// Masks of attention: which key positions a query position attends to, and masks in front of grouped heads.
import { op } from '../build/op.ts';
import { constOf } from '../dim/dim.ts';
import type { Value } from '../ir/graph.ts';
import { filled } from './layer-values.ts';
import { positionsAlong, sizeAlong } from './positions.ts';

/** What a mask over positions is made from. */
export interface MaskParts {
  /** `[n, s, ...]`. */
  readonly query: Value;
  /** `[n, t, ...]`. */
  readonly key: Value;
  /** `[n, kvHeads, p, d]`, keys that stand before those of `key`. */
  readonly past: Value | undefined;
  /** Positions that a query attends to, itself included; 0 for all before it. */
  readonly window: number;
}

/**
 * `[s, p + t]`, bool: whether key position j is at most p + i, the place of query i, and after p + i - window where there is one.
 */
export function causalMask({ query, key, past, window }: MaskParts): Value {
  const offset = past && sizeAlong(past, 2);
  const keys = offset ? op.Range(0n, op.Add(offset, sizeAlong(key, 1)), 1n) : positionsAlong(key, 1);
  const here = op.Unsqueeze(positionsAlong(query, 1, past), [1]);
  const before = op.LessOrEqual(keys, here);
  return window === 0 ? before : op.And(before, op.Greater(keys, op.Sub(here, BigInt(window))));
}

/** A mask of the caller within the positions that are allowed: of bool where it is, else of its numbers and minus infinity. */
export function bothMasks(allowed: Value | undefined, mask: Value | undefined): Value | undefined {
  if (!allowed || !mask) return allowed ?? mask;
  return mask.dtype === 'bool' ? op.And(allowed, mask) : keepWhere(mask, allowed);
}

/** Scores under a mask: those that it adds to, or those where it is true and minus infinity elsewhere. */
export function maskScores(scores: Value, mask: Value | undefined): Value {
  if (!mask) return scores;
  return mask.dtype === 'bool' ? keepWhere(scores, mask) : op.Add(scores, mask);
}

function keepWhere(scores: Value, mask: Value): Value {
  return op.Where(mask, scores, filled(scores.dtype, [], Number.NEGATIVE_INFINITY));
}

/** A mask that broadcasts to `[n, heads, s, t]`, as one that broadcasts to `[n, kvHeads, heads / kvHeads, s, t]`. */
export function groupedMask(mask: Value, heads: number, kvHeads: number): Value {
  const axis = mask.rank - 3;
  const size = mask.shape[axis];
  // Behind the heads axes align as they are.
  if (axis < 0 || !size) return mask;
  if (constOf(size) === 1) return op.Unsqueeze(mask, [axis]);
  const lead = axis > 0 ? [op.Shape(mask, { start: 0, end: axis })] : [];
  const rest = op.Shape(mask, { start: axis + 1 });
  // A size that only a run tells is 1 or the heads.
  const whole: Value =
    constOf(size) === heads ? mask : op.Expand(mask, op.Concat([...lead, [BigInt(heads)], rest], { axis: 0 }));
  const sizes = [BigInt(kvHeads), BigInt(heads / kvHeads)];
  return op.Reshape(whole, op.Concat([...lead, sizes, rest], { axis: 0 }), { allowzero: 1 });
}
