// Operators whose two inputs may change places.
import type { Node, Value } from '../../../src/ir/graph.ts';

/** Operators of ai.onnx that give the same bits for their two inputs in either order. */
const COMMUTATIVE: ReadonlySet<string> = new Set('Add Mul And Or Xor Equal BitwiseAnd BitwiseOr BitwiseXor'.split(' '));

/** Tells whether the two inputs of a node may change places. Before opset 7 the attributes `axis` and `broadcast` told them apart. */
export function isCommutative({ op, domain, inputs, attributes }: Node): boolean {
  return inputs.length === 2 && domain === '' && attributes.size === 0 && COMMUTATIVE.has(op);
}

/** The place at which a node reads, as far as it matters: 0 for both inputs that may change places. */
export const slotOf = (node: Node, slot: number): number => (slot === 1 && isCommutative(node) ? 0 : slot);

/** The inputs of a node of which those that may change places stand in the order that suits another node. */
export function inputsLike(
  node: Node,
  other: Node,
  isSame: (input: Value | undefined, otherInput: Value | undefined) => boolean,
): readonly (Value | undefined)[] {
  const { inputs } = node;
  if (!isCommutative(node) || !isCommutative(other)) return inputs;
  const [first, second] = inputs;
  const [x, y] = other.inputs;
  const count = (...same: readonly boolean[]): number => same.filter(Boolean).length;
  const straight = count(isSame(first, x), isSame(second, y));
  return count(isSame(second, x), isSame(first, y)) > straight ? [second, first] : inputs;
}
