// What is printed of files: nothing that a terminal obeys, and no more than anyone reads.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { safeIo } from '../../src/cli/io.ts';
import { nodesModel } from '../onnx/hostile/build.ts';
import { cli } from './capture.ts';

const CLEAR = '\u001b[2J';
const FORGED = 'a\nmodel.onnx\n  0 errors';
const TURNED = '\u202egpj.exe\u009b31m';
const NAMES = [CLEAR, FORGED, TURNED] as const;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not come out.
// oxlint-disable-next-line no-control-regex
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

const relu = (input: string, output: string) => ({ opType: 'Relu', input: [input], output: [output] });

let folder = '';
const path = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-output-'));
  const chain = ['x', ...NAMES].map((name, i) => relu(name, NAMES[i] ?? 'y'));
  writeFileSync(path('names.onnx'), nodesModel(chain));
  writeFileSync(path('wrong.onnx'), nodesModel(NAMES.map((name, i) => relu(`${name}?`, i === 0 ? 'y' : `${i}`))));
  writeFileSync(
    path('many.onnx'),
    nodesModel(Array.from({ length: 1500 }, (_, i) => relu(`u${i}`, i === 0 ? 'y' : `v${i}`))),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('names with control characters', () => {
  test.each([
    ['shapes', 0],
    ['explain', 0],
    ['cost', 0],
    ['contract', 0],
    ['check', 0],
  ])('come out of %s escaped', async (command, code) => {
    const { out, err, code: got } = await cli(command, path('names.onnx'));
    expect(got).toBe(code);
    expect(`${out}${err}`).not.toMatch(OBEYED);
    expect(out.split('\n')).not.toContain('  0 errors');
  });

  test.each(['shapes', 'explain', 'cost', 'contract', 'annotate', 'check'])(
    'come out of mistakes in %s escaped',
    async (command) => {
      const options = command === 'annotate' ? ['-o', path('copy.onnx')] : [];
      const { out, err, code } = await cli(command, path('wrong.onnx'), ...options);
      expect(code).toBe(1);
      expect(`${out}${err}`).toContain('\\u001b[2J');
      expect(`${out}${err}`).not.toMatch(OBEYED);
      expect(`${out}${err}`.split('\n')).not.toContain('model.onnx');
    },
  );

  test('stay what they are in JSON', async () => {
    const { out, json } = await cli('shapes', path('names.onnx'), '--json');
    expect(out).not.toMatch(OBEYED);
    expect(json()).toMatchObject([{ values: Object.fromEntries(NAMES.map((name) => [name, { kind: 'tensor' }])) }]);
  });

  test('are escaped beside the dim header of a table', () => {
    const lines: string[] = [];
    const io = safeIo({ out: (line) => lines.push(line), err: () => {}, isTty: true, hasColor: true });
    io.out('\u001b[2mname\u001b[22m');
    io.out(`\u001b[2mname\u001b[8m\u001b[22m`);
    io.out('a\u001b[2mb\u001b[22m');
    expect(lines).toEqual(['\u001b[2mname\u001b[22m', '\u001b[2mname\\u001b[8m\u001b[22m', 'a\\u001b[2mb\\u001b[22m']);
  });
});

describe('a file with many mistakes', () => {
  test('has a few of each kind printed by check, and the number of the rest', async () => {
    const { out, code } = await cli('check', path('many.onnx'), '--severity', 'error');
    expect(code).toBe(1);
    expect(out.split('\n').filter((line) => line.includes('NAME_UNDEFINED  '))).toHaveLength(5);
    expect(out).toContain('1496 more of these; --all lists them');
    expect(out).toContain('1500 errors');
    expect(out).not.toContain('--most');
  });

  test('has the first 1000 printed by check with --all, and the number of the rest', async () => {
    const { out, code } = await cli('check', path('many.onnx'), '--severity', 'error', '--all');
    expect(code).toBe(1);
    expect(out.split('\n').filter((line) => line.includes('NAME_UNDEFINED  '))).toHaveLength(1000);
    expect(out).toContain('and 500 more, which --most 1500 prints');
    expect(out).toContain('1500 errors');
  });

  test('has as many findings in JSON as are asked for', async () => {
    const { json } = await cli('check', path('many.onnx'), '--severity', 'error', '--json', '--most', '2');
    const [{ findings, ...rest } = { findings: [] }] = json() as { findings: unknown[] }[];
    expect(findings).toHaveLength(2);
    expect(rest).toMatchObject({ errors: 1500, omitted: 1498 });
  });

  test('has the number of the rest in SARIF', async () => {
    const { out } = await cli('check', path('many.onnx'), '--severity', 'error', '--sarif', '--most', '2');
    const [run] = JSON.parse(out).runs;
    expect(run.results).toHaveLength(2);
    expect(run.artifacts[0].properties).toEqual({ omittedFindings: 1498 });
  });

  test('takes no other word for their number', async () => {
    expect(await cli('check', path('many.onnx'), '--most', 'all')).toMatchObject({ code: 2 });
  });
});
