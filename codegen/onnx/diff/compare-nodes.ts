// Compares two nodes that are the same one in two models: operator, attributes, what they read.
import type { Graph, Node, Value } from '../../../src/ir/graph.ts';
import type { ValueType } from '../../../src/ir/type.ts';
import { isDefaultAttribute } from '../../../src/ops/default-attribute.ts';
import { inputsLike } from './commutative.ts';
import { changed, type Tell } from './difference.ts';
import { attributeText, nodeLabel, sourceLabel } from './labels.ts';
import type { Matching, Side } from './match-nodes.ts';
import type { Numbering } from './numbering.ts';
import { sameOperator } from './value-classes.ts';
import { elementDifference, typeText, type Weights } from './weights.ts';

/** What the comparison of two models shares between their graphs. */
export interface Comparison {
  readonly numbering: Numbering;
  readonly weights: readonly [Weights, Weights];
  readonly matching: Matching;
  /** The greatest difference of weights that counts as none, relative to the greatest element. */
  readonly tolerance: number;
  /** Pairs of weights that were compared: several nodes may read them. */
  readonly compared: Set<string>;
  /** Whether the shapes of all values are compared, not only those of inputs and outputs. */
  readonly allShapes: boolean;
  /** Tells whether two types are the same but for the names of symbols. */
  readonly sameType: (a: ValueType, b: ValueType) => boolean;
  /** The text of a type of the first model, and of the second. */
  readonly typeTexts: readonly [TypeText, TypeText];
  readonly tell: Tell;
}

type TypeText = (type: ValueType) => string;

/** Two bodies that differ somewhere inside. */
export interface BodyPair {
  readonly bodies: readonly [Graph, Graph];
  /** What each of them, with its siblings, reads from around it. */
  readonly captured: readonly [readonly Value[], readonly Value[]];
  readonly place: string;
}

/** So many moved nodes in a row are looked past. */
const MOST_MOVED = 64;

/** Compares nodes of two graphs. */
export class NodeComparison {
  readonly #left: Side;
  readonly #right: Side;
  readonly #comparison: Comparison;

  constructor(left: Side, right: Side, comparison: Comparison) {
    this.#left = left;
    this.#right = right;
    this.#comparison = comparison;
  }

  /** Tells how two nodes differ; gives the bodies that differ inside. */
  compare(a: Node, b: Node): BodyPair[] {
    const {
      tell,
      sameType,
      allShapes,
      typeTexts: [ours, theirs],
    } = this.#comparison;
    // What computes the same from the same inputs differs in shapes only.
    if (!allShapes && this.#left.classes.ofNode(a) === this.#right.classes.ofNode(b)) return [];
    const place = nodeLabel(a);
    const isSame = sameOperator(a, b);
    if (!isSame) tell(changed('node', place, 'operator', operatorText(a), operatorText(b)));
    const bodies = isSame ? this.#attributes(a, b, place) : [];
    this.#inputs(a, b, place);
    if (!allShapes) return bodies;
    a.outputs.forEach((output, i) => {
      const other = b.outputs[i];
      if (!other || output.returnedBy.includes(output.graph) || sameType(output.type, other.type)) return;
      tell(changed('shape', place, `output ${i}`, ours(output.type), theirs(other.type)));
    });
    return bodies;
  }

  #inputs(a: Node, b: Node, place: string): void {
    const { matching, tell } = this.#comparison;
    const theirs = inputsLike(b, a, (y, x) => this.#isSame(x, y));
    const isData = (value: Value | undefined): boolean => value !== undefined && value.source.kind !== 'constant';
    const [from, ...more] = a.inputs.filter(isData);
    const to = theirs.find(isData);
    if (from && to && more.length === 0 && matching.isMoved(a) && !this.#isSame(from, to)) {
      tell(changed('node', place, 'moved', `after ${sourceLabel(from)}`, `after ${this.#label(to)}`));
      return;
    }
    const count = Math.max(a.inputs.length, b.inputs.length);
    for (let i = 0; i < count; i++) this.edge(a.inputs[i], theirs[i], place, `input ${i}`);
  }

  /** Tells of two values that the same thing reads, where they are not the same one. */
  edge(a: Value | undefined, b: Value | undefined, place: string, detail: string): void {
    const { matching, tell } = this.#comparison;
    if (!a || !b) {
      if (a || b) tell(changed('edge', place, detail, sourceLabel(a), this.#label(b)));
      return;
    }
    if (a.source.kind === 'constant' && b.source.kind === 'constant') {
      this.#weights(a, b, place, detail);
      return;
    }
    if (this.#isSame(a, b)) return;
    // A node that is told of as removed or added explains that others read something else.
    if (a.source.kind === 'node' && !matching.partner(a.source.node)) return;
    if (b.source.kind === 'node' && !matching.origin(b.source.node)) return;
    // So does one that has moved, where its reader now reads what it read.
    const [before, after] = [this.#before(a), this.#before(b)];
    if ((before !== a || after !== b) && this.#isSame(before, after)) return;
    tell(changed('edge', place, detail, sourceLabel(a), this.#label(b)));
  }

  #isSame(a: Value | undefined, b: Value | undefined): boolean {
    if (!a || !b) return a === b;
    return this.#comparison.matching.value(a) === b || this.#left.classes.ofValue(a) === this.#right.classes.ofValue(b);
  }

  /** What stands before the nodes that have moved: they are told of by themselves. */
  #before(value: Value): Value {
    let at = value;
    for (let steps = 0; steps < MOST_MOVED; steps++) {
      const input = this.#readByMoved(at);
      if (!input) return at;
      at = input;
    }
    return value;
  }

  /** What a moved node reads, if it makes the value and reads nothing else. */
  #readByMoved({ source }: Value): Value | undefined {
    if (source.kind !== 'node' || !this.#comparison.matching.isMoved(source.node)) return undefined;
    const [input, ...more] = source.node.inputs.filter((each) => each && each.source.kind !== 'constant');
    return more.length > 0 ? undefined : input;
  }

  /** A value of the second model, after the node of the first one that makes it. */
  #label(value: Value | undefined): string {
    const origin = value?.source.kind === 'node' ? this.#comparison.matching.origin(value.source.node) : undefined;
    const same = origin && value?.source.kind === 'node' ? origin.outputs[value.source.index] : undefined;
    return sourceLabel(same ?? value);
  }

  #weights(a: Value, b: Value, reader: string, detail: string): void {
    const { weights, compared, tolerance, tell } = this.#comparison;
    if (a.source.kind !== 'constant' || b.source.kind !== 'constant') return;
    const [first, second] = [a.source.data, b.source.data];
    const [before, after] = [weights[0].token(first), weights[1].token(second)];
    const key = `${a.name} ${before} ${b.name} ${after}`;
    if (before === after || compared.has(key)) return;
    compared.add(key);
    const place = a.name ? `initializer "${a.name}"` : `${reader} ${detail}`;
    const types = [typeText(first), typeText(second)] as const;
    if (types[0] !== types[1]) {
      tell(changed('weight', place, 'type', ...types));
      return;
    }
    const difference = elementDifference([weights[0], first], [weights[1], second], tolerance);
    if (difference) tell({ kind: 'changed', subject: 'weight', place, detail: `(${types[0]}) ${difference}` });
  }

  #attributes(a: Node, b: Node, place: string): BodyPair[] {
    const bodies: BodyPair[] = [];
    const names = [...new Set([...a.attributes.keys(), ...b.attributes.keys()])].sort();
    for (const name of names) {
      const [x, y] = [a.attributes.get(name), b.attributes.get(name)];
      if (x?.kind === 'graph' && y?.kind === 'graph') {
        if (this.#left.classes.localToken(a) === this.#right.classes.localToken(b)) continue;
        const captured = [this.#left.classes.capturesOf(a), this.#right.classes.capturesOf(b)] as const;
        bodies.push({ bodies: [x.value, y.value], captured, place: `${place} ${name}` });
        continue;
      }
      const [before, after] = [
        x && !isDefaultAttribute(a, name, x) ? this.#left.classes.attributeToken(x) : undefined,
        y && !isDefaultAttribute(b, name, y) ? this.#right.classes.attributeToken(y) : undefined,
      ];
      if (before === after) continue;
      this.#attribute(a, b, name, place);
    }
    return bodies;
  }

  #attribute(a: Node, b: Node, name: string, place: string): void {
    const { tell, weights, tolerance } = this.#comparison;
    const [x, y] = [a.attributes.get(name), b.attributes.get(name)];
    if (x?.kind === 'tensor' && y?.kind === 'tensor' && typeText(x.value) === typeText(y.value)) {
      const difference = elementDifference([weights[0], x.value], [weights[1], y.value], tolerance);
      const detail = `${name} (${typeText(x.value)}) ${difference}`;
      if (difference) tell({ kind: 'changed', subject: 'attribute', place, detail });
      return;
    }
    const text = (attribute: typeof x): string => (attribute ? attributeText(attribute) : 'the default');
    tell(changed('attribute', place, name, text(x), text(y)));
  }
}

const operatorText = ({ domain, op, overload }: Node): string =>
  `${domain ? `${domain}.` : ''}${op}${overload ? `:${overload}` : ''}`;
