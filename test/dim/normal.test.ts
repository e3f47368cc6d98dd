// The canonical form against direct evaluation: same value, one object, stable under rebuilding and printing.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { type Dim, hasFresh } from '../../src/dim/dim.ts';
import { evaluate, substitute } from '../../src/dim/evaluate.ts';
import { dimOfRaw, evaluateRaw, type Raw } from '../../src/dim/raw.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';
import { binding, rawExpression, windowExpression } from './raw-arbitrary.ts';

const runs = { numRuns: 1500 };

/** The dim of an expression; undefined where it has no value for any binding, or its numbers are too large. */
function dimOrNothing(expression: Raw): Dim | undefined {
  try {
    return dimOfRaw(expression);
  } catch (error) {
    if (isDimwiseError(error) && (error.code === 'DIM_UNDEFINED' || error.code === 'DIM_OVERFLOW')) return undefined;
    throw error;
  }
}

function checkValue(expression: Raw, sizes: Record<string, number>): void {
  const expected = evaluateRaw(expression, (name) => BigInt(sizes[name] ?? 0));
  if (expected === undefined || expected > 2n ** 40n || expected < -(2n ** 40n)) return;
  let d: Dim | undefined;
  try {
    d = dimOfRaw(expression);
  } catch (error) {
    // Where the expression has a value, only the size of a number may stand in the way.
    expect(isDimwiseError(error) ? error.code : error).toBe('DIM_OVERFLOW');
    return;
  }
  try {
    expect(evaluate(d, (s) => sizes[s.name])).toBe(Number(expected));
  } catch (error) {
    if (isDimwiseError(error)) expect(error.code).toBe('DIM_OVERFLOW');
    else throw error;
  }
}

describe('canonical form', () => {
  test('has the value of the expression wherever that has one', () => {
    fc.assert(
      fc.property(rawExpression, fc.array(binding, { minLength: 8, maxLength: 8 }), (expression, bindings) => {
        for (const sizes of bindings) checkValue(expression, sizes);
      }),
      runs,
    );
  });

  test('has the value of window expressions at all small sizes', () => {
    fc.assert(
      fc.property(windowExpression, (expression) => {
        for (let h = -8; h < 40; h += 3) for (let w = -3; w < 12; w += 2) checkValue(expression, { h, w });
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['any', rawExpression],
    ['window', windowExpression],
  ] as const)('is stable when rebuilt from its parts: %s', (_, expressions) => {
    fc.assert(
      fc.property(expressions, (expression) => {
        const d = dimOrNothing(expression);
        if (d) expect(substitute(d, () => undefined)).toBe(d);
      }),
      runs,
    );
  });

  test.each([
    ['any', rawExpression],
    ['window', windowExpression],
  ] as const)('is what its text parses to: %s', (_, expressions) => {
    fc.assert(
      fc.property(expressions, (expression) => {
        const d = dimOrNothing(expression);
        if (!d || hasFresh(d)) return;
        const text = formatDim(d);
        expect(formatDim(parseDim(text))).toBe(text);
        expect(parseDim(text)).toBe(d);
      }),
      runs,
    );
  });
});
