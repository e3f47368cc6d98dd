// docs/json.md lists the members of what commands print as JSON: all of them, and none that nobody prints.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseOnnx } from '../../codegen/onnx/text/parse-onnx.ts';
import { tensorFromValues } from '../../src/ir/tensor-data.ts';
import { saveSafetensors } from '../../src/node/save-safetensors.ts';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

const PAGE = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');

/** A constraint with and one without a limit, a size that only a run tells, a name that stands for another size. */
const WIDE = `<ir_version: 10, opset_import: ["" : 21]>
wide (float[n, c, h] x, float[k, 4] q) => (float[n, c, rest] y, int64[2, found] z)
<float[7, 1] w = {1, 2, 3, 4, 5, 6, 7}> {
  m = MaxPool <kernel_shape = [3]> (x)
  y = Neg (m)
  p = Shape <start = 2> (x)
  zero = Constant <value = int64 {0}> ()
  one = Constant <value = int64 {1}> ()
  s = Squeeze (p)
  ids = Range (zero, s, one)
  row = Gather (w, ids)
  z = NonZero (q)
}`;

/** A file of IR version 3, whose weight is an input too. */
const OLD = `<ir_version: 3, opset_import: ["" : 8]>
old (float[n, 4] x, float[4] w) => (float[n, 4] y) <float[4] w = {1, 2, 3, 4}> {
  y = Add (x, w)
}`;

/** Which branch does more, sizes decide. */
const EITHER = `<ir_version: 10, opset_import: ["" : 21]>
either (float[n] x, float[m] z, bool c) => (float[1] y) {
  y = If (c) <
    then_branch = a () => (float[1] u) { u = ReduceSum (x) },
    else_branch = b () => (float[1] v) { v = ReduceMax (z) }
  >
}`;

let folder = '';
beforeAll(async () => {
  folder = writeModelFiles();
  writeFileSync(own('wide.onnx'), parseOnnx(WIDE).encode());
  writeFileSync(own('old.onnx'), parseOnnx(OLD).encode());
  writeFileSync(own('either.onnx'), parseOnnx(EITHER).encode());
  await saveSafetensors(
    own('texts.safetensors'),
    { w: tensorFromValues('int8', [2], [1, 2]) },
    { metadata: { k: 'v' } },
  );
  const [two, one] = [tensorFromValues('float32', [2], [1, 2]), tensorFromValues('float32', [1], [3])];
  await saveSafetensors(own('partly.safetensors'), { w: two, gone: one, more: one });
  await cli('compile', example('mlp.ts'), '-o', own('mlp.onnx'), '--bind', 'x=2x20');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const own = (name: string): string => join(folder, name);
const example = (name: string): string => new URL(`../../examples/${name}`, import.meta.url).pathname;
const onnx = (name: string): string => new URL(`../fixtures/onnx/${name}`, import.meta.url).pathname;

/** `{a,b}.c` as `a.c` and `b.c`. */
function expand(path: string): string[] {
  const found = /^(.*?)\{([^}]*)\}(.*)$/.exec(path);
  if (!found) return [path];
  const [, before = '', names = '', after = ''] = found;
  return names.split(',').flatMap((name) => expand(`${before}${name}${after}`));
}

/** The members that a section of the page lists. */
function listed(section: string): Set<string> {
  const [, text = ''] = PAGE.split(`\n## ${section}\n`);
  const [body = ''] = text.split('\n## ');
  const rows = body.split('\n').filter((line) => line.startsWith('| `'));
  const cells = rows.map((row) => row.split(' | ')[0] ?? '');
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, path = '']) => expand(path))));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The paths of all members that hold no other ones; a count of `cost` is one. */
function pathsOf(value: unknown, path: string, maps: RegExp): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => pathsOf(each, `${path}[]`, maps));
  if (!isObject(value)) return [path];
  const inside = Object.entries(value).filter(([name]) => name !== 'formula' && name !== 'value');
  const count = 'formula' in value ? [path] : [];
  return [
    ...count,
    ...inside.flatMap(([name, each]) => {
      const step = maps.test(path) ? '*' : name;
      return pathsOf(each, path === '' ? step : `${path}.${step}`, maps);
    }),
  ];
}

/** A file of names, and a checkpoint that fits a model but in part. */
const RULES = '[["w", "0.bias"], ["gone", null]]';
const partly = (): readonly string[] => {
  writeFileSync(own('rules.json'), RULES);
  return ['--weights', own('partly.safetensors'), '--names', own('rules.json'), '--partial'];
};

/** Members that are null or empty in one run and have parts in another. */
const EMPTY = /^(external|outputShapes|results\[\]\.ratio)$/;

/** Members that depend on the machine: whether CUDA can be had, and whether others work on it. */
const OF_MACHINE = /^(results\[\]\.)?fallbacks\[\]|^doubts\[\]/;

/** What has members of its own, another page's. */
const RECIPE = /^(parameters\.\*\.initializer)\..*/;

const CASES: readonly (readonly [section: string, maps: RegExp, runs: () => readonly (readonly string[])[]])[] = [
  [
    'shapes',
    /^(inputs|outputs|values|parameters)$/,
    () => [
      ['shapes', own('wide.onnx')],
      ['shapes', own('old.onnx')],
      ['shapes', own('mlp.ts'), '--bind', 'x=2x20'],
    ],
  ],
  [
    'contract',
    /^(contract\.(inputs|outputs|symbols)|outputShapes)$/,
    () => [
      ['contract', own('wide.onnx')],
      ['contract', own('old.onnx')],
      ['contract', own('wide.onnx'), '--feed', 'x=2x3x7', '--feed', 'q=1x4'],
      ['contract', own('wide.onnx'), '--feed', 'x=2x3x1', '--feed', 'q=1x4'],
    ],
  ],
  [
    'cost',
    /^$./,
    () => [
      ...['operator', 'path', 'node'].map((by) => ['cost', own('mlp.ts'), '--bind', 'x=[batch,20]', '--by', by]),
      ['cost', own('either.onnx'), '--by', 'node'],
      ['cost', own('data.ts')],
    ],
  ],
  [
    'summary',
    /^$./,
    () => [
      ['summary', own('mlp.ts')],
      ['summary', own('mlp.ts'), '--bind', 'x=[batch,20]'],
    ],
  ],
  [
    'compile',
    /^$./,
    () => [['compile', example('mlp.ts'), '-o', own('out.onnx'), '--bind', 'x=2x20', '--external-data', 'always']],
  ],
  [
    'run',
    /^outputs$/,
    () => [
      ['run', own('mlp.ts'), '--bind', 'x=2x20', '--input', 'x=random', '--provider', 'cpu'],
      ['run', own('mlp.ts'), '--bind', 'x=2x20', '--input', 'x=random', '--output', own('outputs')],
    ],
  ],
  [
    'bench',
    /^results\[\]\.(swept|inputs)$/,
    () => [
      ['bench', own('mlp.onnx'), own('wide.onnx'), '--runs', '2', '--provider', 'dml,cpu'],
      ['bench', own('mlp.onnx'), '--bind', 'batch=1,2', '--runs', '2', '--provider', 'cpu'],
    ],
  ],
  ['profile', /^$./, () => [['profile', own('mlp.ts'), '--bind', 'x=2x20', '--runs', '2', '--provider', 'cpu']]],
  [
    'bind, annotate',
    /^$./,
    () => [
      ['bind', own('mlp.onnx'), '-o', own('bound.onnx'), '--bind', 'batch=2', '--external-data', 'always'],
      ['annotate', onnx('mlp.onnx'), '-o', own('annotated.onnx')],
    ],
  ],
  [
    'export',
    /^$./,
    () => [
      ['export', 'triton', own('wide.onnx'), '-o', own('models')],
      ['export', 'triton', own('mlp.onnx'), '-o', own('models'), '--dry-run'],
    ],
  ],
  [
    'diff',
    /^$./,
    () => [
      ['diff', onnx('mlp.onnx'), own('wide.onnx')],
      ['diff', onnx('mlp.onnx'), onnx('mlp.onnx')],
    ],
  ],
  [
    'weights',
    /^$./,
    () => [
      ['weights', own('texts.safetensors')],
      ['weights', own('partly.safetensors'), ...partly().slice(2, 4), '-o', own('copy.safetensors')],
    ],
  ],
];

describe('docs/json.md', () => {
  test.each([
    ['shapes'],
    ['summary'],
    ['contract', '--bind', 'x=[batch,20]'],
    ['cost', '--bind', 'x=[batch,20]'],
    ['explain', '--bind', 'x=[batch,20]'],
    ['compile', '--bind', 'x=[batch,20]', '-o', 'OUT'],
    ['run', '--bind', 'x=2x20', '--input', 'x=random', '--provider', 'cpu'],
  ])('lists what %s tells of loaded weights', async (command, ...args) => {
    const given = args.map((each) => (each === 'OUT' ? own('out.onnx') : each));
    const { json } = await cli(command, own('mlp.ts'), ...given, ...partly(), '--json');
    const printed = json().flatMap((each) => pathsOf(each, '', /^$./));
    expect([...new Set(printed.filter((path) => path.startsWith('weights.')))].sort()).toEqual(
      [...listed('--weights')].sort(),
    );
  });

  test.each(CASES)('lists the members of %s', async (section, maps, runs) => {
    const printed = new Set<string>();
    for (const args of runs()) {
      const { json } = await cli(...args, '--json');
      for (const each of json()) {
        expect(each, args.join(' ')).not.toHaveProperty('errors');
        for (const path of pathsOf(each, '', maps)) if (!EMPTY.test(path)) printed.add(path.replace(RECIPE, '$1'));
      }
    }
    const wanted = listed(section);
    const ofModel = (paths: Set<string>): string[] => [...paths].filter((path) => !OF_MACHINE.test(path)).sort();
    expect(ofModel(printed)).toEqual(ofModel(wanted));
  });
});
