// Remembers what nodes gave, so that a node like an earlier one, under the same facts, takes its result.
import type { Facts } from '../dim/facts.ts';
import type { Attribute } from '../ir/attribute.ts';
import type { Content } from '../ir/content.ts';
import type { Graph, Node } from '../ir/graph.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import { sameType, type ValueType } from '../ir/type.ts';

/** How many kinds of one operator are remembered; deep networks repeat a few. */
const MAX_ENTRIES = 16;
/** Contents with more elements, and tensors with more bytes, are compared by identity alone. */
const MAX_COMPARED = 64;

/** What a node was given and gave. */
interface Entry {
  readonly node: Node;
  /** The attributes, as a list: nodes are compared far more often than they are remembered. */
  readonly attributes: readonly (readonly [name: string, value: Attribute])[];
  readonly inputTypes: readonly (ValueType | undefined)[];
  readonly inputContents: readonly (Content | undefined)[];
  readonly types: readonly ValueType[];
  readonly contents: readonly (Content | undefined)[];
}

/** The results of one graph at one version of its facts. */
class NodeMemo {
  readonly #facts: Facts;
  readonly #entries = new Map<string, Entry[]>();
  #version: number;

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#version = facts.version;
  }

  /** The memo of a graph; a body that starts over has new facts, and so a new memo. */
  static of(graph: Graph): NodeMemo {
    const { memo, facts } = graph;
    if (memo instanceof NodeMemo && memo.#facts === facts) return memo;
    const made = new NodeMemo(facts);
    graph.memo = made;
    return made;
  }

  /** What is remembered of nodes that may be alike, under what the facts are now. */
  entriesOf(kind: string): Entry[] | undefined {
    if (this.#version !== this.#facts.version) {
      this.#version = this.#facts.version;
      this.#entries.clear();
    }
    return this.#entries.get(kind);
  }

  add(kind: string, entry: Entry): void {
    const known = this.entriesOf(kind);
    if (!known) this.#entries.set(kind, [entry]);
    else if (known.unshift(entry) > MAX_ENTRIES) known.pop();
  }
}

/** What only equal nodes share: the operator, and of a constant its elements, because models have many and few are equal. */
function kindOf({ op, inputs, attributes }: Node): string {
  if (inputs.length > 0) return op;
  const value = attributes.get('value');
  if (value?.kind !== 'tensor' || value.value.storage.kind !== 'bytes') return op;
  const { bytes } = value.value.storage;
  return bytes.length > MAX_COMPARED ? op : `${op} ${bytes.join()}`;
}

/**
 * Gives a node's outputs what an equal node gave before: the same operator, attributes, input types and contents, while nothing was
 * recorded since.
 *
 * @returns whether there was such a node
 */
export function recall(node: Node): boolean {
  const known = NodeMemo.of(node.graph).entriesOf(kindOf(node));
  if (!known) return false;
  for (const entry of known) {
    if (!matches(entry, node)) continue;
    const { outputs } = node;
    for (let i = 0; i < outputs.length; i++) {
      const type = entry.types[i];
      if (type) outputs[i]?.setSimplified(type, entry.contents[i]);
    }
    return true;
  }
  return false;
}

/** Keeps what a node gave; the caller knows that its rule recorded nothing and made no symbol. */
export function remember(node: Node): void {
  NodeMemo.of(node.graph).add(kindOf(node), {
    node,
    attributes: [...node.attributes],
    inputTypes: node.inputs.map((input) => input?.type),
    inputContents: node.inputs.map((input) => input?.content),
    types: node.outputs.map((output) => output.type),
    contents: node.outputs.map((output) => output.content),
  });
}

function matches({ node: known, attributes, inputTypes, inputContents }: Entry, node: Node): boolean {
  const { inputs } = node;
  if (inputTypes.length !== inputs.length || known.outputs.length !== node.outputs.length) return false;
  if (attributes.length !== node.attributes.size) return false;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    const type = inputTypes[i];
    if (!input || !type) {
      if (input || type) return false;
      continue;
    }
    if (!sameType(input.type, type) || !sameContent(input.content, inputContents[i])) return false;
  }
  if (known.domain !== node.domain || known.overload !== node.overload) return false;
  for (let i = 0; i < attributes.length; i++) {
    const attribute = attributes[i];
    const other = attribute && node.attributes.get(attribute[0]);
    if (!other || !sameAttribute(attribute[1], other)) return false;
  }
  return true;
}

function sameContent(a: Content | undefined, b: Content | undefined): boolean {
  if (a === b) return true;
  if (!a || !b || a.elements.length !== b.elements.length || a.elements.length > MAX_COMPARED) return false;
  return (
    a.dtype === b.dtype &&
    sameList(a.shape, b.shape) &&
    a.elements.every((element, i) => Object.is(element, b.elements[i]))
  );
}

function sameAttribute(a: Attribute, b: Attribute): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (Object.is(a.value, b.value)) return true;
  if (a.kind === 'tensor' && b.kind === 'tensor') return sameSmallTensor(a.value, b.value);
  return Array.isArray(a.value) && Array.isArray(b.value) && sameList(a.value, b.value);
}

/** Exporters write the same few numbers as constants again and again. */
function sameSmallTensor(a: TensorData, b: TensorData): boolean {
  if (a.dtype !== b.dtype || a.storage.kind !== 'bytes' || b.storage.kind !== 'bytes') return false;
  const [left, right] = [a.storage.bytes, b.storage.bytes];
  if (left.length !== right.length || left.length > MAX_COMPARED || !sameList(a.shape, b.shape)) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((element, i) => Object.is(element, b[i]));
}
