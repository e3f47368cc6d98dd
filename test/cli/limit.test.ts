// The option --limit: what the user trusts a file with.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { node, nodesModel } from '../onnx/hostile/build.ts';
import { cli } from './capture.ts';

let folder = '';
let file = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-limit-'));
  file = join(folder, 'three.onnx');
  writeFileSync(file, nodesModel([node('Relu', 'x', 'a'), node('Relu', 'a', 'b'), node('Relu', 'b', 'y')]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('--limit', () => {
  test.each([
    ['shapes'],
    ['explain'],
    ['cost'],
    ['contract'],
    ['run', '--input', 'x=random', '--bind', 'n=2'],
    ['check'],
    ['diff', 'FILE'],
    ['convert', '-o', 'COPY'],
    ['annotate', '-o', 'COPY'],
    ['bind', '-o', 'COPY', '--bind', 'x=[2,4]'],
  ])('of %s refuses a file beyond it, and takes one within', async (command, ...options) => {
    const rest = options.map((each) => each.replace('FILE', file).replace('COPY', join(folder, 'copy.onnx')));
    const refused = await cli(command, file, ...rest, '--limit', 'nodes=2');
    // A file in text has no graph to count until it is read as one.
    if (command === 'convert') expect(refused.code).toBe(0);
    else {
      expect(refused.code).toBe(command === 'diff' ? 2 : 1);
      expect(`${refused.out}${refused.err}`).toContain('the limit nodes is 2');
    }
    expect(await cli(command, file, ...rest, '--limit', 'nodes=3', '--limit', 'rank=2')).toMatchObject({ code: 0 });
  });

  test('of convert refuses bytes beyond it', async () => {
    const copy = ['-o', join(folder, 'copy.onnxtxt')];
    const refused = await cli('convert', file, ...copy, '--limit', 'fileBytes=8');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('at most 8 are read');
    expect(await cli('convert', file, ...copy, '--limit', 'fileBytes=1000')).toMatchObject({ code: 0 });
  });

  test.each([
    ['node=3', 'names no limit'],
    ['nodes', 'names no limit'],
    ['nodes=many', 'names no limit'],
    ['__proto__=3', 'names no limit'],
    ['depth=100000', 'cannot be 100000'],
  ])('%s is a mistake in the command line', async (text, says) => {
    const refused = await cli('shapes', file, '--limit', text);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(says);
  });
});
