// How a mistake is tested: its code, the author's own line, both facts, and what to do.
import { expect, test } from 'vitest';
import { type DimwiseError, type ErrorCode, formatOrigin, isDimwiseError } from './api.ts';

/** One mistake that a user can make. */
export interface Mistake {
  /** What the user does wrong. */
  readonly name: string;
  readonly code: ErrorCode;
  readonly run: () => unknown;
  /** What the message must name: the input, the parameter, the symbol, the sizes. */
  readonly names: readonly (string | RegExp)[];
  /** False where there is one fact only: something is absent. */
  readonly hasBothFacts?: boolean;
}

/** Runs what is wrong and returns the error that it throws. */
export async function mistakeOf(run: () => unknown): Promise<DimwiseError> {
  try {
    await run();
  } catch (error) {
    if (isDimwiseError(error)) return error;
    throw error;
  }
  return expect.unreachable('the mistake was not noticed');
}

/** One test for each mistake. */
export function testMistakes(mistakes: readonly Mistake[]): void {
  test.each(mistakes)('$code: $name', async ({ code, run, names, hasBothFacts = true }) => {
    const error = await mistakeOf(run);
    expect(error.code, error.message).toBe(code);
    for (const name of names) expect(error.message).toMatch(name);
    expect(formatOrigin(error.origin), error.message).toContain('test/mistakes/');
    expect(error.hint.length).toBeGreaterThan(0);
    if (!hasBothFacts) return;
    expect(error.expected, `${error.message}\n  lacks what was expected`).toBeTruthy();
    expect(error.actual, `${error.message}\n  lacks what was found`).toBeTruthy();
  });
}
