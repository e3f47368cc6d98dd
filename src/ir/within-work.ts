// Keeps what is asked of a graph that was read from a file within the work that its limits allow.
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { type WorkBound, withinBound } from '../dim/work.ts';
import { allGraphs } from './bodies.ts';
import type { Graph } from './graph.ts';

/** What each node may take beside the limit: a long model is no hostile one. */
const STEPS_PER_NODE = 100;

/** Graphs whose work is bounded, with the steps that one task may take. */
const allowed = new WeakMap<Graph, number>();

/** Makes the limit `work` of a graph count; one that an author makes may take any number of steps. */
export function boundWork(graph: Graph): void {
  let nodes = 0;
  for (const { nodeCount } of allGraphs(graph)) nodes += nodeCount;
  allowed.set(graph, graph.limits.work + STEPS_PER_NODE * nodes);
}

/**
 * Runs a task on a graph, or on a body of it, with as many steps as the limit `work` of the outermost graph allows.
 *
 * @param what the task, as the subject of a sentence: `inference of`
 * @throws ONNX_LIMIT when the steps are used up
 */
export function withinWork<T>(graph: Graph, what: string, task: () => T): T {
  const { root } = graph;
  const left = allowed.get(root);
  return withinBound(left === undefined ? undefined : { left, refuse: () => refusal(root, what) }, task);
}

/**
 * The same with a share of the steps; where they do not suffice, what another task gives that takes few.
 *
 * @param share the share of the limit, from 0 to 1
 */
export function withinShare<T>(graph: Graph, share: number, task: () => T, otherwise: () => T): T {
  const { root } = graph;
  const steps = allowed.get(root);
  if (steps === undefined) return task();
  let end: DimwiseError | undefined;
  const bound: WorkBound = {
    left: Math.floor(steps * share),
    refuse: () => (end ??= refusal(root, 'a part of the work on')),
  };
  try {
    return withinBound(bound, task);
  } catch (error) {
    if (!end || error !== end) throw error;
    return otherwise();
  }
}

function refusal(root: Graph, what: string): DimwiseError {
  return dimwiseError({
    code: 'ONNX_LIMIT',
    message: `${what} "${root.name.slice(0, 64)}" takes too many steps, the limit work is ${root.limits.work}`,
    expected: `at most ${root.limits.work}`,
    hint: 'if you trust the file, raise the limit work',
  });
}
