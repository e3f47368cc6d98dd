// Carries a rank that became known later to the values around it: to inputs by backward rules, to outputs by inference.
import type { Node, Value } from '../ir/graph.ts';
import type { Shape, ValueType } from '../ir/type.ts';

/** What spreading needs of the engine. */
export interface InferAgain {
  /** Infers a node whose inputs are known better than before. */
  infer(node: Node): void;
  /** The sizes that an input of a node has when its first output has these; undefined where the row does not say. */
  backward(node: Node, input: number, output: Shape): Shape | undefined;
}

/** The sizes of a tensor type; undefined where their number is not known. */
export function shapeOf(type: ValueType): Shape | undefined {
  return type.kind === 'tensor' || type.kind === 'sparse' ? (type.shape ?? undefined) : undefined;
}

/** Tells the nodes that make and read a value that its rank is known now, and goes on with what they learn from it. */
export function spreadRank(value: Value, again: InferAgain): void {
  const known = [value];
  for (let at = known.pop(); at; at = known.pop()) {
    const shape = shapeOf(at.type);
    if (!shape || at.poisoned) continue;
    if (at.source.kind === 'node' && at.source.index === 0) toInputs(at.source.node, shape, { again, known });
    for (const user of at.users) {
      // A body's values are inferred again with the body.
      if (user.graph === at.graph && user.attached && user.outputs.some(isOpen)) inferMore(user, { again, known });
    }
  }
}

interface Spreading {
  readonly again: InferAgain;
  /** Takes values whose rank became known. */
  readonly known: Value[];
}

function toInputs(node: Node, shape: Shape, spreading: Spreading): void {
  let isRefined = false;
  node.inputs.forEach((input, i) => {
    if (!input || input.graph !== node.graph || !isOpen(input)) return;
    const sizes = spreading.again.backward(node, i, shape);
    if (!sizes) return;
    setShape(input, sizes);
    spreading.known.push(input);
    isRefined = true;
  });
  if (isRefined) inferMore(node, spreading);
}

/** Infers a node again for the outputs whose rank is open; the others keep their sizes, which the new ones must equal. */
function inferMore(node: Node, { again, known }: Spreading): void {
  const before = node.outputs.map((output) => ({ output, type: output.type, content: output.content }));
  again.infer(node);
  for (const { output, type, content } of before) {
    const old = shapeOf(type);
    const now = shapeOf(output.type);
    if (!old) {
      if (now) known.push(output);
      continue;
    }
    now?.forEach((dim, axis) => {
      const same = old[axis];
      if (same && same !== dim) node.graph.facts.unify(same, dim, node.origin);
    });
    output.setType(type, content);
  }
}

/** Whether a value was inferred as a tensor of unknown rank. */
function isOpen({ type, poisoned }: Value): boolean {
  return !poisoned && (type.kind === 'tensor' || type.kind === 'sparse') && type.shape === null;
}

/** Gives a tensor of unknown rank its sizes. */
export function setShape(value: Value, shape: Shape): void {
  const { type } = value;
  if (type.kind === 'tensor' || type.kind === 'sparse') value.setType({ ...type, shape }, value.content);
}
