// The budget of one inference: counted in steps and not in time, so that a model is refused everywhere or nowhere.
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { lookUpCount } from '../dim/intern.ts';
import type { Content } from '../ir/content.ts';
import type { Graph, Node } from '../ir/graph.ts';
import type { ValueType } from '../ir/type.ts';

/** What happens between two lookups of dims takes about as long as so many nodes without any. */
const STEPS_PER_LOOK_UP = 10;

/** A rank up to this is not worth a look at the limits. */
const RANK_OF_ALL = 8;

/** Nodes that were inferred, and elements of the contents that they gave. */
let counted = 0;

const stepsDone = (): number => counted + STEPS_PER_LOOK_UP * lookUpCount();

const ends = new WeakMap<Graph, number>();

/** Gives a graph the steps that its limits allow, from now on; a graph that was given none may take any number. */
export function allowSteps(graph: Graph): void {
  ends.set(graph, stepsDone() + graph.limits.work);
}

/**
 * Counts a node that is about to be inferred.
 *
 * @throws ONNX_LIMIT when the steps of its outermost graph are used up
 */
export function spendSteps(node: Node): void {
  counted++;
  const { root } = node.graph;
  const end = ends.get(root);
  if (end === undefined || stepsDone() <= end) return;
  throw limit(node, 'work', root.limits.work, `inference of "${root.name.slice(0, 64)}" takes too many steps`);
}

/** Counts what a node gives. @throws ONNX_LIMIT when its rank is beyond the limit */
export function spendOutput(node: Node, type: ValueType, content: Content | undefined): void {
  if (content) counted += content.elements.length;
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
