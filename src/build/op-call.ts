// What every generated function of the typed builder stands on: operand types and the call that makes a node.
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import type { DType } from '../ir/dtype.ts';
import type { Value } from '../ir/graph.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import { inWords } from './in-words.ts';
import type { NestedNumbers } from './operands.ts';
import { operatorCalls } from './operator-calls.ts';

/** An input whose element type the call's result depends on: a value, a constant, or plain numbers. */
export type OperandOf<D extends DType> = Value<D> | TensorData | NestedNumbers;

/** What every operator call takes beside its attributes. */
export interface NodeOptions {
  /** The name of the node in the emitted file; made from its path by default. */
  name?: string | undefined;
}

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

/** The calls of operators of ai.onnx. */
export const { callOne, callMany } = operatorCalls('');
