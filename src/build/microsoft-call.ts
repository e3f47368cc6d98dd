// What the generated functions of `op.microsoft` stand on: the calls that make nodes of com.microsoft.
import type { Value } from '../ir/graph.ts';
import { MICROSOFT } from '../ops/rules/microsoft.ts';
import { type AttributeInput, emitNode } from './emit-node.ts';
import type { Operand } from './operands.ts';

type AttributeInputs = Readonly<Record<string, AttributeInput | undefined>>;
type Inputs = readonly (Operand | undefined)[];

/**
 * Adds a node of com.microsoft with one output; a mistake is recorded and a poisoned value comes back.
 *
 * @param op the operator's name
 * @param inputs in the order of the schema, undefined where absent
 * @returns the output; its static element type is what the schema says of it
 */
export function callOne<V extends Value>(
  op: string,
  inputs: Inputs,
  attributes: AttributeInputs,
  name: string | undefined,
): V {
  // The static element type is a brand: emitNode infers the same type by the schema that this type was generated from.
  return emitNode({ domain: MICROSOFT, op, inputs, attributes, outputs: 1, name })[0] as V;
}

/**
 * Adds a node of com.microsoft with several outputs.
 *
 * @param outputs the number of outputs
 * @returns the outputs in order, or the value itself where `outputs` is 1 and `bare` is set
 */
export function callMany<R>(
  op: string,
  inputs: Inputs,
  attributes: AttributeInputs,
  name: string | undefined,
  { outputs, bare = false }: { readonly outputs: number; readonly bare?: boolean },
): R {
  const values = emitNode({ domain: MICROSOFT, op, inputs, attributes, outputs, name });
  // As in callOne: the tuple's length and element types are generated from the schema that emitNode follows.
  return (bare && outputs === 1 ? values[0] : values) as R;
}
