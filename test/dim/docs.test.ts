// The documentation of dims against the code: its law table, its canonical texts.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LAWS } from '../../src/dim/laws.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';

const page = readFileSync(new URL('../../docs/dims.md', import.meta.url), 'utf8');

describe('docs/dims.md', () => {
  test('lists every law', () => {
    const table = /<!-- laws -->\n([^]*)\n<!-- \/laws -->/.exec(page)?.[1];
    const rows = LAWS.map((law) => `| \`${law.text.replaceAll('|', '\\|')}\` | ${law.name} |`);
    expect(table?.split('\n').slice(2)).toEqual(rows);
  });

  const forms = [...page.matchAll(/^\| `([^`]*)` \| `([^`]*)`(?:,.*)? \|$/gm)].flatMap(([, written, printed]) =>
    written !== undefined && printed !== undefined ? [[written, printed] as const] : [],
  );

  test('shows canonical forms', () => expect(forms.length).toBeGreaterThan(6));

  test.each(forms)('%s prints as %s', (written, printed) => expect(formatDim(parseDim(written))).toBe(printed));
});
