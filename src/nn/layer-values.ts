// Attributes and constants of layer nodes.
import { invariant } from '../base/assert-never.ts';
import type { DType } from '../ir/dtype.ts';
import type { Node } from '../ir/graph.ts';
import { elementCount, type TensorData, tensorFromValues } from '../ir/tensor-data.ts';

/** An attribute of kind float, also where its value is a whole number. */
export function floatAttribute(value: number): { readonly kind: 'float'; readonly value: number } {
  return { kind: 'float', value };
}

/** A number that the layer put on its node. */
export function numberOf(node: Node, name: string): number {
  const attribute = node.attribute(name);
  invariant(attribute?.kind === 'float' || attribute?.kind === 'int', `${node.op} has the number ${name}`);
  return Number(attribute.value);
}

/** The integers that the layer put on its node. */
export function integersOf(node: Node, name: string): readonly number[] {
  const attribute = node.attribute(name);
  invariant(attribute?.kind === 'ints', `${node.op} has the integers ${name}`);
  return attribute.value.map(Number);
}

/** A choice that the layer put on its node. */
export function choiceOf<T extends string>(node: Node, name: string, choices: readonly T[]): T {
  const attribute = node.attribute(name);
  const found = choices.find((choice) => attribute?.kind === 'string' && attribute.value === choice);
  invariant(found !== undefined, `${node.op} has ${name} as ${choices.join(', ')}`);
  return found;
}

/** A float constant of one value; a scalar for the shape `[]`. */
export function filled(dtype: DType, shape: readonly number[], value: number): TensorData {
  return tensorFromValues(
    dtype,
    shape,
    Array.from({ length: elementCount(shape) }, () => value),
  );
}
