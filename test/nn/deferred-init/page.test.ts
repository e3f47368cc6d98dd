// docs/deferred-init.md is what the tests of this folder say.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { deferredInitPage } from '../../../codegen/typescript/deferred-init-page.ts';

const PAGE = readFileSync(new URL('../../../docs/deferred-init.md', import.meta.url), 'utf8');

describe('docs/deferred-init.md', () => {
  test('is the page that npm run generate writes', () => {
    expect(PAGE).toBe(deferredInitPage());
  });

  test('has a row for each of the ninety behaviours, with a test or a reason', () => {
    const rows = PAGE.split('\n').filter((line) => /^\| D\d\d \|/.test(line));
    expect(new Set(rows.map((row) => row.slice(2, 5))).size).toBe(90);
    expect(rows.filter((row) => !/\(\.\.\/test\/|\*not here:\* \S/.test(row))).toEqual([]);
  });
});
