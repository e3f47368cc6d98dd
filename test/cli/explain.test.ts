// dimwise explain tells how sizes came about.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

let folder = '';
beforeAll(() => {
  folder = writeModelFiles();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

describe('explain', () => {
  test('prints the steps of one axis with source lines', async () => {
    const { code, out, err } = await cli('explain', file('declared.ts'), 'output', '0');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.split('\n');
    expect(lines[0]).toBe('output.shape[0] is batch');
    expect(lines[2]).toMatch(/^ {2}output\.shape\[0\] {2}batch {2}x\.shape\[0\] .* at .*declared\.ts:2:22\)$/);
    expect(lines[3]).toMatch(/^ {2}x\.shape\[0\] +batch {2}the input declares it/);
  });

  test('explains every axis of a value, and all outputs and constraints where none is named', async () => {
    const value = await cli('explain', file('two.ts'), 'output', '--json');
    expect(value.json()).toMatchObject([{ explanations: [{ axis: 0 }, { axis: 1, size: '3*seq' }], constraints: [] }]);
    const all = await cli('explain', file('two.ts'), '--json');
    expect(all.json()).toMatchObject([
      {
        explanations: [
          { value: 'output', axis: 0 },
          { axis: 1, size: '3*seq' },
        ],
      },
    ]);
  });

  test('prints a stable form as JSON', async () => {
    const { json } = await cli('explain', file('two.ts'), 'output', '1', '--json');
    expect(json()).toEqual([
      {
        file: file('two.ts'),
        explanations: [
          {
            value: 'output',
            axis: 1,
            size: '3*seq',
            steps: [
              {
                value: 'output',
                axis: 1,
                kind: 'node',
                size: '3*seq',
                formula: 'ids.shape[1] + more.shape[1]',
                from: [
                  { value: 'ids', axis: 1 },
                  { value: 'more', axis: 1 },
                ],
                node: { op: 'Concat', name: 'Concat' },
                origin: expect.stringContaining('two.ts:2:'),
                note: null,
              },
              {
                value: 'ids',
                axis: 1,
                kind: 'input',
                size: 'seq',
                formula: null,
                from: [],
                node: null,
                origin: expect.any(String),
                note: null,
              },
              {
                value: 'more',
                axis: 1,
                kind: 'input',
                size: '2*seq',
                formula: null,
                from: [],
                node: null,
                origin: expect.any(String),
                note: null,
              },
            ],
          },
        ],
        constraints: [],
      },
    ]);
  });

  test('goes into bodies by the names that shapes prints', async () => {
    const listed = (await cli('shapes', file('branch.ts'), '--json')).json() as [{ values: Record<string, unknown> }];
    const inner = Object.keys(listed[0].values).find((name) => name.includes('then_branch/'));
    const { code, out } = await cli('explain', file('branch.ts'), inner ?? '', '0');
    expect(code).toBe(0);
    expect(out).toContain('x.shape[0]');
  });

  test('explains a constraint by its text or number, with who asks for it', async () => {
    for (const which of ['h>=3', '1']) {
      const { code, out } = await cli('explain', file('constrained.ts'), '--constraint', which);
      expect(code).toBe(0);
      expect(out).toMatch(/^h >= 3 must hold\n {2}asked for by .*constrained\.ts/);
    }
  });

  test.each([
    [['nothing'], 'VALUE_UNKNOWN: "model" has no value "nothing"'],
    [['outptu'], 'did you mean output?'],
    [['output', '7'], 'EXPLAIN_UNKNOWN: value "output" has no axis 7: its rank is 2'],
    [['--constraint', 'a | b'], 'EXPLAIN_UNKNOWN: there is no constraint a | b; there are 0'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await cli('explain', file('declared.ts'), ...args);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });

  test('refuses an axis that is no number as a mistake of the command line', async () => {
    const { code, err } = await cli('explain', file('declared.ts'), 'output', 'first');
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('AXIS is a whole number, got first') });
  });
});
