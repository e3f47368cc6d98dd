// What every generated function of the typed builder stands on: operand types and the call that makes a node.
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import type { DType } from '../ir/dtype.ts';
import type { Value } from '../ir/graph.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import { type AttributeInput, emitNode } from './emit-node.ts';
import { inWords } from './in-words.ts';
import type { NestedNumbers, Operand } from './operands.ts';

/** An input whose element type the call's result depends on: a value, a constant, or plain numbers. */
export type OperandOf<D extends DType> = Value<D> | TensorData | NestedNumbers;

/** What every operator call takes beside its attributes. */
export interface NodeOptions {
  /** The name of the node in the emitted file; made from its path by default. */
  name?: string | undefined;
}

/** The attributes of one call; undefined ones are left out. */
type AttributeInputs = Readonly<Record<string, AttributeInput | undefined>>;
type Inputs = readonly (Operand | undefined)[];

/**
 * The operands of an input that varies in number.
 *
 * @param how a call with the list in its place; the list alone by default
 * @throws OP_INVALID when they are no array: code without types may pass them one by one
 */
export function operandList<T>(op: string, operands: readonly T[], how = `op.${op}([a, b])`): readonly T[] {
  if (Array.isArray(operands)) return operands;
  const given = inWords(operands);
  throw dimwiseError({
    code: 'OP_INVALID',
    message: `${op} takes an array of operands, got ${given}`,
    origin: { site: captureSite() },
    expected: 'an array of operands',
    actual: given,
    hint: `put them into an array: ${how}`,
  });
}

/**
 * The options of an operator with required attributes.
 *
 * @param required the names of these attributes
 * @throws ATTRIBUTE_MISSING when there are no options: code without types may leave them out
 */
export function optionsOf<T extends object>(op: string, options: T, required: string): T {
  if (typeof options === 'object' && options !== null) return options;
  const given = inWords(options);
  throw dimwiseError({
    code: 'ATTRIBUTE_MISSING',
    message: `${op} needs ${required} in its options, got ${given}`,
    origin: { site: captureSite() },
    expected: `options with ${required}`,
    actual: given,
    hint: `give them as the last argument: op.${op}(..., { ${required} })`,
  });
}

/**
 * Adds a node of ai.onnx with one output. A mistake is recorded and a poisoned value comes back, as {@link emitNode} says.
 *
 * @param op the operator's name
 * @param inputs in the order of the specification, undefined where absent
 * @returns the output; its static element type is what the schema says of it
 */
export function callOne<V extends Value>(
  op: string,
  inputs: Inputs,
  attributes: AttributeInputs,
  name: string | undefined,
): V {
  // The static element type is a brand: emitNode infers the same type by the schema that this type was generated from.
  return emitNode({ domain: '', op, inputs, attributes, outputs: 1, name })[0] as V;
}

/**
 * Adds a node of ai.onnx with several outputs.
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
  const values = emitNode({ domain: '', op, inputs, attributes, outputs, name });
  // As in callOne: the tuple's length and element types are generated from the schema that emitNode follows.
  return (bare && outputs === 1 ? values[0] : values) as R;
}
