// How many outputs a call of Split has.
import type { Int64 } from '../ir/attribute.ts';
import { Value } from '../ir/graph.ts';
import { isTensorData, type Operand } from './operands.ts';

/** What a call of Split says about the number of its outputs. */
interface SplitCall {
  readonly num_outputs?: Int64 | undefined;
  readonly outputs?: number | undefined;
}

/**
 * The number of outputs of Split: `outputs` or `num_outputs` where given, else the length of `split`.
 *
 * @returns 1 where nothing tells; inference then says what is missing
 */
export function splitCount(split: Operand | undefined, { num_outputs, outputs }: SplitCall): number {
  if (outputs !== undefined) return outputs;
  if (num_outputs !== undefined) return Number(num_outputs);
  if (split instanceof Value) {
    const { type } = split;
    const size = type.kind === 'tensor' ? type.shape?.[0] : undefined;
    return size?.kind === 'const' ? size.value : 1;
  }
  if (isTensorData(split)) return split.shape[0] ?? 1;
  return typeof split === 'object' ? split.length : 1;
}

/**
 * The attributes of a call of Split: from version 18 on it must be told the number of parts where `split` does not tell it.
 *
 * @param outputs the number that the author gave
 */
export function splitAttributes<A extends { readonly num_outputs?: Int64 | undefined }>(
  split: Operand | undefined,
  attributes: A,
  outputs: number | undefined,
): A {
  const isTold = split !== undefined || attributes.num_outputs !== undefined || outputs === undefined;
  return isTold ? attributes : { ...attributes, num_outputs: outputs };
}
