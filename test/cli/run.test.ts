// dimwise run feeds arrays from files, or random ones that meet the contract.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { warn } from '../../src/base/warn.ts';
import { withWarnings } from '../../src/cli/warnings.ts';
import { formatNpy, parseNpy } from '../../src/node/npy.ts';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

let folder = '';
beforeAll(async () => {
  folder = writeModelFiles();
  await cli('compile', file('two.ts'), '-o', file('two.onnx'));
  await cli('compile', file('mlp.ts'), '-o', file('mlp.onnx'), '--bind', 'x=2x20');
  writeNpy('x.npy', 'float32', [2, 20], new Float32Array(40).fill(1));
  writeNpy('ids.npy', 'int64', [1, 2], BigInt64Array.of(1n, 2n));
  writeNpy('more.npy', 'int64', [1, 4], BigInt64Array.of(3n, 4n, 5n, 6n));
  writeNpy('short.npy', 'int64', [1, 3], BigInt64Array.of(3n, 4n, 5n));
  writeNpy('half.npy', 'float32', [1, 2], new Float32Array(2).fill(0.5));
  writeFileSync(file('text.npy'), 'no array');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

function writeNpy(name: string, dtype: 'float32' | 'int64', shape: number[], data: Float32Array | BigInt64Array): void {
  writeFileSync(
    file(name),
    formatNpy({ dtype, shape, storage: { kind: 'bytes', bytes: new Uint8Array(data.buffer) } }),
  );
}

const CPU = ['--provider', 'cpu'] as const;

describe('run', () => {
  test('feeds arrays from files', async () => {
    const feeds = ['--input', `ids=${file('ids.npy')}`, '--input', `more=${file('more.npy')}`];
    const { code, json } = await cli('run', file('two.onnx'), ...feeds, ...CPU, '--json');
    expect(code).toBe(0);
    expect(json()).toEqual([
      {
        file: file('two.onnx'),
        provider: 'cpu',
        fallbacks: [],
        outputs: { output: { dtype: 'int64', shape: [1, 6], data: ['1', '2', '3', '4', '5', '6'] } },
      },
    ]);
  });

  test('gives the same numbers for a model file and its .onnx file', async () => {
    const feed = ['--input', `x=${file('x.npy')}`, ...CPU, '--json'];
    const [source] = (await cli('run', file('mlp.ts'), ...feed)).json();
    const [written] = (await cli('run', file('mlp.onnx'), ...feed)).json();
    expect(Object(source).outputs).toEqual(Object(written).outputs);
    expect(source).toMatchObject({ outputs: { output: { shape: [2, 3] } } });
  });

  test('draws random feeds that meet the contract, the same for a seed', async () => {
    const run = (seed: string) =>
      cli('run', file('two.onnx'), '--input', 'ids=random', '--input', 'more=random', '--seed', seed, ...CPU, '--json');
    const [first, again, other] = [await run('1'), await run('1'), await run('2')];
    expect(first.json()).toMatchObject([{ outputs: { output: { shape: [2, 6] } } }]);
    expect(again.out).toBe(first.out);
    expect(other.out).not.toBe(first.out);
  });

  test('draws the sizes that --bind gives', async () => {
    const { json } = await cli('run', file('mlp.onnx'), '--input', 'random', '--bind', 'x=5x20', ...CPU, '--json');
    expect(json()).toMatchObject([{ outputs: { output: { shape: [5, 3] } } }]);
  });

  test('writes outputs as .npy files', async () => {
    const options = ['--input', `x=${file('x.npy')}`, '--output', file('results'), ...CPU];
    const [ran] = (await cli('run', file('mlp.onnx'), ...options, '--json')).json();
    expect(ran).toMatchObject({ outputs: { output: { file: file('results/output.npy') } } });
    expect(parseNpy(readFileSync(file('results/output.npy')), 'output')).toMatchObject({
      dtype: 'float32',
      shape: [2, 3],
    });
  });

  test('prints a table for people', async () => {
    const { out } = await cli(
      'run',
      file('two.onnx'),
      '--input',
      `ids=${file('ids.npy')}`,
      '--input',
      'more=random',
      ...CPU,
    );
    expect(out).toMatch(/^output {2}type {9}elements\noutput {2}int64\[1, 6\] {2}1 2 [01] [01] [01] [01]\nran on cpu$/);
  });

  const ids = ['--input', 'ids=IDS'];
  test.each<[string, readonly string[], string, string]>([
    ['a missing feed', ['two.onnx', ...ids], 'FEED_MISSING', '--input more=random'],
    ['a misspelt name', ['two.onnx', ...ids, '--input', 'moer=random'], 'FEED_UNKNOWN', 'did you mean "more"?'],
    ['a size that the contract refuses', ['two.onnx', ...ids, '--input', 'more=SHORT'], 'FEED_MISMATCH', '2*seq'],
    ['another type', ['mlp.onnx', '--input', 'x=TEXT'], 'FILE_FORMAT', 'is no .npy file'],
    [
      'elements of another type',
      ['two.onnx', '--input', 'ids=HALF', '--input', 'more=random'],
      'DTYPE_MISMATCH',
      '0.5 at [0, 0]',
    ],
    ['a file that is not there', ['mlp.onnx', '--input', 'x=nope.npy'], 'FILE_READ', 'no such file'],
    ['a model that is not there', ['nope.onnx', '--input', 'x=random'], 'FILE_READ', 'no such file'],
    ['sizes that nothing binds', ['mlp.ts', '--input', 'x=random'], 'NOT_BOUND', '--bind'],
    ['no name where there are two inputs', ['two.onnx', '--input', 'random'], 'FEED_UNKNOWN', 'ids, more'],
  ])('fails on %s', async (_, [name = '', ...options], code, fact) => {
    const paths: Readonly<Record<string, string>> = {
      IDS: 'ids.npy',
      SHORT: 'short.npy',
      TEXT: 'text.npy',
      HALF: 'half.npy',
    };
    const args = options.map((each) =>
      each.replace(/=([A-Z]+)$/, (_all, key: string) => `=${file(paths[key] ?? key)}`),
    );
    const failed = await cli('run', file(name), ...args, ...CPU);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain(`${code}: `);
    expect(failed.err).toContain(fact);
  });
});

describe('withWarnings', () => {
  test('names the option for a provider, not the API', async () => {
    const err: string[] = [];
    const io = { out: () => {}, err: (line: string) => void err.push(line), isTty: false, hasColor: false };
    const message = 'the model runs on cpu, because cuda cannot be had: none';
    const hint = "ask for { providers: ['cpu'] }";
    await withWarnings(io, async () => warn({ code: 'RUNTIME_PROVIDER', message, actual: 'cpu', hint }));
    expect(err).toEqual([`warning: RUNTIME_PROVIDER: ${message}\n  hint: --provider cpu where that is meant`]);
  });
});
