// Options of sessions and runs are heeded, or refused.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSession, dense, model, op, run, type SessionOptions, tensor, type Value } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { type Diagnostic, isDimwiseError } from '../../src/base/errors.ts';
import { ortEntry } from '../../src/runtime/ort-entry.ts';
import { planProviders } from '../../src/runtime/policy.ts';
import { ortOptions } from '../../src/runtime/session-options.ts';

const CPU = { providers: 'cpu' } as const;
const relu = model((x: Value) => op.Relu(x), { inputs: { x: tensor('float32', ['n']) } })
  .bind({ x: ['n'] })
  .compile();

async function mistake(act: () => unknown): Promise<Diagnostic | undefined> {
  try {
    await act();
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return error.errors[0];
  }
  return undefined;
}

describe('options of a session', () => {
  test.each<[object, string, string]>([
    [{ thread: 2 }, 'a session has no option thread', 'did you mean threads?'],
    [{ intraOpNumThreads: 2 }, 'no option intraOpNumThreads', 'dimwise calls it threads'],
    [{ executionProviders: ['cpu'] }, 'no option executionProviders', 'dimwise calls it providers'],
    [{ freeDimensionOverrides: { n: 1 } }, 'no option freeDimensionOverrides', 'give symbols their sizes with bind()'],
    [{ externalData: [] }, 'no option externalData', 'createSession({ bytes, externalData })'],
    [{ xyzzy: 1 }, 'no option xyzzy', ''],
    [{ threads: -1 }, 'threads as an integer >= 0, got -1', ''],
    [{ threads: 1.5 }, 'threads as an integer >= 0, got 1.5', ''],
    [{ threads: '2' }, 'threads as an integer >= 0, got "2"', ''],
    [{ executionMode: 'serial' }, 'executionMode as one of "sequential", "parallel", got "serial"', ''],
    [{ optimization: 'most' }, 'optimization as one of "disabled"', ''],
    [{ memoryArena: 1 }, 'memoryArena as true or false, got 1', ''],
    [{ log: 2 }, 'log as one of "verbose"', ''],
    [{ profile: true }, "profile as { prefix: 'PATH' }, got true", ''],
    [{ profile: {} }, "profile as { prefix: 'PATH' }, got an empty object", ''],
    [{ profile: { prefix: '' } }, 'profile takes prefix as a path, got ""', ''],
    [{ profile: { prefx: 'net' } }, 'profile has no option prefx', 'did you mean prefix?'],
    [{ profile: { prefix: 'net', format: 'json' } }, 'profile has no option format; it has prefix', ''],
    [{ nonFinite: 'deny' }, 'nonFinite as one of "allow", "refuse", got "deny"', ''],
    [{ extra: 'session.disable_prepacking' }, 'extra as an object', ''],
    [{ extra: { 'session.disable_prepacking': 1 } }, 'the setting session.disable_prepacking as text, got 1', ''],
    [
      { extra: { session: { disable_prepack: '1' } } },
      'no setting "session.disable_prepack"',
      'session.disable_prepacking',
    ],
    [
      { extra: { 'session.intra_op_num_threads': '1' } },
      'no setting "session.intra_op_num_threads"',
      'use the option threads',
    ],
  ])('%o is refused', async (options, message, hint) => {
    const found = await mistake(() => createSession(relu, { ...CPU, ...options }));
    expect(found?.code).toBe('SESSION_OPTION');
    expect(found?.message).toContain(message);
    expect(found?.hint ?? '').toContain(hint);
    expect(found?.origin?.site?.place?.file).toContain('session-options.test.ts');
  });

  test('are no list and no text', async () => {
    for (const options of [['cpu'], 'cpu']) {
      const found = await mistake(() => createSession(relu, options as SessionOptions));
      expect(found).toMatchObject({ code: 'SESSION_OPTION', expected: 'an object' });
    }
  });

  test('reach ONNX Runtime', async () => {
    const options = {
      threads: 1,
      interOpThreads: 2,
      executionMode: 'parallel',
      optimization: 'layout',
      memoryArena: false,
      memoryPattern: false,
      log: 'error',
      extra: { session: { intra_op: { allow_spinning: '0' } }, 'session.disable_prepacking': '1' },
    } as const satisfies SessionOptions;
    expect(ortOptions(options, planProviders({ cuda: 'preferred', cpu: 'forbidden' }))).toEqual({
      intraOpNumThreads: 1,
      interOpNumThreads: 2,
      executionMode: 'parallel',
      graphOptimizationLevel: 'layout',
      enableCpuMemArena: false,
      enableMemPattern: false,
      logSeverityLevel: 3,
      extra: {
        'session.intra_op.allow_spinning': '0',
        'session.disable_prepacking': '1',
        'session.disable_cpu_ep_fallback': '1',
      },
    });
    await using session = await createSession(relu, { ...options, providers: 'cpu' });
    expect((await session.run([-1, 1]))['output']?.data).toEqual(Float32Array.of(0, 1));
  });

  const isLinux = existsSync('/proc/self/task');
  /** The threads, the memory in MiB and the error output of a process that runs a model with options of ONNX Runtime. */
  function effect(options: object): { threads: number; log: string } {
    const program = `
      const { InferenceSession, Tensor } = require(${JSON.stringify(ortEntry())});
      const { readdirSync, writeFileSync } = require('node:fs');
      const bytes = Buffer.from(process.argv[1], 'base64');
      const before = readdirSync('/proc/self/task').length;
      (async () => {
        const session = await InferenceSession.create(bytes, JSON.parse(process.argv[2]));
        await session.run({ x: new Tensor('float32', [1], [1]) });
        console.log(readdirSync('/proc/self/task').length - before);
      })();`;
    const settings = { executionProviders: ['cpu'], ...options };
    const args = ['-e', program, '--', Buffer.from(relu.bytes()).toString('base64'), JSON.stringify(settings)];
    const { stdout, stderr } = spawned(args);
    return { threads: Number(stdout), log: stderr };
  }
  function spawned(args: readonly string[]): { stdout: string; stderr: string } {
    // The error output goes to the file of a shell: execFileSync gives only one of the two.
    const script = 'exec 3>&1; err=$("$@" 2>&1 >&3); printf "%s" "$err" | base64 -w0 >&3';
    const text = execFileSync('bash', ['-c', script, 'bash', process.execPath, ...args], { encoding: 'utf8' });
    const [stdout = '', log = ''] = text.split('\n');
    return { stdout, stderr: Buffer.from(log, 'base64').toString() };
  }

  test.runIf(isLinux)('make as many threads as they say, and write the log that they ask for', async () => {
    const plan = planProviders('cpu');
    const few = effect(ortOptions({ threads: 1 }, plan)).threads;
    expect(effect(ortOptions({ threads: 6 }, plan)).threads - few).toBe(5);
    expect(
      effect(ortOptions({ threads: 1, interOpThreads: 4, executionMode: 'parallel' }, plan)).threads - few,
    ).toBeGreaterThanOrEqual(3);
    expect(effect(ortOptions({ threads: 1 }, plan)).log).toBe('');
    expect(effect(ortOptions({ threads: 1, log: 'verbose' }, plan)).log).toContain('Node placements');
  });
});

describe('options of a run', () => {
  test.each<[object, string, string]>([
    [{ output: ['y'] }, 'a run has no option output', 'did you mean outputs?'],
    [{ terminate: true }, 'a run has no option terminate', 'runs in a pool can be cancelled'],
    [{ outputs: 'output' }, 'outputs as an array of names', ''],
    [{ outputs: [] }, 'outputs as an array of names, one at least', ''],
    [{ outputs: [1] }, 'outputs as an array of names', ''],
    [{ outputs: Object.assign([], { length: 1 }) }, 'outputs as an array of names', ''],
    [{ into: 1 }, 'into as an object of arrays', ''],
  ])('%o is refused', async (options, message, hint) => {
    await using session = await createSession(relu, CPU);
    const found = await mistake(() => session.run([1], options));
    expect(found).toMatchObject({ code: 'SESSION_OPTION' });
    expect(found?.message).toContain(message);
    expect(found?.hint ?? '').toContain(hint);
  });

  test('of a model are those of the session, of the run and of compiling', async () => {
    const net = model(dense(2)).initialize();
    expect(
      (await run(net, [[1, 2]], { ...CPU, threads: 1, outputs: ['output'], target: 'ort@1.30/cpu' }))['output']?.shape,
    ).toEqual([1, 2]);
    // @ts-expect-error a misspelt option
    expect(await mistake(() => run(net, [[1, 2]], { ...CPU, treads: 1 }))).toMatchObject({
      code: 'SESSION_OPTION',
      actual: 'treads',
    });
  });
});

describe('Session.endProfile', () => {
  test('gives the file of the nodes and their times', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dimwise-profile-'));
    const options = { ...CPU, profile: { prefix: join(folder, 'net') } } as const;
    await using session = await createSession(relu, options);
    await using other = await createSession(relu, options);
    await Promise.all([session.run([1]), other.run([1])]);
    const [file, again, of] = [await session.endProfile(), await session.endProfile(), await other.endProfile()];
    expect(again).toBe(file);
    expect(of).not.toBe(file);
    const events: readonly { cat: string; args?: { op_name?: string } }[] = JSON.parse(await readFile(file, 'utf8'));
    expect(events.some(({ cat, args }) => cat === 'Node' && args?.op_name === 'Relu')).toBe(true);
    await rm(folder, { recursive: true });
  });

  test('writes the whole file when the session is disposed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dimwise-profile-'));
    const session = await createSession(relu, { ...CPU, profile: { prefix: join(folder, 'net') } });
    await session.run([1]);
    await session.dispose();
    expect(JSON.parse(await readFile(await session.endProfile(), 'utf8'))).not.toEqual([]);
    await rm(folder, { recursive: true });
  });

  test('says when there is none', async () => {
    await using session = await createSession(relu, CPU);
    expect(await mistake(() => session.endProfile())).toMatchObject({ code: 'SESSION_OPTION', expected: 'profile' });
    const lost = await createSession(relu, { ...CPU, profile: { prefix: '/nowhere/at/all/net' } });
    expect(await mistake(() => lost.endProfile())).toMatchObject({ code: 'FILE_READ' });
    await lost.dispose();
  });
});

describe('Session.dispose', () => {
  test('waits for runs, ends once, and lets nothing run after it', async () => {
    const session = await createSession(relu, CPU);
    const running = [session.run([1]), session.run([2])];
    const disposed = session.dispose();
    expect(session.dispose()).toBe(disposed);
    const late = mistake(() => session.run([3]));
    await disposed;
    expect((await Promise.all(running)).map(({ output }) => output?.data[0])).toEqual([1, 2]);
    expect(await late).toMatchObject({ code: 'SESSION_DISPOSED' });
    expect(session.outputShapes({ x: { shape: [3] } })).toEqual({ output: [3] });
    await session.dispose();
  });

  test('comes with await using, after an error too', async () => {
    let kept: Awaited<ReturnType<typeof createSession>> | undefined;
    const found = await mistake(async () => {
      await using session = await createSession(relu, CPU);
      kept = session;
      await session.run({ y: [1] });
    });
    expect(found?.code).toBe('FEED_MISSING');
    expect(await mistake(() => kept?.run([1]))).toMatchObject({ code: 'SESSION_DISPOSED' });
  });
});
