// Typed reading of attributes with one message for a wrong kind, and the schema's defaults as attributes.
import type { Attribute, AttributeValues, Int64 } from '../ir/attribute.ts';
import type { InferContext } from '../ir/operator.ts';
import type { AttributeSchema } from '../ops/schema.ts';

/** Reads an attribute that must be of a kind; undefined where it is absent and has no default. */
export function readAttribute<K extends keyof AttributeValues>(
  cx: InferContext,
  name: string,
  kind: K,
): AttributeValues[K] | undefined {
  const attribute = cx.attribute(name);
  if (!attribute) return undefined;
  if (attribute.kind !== kind) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: attribute ${name} must be of kind ${kind}, got ${attribute.kind}`, {
      expected: kind,
      actual: attribute.kind,
    });
  }
  // The kind decides the member, which the checker cannot follow through a type parameter.
  return attribute.value as AttributeValues[K];
}

const DEFAULTS = new WeakMap<AttributeSchema, Attribute>();

/** The schema's default as an attribute; undefined where there is none. */
export function defaultAttribute(schema: AttributeSchema | undefined): Attribute | undefined {
  if (schema?.default === undefined) return undefined;
  let attribute = DEFAULTS.get(schema);
  if (!attribute) {
    // The recorded default is of the recorded kind.
    attribute = { kind: schema.kind, value: schema.default } as Attribute;
    DEFAULTS.set(schema, attribute);
  }
  return attribute;
}

/** An int64 as a number whose ends saturate to the exactly representable range. */
export function saturate(value: Int64): number {
  const number = Number(value);
  return Math.min(Math.max(number, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}
