// Bad files that need a file system, each beside a good one: refused by openOnnx and by the command line, never followed, never waited for.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOnnx } from '../../../src/node/open-onnx.ts';
import { cli } from '../../cli/capture.ts';
import { FILE_CASES } from './file-cases.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'dimwise-files-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
function emptyFolder(): string {
  const folder = join(root, String(made++));
  mkdirSync(folder);
  return folder;
}

describe.each(FILE_CASES)('$name', ({ code, says, bad, good, shapesTakeIt = false }) => {
  test('is refused, and the good one beside it is taken', async () => {
    const path = bad(emptyFolder());
    const opened = openOnnx(path).then((model) => model.graph);
    await expect(opened).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
    const fine = good(emptyFolder());
    expect((await openOnnx(fine)).graph.outputs).toHaveLength(1);
    expect(await cli('shapes', fine)).toMatchObject({ code: 0 });

    const { code: exit, err } = await cli('shapes', path);
    expect(exit).toBe(shapesTakeIt ? 0 : 1);
    if (shapesTakeIt) return;
    expect(err).toContain(code);
    expect(err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  });
});
