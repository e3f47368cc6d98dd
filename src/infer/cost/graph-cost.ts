// Sums what the nodes of a graph do, bodies and calls of functions included.
import {
  addCounts,
  type Count,
  countOf,
  countOfDim,
  maxOfCounts,
  multiplyCounts,
  type RangeOf,
  ZERO,
} from '../../dim/count.ts';
import type { FunctionDefinition, Graph, Node } from '../../ir/graph.ts';
import { truthIn } from '../../ops/rules/trip-count.ts';
import { bodyOfCall, calledFunction } from '../infer-call.ts';
import { inferGraph } from '../infer-node.ts';
import { ruledOutOf } from '../rule-out.ts';
import { type Live, liveBytes } from './live-bytes.ts';
import { isNoLess, type Measures, mapMeasures, maxMeasures, NOTHING, sumMeasures } from './measures.ts';
import { nodeLabel, workOf } from './node-measures.ts';
import { pathOf } from './node-path.ts';
import type { OpenCounts } from './open-counts.ts';
import { greatestOverSteps, sumOverSteps } from './sum-steps.ts';
import { loopTrips, scanTrips, sequenceTrips, type Trips } from './trips.ts';

/** What a node does in one run of the model. */
export interface NodeCost extends Measures {
  readonly node: Node;
  /** The name of the node; one inside of a body or call behind those that it lies in: `loop/body/add`. */
  readonly name: string;
  /** The layer path, outermost first. */
  readonly path: readonly string[];
  /** How often the node runs. */
  readonly runs: Count;
  /** For an If whose condition decides which branch does more: what each of them does. */
  readonly branches?: readonly BranchCost[];
}

/** What one branch of an If does. */
export interface BranchCost extends Measures {
  readonly name: string;
}

/** What a graph does. */
export interface GraphCost {
  readonly nodes: readonly NodeCost[];
  readonly live: Live;
}

/** How many nodes the calls of functions may stand for together. */
const MAX_CALLED = 200_000;

interface Inside {
  readonly nodes: readonly NodeCost[];
  readonly peak: Count;
}

/** Adds up one model. */
export class GraphCounter {
  readonly #open: OpenCounts;
  readonly #views = new Set<Node>();
  #called = 0;

  constructor(open: OpenCounts) {
    this.#open = open;
  }

  /** What a graph does; `scope` stands before the names of its nodes. */
  count(graph: Graph, scope = '', path: readonly string[] = []): GraphCost {
    const nodes: NodeCost[] = [];
    const inside = new Map<Node, Count>();
    const names = new Map<string, number>();
    for (const node of graph.nodes()) {
      const place = { name: scope + uniqueName(node, names), path: [...path, ...pathOf(node)] };
      const found = this.#inside(node, place);
      if (!found) {
        nodes.push(this.#simple(node, place));
        continue;
      }
      for (const each of found.nodes) nodes.push(each);
      inside.set(node, found.peak);
    }
    const live = liveBytes(graph, {
      open: this.#open,
      isView: (node) => this.#views.has(node),
      inside: (node) => inside.get(node),
      range: rangeIn(graph),
    });
    return { nodes, live };
  }

  #simple(node: Node, place: Place): NodeCost {
    const { measures, isView } = workOf(node, this.#open);
    if (isView) this.#views.add(node);
    return { ...measures, ...place, node, runs: countOf(1) };
  }

  /** What the bodies of a node do; undefined for a node without any. */
  #inside(node: Node, place: Place): Inside | undefined {
    const called = calledFunction(node);
    if (called) return this.#call(node, called, place);
    if (node.domain !== '') return undefined;
    const body = bodyOf(node, 'body');
    switch (node.op) {
      case 'If':
        return this.#branches(node, place);
      case 'Loop':
        return body && this.#repeated(body, place, loopTrips(node, body, this.#open));
      case 'Scan':
        return body && this.#repeated(body, place, scanTrips(node, this.#open));
      case 'SequenceMap':
        return body && this.#repeated(body, place, sequenceTrips(node, this.#open));
      default:
        return undefined;
    }
  }

  #repeated(body: Graph, place: Place, trips: Trips): Inside {
    const { nodes, live } = this.count(body, `${place.name}/body/`, place.path);
    const peak = greatestOverSteps(live.peak, trips, rangeIn(body));
    return { nodes: nodes.map((each) => repeat(each, trips)), peak };
  }

  #branches(node: Node, place: Place): Inside | undefined {
    const names = ['then_branch', 'else_branch'] as const;
    const [thenBody, elseBody] = names.map((name) => bodyOf(node, name));
    if (!thenBody || !elseBody) return undefined;
    const [condition] = node.inputs;
    const ruledOut = ruledOutOf(node)?.branch;
    const truth = ruledOut ? ruledOut === 'else_branch' : truthIn(node.graph.facts, condition?.content?.elements[0]);
    const parts = names.map((name, i) => {
      const body = i === 0 ? thenBody : elseBody;
      const counted = this.count(body, `${place.name}/${name}/`, place.path);
      return { name, ...counted, total: sumMeasures(counted.nodes) };
    });
    const [yes, no] = parts;
    if (!yes || !no) return undefined;
    const range = rangeIn(node.graph);
    const peak = maxOfCounts([yes.live.peak, no.live.peak], range);
    if (truth !== undefined) return { nodes: (truth ? yes : no).nodes, peak: (truth ? yes : no).live.peak };
    if (isNoLess(yes.total, no.total, range)) return { nodes: yes.nodes, peak };
    if (isNoLess(no.total, yes.total, range)) return { nodes: no.nodes, peak };
    const branches = parts.map(({ name, total }) => ({ name, ...total }));
    const either = { ...maxMeasures(branches, range), ...place, node, runs: countOf(1), branches };
    return { nodes: [either], peak };
  }

  #call(node: Node, definition: FunctionDefinition, place: Place): Inside {
    this.#called += definition.body.nodeCount + 1;
    if (this.#called > MAX_CALLED) {
      const work = this.#open.stand(
        'work',
        `operations of the calls in ${nodeLabel(node)}, which are too many to follow`,
      );
      return { nodes: [{ ...NOTHING, flops: work, ...place, node, runs: countOf(1) }], peak: ZERO };
    }
    const body = bodyOfCall(node, definition);
    // Its mistakes were reported when the call was inferred.
    inferGraph(body, () => {});
    const { nodes, live } = this.count(body, `${place.name}/`, place.path);
    return { nodes, peak: withoutEdge(live.peak, body, this.#open) };
  }
}

interface Place {
  readonly name: string;
  readonly path: readonly string[];
}

/** What is known of sizes in a graph. */
export function rangeIn({ facts }: Graph): RangeOf {
  return (atom) => facts.range(atom);
}

/** A call hands its values in and out; only what lies between them is more than the node's own. */
function withoutEdge(peak: Count, body: Graph, open: OpenCounts): Count {
  let inner = peak;
  for (const input of body.inputs) inner = addCounts(inner, open.bytesOf(input), -1n);
  return inner;
}

function repeat(each: NodeCost, trips: Trips): NodeCost {
  const measures = mapMeasures((name) => sumOverSteps(each[name], trips));
  const branches = each.branches?.map((branch) => ({
    ...branch,
    ...mapMeasures((name) => sumOverSteps(branch[name], trips)),
  }));
  const runs = multiplyCounts(each.runs, countOfDim(trips.count));
  return { ...each, ...measures, runs, ...(branches ? { branches } : {}) };
}

function bodyOf(node: Node, name: string): Graph | undefined {
  const attribute = node.attribute(name);
  return attribute?.kind === 'graph' ? attribute.value : undefined;
}

/** The name of a node, else of its first output, else its operator; repeated ones are numbered. */
function uniqueName(node: Node, names: Map<string, number>): string {
  const path = pathOf(node);
  const stem = node.name || (path.length > 0 ? [...path, node.op].join('.') : node.outputs[0]?.name || node.op);
  const count = names.get(stem) ?? 0;
  names.set(stem, count + 1);
  return count === 0 ? stem : `${stem}_${count}`;
}
