// What the hand-written tables say of an attribute of an operator of either domain.
import type { OperatorSchema } from '../../src/ops/schema.ts';
import { ATTRIBUTE_LITERALS, ATTRIBUTE_PHRASES, attributeRow } from './attribute-table.ts';
import { MICROSOFT_LITERALS, MICROSOFT_PHRASES } from './microsoft-attributes.ts';

type Owner = Pick<OperatorSchema, 'domain' | 'name'>;

/** What an attribute means; undefined where no table says it. com.microsoft shares what ai.onnx says of a name alone. */
export function phraseOf({ domain, name }: Owner, attribute: string): string | undefined {
  if (domain === '') return attributeRow(ATTRIBUTE_PHRASES, name, attribute);
  return attributeRow(MICROSOFT_PHRASES, name, attribute) ?? ATTRIBUTE_PHRASES[attribute];
}

/** The strings that an attribute may be; undefined where it may be any. */
export function literalsOf({ domain, name }: Owner, attribute: string): readonly string[] | undefined {
  return attributeRow(domain === '' ? ATTRIBUTE_LITERALS : MICROSOFT_LITERALS, name, attribute);
}
