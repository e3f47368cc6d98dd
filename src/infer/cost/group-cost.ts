// Costs by operator, or by layer path.
import type { Count } from '../../dim/count.ts';
import { CountSum } from '../../dim/count.ts';
import type { Node } from '../../ir/graph.ts';
import type { Cost } from './cost.ts';
import type { NodeCost } from './graph-cost.ts';
import { type Measures, sumMeasures } from './measures.ts';
import { pathOf } from './node-path.ts';
import type { Weight } from './parameters.ts';

/** The nodes of one operator or of one layer, layers inside of it included. */
export interface CostGroup extends Measures {
  /** The operator, `com.microsoft.Gelu` outside of ai.onnx; or the dotted path, empty for the whole model. */
  readonly key: string;
  /** Parts of the path; 0 for the whole model and for operators. */
  readonly depth: number;
  /** How many nodes it has; views are among them. */
  readonly nodes: number;
  /** Elements of the parameters that are read here first. */
  readonly parameters: Count;
}

interface Members {
  readonly depth: number;
  readonly nodes: NodeCost[];
  readonly weights: Weight[];
}

/** The cost of each operator, in the order of first appearance; the groups make up the whole model. */
export function costByOperator(cost: Cost): readonly CostGroup[] {
  const groups = new Groups();
  for (const each of cost.nodes) groups.at(operatorOf(each.node), 0).nodes.push(each);
  for (const weight of cost.weights) {
    if (weight.isParameter) groups.at(weight.reader ? operatorOf(weight.reader) : '', 0).weights.push(weight);
  }
  return groups.sums();
}

/**
 * The cost of each layer as a tree, layers before what lies inside of them; the first group is the whole model.
 *
 * @param depth how many parts of the paths are told apart; all of them by default
 */
export function costByPath(cost: Cost, depth: number = Number.POSITIVE_INFINITY): readonly CostGroup[] {
  const groups = new Groups();
  const add = (path: readonly string[], put: (group: Members) => void): void => {
    for (let length = 0; length <= Math.min(path.length, depth); length++) {
      put(groups.at(path.slice(0, length).join('.'), length));
    }
  };
  for (const each of cost.nodes) add(each.path, (group) => group.nodes.push(each));
  for (const weight of cost.weights)
    if (weight.isParameter) add(pathOfWeight(weight), (group) => group.weights.push(weight));
  return treeOrder(groups.sums());
}

class Groups {
  readonly #groups = new Map<string, Members>();

  at(key: string, depth: number): Members {
    let group = this.#groups.get(key);
    if (!group) {
      group = { depth, nodes: [], weights: [] };
      this.#groups.set(key, group);
    }
    return group;
  }

  sums(): CostGroup[] {
    return [...this.#groups].map(([key, { depth, nodes, weights }]) => {
      const parameters = new CountSum();
      for (const { elements } of weights) parameters.add(elements);
      return { key, depth, nodes: nodes.length, ...sumMeasures(nodes), parameters: parameters.total() };
    });
  }
}

/** Layers in the order of first appearance, each followed by its own. */
function treeOrder(groups: readonly CostGroup[]): readonly CostGroup[] {
  const children = new Map<string, CostGroup[]>();
  const parentOf = ({ key, depth }: CostGroup): string =>
    key
      .split('.')
      .slice(0, Math.max(depth - 1, 0))
      .join('.');
  for (const group of groups) {
    if (group.depth === 0) continue;
    const parent = parentOf(group);
    const siblings = children.get(parent) ?? [];
    siblings.push(group);
    children.set(parent, siblings);
  }
  const ordered: CostGroup[] = [];
  const stack = groups.filter(({ depth }) => depth === 0);
  for (let group = stack.pop(); group; group = stack.pop()) {
    ordered.push(group);
    stack.push(...(children.get(group.key) ?? []).toReversed());
  }
  return ordered;
}

const operatorOf = ({ domain, op }: Node): string => (domain === '' ? op : `${domain}.${op}`);

/** A parameter of a layer belongs to its owner, another weight to the layer that reads it first. */
function pathOfWeight({ value, reader }: Weight): readonly string[] {
  if (value.source.kind === 'parameter') return value.source.cell.path.split('.').slice(0, -1);
  return reader ? pathOf(reader) : [];
}
