// Checks a node against its schema: counts, attributes, element types.
import { dimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { Node } from '../ir/graph.ts';
import type { OperatorSchema } from '../ops/schema.ts';
import { describeInput } from './messages.ts';
import type { TypeVariables } from './type-variables.ts';

/**
 * Checks counts, attributes and element types of a node and binds the type variables.
 *
 * @throws INPUT_COUNT, ATTRIBUTE_UNKNOWN, ATTRIBUTE_MISSING, DTYPE_MISMATCH, KIND_MISMATCH
 */
export function checkAgainstSchema(node: Node, schema: OperatorSchema, variables: TypeVariables): void {
  checkCounts(node, schema);
  checkAttributes(node, schema);
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

function checkCounts(node: Node, schema: OperatorSchema): void {
  const count = node.inputs.length;
  const required = schema.inputs.filter((formal, i) => formal.option === 'single' && node.inputs[i] === undefined);
  if (count > schema.maxInputs || count < schema.minInputs || required.length > 0) {
    const missing = required.map((formal) => formal.name).join(', ');
    const range =
      schema.minInputs === schema.maxInputs ? `${schema.minInputs}` : `${schema.minInputs} to ${schema.maxInputs}`;
    throw dimwiseError({
      code: 'INPUT_COUNT',
      message: missing ? `${node.op} lacks input ${missing}` : `${node.op} takes ${range} inputs, got ${count}`,
      origin: node.origin,
      expected: range,
      actual: String(count),
    });
  }
}

function checkAttributes(node: Node, schema: OperatorSchema): void {
  for (const [name, attribute] of node.attributes) {
    const formal = schema.attributes.get(name);
    if (!formal) {
      const near = nearest(name, [...schema.attributes.keys()]);
      throw dimwiseError({
        code: 'ATTRIBUTE_UNKNOWN',
        message: `${node.op}-${schema.sinceVersion} has no attribute ${name}`,
        origin: node.origin,
        expected: [...schema.attributes.keys()].join(', '),
        actual: name,
        hint: near && `did you mean ${near}?`,
      });
    }
    const kind = attribute.kind === 'ref' ? attribute.of : attribute.kind;
    if (kind !== formal.kind) {
      throw dimwiseError({
        code: 'ATTRIBUTE_INVALID',
        message: `${node.op}: attribute ${name} must be of kind ${formal.kind}, got ${kind}`,
        origin: node.origin,
        expected: formal.kind,
        actual: kind,
      });
    }
  }
  for (const [name, formal] of schema.attributes) {
    if (formal.required && !node.attributes.has(name)) {
      throw dimwiseError({
        code: 'ATTRIBUTE_MISSING',
        message: `${node.op} needs attribute ${name}`,
        origin: node.origin,
        expected: name,
      });
    }
  }
}
