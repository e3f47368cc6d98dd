// Finds which nodes of two graphs are the same ones: by what they compute, by what becomes of it, then by their neighbours.
import type { Graph, Node, Value } from '../../../src/ir/graph.ts';
import { isCommutative, slotOf } from './commutative.ts';
import { type OpenNodes, pairInOrder, pairMoved } from './match-rest.ts';
import { nodeFates } from './node-fates.ts';
import { sameOperator, type ValueClasses } from './value-classes.ts';

/** A graph to be matched. */
export class Side {
  readonly graph: Graph;
  readonly classes: ValueClasses;
  /** What its outputs are called; outputs that belong together have the same token in both graphs. */
  readonly outputTokens: readonly string[];
  #readers: ReadonlyMap<Value, readonly Reading[]> | undefined;

  constructor(graph: Graph, classes: ValueClasses, outputTokens: readonly string[]) {
    this.graph = graph;
    this.classes = classes;
    this.outputTokens = outputTokens;
  }

  /** What a node reads: its inputs, then what its bodies take from around them. */
  reads(node: Node): readonly (Value | undefined)[] {
    const captures = this.classes.capturesOf(node);
    return captures.length === 0 ? node.inputs : [...node.inputs, ...captures];
  }

  /** Who reads a value in this graph, and at which place; readers inside of a body are the node that holds it. */
  readersOf(value: Value): readonly Reading[] {
    this.#readers ??= this.#findReaders();
    return this.#readers.get(value) ?? NOBODY;
  }

  /** What a node is by itself, the weights that it reads included: the same number for nodes alike. */
  kindOf(node: Node): number {
    const { classes } = this;
    const { numbering } = classes;
    const inputs = node.inputs.map((input) =>
      input?.source.kind === 'constant' ? classes.ofValue(input) : numbering.of(input ? 'an input' : 'no input'),
    );
    if (isCommutative(node)) inputs.sort((x, y) => x - y);
    return inputs.reduce((kind, input) => numbering.pair(kind, input), classes.localToken(node));
  }

  #findReaders(): ReadonlyMap<Value, readonly Reading[]> {
    const found = new Map<Value, Reading[]>();
    for (const node of this.graph.nodes()) {
      this.reads(node).forEach((value, slot) => {
        if (!value || value.source.kind === 'constant') return;
        const reading = { node, slot: slotOf(node, slot) };
        const known = found.get(value);
        if (known) known.push(reading);
        else found.set(value, [reading]);
      });
    }
    return found;
  }
}

/** One reading of a value. */
export interface Reading {
  readonly node: Node;
  readonly slot: number;
}

const NOBODY: readonly Reading[] = [];
const NO_TOKENS: readonly string[] = [];

/** Which nodes and inputs of the first model are which ones of the second. */
export class Matching {
  readonly #forth = new Map<Node, Node>();
  readonly #back = new Map<Node, Node>();
  readonly #inputs = new Map<Value, Value>();
  readonly #moved = new Set<Node>();

  /** Pairs nodes that stand somewhere else in the second model. */
  pairMoved(a: Node, b: Node): void {
    this.pair(a, b);
    this.#moved.add(a).add(b);
  }

  /** Tells whether a node of either model stands somewhere else in the other one. */
  isMoved(node: Node): boolean {
    return this.#moved.has(node);
  }

  pair(a: Node, b: Node): void {
    this.#forth.set(a, b);
    this.#back.set(b, a);
  }

  pairInputs(a: Value, b: Value): void {
    this.#inputs.set(a, b);
  }

  /** The node of the second model that a node of the first one is. */
  partner(a: Node): Node | undefined {
    return this.#forth.get(a);
  }

  /** The node of the first model that a node of the second one is. */
  origin(b: Node): Node | undefined {
    return this.#back.get(b);
  }

  /** The value of the second model that a value of the first one is; none for constants, which many nodes may share. */
  value(a: Value): Value | undefined {
    if (a.source.kind === 'node') return this.partner(a.source.node)?.outputs[a.source.index];
    return this.#inputs.get(a);
  }
}

/** Values that more nodes read than this are no hint which of them is meant. */
const MAX_READERS = 64;

/**
 * Matches the nodes of two graphs whose inputs are paired already. Takes time in proportion to nodes and edges.
 *
 * 1. Nodes that compute the same from the same inputs, first those whose results have the same fate: the same operators up to the outputs.
 * 2. Of the rest, those whose results have the same fate.
 * 3. From what is matched on, neighbours at the same place with the same operator.
 * 4. What stands between the same neighbours, whatever its operator: one node in the place of another.
 * 5. The only nodes of their operator, attributes and weights, as far as their order is the same, and neighbours from there on.
 * 6. What reads the same, where nothing is left of either operator in the other graph: all nodes of one operator have become another.
 * 7. The only nodes of their operator, attributes and weights in another order: they have moved.
 *
 * Nodes without inputs, constants most of all, say little by what they compute: who reads them counts first.
 */
export function matchNodes(a: Side, b: Side, matching: Matching): void {
  const { numbering } = a.classes;
  let open: OpenNodes = [[...a.graph.nodes()], [...b.graph.nodes()]];
  const close = (): void => {
    open = [open[0].filter((node) => !matching.partner(node)), open[1].filter((node) => !matching.origin(node))];
  };
  const pairBy = (key: (side: Side, node: Node) => number | undefined): void => {
    const ours = groupsOf(open[0], (node) => key(a, node));
    pairGroups(
      matching,
      ours,
      groupsOf(open[1], (node) => key(b, node)),
    );
    close();
  };
  const [left, right] = nodeFates(a, b);
  const fateOf = (side: Side, node: Node): number | undefined => (side === a ? left : right).get(node);
  pairBy((side, node) => numbering.pair(side.classes.ofNode(node) ?? 0, fateOf(side, node) ?? 0));
  pairBy(({ classes }, node) => (node.inputs.length === 0 ? undefined : classes.ofNode(node)));
  pairBy(fateOf);
  const spread = new Spread(a, b, matching);
  const toNeighbours = (): void => {
    spread.run((node, { below, above }) => best(node, [...above, ...below], a.classes, b.classes));
    spread.run((_, { below, above }) => below.find((other) => above.includes(other)));
    close();
  };
  toNeighbours();
  // What is paired leaves others as the only ones of their kind.
  const displaced = new Set<Node>();
  while (pairInOrder([a, b], open, matching, displaced)) toNeighbours();
  const operators = ([...nodes]: Iterable<Node>, isOpen: (node: Node) => boolean): ReadonlySet<string> =>
    new Set(nodes.filter(isOpen).map(({ op }) => op));
  const gone = operators(a.graph.nodes(), (node) => !matching.partner(node));
  const come = operators(b.graph.nodes(), (node) => !matching.origin(node));
  spread.run((node, { below, above }) => {
    const found = best(node, [...above, ...below], a.classes, b.classes);
    return found ?? (come.has(node.op) ? undefined : [...below, ...above].find(({ op }) => !gone.has(op)));
  });
  pairBy(({ classes }, node) => classes.ofNode(node));
  pairMoved(a, b, open, matching);
}

type Groups = ReadonlyMap<number, readonly Node[]>;

function groupsOf(nodes: readonly Node[], key: (node: Node) => number | undefined): Groups {
  const found = new Map<number, Node[]>();
  for (const node of nodes) {
    const at = key(node);
    if (at === undefined) continue;
    const group = found.get(at);
    if (group) group.push(node);
    else found.set(at, [node]);
  }
  return found;
}

/** Pairs nodes of equal groups: those of one name first, the others in order. */
function pairGroups(matching: Matching, left: Groups, right: Groups): void {
  for (const [key, ours] of left) {
    const theirs = right.get(key);
    if (!theirs) continue;
    const named = ours.length + theirs.length > 2 ? new Map(theirs.map((node) => [node.name, node])) : undefined;
    for (const node of ours) {
      const other = node.name === undefined ? undefined : named?.get(node.name);
      if (other && !matching.origin(other)) matching.pair(node, other);
    }
    const rest = theirs.filter((node) => !matching.origin(node)).values();
    for (const node of ours) {
      if (matching.partner(node)) continue;
      const next = rest.next();
      if (next.done) break;
      matching.pair(node, next.value);
    }
  }
}

/** Of nodes of the same operator the one that is most like a node. */
function best(node: Node, candidates: readonly Node[], a: ValueClasses, b: ValueClasses): Node | undefined {
  const alike = candidates.filter((other) => sameOperator(other, node));
  if (alike.length < 2) return alike[0];
  const token = a.localToken(node);
  return (
    alike.find((other) => b.localToken(other) === token) ??
    alike.find(({ name }) => name !== undefined && name === node.name) ??
    alike[0]
  );
}

/** Open nodes of the other graph that stand where a node stands. */
interface Candidates {
  /** They read, at the same place, what the node reads. */
  readonly below: readonly Node[];
  /** Their results are read, at the same place, by what reads those of the node. */
  readonly above: readonly Node[];
}

/** Goes from matched nodes to their neighbours. */
class Spread {
  readonly #a: Side;
  readonly #b: Side;
  readonly #matching: Matching;
  /** Nodes of the second graph by the tokens of the outputs that they make. */
  readonly #returned = new Map<string, Node>();
  /** The tokens of the outputs of the first graph. */
  readonly #tokens = new Map<Value, string[]>();

  constructor(a: Side, b: Side, matching: Matching) {
    this.#a = a;
    this.#b = b;
    this.#matching = matching;
    b.graph.outputs.forEach(({ source }, i) => {
      if (source.kind === 'node') this.#returned.set(b.outputTokens[i] ?? '', source.node);
    });
    a.graph.outputs.forEach((output, i) => {
      const tokens = this.#tokens.get(output);
      if (tokens) tokens.push(a.outputTokens[i] ?? '');
      else this.#tokens.set(output, [a.outputTokens[i] ?? '']);
    });
  }

  /** Pairs what a choice finds, along the graph and against it, until nothing is added. */
  run(choose: (node: Node, candidates: Candidates) => Node | undefined): void {
    for (let added = true; added; ) {
      added = false;
      const open = [...this.#a.graph.nodes()].filter((node) => !this.#matching.partner(node));
      for (const node of [...open, ...open.toReversed()]) {
        if (this.#matching.partner(node)) continue;
        const found = choose(node, { below: this.#below(node), above: this.#above(node) });
        if (!found) continue;
        this.#matching.pair(node, found);
        added = true;
      }
    }
  }

  #below(node: Node): Node[] {
    const found: Node[] = [];
    this.#a.reads(node).forEach((value, at) => {
      const there = value && this.#matching.value(value);
      const readers = there ? this.#b.readersOf(there) : NOBODY;
      if (readers.length > MAX_READERS) return;
      const place = slotOf(node, at);
      for (const { node: reader, slot } of readers) if (slot === place) this.#add(found, reader);
    });
    return found;
  }

  #above(node: Node): Node[] {
    const found: Node[] = [];
    for (const output of node.outputs) {
      for (const { node: reader, slot } of this.#a.readersOf(output).slice(0, MAX_READERS)) {
        const there = this.#matching.partner(reader);
        if (!there) continue;
        const read = isCommutative(there) ? there.inputs : [this.#b.reads(there)[slot]];
        for (const value of read) if (value?.source.kind === 'node') this.#add(found, value.source.node);
      }
      for (const token of this.#tokens.get(output) ?? NO_TOKENS) {
        const made = this.#returned.get(token);
        if (made) this.#add(found, made);
      }
    }
    return found;
  }

  #add(found: Node[], node: Node): void {
    if (node.graph === this.#b.graph && !this.#matching.origin(node)) found.push(node);
  }
}
