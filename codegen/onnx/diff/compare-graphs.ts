// Compares two graphs: what stands at their edges, each pair of nodes that are the same one, and what has no pair.
import type { Graph, Value } from '../../../src/ir/graph.ts';
import { formatType } from '../../../src/ir/type.ts';
import { type BodyPair, type Comparison, NodeComparison } from './compare-nodes.ts';
import { changed, type Tell } from './difference.ts';
import { nodeLabel, sourceLabel } from './labels.ts';
import { matchNodes, Side } from './match-nodes.ts';
import { ValueClasses } from './value-classes.ts';

/** Values of two graphs that belong together, and those that have no counterpart. */
interface Paired {
  readonly pairs: readonly (readonly [Value, Value])[];
  readonly removed: readonly Value[];
  readonly added: readonly Value[];
}

/** Compares the main graphs of two models, or of two functions: what they take and give has names. */
export function compareGraphs(a: Graph, b: Graph, comparison: Comparison): void {
  const inputs = pairByName(a.inputs, b.inputs);
  const outputs = pairByName(a.outputs, b.outputs);
  tellEdges('input', inputs, comparison);
  tellEdges('output', outputs, comparison);
  compareContents(a, b, { inputs, outputs, define: () => {} }, comparison);
}

/** Compares two bodies: their inputs and outputs have places, not names. */
function compareBodies({ bodies: [a, b], captured, place }: BodyPair, comparison: Comparison): void {
  const tell: Tell = (difference) => comparison.tell({ ...difference, place: `${place} / ${difference.place}` });
  const [inputs, outputs] = [pairByPlace(a.inputs, b.inputs), pairByPlace(a.outputs, b.outputs)];
  for (const what of ['inputs', 'outputs'] as const) {
    const [before, after] = [a[what].length, b[what].length];
    if (before !== after) comparison.tell(changed('node', place, what, String(before), String(after)));
  }
  const [ours, theirs] = captured;
  const define = (left: ValueClasses, right: ValueClasses): void => {
    theirs.forEach((value, i) => {
      right.define(value, `around ${i}`);
    });
    ours.forEach((value, i) => {
      const there = comparison.matching.value(value);
      const at = there ? theirs.indexOf(there) : -1;
      left.define(value, at < 0 ? `around the first one ${i}` : `around ${at}`);
    });
  };
  compareContents(a, b, { inputs, outputs, define }, { ...comparison, tell });
}

/** How the edges of two graphs belong together. */
interface Frame {
  readonly inputs: Paired;
  readonly outputs: Paired;
  /** Says what values from around the graphs stand for. */
  readonly define: (left: ValueClasses, right: ValueClasses) => void;
}

function compareContents(a: Graph, b: Graph, { inputs, outputs, define }: Frame, comparison: Comparison): void {
  const { numbering, weights, matching } = comparison;
  const left = new Side(a, new ValueClasses(numbering, weights[0]), tokens(a.outputs, outputs, 0));
  const right = new Side(b, new ValueClasses(numbering, weights[1]), tokens(b.outputs, outputs, 1));
  inputs.pairs.forEach(([x, y], i) => {
    matching.pairInputs(x, y);
    left.classes.define(x, `input ${i}`);
    right.classes.define(y, `input ${i}`);
  });
  inputs.removed.forEach((value, i) => {
    left.classes.define(value, `input of the first one ${i}`);
  });
  inputs.added.forEach((value, i) => {
    right.classes.define(value, `input of the second one ${i}`);
  });
  define(left.classes, right.classes);
  left.classes.number(a);
  right.classes.number(b);
  matchNodes(left, right, matching);
  const nodes = new NodeComparison(left, right, comparison);
  tellNodes(left, right, nodes, comparison);
  for (const [x, y] of outputs.pairs) nodes.edge(x, y, `output "${x.name ?? ''}"`, 'is made');
}

/** Tells of all nodes in the order of the first graph; added ones stand behind what comes before them in the second. */
function tellNodes(left: Side, right: Side, nodes: NodeComparison, comparison: Comparison): void {
  const { matching, tell } = comparison;
  const added = new Map<unknown, string[]>();
  let last: unknown;
  for (const node of right.graph.nodes()) {
    const origin = matching.origin(node);
    if (origin) last = origin;
    else {
      const before = added.get(last);
      if (before) before.push(describe(node));
      else added.set(last, [describe(node)]);
    }
  }
  const tellAdded = (after: unknown): void => {
    for (const place of added.get(after) ?? []) tell({ kind: 'added', subject: 'node', place, detail: '' });
  };
  tellAdded(undefined);
  for (const node of left.graph.nodes()) {
    const partner = matching.partner(node);
    if (!partner) tell({ kind: 'removed', subject: 'node', place: describe(node), detail: '' });
    else for (const bodies of nodes.compare(node, partner)) compareBodies(bodies, comparison);
    tellAdded(node);
  }
}

function describe(node: Parameters<typeof nodeLabel>[0]): string {
  const [first] = node.inputs;
  return first ? `${nodeLabel(node)} after ${sourceLabel(first)}` : nodeLabel(node);
}

function tellEdges(subject: 'input' | 'output', { pairs, removed, added }: Paired, comparison: Comparison): void {
  const {
    tell,
    sameType,
    typeTexts: [ours, theirs],
  } = comparison;
  const label = (value: Value): string => `${subject} "${value.name ?? ''}"`;
  const typeOf = (value: Value) => (subject === 'input' ? value.declaredType : value.type);
  for (const [x, y] of pairs) {
    if (x.name !== y.name) tell(changed(subject, label(x), 'name', `"${x.name ?? ''}"`, `"${y.name ?? ''}"`));
    const [before, after] = [typeOf(x), typeOf(y)];
    if (sameType(before, after)) continue;
    tell(changed(subject === 'input' ? 'input' : 'shape', label(x), 'type', ours(before), theirs(after)));
  }
  for (const value of removed) tell({ kind: 'removed', subject, place: label(value), detail: ours(typeOf(value)) });
  for (const value of added) tell({ kind: 'added', subject, place: label(value), detail: theirs(typeOf(value)) });
}

/** Pairs values by name, then what is left in order: those of one type, then those of one element type and number of axes. */
function pairByName(ours: readonly Value[], theirs: readonly Value[]): Paired {
  const partners = new Map<Value, Value>();
  const taken = new Set<Value>();
  const pair = (key: (value: Value) => string): void => {
    const open = new Map<string, Value[]>();
    // The last one of a list is the first to be taken.
    for (const value of theirs.toReversed()) {
      if (taken.has(value)) continue;
      const alike = open.get(key(value));
      if (alike) alike.push(value);
      else open.set(key(value), [value]);
    }
    for (const value of ours) {
      const other = partners.has(value) ? undefined : open.get(key(value))?.pop();
      if (!other) continue;
      partners.set(value, other);
      taken.add(other);
    }
  };
  pair(({ name }) => name ?? '');
  pair(({ type }) => formatType(type));
  pair(kindOf);
  return {
    pairs: ours.flatMap((value) => {
      const other = partners.get(value);
      return other ? [[value, other] as const] : [];
    }),
    removed: ours.filter((value) => !partners.has(value)),
    added: theirs.filter((value) => !taken.has(value)),
  };
}

function kindOf({ type }: Value): string {
  if (type.kind !== 'tensor' && type.kind !== 'sparse') return formatType(type);
  return `${type.kind} ${type.dtype} ${type.shape?.length}`;
}

function pairByPlace(ours: readonly Value[], theirs: readonly Value[]): Paired {
  const count = Math.min(ours.length, theirs.length);
  const pairs = ours.slice(0, count).flatMap((x, i) => {
    const y = theirs[i];
    return y ? [[x, y] as const] : [];
  });
  return { pairs, removed: ours.slice(count), added: theirs.slice(count) };
}

/** A token for each output: that of its pair, or one of its own. */
function tokens(outputs: readonly Value[], { pairs }: Paired, side: 0 | 1): string[] {
  const places = new Map<Value, number>();
  for (const [at, pair] of pairs.entries()) if (!places.has(pair[side])) places.set(pair[side], at);
  return outputs.map((output, i) => {
    const at = places.get(output);
    return at === undefined ? `unpaired ${side} ${i}` : `pair ${at}`;
  });
}
