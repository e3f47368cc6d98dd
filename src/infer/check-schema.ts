// Checks a node against its schema: counts, attributes, element types.
import { type Diagnostic, dimwiseError, throwDiagnostics } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Origin } from '../base/origin.ts';
import type { Node } from '../ir/graph.ts';
import type { AttributeKind, OperatorSchema } from '../ops/schema.ts';
import { describeInput } from './messages.ts';
import type { TypeVariables } from './type-variables.ts';

/**
 * Checks counts, attributes and element types of a node and binds the type variables.
 *
 * @throws INPUT_COUNT, ATTRIBUTE_UNKNOWN, ATTRIBUTE_MISSING, DTYPE_MISMATCH, KIND_MISMATCH
 */
export function checkAgainstSchema(node: Node, schema: OperatorSchema, variables: TypeVariables): void {
  const miscounted = inputCountMistake(node, schema);
  if (miscounted) throw dimwiseError(miscounted);
  throwDiagnostics(attributeMistakes(node, schema));
  const violation = variables.bind(node);
  if (!violation) return;
  const name = describeInput(node.inputs[violation.input], violation.formal.name, violation.input);
  const kindOf = (spec: string): string => spec.slice(0, spec.indexOf('('));
  const kinds = violation.expected.split(', ').map(kindOf).includes(kindOf(violation.actual));
  throw dimwiseError({
    code: kinds ? 'DTYPE_MISMATCH' : 'KIND_MISMATCH',
    message: `${node.op}-${schema.sinceVersion} takes ${name} of type ${violation.expected}, got ${violation.actual}`,
    origin: node.origin,
    expected: violation.expected,
    actual: violation.actual,
    hint: kinds ? 'cast the input: op.Cast(x, { to: ... })' : undefined,
  });
}

/** What a schema says of a call, whether it stands in a graph or in a file's message. */
export interface OperatorCall {
  readonly op: string;
  /** Undefined where an input is left out. */
  readonly inputs: readonly unknown[];
  readonly attributes: ReadonlyMap<
    string,
    { readonly kind: AttributeKind } | { readonly kind: 'ref'; readonly of: AttributeKind }
  >;
  readonly origin?: Origin | undefined;
}

/** The mistake in the number of inputs of a call; undefined where there is none. */
export function inputCountMistake(call: OperatorCall, schema: OperatorSchema): Diagnostic | undefined {
  const count = call.inputs.length;
  const required = schema.inputs.filter((formal, i) => formal.option === 'single' && call.inputs[i] === undefined);
  if (count <= schema.maxInputs && count >= schema.minInputs && required.length === 0) return undefined;
  const missing = required.map((formal) => formal.name).join(', ');
  const range = countRange(schema.minInputs, schema.maxInputs);
  return {
    code: 'INPUT_COUNT',
    message: missing ? `${call.op} lacks input ${missing}` : `${call.op} takes ${range} inputs, got ${count}`,
    origin: call.origin,
    expected: range,
    actual: String(count),
  };
}

/** A range of counts in words: `2`, `1 to 3`, `at least 1`. */
export function countRange(min: number, max: number): string {
  if (min === max) return `${min}`;
  return Number.isFinite(max) ? `${min} to ${max}` : `at least ${min}`;
}

/** Names that the checker of ONNX leaves to tools: `__name__`. */
const isInternal = (name: string): boolean => name.length > 4 && name.startsWith('__') && name.endsWith('__');

/** The mistakes in the attributes of a call: unknown ones, those of another kind, missing ones. */
export function attributeMistakes(call: OperatorCall, schema: OperatorSchema): readonly Diagnostic[] {
  const mistakes: Diagnostic[] = [];
  for (const [name, attribute] of call.attributes) {
    const formal = schema.attributes.get(name);
    if (!formal) {
      if (!isInternal(name)) mistakes.push(unknownAttribute(call, name, schema));
      continue;
    }
    const kind = attribute.kind === 'ref' ? attribute.of : attribute.kind;
    if (kind === formal.kind) continue;
    mistakes.push({
      code: 'ATTRIBUTE_INVALID',
      message: `${call.op}: attribute ${name} must be of kind ${formal.kind}, got ${kind}`,
      origin: call.origin,
      expected: formal.kind,
      actual: kind,
    });
  }
  for (const [name, formal] of schema.attributes) {
    if (!formal.required || call.attributes.has(name)) continue;
    mistakes.push({
      code: 'ATTRIBUTE_MISSING',
      message: `${call.op} needs attribute ${name}`,
      origin: call.origin,
      expected: name,
    });
  }
  return mistakes;
}

function unknownAttribute(call: OperatorCall, name: string, schema: OperatorSchema): Diagnostic {
  const names = [...schema.attributes.keys()];
  return {
    code: 'ATTRIBUTE_UNKNOWN',
    message: `${call.op}-${schema.sinceVersion} has no attribute ${name}`,
    origin: call.origin,
    expected: names.join(', '),
    actual: name,
    hint: didYouMean(name, names),
  };
}
