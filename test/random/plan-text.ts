// The text of a plan: the graph as dimwise sees it, and its seed.
import { formatGraph } from '../../src/ir/graph-text.ts';
import { buildPlan } from './build-plan.ts';
import type { Plan } from './plan.ts';

/** The graph with names, types and constraints. */
export function planText(plan: Plan): string {
  return formatGraph(buildPlan(plan).graph);
}
