// Tells whether an attribute only repeats the default of its operator.
import type { Attribute } from '../ir/attribute.ts';
import type { Node } from '../ir/graph.ts';
import { findSchema } from './schema.ts';

/**
 * Tells whether leaving an attribute out would change nothing; floats are compared as float32, which is how files hold them.
 *
 * @param node the node, whose graph's opset decides the form of the operator
 * @param name the attribute's name
 */
export function isDefaultAttribute(node: Node, name: string, attribute: Attribute): boolean {
  const opset = node.graph.opsets.get(node.domain);
  const schema = opset === undefined ? undefined : findSchema(node.domain, node.op, opset);
  const known = schema?.attributes.get(name)?.default;
  if (known === undefined || attribute.kind === 'ref') return false;
  const { value } = attribute;
  if (Array.isArray(known)) {
    return Array.isArray(value) && value.length === known.length && value.every((each, i) => isSame(each, known[i]));
  }
  return isSame(value, known);
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Object.is(Math.fround(a), Math.fround(b));
  return a === b;
}
