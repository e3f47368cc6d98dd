// The examples of docs/declarations.md run.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

const page = readFileSync(new URL('../../docs/declarations.md', import.meta.url), 'utf8');
const programs = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code);

let folder = '';
beforeAll(() => {
  folder = writeModelFiles();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('docs/declarations.md', () => {
  test.each<[name: string, code: string | undefined, output: string]>([
    ['assumeShape', programs[0], 'int64[2, 2*n]'],
    ['declared outputs', programs[1], 'float32[batch, 3]'],
  ])('shows %s with the shape that comes out', async (_, code, output) => {
    const file = join(folder, 'example.ts');
    writeFileSync(file, code ?? '');
    const { out, code: exit } = await cli('shapes', file);
    expect(exit).toBe(0);
    expect(out).toContain(output);
    rmSync(file);
  });

  test('has no other program', () => {
    expect(programs).toHaveLength(2);
  });
});
