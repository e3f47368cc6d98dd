// Puts one operator call into the graph being traced, infers it, and returns its outputs.
import { dimwiseError, isDimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { inferNode } from '../infer/infer-node.ts';
import { formalAt } from '../infer/type-variables.ts';
import { type Attribute, type Attributes, NO_ATTRIBUTES } from '../ir/attribute.ts';
import { Value } from '../ir/graph.ts';
import type { OperatorRow } from '../ir/operator.ts';
import { findSchema, type OperatorSchema, operatorNames, schemaVersions } from '../ops/schema.ts';
import { inWords } from './in-words.ts';
import {
  type AttributeInput,
  constantData,
  isNumbers,
  isTensorData,
  type Operand,
  operandDType,
  toAttribute,
} from './operands.ts';
import { type Trace, traceOf } from './trace.ts';

export type { AttributeInput, Operand } from './operands.ts';

/** One operator call as the author made it. */
export interface NodeCall {
  /** `''` for ai.onnx. */
  readonly domain: string;
  readonly op: string;
  readonly inputs: readonly (Operand | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeInput | undefined>>;
  readonly outputs: number;
  readonly name?: string | undefined;
  /** The row of a layer node. */
  readonly row?: OperatorRow | undefined;
}

/**
 * Adds a node for a call to the graph being traced. A mistake is recorded with the call as its origin, and poisoned values
 * come back, so that one mistake makes one complaint.
 *
 * @returns the outputs, with their inferred types
 * @throws GRAPH_FOREIGN_VALUE when operands belong to another graph or no trace is open
 */
export function emitNode(call: NodeCall): Value[] {
  const trace = traceOf(call.inputs);
  const origin = trace.origin();
  const schema = call.row ? undefined : schemaFor(call, trace);
  let inputs: (Value | undefined)[] = [];
  let attributes = NO_ATTRIBUTES;
  let broken = !schema && !call.row && call.domain === '';
  try {
    if (broken) throw unknownOperator(call);
    inputs = toValues(trace, call, schema);
    while (inputs.length > 0 && inputs.at(-1) === undefined) inputs.pop();
    attributes = toAttributes(call, schema);
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    for (const diagnostic of error.errors) trace.report({ ...diagnostic, origin });
    broken = true;
  }
  const node = trace.graph.addNode(
    {
      domain: call.domain,
      op: call.op,
      inputs,
      attributes,
      outputs: call.outputs,
      name: call.name,
      origin,
      row: call.row,
    },
    trace.cursor,
  );
  if (broken) for (const output of node.outputs) output.poisoned = true;
  else inferNode(node, trace.report);
  return node.outputs.slice();
}

/**
 * The form of the operator in force. Where the call uses what only a newer form has, the graph's opset is raised to the oldest
 * form that has it.
 */
function schemaFor(call: NodeCall, trace: Trace): OperatorSchema | undefined {
  const { opsets } = trace.graph;
  const opset = opsets.get(call.domain) ?? 0;
  const found = findSchema(call.domain, call.op, opset);
  if (found && fits(call, found)) return found;
  const newer = schemaVersions(call.domain, call.op).find(
    (schema) => schema.sinceVersion > opset && fits(call, schema),
  );
  if (newer) opsets.set(call.domain, newer.sinceVersion);
  return newer ?? found ?? findSchema(call.domain, call.op, Number.MAX_SAFE_INTEGER);
}

function fits(call: NodeCall, schema: OperatorSchema): boolean {
  const given = Object.entries(call.attributes ?? {});
  const count = call.inputs.findLastIndex((input) => input !== undefined) + 1;
  return (
    !schema.deprecated &&
    count <= schema.maxInputs &&
    given.every(([name, input]) => input === undefined || schema.attributes.has(name))
  );
}

function unknownOperator(call: NodeCall) {
  const near = nearest(call.op, operatorNames(call.domain));
  return dimwiseError({
    code: 'OP_UNKNOWN',
    message: `ai.onnx has no operator ${call.op}`,
    actual: call.op,
    hint: near && `did you mean ${near}?`,
  });
}

function toValues(trace: Trace, call: NodeCall, schema: OperatorSchema | undefined): (Value | undefined)[] {
  const { inputs } = call;
  return inputs.map((operand, i): Value | undefined => {
    if (operand === undefined || operand instanceof Value) return operand;
    if (isTensorData(operand)) return trace.graph.addConstant(operand);
    if (!isNumbers(operand) && !ArrayBuffer.isView(operand)) throw noOperand(call.op, schema, { i, operand });
    return trace.graph.addConstant(constantData(operand, operandDType(schema, inputs, i)));
  });
}

/** An operand that is neither a value nor numbers, as code without types may pass it. */
function noOperand(
  op: string,
  schema: OperatorSchema | undefined,
  { i, operand }: { readonly i: number; readonly operand: unknown },
) {
  const name = schema && formalAt(schema.inputs, i)?.name;
  const given = inWords(operand);
  return dimwiseError({
    code: 'OP_INVALID',
    message: `${op}: input ${name ?? i} is ${given}, not a value or numbers`,
    expected: 'a value, tensor data or numbers',
    actual: given,
    hint:
      operand === null
        ? 'pass undefined for an optional input that is left out'
        : `pass what a layer or an operator returned, or numbers; an operator takes a list only where its inputs vary in number`,
  });
}

function toAttributes(call: NodeCall, schema: OperatorSchema | undefined): Attributes {
  let attributes: Map<string, Attribute> | undefined;
  const given = call.attributes;
  for (const name in given) {
    const input = given[name];
    if (input === undefined) continue;
    attributes ??= new Map();
    attributes.set(name, toAttribute(call.op, name, input, schema?.attributes.get(name)?.kind));
  }
  return attributes ?? NO_ATTRIBUTES;
}
