// The calls that the generated functions of the builder stand on, for one domain.
import type { Value } from '../ir/graph.ts';
import { type AttributeInput, emitNode } from './emit-node.ts';
import type { Operand } from './operands.ts';

type AttributeInputs = Readonly<Record<string, AttributeInput | undefined>>;
type Inputs = readonly (Operand | undefined)[];

/** The calls that make nodes of a domain. */
export interface OperatorCalls {
  /**
   * Adds a node with one output. A mistake is recorded and a poisoned value comes back, as {@link emitNode} says.
   *
   * @param op the operator's name
   * @param inputs in the order of the specification, undefined where absent
   * @returns the output; its static element type is what the schema says of it
   */
  callOne<V extends Value>(op: string, inputs: Inputs, attributes: AttributeInputs, name: string | undefined): V;
  /**
   * Adds a node with several outputs.
   *
   * @param outputs the number of outputs
   * @returns the outputs in order, or the value itself where `outputs` is 1 and `bare` is set
   */
  callMany<R>(
    op: string,
    inputs: Inputs,
    attributes: AttributeInputs,
    name: string | undefined,
    options: { readonly outputs: number; readonly bare?: boolean },
  ): R;
}

/** The calls for a domain, `''` being ai.onnx. */
export function operatorCalls(domain: string): OperatorCalls {
  return {
    callOne<V extends Value>(op: string, inputs: Inputs, attributes: AttributeInputs, name: string | undefined): V {
      // The static element type is a brand: emitNode infers the same type by the schema that this type was generated from.
      return emitNode({ domain, op, inputs, attributes, outputs: 1, name })[0] as V;
    },
    callMany<R>(
      op: string,
      inputs: Inputs,
      attributes: AttributeInputs,
      name: string | undefined,
      { outputs, bare = false }: { readonly outputs: number; readonly bare?: boolean },
    ): R {
      const values = emitNode({ domain, op, inputs, attributes, outputs, name });
      // As in callOne: the tuple's length and element types are generated from the schema that emitNode follows.
      return (bare && outputs === 1 ? values[0] : values) as R;
    },
  };
}
