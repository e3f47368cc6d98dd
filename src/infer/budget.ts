// The budget of one inference: counted in steps and not in time, so that a model is refused everywhere or nowhere.
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { spend } from '../dim/work.ts';
import type { Content } from '../ir/content.ts';
import type { Node } from '../ir/graph.ts';
import type { ValueType } from '../ir/type.ts';

/** A rank up to this is not worth a look at the limits. */
const RANK_OF_ALL = 8;

/** A node takes about so many steps beside those of its dims and elements. */
const STEPS_PER_NODE = 10;

/** Counts a node that is about to be inferred. @throws ONNX_LIMIT when the steps of its outermost graph are used up */
export function spendNode(): void {
  spend(STEPS_PER_NODE);
}

/** Counts what a node gives. @throws ONNX_LIMIT when its rank is beyond the limit, or the steps are used up */
export function spendOutput(node: Node, type: ValueType, content: Content | undefined): void {
  if (content) spend(content.elements.length);
  if (type.kind === 'tensor' && type.shape) checkRank(node, type.shape.length);
}

/** Checks a rank before axes are looked at one by one. @throws ONNX_LIMIT when it is beyond the limit */
export function checkRank(node: Node, rank: number): void {
  if (rank <= RANK_OF_ALL) return;
  const most = node.graph.root.limits.rank;
  if (rank > most) throw limit(node, 'rank', most, `${node.op} is of rank ${rank}`);
}

function limit(node: Node, name: string, most: number, fact: string): DimwiseError {
  return dimwiseError({
    code: 'ONNX_LIMIT',
    message: `${fact}, the limit ${name} is ${most}`,
    origin: node.origin,
    expected: `at most ${most}`,
    hint: `if you trust the file, raise the limit ${name}`,
  });
}
