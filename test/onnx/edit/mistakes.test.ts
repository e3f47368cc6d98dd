// Mistakes in edits: each error names the thing, and what to do where it can be known.
import { describe, expect, test } from 'vitest';
import { type DimwiseError, isDimwiseError } from '../../../src/base/errors.ts';
import { MISTAKES_IN_NAMES } from './mistakes-names.ts';
import { MISTAKES_IN_NODES } from './mistakes-nodes.ts';

describe('a mistake in an edit', () => {
  test.each([...MISTAKES_IN_NAMES, ...MISTAKES_IN_NODES])('%s', (_, edit, code, says) => {
    let error: DimwiseError | undefined;
    try {
      edit();
    } catch (thrown) {
      if (!isDimwiseError(thrown)) throw thrown;
      error = thrown;
    }
    expect(error?.code).toBe(code);
    for (const each of says) expect(error?.message).toContain(each);
  });
});
