// Proves by what follows an If that no valid run takes one of its branches: with what that branch gives, the rest of the graph fails.
import type { BranchName } from '../ir/branch-trials.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { copyBehind } from '../ir/instantiate.ts';
import { tensorFromValues } from '../ir/tensor-data.ts';
import { Collected, type Report, ruledOutOf, ruleOutBehind } from './rule-out.ts';
import { shapeOf } from './spread-rank.ts';

/** How much one model may ask for: nodes that are inferred for nothing but a proof. */
const MOST_NODES = 20_000;

const spent = new WeakMap<Graph, number>();
/** Copies that were made for a proof: no proof is looked for inside of one. */
const proofs = new WeakSet<Graph>();

/**
 * Looks for a proof that no valid run takes one branch of an If whose branches give different numbers of axes: the rest of the graph is
 * inferred once with what each branch gives. The branch for which it fails is remembered as ruled out.
 *
 * @param inferGraph infers the nodes of a graph
 * @returns whether there is such a branch, and the node is to be inferred again
 */
export function isRuledOutBehind(node: Node, inferGraph: (graph: Graph, report: Report) => void): boolean {
  const bodies = branchesOf(node);
  if (!bodies || ruledOutOf(node) || isPartOfProof(node.graph)) return false;
  const [yes, no] = bodies;
  const differ = node.outputs.some((output, i) => {
    const [left, right] = [rankOf(yes.body.outputs[i]), rankOf(no.body.outputs[i])];
    // What a file states of the rank is no proof.
    return !output.poisoned && left !== undefined && right !== undefined && left !== right;
  });
  if (!differ || !affords(node)) return false;
  const trials = bodies.map((each) => ({ ...each, collected: follow(node, each, inferGraph) }));
  const failing = trials.filter(({ collected }) => collected !== undefined);
  const [only] = failing;
  // Where both fail, the nodes behind tell it themselves.
  if (failing.length !== 1 || !only?.collected) return false;
  ruleOutBehind(node, only.name, only.collected.mistakes);
  return true;
}

interface Followed {
  readonly name: BranchName;
  readonly body: Graph;
}

function branchesOf(node: Node): readonly [Followed, Followed] | undefined {
  const [yes, no] = [node.attribute('then_branch'), node.attribute('else_branch')];
  if (node.domain !== '' || yes?.kind !== 'graph' || no?.kind !== 'graph') return undefined;
  return [
    { name: 'then_branch', body: yes.value },
    { name: 'else_branch', body: no.value },
  ];
}

const rankOf = (value: Value | undefined): number | undefined =>
  value && !value.poisoned ? shapeOf(value.type)?.length : undefined;

function isPartOfProof(graph: Graph): boolean {
  for (let at: Graph | undefined = graph; at; at = at.parent) if (proofs.has(at)) return true;
  return false;
}

/** Counts what two proofs would cost, bodies as one node. */
function affords(node: Node): boolean {
  const { root } = node.graph;
  let count = spent.get(root) ?? 0;
  for (let at = node.next; at && count <= MOST_NODES; at = at.next) count += 2;
  spent.set(root, count);
  return count <= MOST_NODES;
}

/** What fails behind a node when it takes a branch; undefined where runs may get through. */
function follow(
  node: Node,
  { name, body }: Followed,
  inferGraph: (graph: Graph, report: Report) => void,
): Collected | undefined {
  // The copy lies in the branch: what holds where the branch runs holds for what follows then.
  const copy = copyBehind(node, body, (graph) => standIns(node, { name, body }, graph));
  proofs.add(copy);
  const collected = new Collected();
  inferGraph(copy, collected.report);
  const fails = collected.fails(copy.outputs, true);
  copy.release();
  return fails ? collected : undefined;
}

function* standIns(node: Node, { name, body }: Followed, graph: Graph): Iterable<readonly [Value, Value]> {
  for (const [i, output] of node.outputs.entries()) {
    const result = body.outputs[i];
    if (!result) continue;
    const stand = graph.addInput(output.name ?? '', result.type);
    stand.setType(result.type, result.content);
    yield [output, stand];
  }
  const [condition] = node.inputs;
  const shape = condition && shapeOf(condition.type);
  // What is known of the condition as a size stands among the facts of the branch.
  if (!condition || condition.content || shape?.length !== 0) return;
  yield [condition, graph.addConstant(tensorFromValues('bool', [], [name === 'then_branch' ? 1 : 0]))];
}
