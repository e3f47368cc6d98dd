// The number of values in a list attribute of whichever kind.
import type { InferContext } from '../../ir/operator.ts';

/** The number of values in a list attribute; 0 where it is absent or no list. */
export function attributeLength(cx: InferContext, name: string): number {
  const attribute = cx.attribute(name);
  return attribute && Array.isArray(attribute.value) ? attribute.value.length : 0;
}
