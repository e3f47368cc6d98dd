// The bytes of a number of elements.
import { add, ceilDiv, mul } from '../../dim/arithmetic.ts';
import { type Count, countOf, countOfDim, multiplyCounts } from '../../dim/count.ts';
import type { Dim } from '../../dim/dim.ts';
import { unlessOverflow } from '../../dim/integer.ts';

/**
 * The bytes that elements of `bits` bits take; types below 8 bits are packed, and the last byte of a tensor may be filled in part.
 *
 * @param bits 2, 4, 6 or a multiple of 8
 */
export function byteCount(elements: Count, bits: number): Count {
  if (bits % 8 === 0) return multiplyCounts(elements, countOf(bits / 8));
  const whole = multiplyCounts(elements, countOf(bits));
  const terms = whole.terms;
  if (terms.every(({ coefficient }) => coefficient % 8n === 0n)) {
    return { terms: terms.map((term) => ({ ...term, coefficient: term.coefficient / 8n })) };
  }
  const dim = unlessOverflow(() => dimOfCount(whole));
  // Beyond 2^53 bits each term is rounded up: less than one byte per term too many.
  return dim
    ? countOfDim(ceilDiv(dim, 8))
    : { terms: terms.map((term) => ({ ...term, coefficient: (term.coefficient + 7n) / 8n })) };
}

function dimOfCount({ terms }: Count): Dim {
  return add(
    ...terms.map(({ coefficient, factors }) =>
      mul(Number(coefficient), ...factors.flatMap((factor) => (factor.kind === 'maximum' ? [] : [factor]))),
    ),
  );
}
