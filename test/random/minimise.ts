// Cuts a failing graph down while it still fails in the same way.
import { bodiesOfPlan, capturedNames, namesRead, type Plan, type PlanNode, withNodes } from './plan.ts';
import { withoutNode } from './plan-session.ts';

/** Tells whether a plan still shows the failure. */
export type Fails = (plan: Plan) => Promise<boolean>;

/** How many candidates are tried. */
const TRIES = 120;

/**
 * A smaller plan that still fails: nodes are dropped with all that depends on them, or left out with their input in their place,
 * then symbols become numbers.
 */
export async function minimise(plan: Plan, fails: Fails): Promise<Plan> {
  let left = TRIES;
  let smallest = plan;
  const attempt = async (candidate: Plan | undefined): Promise<boolean> => {
    if (!candidate || candidate.nodes.length === 0 || left-- <= 0 || !(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  let changed = true;
  while (changed) {
    changed = false;
    for (const node of smallest.nodes.toReversed()) {
      if (!smallest.nodes.includes(node)) continue;
      if ((await attempt(withoutNode(smallest, node))) || (await attempt(bypassed(smallest, node)))) changed = true;
    }
  }
  for (const { name } of smallest.symbols) {
    for (const size of [1, 2, 3]) if (await attempt(withSize(smallest, name, size))) break;
  }
  return smallest;
}

/** The plan in which readers of a node read its first input instead; undefined where that is no such node. */
function bypassed(plan: Plan, node: PlanNode): Plan | undefined {
  const [output = '', ...others] = node.outputs;
  const [input] = node.inputs;
  const rest = plan.nodes.filter((each) => each !== node);
  if (!input || rest.some((each) => others.some((name) => namesRead(each).includes(name)))) return undefined;
  // Bodies name what they capture, and are left as they are.
  if (rest.some((each) => bodiesOfPlan(each).length > 0 && capturedNames(each).includes(output))) return undefined;
  const nodes = rest.map((each) => ({ ...each, inputs: each.inputs.map((name) => (name === output ? input : name)) }));
  return withNodes(plan, nodes);
}

function withSize(plan: Plan, symbol: string, size: number): Plan {
  const inputs = plan.inputs.map((input) => ({
    ...input,
    shape: input.shape.map((each) => (each === symbol ? size : each)),
  }));
  return withNodes({ ...plan, inputs }, plan.nodes);
}
