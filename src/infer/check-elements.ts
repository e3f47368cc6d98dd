// Refuses values whose sizes multiply to more elements than an exact integer holds.
import { dimwiseError } from '../base/errors.ts';
import type { Origin } from '../base/origin.ts';
import { formatShape, type ValueType } from '../ir/type.ts';

/**
 * Checks a type whose sizes are all known.
 *
 * @param owner the value, for messages: `Expand gives`
 * @throws DIM_OVERFLOW when the sizes multiply to 2^53 - 1 or more, where content of int64 ends too
 */
export function checkElements(type: ValueType, owner: string, origin: Origin | undefined): void {
  if (type.kind !== 'tensor' || type.shape === null) return;
  let elements = 1;
  for (const dim of type.shape) {
    if (dim.kind !== 'const' || dim.value === 0) return;
    elements *= dim.value;
  }
  if (elements < Number.MAX_SAFE_INTEGER) return;
  throw dimwiseError({
    code: 'DIM_OVERFLOW',
    message: `${owner} ${formatShape(type.shape)}, which is more elements than an exact integer can count`,
    origin,
    expected: '< 2^53 - 1 elements',
    actual: elements.toExponential(1),
  });
}
