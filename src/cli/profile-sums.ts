// Adds up the runs of a trace: by node, by layer, by operator and by provider, the first run apart from the others.
import type { NodePlace, ProfileMap } from './profile-map.ts';
import { RUNTIME } from './profile-map.ts';
import type { TraceNode, TraceRun } from './profile-trace.ts';

/** One node over all runs; times in milliseconds of one run. */
export interface NodeTimes {
  /** The name; one that runs inside of another behind that one's: `loop/add`. */
  readonly name: string;
  readonly operator: string;
  readonly provider: string;
  readonly place: NodePlace;
  readonly path: readonly string[];
  /** With what ran inside of it. */
  readonly time: number;
  /** Without it. */
  readonly own: number;
  /** Executions in one run, on average. */
  readonly calls: number;
  /** In the first run, without what ran inside of it. */
  readonly first: number;
  /** Types as of the last execution. */
  readonly inputs: string;
  readonly outputs: string;
}

/** The sums of some nodes; times in milliseconds of one run. */
export interface GroupTimes {
  readonly key: string;
  readonly depth: number;
  readonly time: number;
  readonly calls: number;
  readonly first: number;
  readonly members: readonly NodeTimes[];
}

/** All that a profile adds up to; times in milliseconds. */
export interface ProfileTimes {
  /** How many runs the times are of: all but the first. */
  readonly runs: number;
  /** One run, as ONNX Runtime measures it. */
  readonly run: number;
  /** The nodes of one run; the rest of it is spent between them. */
  readonly covered: number;
  readonly first: { readonly run: number; readonly covered: number };
  /** Most time first. */
  readonly nodes: readonly NodeTimes[];
}

interface Sum {
  readonly name: string;
  readonly path: readonly string[];
  readonly place: NodePlace;
  last: TraceNode;
  time: number;
  own: number;
  calls: number;
  first: number;
}

/** Takes runs, one after the other. */
export class ProfileSums {
  readonly #map: ProfileMap;
  readonly #sums = new Map<string, Sum>();
  #runs = 0;
  #time = 0;
  #covered = 0;
  #first = { run: 0, covered: 0 };

  constructor(map: ProfileMap) {
    this.#map = map;
  }

  /** Adds one run. */
  add({ time, nodes }: TraceRun): void {
    const isFirst = this.#runs++ === 0;
    const covered = nodes.reduce((sum, node) => sum + node.time, 0);
    if (isFirst) this.#first = { run: time / 1000, covered: covered / 1000 };
    else {
      this.#time += time;
      this.#covered += covered;
    }
    for (const node of nodes) this.#node(node, { name: '', path: [] }, isFirst);
  }

  #node(node: TraceNode, outer: { readonly name: string; readonly path: readonly string[] }, isFirst: boolean): void {
    const name = `${outer.name}${node.name}`;
    const key = `${name} ${node.operator} ${node.provider}`;
    let sum = this.#sums.get(key);
    if (!sum) {
      const place = this.#map.placeOf(node);
      sum = { name, path: pathInside(outer.path, place.path), place, last: node, time: 0, own: 0, calls: 0, first: 0 };
      this.#sums.set(key, sum);
    }
    const own = node.time - node.inside.reduce((inside, each) => inside + each.time, 0);
    sum.last = node;
    if (isFirst) sum.first += own;
    else {
      sum.time += node.time;
      sum.own += own;
      sum.calls++;
    }
    for (const each of node.inside) this.#node(each, { name: `${name}/`, path: sum.path }, isFirst);
  }

  /** What the runs add up to. Where there was but one, the times are its own. */
  times(): ProfileTimes {
    const runs = Math.max(1, this.#runs - 1);
    const perRun = (microseconds: number): number => microseconds / 1000 / runs;
    const nodes = [...this.#sums.values()].map(({ last, time, own, calls, first, ...rest }) => ({
      ...rest,
      operator: last.operator,
      provider: last.provider,
      time: perRun(time),
      own: perRun(own),
      calls: calls / runs,
      first: first / 1000,
      inputs: last.inputs,
      outputs: last.outputs,
    }));
    return {
      runs: this.#runs - 1,
      run: perRun(this.#time),
      covered: perRun(this.#covered),
      first: this.#first,
      nodes: nodes.sort((a, b) => b.own - a.own),
    };
  }
}

/** The path of a node inside of another one: its own where that goes on from there, else behind the outer one. */
function pathInside(outer: readonly string[], own: readonly string[]): readonly string[] {
  if (own[0] === RUNTIME && outer.length > 0) return outer;
  return outer.every((part, i) => own[i] === part) ? own : [...outer, ...own];
}

/** The sums of each layer, layers inside of it included; a layer stands before its own, each after one that took more time. */
export function timesByLayer(nodes: readonly NodeTimes[]): readonly GroupTimes[] {
  const groups = new Map<string, NodeTimes[]>();
  for (const node of nodes) {
    for (let depth = 0; depth <= node.path.length; depth++) {
      const key = JSON.stringify(node.path.slice(0, depth));
      const members = groups.get(key) ?? [];
      members.push(node);
      groups.set(key, members);
    }
  }
  const children = new Map<string, { readonly path: readonly string[]; readonly group: GroupTimes }[]>();
  for (const [key, members] of groups) {
    const path: readonly string[] = JSON.parse(key);
    const group = sumOf(path.join('.'), path.length, members);
    const parent = path.length === 0 ? '' : JSON.stringify(path.slice(0, -1));
    children.set(parent, [...(children.get(parent) ?? []), { path, group }]);
  }
  const ordered: GroupTimes[] = [];
  const visit = (parent: string): void => {
    const inside = children.get(parent) ?? [];
    for (const { path, group } of inside.toSorted((a, b) => b.group.time - a.group.time)) {
      ordered.push(group);
      visit(JSON.stringify(path));
    }
  };
  visit('');
  return ordered;
}

/** The sums of each value of some fact, most time first. */
export function timesBy(nodes: readonly NodeTimes[], fact: (node: NodeTimes) => string): readonly GroupTimes[] {
  const groups = new Map<string, NodeTimes[]>();
  for (const node of nodes) groups.set(fact(node), [...(groups.get(fact(node)) ?? []), node]);
  return [...groups].map(([key, members]) => sumOf(key, 0, members)).sort((a, b) => b.time - a.time);
}

function sumOf(key: string, depth: number, members: readonly NodeTimes[]): GroupTimes {
  let [time, calls, first] = [0, 0, 0];
  for (const member of members) [time, calls, first] = [time + member.own, calls + member.calls, first + member.first];
  return { key, depth, time, calls, first, members };
}
