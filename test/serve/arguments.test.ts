// The command line of the example server: what it says to those who mistype it.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readArguments, USAGE } from '../../examples/serve/arguments.ts';
import { loadModelPool } from '../../examples/serve/load-model.ts';
import { residentIn } from '../../examples/serve/metrics.ts';

const PATIENCE = 120_000;

describe('readArguments', () => {
  test('reads models, sizes and options in any order', () => {
    const args = readArguments(['--port', '0', 'a.ts', '--bind', 'a=[n,3]', 'b=x/c.onnx', '--max-batch=8']);
    expect(args).toMatchObject({ port: 0, host: '127.0.0.1', maxBatch: 8, queue: undefined });
    expect(args.models.map(({ name, path }) => [name, path])).toEqual([
      ['a', 'a.ts'],
      ['b', 'x/c.onnx'],
    ]);
    expect(args.models[0]?.shapes).toEqual(new Map([['', ['n', 3]]]));
  });

  test.each([
    [['a.ts', '--prot', '1'], "unknown option '--prot'", 'Did you mean --port?'],
    [['a.ts', '--port'], "option '--port <value>' argument missing", ''],
    [['a.ts', '--port', 'x'], '--port takes an integer from 0 on, got "x"', ''],
    [['a.ts', '--workers', '1.5'], '--workers takes an integer from 0 on', ''],
    [[], 'no model is given', ''],
    [['a.ts', 'b/a.onnx'], 'two models are called a', 'other=b/a.onnx'],
    [['a.ts', '--bind', 'b=[1]'], '--bind b=[1] names none of the models a', ''],
  ])('refuses %j', (args, message, hint) => {
    for (const part of [message, hint]) {
      const told = { name: 'UsageError', message: expect.stringContaining(part) };
      expect(() => readArguments(args)).toThrow(expect.objectContaining(told));
    }
  });
});

test('loadModelPool names a file that is not there', async () => {
  const model = { name: 'a', path: 'examples/nosuch.ts', shapes: new Map() };
  await expect(loadModelPool(model, {})).rejects.toThrow('there is no file examples/nosuch.ts');
  await expect(loadModelPool({ ...model, path: 'examples/nosuch.onnx' }, {})).rejects.toThrow('examples/nosuch.onnx');
});

test('residentIn reads the memory that Linux tells of a process, and of none that ended', () => {
  expect(residentIn('Name:\tnode\nVmHWM:\t   90 kB\nVmRSS:\t   12345 kB\nThreads:\t7\n')).toBe(12345 * 1024);
  expect(residentIn('Name:\tnode\nState:\tZ (zombie)\n')).toBeUndefined();
});

describe('the program', { timeout: PATIENCE }, () => {
  const serve = async (...args: string[]) => {
    const jiti = ['node_modules/jiti/lib/jiti-cli.mjs', 'examples/serve/main.ts', ...args];
    const env = { ...process.env, JITI_ALIAS: JSON.stringify({ dimwise: `${process.cwd()}/src/index.ts` }) };
    const ended = promisify(execFile)(process.execPath, jiti, { env });
    return ended.then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  };

  test('prints how it is started', async () => {
    expect(await serve('--help')).toEqual({ code: 0, stdout: `${USAGE}\n`, stderr: '' });
    expect(await serve('--prot')).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean --port?') });
  });

  test('tells in a line that a port is taken, and gives its workers up', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const ended = await serve(
      'examples/mlp.ts',
      '--bind',
      'mlp=[batch,20]',
      '--provider',
      'cpu',
      '--workers',
      '1',
      '--port',
      String(port),
    );
    other.close();
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `port ${port} of 127.0.0.1 is taken; --port 0 takes any that is free\n`,
    });
  });
});
