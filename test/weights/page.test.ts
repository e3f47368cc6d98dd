// docs/checkpoints.md lists every limit as it is.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKPOINT_LIMIT_NAMES, CHECKPOINT_LIMITS } from '../../codegen/weights/checkpoint-limits.ts';

test('docs/checkpoints.md has the table of limits', () => {
  const page = readFileSync(new URL('../../docs/checkpoints.md', import.meta.url), 'utf8');
  for (const name of CHECKPOINT_LIMIT_NAMES) {
    const { usual, most, counts } = CHECKPOINT_LIMITS[name];
    expect(page).toContain(`| ${name} | ${usual} | ${most} | ${counts} |`);
  }
});
