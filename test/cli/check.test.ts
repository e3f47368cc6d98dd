// dimwise check prints findings for people, as JSON and as SARIF, and fails where there are errors.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATA_LOCATION, DATA_TYPE } from '../../codegen/onnx/proto/enums.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { body, entries, floats, model, node, nodes, value } from '../onnx/check/build.ts';
import { cli } from './capture.ts';

const external = (location: string) =>
  model({
    initializer: [
      {
        name: 'w',
        dims: [3],
        dataType: DATA_TYPE.FLOAT,
        dataLocation: DATA_LOCATION.EXTERNAL,
        externalData: entries({ location }),
      },
    ],
    node: [node('Add', ['x', 'w'], ['y'])],
  });

const WEIGHTS = Array.from({ length: 9 }, (_, i) => `w${i}`);

const MODELS = {
  good: model(),
  // One error in a body, one warning, one note.
  bad: model({
    input: [value('x'), value('c', [], DATA_TYPE.BOOL)],
    initializer: [floats('w', [1], 1)],
    node: [
      node('If', ['c'], ['y'], {
        name: 'pick',
        attribute: [
          body('then_branch', { node: [node('Relu', ['hiden'], ['t'])], output: [value('t')] }),
          body('else_branch', { node: [node('Neg', ['x'], ['e'])], output: [value('e')] }),
        ],
      }),
      node('Relu', ['x'], ['hidden']),
    ],
  }),
  loose: model({ initializer: [floats('w', [1], 1)] }),
  wide: model({}, { irVersion: 13, opsetImport: [{ version: 28 }] }),
  // Weights that are inputs too, as before IR version 4.
  old: model(
    {
      input: [value('x', [1]), ...WEIGHTS.map((name) => value(name, [1]))],
      initializer: WEIGHTS.map((name) => floats(name, [1], 1)),
      node: [node('Sum', ['x', ...WEIGHTS], ['y'])],
      output: [value('y', [1])],
    },
    { irVersion: 3, opsetImport: [{ version: 8 }] },
  ),
  noName: nodes(node('Relu', ['x'], ['y'])),
  beside: external('w.bin'),
  short: external('short.bin'),
  outside: external('../w.bin'),
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise check '));
  for (const [name, proto] of Object.entries(MODELS)) writeFileSync(join(folder, `${name}.onnx`), encodeModel(proto));
  writeFileSync(join(folder, 'w.bin'), new Uint8Array(new Float32Array([1, Number.NaN, 3]).buffer));
  writeFileSync(join(folder, 'short.bin'), new Uint8Array(4));
  writeFileSync(join(folder, 'broken.onnx'), encodeModel(MODELS.good).subarray(0, 40));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, `${name}.onnx`);

describe('check', () => {
  test('finds nothing in a model that is right', async () => {
    const { code, out, err } = await cli('check', file('good'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(`${file('good')}\n  0 errors, 0 warnings, 0 notes`);
  });

  test('names the node, tells the way out, counts, and fails', async () => {
    const { code, out } = await cli('check', file('bad'));
    expect(code).toBe(1);
    expect(out).toContain('graph "g" > 0 "pick" (If) > then_branch > 0 (Relu)');
    expect(out).toContain('NAME_UNDEFINED: did you mean hidden?');
    expect(out.split('\n').at(-1)).toBe('  1 error, 1 warning, 1 note');
  });

  test('prints one object for each file, also of one that cannot be read', async () => {
    const { code, json, err } = await cli('check', file('bad'), file('broken'), file('good'), '--json');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(json()).toMatchObject([
      {
        file: file('bad'),
        errors: 1,
        warnings: 1,
        notes: 1,
        findings: [
          {
            code: 'NAME_UNDEFINED',
            severity: 'error',
            path: ['graph "g"', '0 "pick" (If)', 'then_branch', '0 (Relu)'],
            node: { index: 0, op: 'Relu', domain: '' },
            value: 'hiden',
          },
          { code: 'INITIALIZER_UNUSED', severity: 'warning', path: ['graph "g"'], value: 'w' },
          { code: 'NODE_UNUSED', severity: 'note' },
        ],
      },
      { file: file('broken'), errors: 1, findings: [{ code: 'ONNX_MALFORMED', severity: 'error', path: [] }] },
      { file: file('good'), errors: 0, findings: [] },
    ]);
  });

  test('prints one SARIF log, rules and places by index', async () => {
    const { code, out } = await cli('check', file('bad'), file('good'), '--sarif');
    expect(code).toBe(1);
    const uri = `file://${folder.replaceAll(' ', '%20')}`;
    const results = [
      {
        ruleId: 'NAME_UNDEFINED',
        ruleIndex: 1,
        level: 'error',
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: `${uri}/bad.onnx` } },
            logicalLocations: [
              { fullyQualifiedName: 'graph "g" > 0 "pick" (If) > then_branch > 0 (Relu) > "hiden"', kind: 'variable' },
            ],
          },
        ],
      },
      { ruleId: 'INITIALIZER_UNUSED', ruleIndex: 0, level: 'warning' },
      { ruleId: 'NODE_UNUSED', ruleIndex: 2, level: 'note' },
    ];
    expect(JSON.parse(out)).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'dimwise',
              rules: [{ id: 'INITIALIZER_UNUSED' }, { id: 'NAME_UNDEFINED' }, { id: 'NODE_UNUSED' }],
            },
          },
          artifacts: [{ location: { uri: `${uri}/bad.onnx` } }, { location: { uri: `${uri}/good.onnx` } }],
          results,
        },
      ],
    });
  });

  test('leaves out what is less grave than asked for, and counts it all the same', async () => {
    const [found] = (await cli('check', file('bad'), '--severity', 'error', '--json')).json();
    expect(found).toMatchObject({ warnings: 1, notes: 1, findings: [{ code: 'NAME_UNDEFINED' }] });
  });

  test.each([
    ['warnings pass', [], 0],
    ['one warning is one too many', ['--max-warnings', '0'], 1],
    ['one warning is allowed', ['--max-warnings', '1'], 0],
  ])('%s with %j', async (_, options, expected) => {
    expect((await cli('check', file('loose'), ...options)).code).toBe(expected);
  });

  test('tells a person a few findings of one kind and the number of the rest, a program all of them', async () => {
    const lines = (text: string) => text.split('\n').filter((line) => line.includes('INITIALIZER_INPUT'));
    const few = lines((await cli('check', file('old'))).out);
    expect(few).toHaveLength(5);
    expect(few.at(-1)).toMatch(/5 more of these; --all lists them$/);
    expect(lines((await cli('check', file('old'), '--all')).out)).toHaveLength(9);
    const [found] = (await cli('check', file('old'), '--json')).json();
    expect(found).toMatchObject({ notes: 9, omitted: 0, findings: { length: 9 } });
  });

  test('holds a model against a target', async () => {
    expect((await cli('check', file('wide'))).code).toBe(0);
    const { code, out } = await cli('check', file('wide'), '--target', 'ort@1.30/cpu');
    expect(code).toBe(1);
    expect(out).toContain('ort@1.30/cpu takes opset 26 of ai.onnx at most, the model imports opset 28');
  });

  test.each([
    ['beside', 'WEIGHT_NAN', '1 of 3 elements of initializer "w" are NaN'],
    ['short', 'EXTERNAL_DATA', 'which has 4'],
    ['outside', 'EXTERNAL_DATA', 'lies outside of the model'],
  ] as const)('looks at external data: %s', async (name, code, fact) => {
    const [found] = (await cli('check', file(name), '--json')).json() as {
      findings: { code: string; message: string }[];
    }[];
    expect(
      found?.findings
        .filter((each) => each.code === code)
        .map(({ message }) => message)
        .join(),
    ).toContain(fact);
  });

  test('does not look into weights with --no-weights', async () => {
    const [found] = (await cli('check', file('beside'), '--no-weights', '--json')).json();
    expect(found).toMatchObject({ errors: 0, findings: [] });
  });

  test.each([
    ['an unknown severity', ['x.onnx', '--severity', 'fatal'], '--severity fatal'],
    ['two forms at once', ['x.onnx', '--json', '--sarif'], '--json and --sarif'],
    ['a count that is none', ['x.onnx', '--max-warnings', 'few'], '--max-warnings few'],
    ['an unknown target', ['x.onnx', '--target', 'ort@9'], 'ort@9'],
    ['a model file', ['x.ts'], 'x.ts is no .onnx file'],
  ])('refuses %s', async (_, args, fact) => {
    const { code, out, err } = await cli('check', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(fact);
  });
});
