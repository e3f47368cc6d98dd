// Bad files, each beside a good one: refused by the API and by the command line with an error that names what is wrong.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { openOnnx } from '../../../src/node/open-onnx.ts';
import { cli } from '../../cli/capture.ts';
import { BYTES_CASES } from './cases.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-hostile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is wrong with a file; it must be an error of ours, and soon. */
function failure(read: () => unknown): { code: string; message: string; ms: number } {
  const from = performance.now();
  try {
    read();
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return { code: error.code, message: error.message, ms: performance.now() - from };
  }
  return { code: 'none', message: '', ms: performance.now() - from };
}

describe('the corpus', () => {
  test('has at least 150 bad files, each with a name of its own', () => {
    const names = BYTES_CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(150);
  });
});

describe.each(BYTES_CASES)('$name', ({ code, says, bad, good }) => {
  test('is refused, and the good one beside it is taken', async () => {
    const bytes = bad();
    const found = failure(() => readOnnx(bytes).graph);
    expect(found).toMatchObject({ code });
    expect(found.message).toContain(says);
    // A message is read by people, and a file may be as long as it likes.
    expect(found.message.length).toBeLessThan(8000);
    expect(found.ms).toBeLessThan(5000);
    expect(failure(() => readOnnx(good()).graph)).toMatchObject({ message: '', code: 'none' });

    const path = join(folder, 'bad.onnx');
    writeFileSync(path, bytes);
    await expect(openOnnx(path).then((model) => model.graph)).rejects.toMatchObject({ code });
    const { code: exit, err, out } = await cli('shapes', path);
    expect({ exit, out }).toEqual({ exit: 1, out: '' });
    expect(err).toContain(code);
    expect(err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  });
});
