// Models run on ONNX Runtime from any state; feeds that do not fit are refused with all their mistakes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  assumeShape,
  createSession,
  dense,
  dispose,
  type Feeds,
  graph,
  model,
  op,
  run,
  sequential,
  tensor,
  type Value,
} from 'dimwise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Diagnostic, isDimwiseError } from '../../src/base/errors.ts';
import { setWarningHandler } from '../../src/base/warn.ts';
import { loadOrt, ortMessage } from '../../src/runtime/ort.ts';
import { absenceOf } from '../../src/runtime/provider.ts';

const CPU = { providers: ['cpu'] } as const;

let warnings: Diagnostic[] = [];
let before: ReturnType<typeof setWarningHandler>;
beforeEach(() => {
  warnings = [];
  before = setWarningHandler((warning) => warnings.push(warning));
});
afterEach(() => setWarningHandler(before));

async function mistakes(act: () => unknown): Promise<readonly Diagnostic[]> {
  try {
    await act();
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return error.errors;
  }
  return [];
}

/** Doubles its input; every size and type that a feed may have. */
const doubling = (dtype: Parameters<typeof tensor>[0], shape: readonly (number | string)[]) =>
  model((x: Value) => op.Add(x, x), { inputs: { x: tensor(dtype, shape) } })
    .bind({ x: shape })
    .compile();

const two = model((a: Value, b: Value) => op.Concat([a, b], { axis: 1 }), {
  inputs: { ids: tensor('int64', ['batch', 'seq']), more: tensor('int64', ['batch', '2*seq']) },
  symbols: { seq: { max: 8 } },
})
  .bind({ ids: ['batch', 'seq'], more: ['batch', '2*seq'] })
  .compile();

describe('createSession', () => {
  test('runs a compiled model and its bytes alike', async () => {
    const compiled = doubling('float32', ['n', 2]);
    for (const source of [compiled, compiled.bytes(), { bytes: compiled.bytes() }]) {
      const session = await createSession(source, CPU);
      const { output } = await session.run([[1, 2]]);
      expect(output).toEqual({ dtype: 'float32', shape: [1, 2], data: Float32Array.of(2, 4) });
      expect(session).toMatchObject({ provider: 'cpu', fallbacks: [] });
      await session.dispose();
    }
  });

  test('falls back to the CPU, says so once, and keeps the reason', async () => {
    const ort = await loadOrt();
    const compiled = doubling('float32', ['n']);
    const sessions = [await createSession(compiled), await createSession(compiled)];
    const reason = absenceOf('cuda', ort);
    if (reason === undefined) console.warn('CUDA is there, the fallback to the CPU is not tested');
    else {
      expect(sessions.map(({ provider }) => provider)).toEqual(['cpu', 'cpu']);
      expect(sessions[0]?.fallbacks).toEqual([{ wanted: 'cuda', reason }]);
      expect(warnings.map(({ code }) => code)).toEqual(['RUNTIME_PROVIDER']);
      expect(warnings[0]?.message).toContain('runs on cpu, because cuda cannot be had');
      expect((await mistakes(() => createSession(compiled, { providers: ['cuda'] })))[0]?.code).toBe(
        'RUNTIME_PROVIDER',
      );
    }
    for (const session of sessions) await session.dispose();
  });

  test('names inputs and outputs of types that cannot pass', async () => {
    const compiled = graph((g) => {
      const x = g.input('x', 'bfloat16', ['n']);
      return { y: op.Identity(x), z: op.Cast(x, { to: 'float32' }) };
    })
      .bind({ x: ['n'] })
      .compile();
    const found = await mistakes(() => createSession(compiled, CPU));
    expect(found.map(({ code, origin }) => [code, origin?.what])).toEqual([
      ['RUNTIME_FAILED', 'input "x"'],
      ['RUNTIME_FAILED', 'output "y"'],
    ]);
  });

  test('gives weights beside the model to the runtime', async () => {
    const net = model(dense(300), { inputs: { x: ['n', 10] } }).initialize();
    const compiled = net.bind({ x: ['n', 10] }).compile();
    const { parts, external } = compiled.emit({ externalData: 'external' });
    const { joinParts } = await import('../../codegen/onnx/proto/parts.ts');
    const externalData = { [external?.fileName ?? '']: joinParts(external?.parts ?? []) };
    const x = Array.from({ length: 10 }, (_, i) => i);
    await using beside = await createSession({ bytes: joinParts(parts), externalData }, CPU);
    await using inside = await createSession(compiled, CPU);
    expect(await beside.run([x])).toEqual(await inside.run([x]));
  });

  test('takes weights beside the model from nobody else', async () => {
    const { parts, external } = model(dense(300), { inputs: { x: ['n', 10] } })
      .initialize()
      .bind({ x: ['n', 10] })
      .compile()
      .emit({ externalData: 'external' });
    const { joinParts } = await import('../../codegen/onnx/proto/parts.ts');
    const [bytes, data, file] = [joinParts(parts), joinParts(external?.parts ?? []), external?.fileName ?? ''];
    // ONNX Runtime would take a file of that name from the working folder.
    const folder = await mkdtemp(join(tmpdir(), 'dimwise-'));
    await writeFile(join(folder, file), data);
    const before = process.cwd();
    try {
      process.chdir(folder);
      for (const source of [bytes, { bytes }, { bytes, externalData: { [`${file}x`]: data } }]) {
        const [mistake, ...more] = await mistakes(() => createSession(source, CPU));
        expect(more).toEqual([]);
        expect(mistake).toMatchObject({ code: 'EXTERNAL_DATA', message: expect.stringContaining(file) });
        expect(mistake?.hint).toContain('externalData');
      }
    } finally {
      process.chdir(before);
      await rm(folder, { recursive: true });
    }
    expect(
      await mistakes(() => createSession({ bytes, externalData: { [file]: data.subarray(1) } }, CPU)),
    ).toMatchObject([{ code: 'EXTERNAL_DATA', message: expect.stringContaining(`which has ${data.length - 1}`) }]);
    // @ts-expect-error text is no data
    expect(await mistakes(() => createSession({ bytes, externalData: { [file]: 'text' } }, CPU))).toMatchObject([
      { code: 'EXTERNAL_DATA', message: expect.stringContaining('Uint8Array') },
    ]);
  });

  test('refuses what is no model', async () => {
    expect((await mistakes(() => createSession(Uint8Array.of(1, 2, 3), CPU)))[0]?.code).toBe('ONNX_MALFORMED');
    // @ts-expect-error a defined model is not a source
    expect((await mistakes(() => createSession(model(dense(3)), CPU)))[0]?.code).toBe('NOT_BOUND');
  });
});

describe('Session.run', () => {
  test.each<[Parameters<typeof tensor>[0], Feeds, ArrayLike<unknown>]>([
    ['float16', [1.5], Uint16Array.of(0x4200)],
    ['float64', Float64Array.of(0.1), Float64Array.of(0.2)],
    ['int32', [7], Int32Array.of(14)],
    ['int64', [2 ** 40], BigInt64Array.of(2n ** 41n)],
    ['uint8', Uint8Array.of(3), Uint8Array.of(6)],
    ['uint64', [2n ** 60n], BigUint64Array.of(2n ** 61n)],
  ])('feeds and gives %s', async (dtype, feed, expected) => {
    const session = await createSession(doubling(dtype, ['n']), CPU);
    const { output } = await session.run(feed);
    expect(output).toEqual({ dtype, shape: [1], data: expected });
    await session.dispose();
  });

  test('feeds and gives strings and bools', async () => {
    const pass = graph((g) => ({
      text: op.Identity(g.input('t', 'string', ['n'])),
      not: op.Not(g.input('b', 'bool', ['n'])),
    }))
      .bind({ t: ['n'], b: ['n'] })
      .compile();
    await using session = await createSession(pass, CPU);
    const outputs = await session.run({ t: ['a', 'ü'], b: [true, false] });
    expect(outputs['text']).toEqual({ dtype: 'string', shape: [2], data: ['a', 'ü'] });
    expect(outputs['not']).toEqual({ dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) });
  });

  test('computes the outputs that are asked for', async () => {
    const pair = graph((g) => {
      const x = g.input('x', 'float32', ['n']);
      return { a: op.Neg(x), b: op.Abs(x) };
    })
      .bind({ x: ['n'] })
      .compile();
    await using session = await createSession(pair, CPU);
    expect(Object.keys(await session.run([-1], { outputs: ['b'] }))).toEqual(['b']);
    expect(await mistakes(() => session.run([-1], { outputs: ['bb'] }))).toMatchObject([
      { code: 'OUTPUT_UNKNOWN', hint: 'did you mean "b"?' },
    ]);
  });

  test('gives results that can be fed again', async () => {
    await using session = await createSession(doubling('float32', ['n', 2]), CPU);
    const { output } = await session.run([[1, 2]]);
    expect(output && (await session.run(output))['output']?.data).toEqual(Float32Array.of(4, 8));
  });

  const ids = [[1, 2]];
  const more = [[1, 2, 3, 4]];
  test.each<[string, Feeds, readonly Partial<Diagnostic>[]]>([
    ['a missing feed', { ids }, [{ code: 'FEED_MISSING', expected: 'more' }]],
    [
      'a misspelt name',
      { ids, moer: more },
      [
        { code: 'FEED_MISSING', expected: 'more' },
        { code: 'FEED_UNKNOWN', actual: 'moer', hint: 'did you mean "more"?' },
      ],
    ],
    [
      'one symbol with two sizes',
      {
        ids: [
          [1, 2],
          [3, 4],
        ],
        more,
      },
      [{ code: 'FEED_MISMATCH', expected: 'batch = 2', actual: 'batch = 1' }],
    ],
    [
      'an expression that is not met',
      { ids, more: [[1, 2, 3]] },
      [{ code: 'FEED_MISMATCH', message: 'input "more" axis 1 must be 2*seq, here 4, got 3' }],
    ],
    [
      'a size out of range',
      { ids: [[...Array(9).keys()]], more: [[...Array(18).keys()]] },
      [{ code: 'FEED_MISMATCH', expected: 'seq <= 8' }],
    ],
    [
      'a size below 1',
      { ids: { dims: [0, 2], type: 'int64', data: [] }, more: { dims: [0, 4], type: 'int64', data: [] } },
      [{ code: 'FEED_MISMATCH', expected: 'batch >= 1', actual: '0' }],
    ],
    [
      'another rank',
      { ids: [1, 2], more },
      [
        {
          code: 'RANK_MISMATCH',
          expected: 'rank 2',
          actual: 'rank 1',
          hint: 'one more axis of size 1 makes a batch of one',
        },
      ],
    ],
    [
      'a fraction for int64',
      { ids: [[1, 0.5]], more },
      [
        {
          code: 'DTYPE_MISMATCH',
          expected: 'int64',
          message:
            'the feed of input "ids": it is int64, which takes integers from -9223372036854775808 to 9223372036854775807; nested arrays of shape [1, 2] has 0.5 at [0, 1]',
        },
      ],
    ],
    ['text for int64', { ids: [['a', 'b']], more }, [{ code: 'DTYPE_MISMATCH', actual: 'string' }]],
    ['ragged rows', { ids: [[1, 2], [3]], more }, [{ code: 'FEED_MISMATCH' }]],
    [
      'an array without a shape',
      { ids: BigInt64Array.of(1n, 2n), more },
      [{ code: 'FEED_MISMATCH', expected: '[batch, seq]', actual: '2 elements' }],
    ],
    ['two mistakes at once', { ids: [[0.5]], more: [1] }, [{ code: 'DTYPE_MISMATCH' }, { code: 'RANK_MISMATCH' }]],
  ])('refuses %s', async (_, feeds, expected) => {
    await using session = await createSession(two, CPU);
    const found = await mistakes(() => session.run(feeds));
    expect(found).toMatchObject(expected);
    expect(found).toHaveLength(expected.length);
    expect(found.every(({ origin }) => origin?.site?.place?.file.includes('session.test.ts'))).toBe(true);
  });

  test('takes the shape of a flat array from the input where one is left', async () => {
    await using session = await createSession(doubling('float32', ['n', 2, 3]), CPU);
    expect((await session.run(new Float32Array(12)))['output']?.shape).toEqual([2, 2, 3]);
    expect((await mistakes(() => session.run(new Float32Array(13))))[0]?.code).toBe('FEED_MISMATCH');
  });

  test('passes on what ONNX Runtime says when a run fails', async () => {
    const gather = graph((g) => op.Gather(g.input('x', 'float32', ['n']), g.input('i', 'int64', ['k'])))
      .bind({ x: ['n'], i: ['k'] })
      .compile();
    await using session = await createSession(gather, CPU);
    const [failed] = await mistakes(() => session.run({ x: [1, 2], i: [5] }));
    expect(failed).toMatchObject({ code: 'RUNTIME_FAILED' });
    expect(failed?.message).toMatch(/fails to run graph on x: float32\[2\], i: int64\[1\]: .*out of/s);
  });

  test('does nothing after dispose, which waits for the runs under way', async () => {
    const session = await createSession(doubling('float32', ['n']), CPU);
    const running = session.run([1]);
    await Promise.all([session.dispose(), session[Symbol.asyncDispose]()]);
    expect((await running)['output']?.data).toEqual(Float32Array.of(2));
    expect(await mistakes(() => session.run([1]))).toMatchObject([{ code: 'SESSION_DISPOSED' }]);
  });
});

describe('what is stated of outputs', () => {
  const inputs = { x: ['n', 3] } as const;
  /** A row of two elements that are not 0 and one that is. */
  const rows = (n: number, last = 0): number[][] => Array.from({ length: n }, () => [1, 2, last]);

  test('is held against each run, that of the bytes too', async () => {
    const compiled = model((x: Value) => assumeShape(op.NonZero(x), [2, '2*n']), { inputs })
      .bind(['n', 3])
      .compile();
    for (const source of [compiled, compiled.bytes()]) {
      await using session = await createSession(source, CPU);
      for (const n of [1, 4]) expect((await session.run({ x: rows(n) }))['output']?.shape).toEqual([2, 2 * n]);
      const [mistake, ...more] = await mistakes(() => session.run({ x: rows(2, 5) }));
      expect(more).toEqual([]);
      expect(mistake).toMatchObject({ code: 'OUTPUT_MISMATCH', expected: '4', actual: '6' });
      expect(mistake?.message).toBe('output "output" axis 1 is stated to be 2*n, here 4, this run gives 6');
    }
  });

  test('is asked of sizes that are given one name', async () => {
    const compiled = model(
      (x: Value, y: Value) => {
        const [a, b] = [op.NonZero(x), op.NonZero(y)];
        return [assumeShape(a, [2, 'k']), assumeShape(b, [2, 'k'])];
      },
      { inputs: { x: ['n', 3], y: ['n', 3] } },
    )
      .bind({ x: ['n', 3], y: ['n', 3] })
      .compile();
    await using session = await createSession(compiled, CPU);
    expect(await mistakes(() => session.run({ x: rows(2), y: rows(2) }))).toEqual([]);
    expect(await mistakes(() => session.run({ x: rows(2), y: rows(2, 1) }))).toMatchObject([
      { code: 'OUTPUT_MISMATCH' },
    ]);
  });
});

describe('run', () => {
  const net = () => model(sequential(dense(4, { activation: 'relu' }), dense(3)));
  const x = [
    [1, 2, 3, 4, 5],
    [6, 7, 8, 9, 10],
  ];

  test('binds a defined model by its feeds, and keeps weights and session', async () => {
    const defined = net().initialize({ seed: 3 });
    const first = await run(defined, x, CPU);
    expect(defined.parameter('0.weight').shape.map((dim) => dim.kind === 'const' && dim.value)).toEqual([4, 5]);
    const { bound } = defined;
    const row = await run(defined, { x: x.slice(0, 1) }, CPU);
    expect(defined.bound).toBe(bound);
    expect(row['output']?.shape).toEqual([1, 3]);
    expect(row['output']?.data).toEqual(first['output']?.data.slice(0, 3));
    await dispose(defined);
  });

  test('gives the same numbers from every state', async () => {
    const defined = net().initialize({ seed: 3 });
    const bound = defined.bind([2, 5]);
    const compiled = bound.compile();
    const [a, b, c] = [await run(defined, x, CPU), await run(bound, x, CPU), await run(compiled, x, CPU)];
    expect(b).toEqual(a);
    expect(c).toEqual(a);
    for (const each of [defined, bound, compiled]) await dispose(each);
  });

  test('makes the session anew when weights change', async () => {
    const defined = net().initialize({ seed: 1 });
    const first = await run(defined, x, CPU);
    defined.initialize({ seed: 2, forceReinit: true });
    expect(await run(defined, x, CPU)).not.toEqual(first);
    defined.initialize({ seed: 1, forceReinit: true });
    expect(await run(defined, x, CPU)).toEqual(first);
    await dispose(defined);
  });

  test('makes the session anew for another pipeline', async () => {
    const seen: string[] = [];
    const defined = net().initialize({ seed: 1 });
    const watched = (name: string) => ({ afterPass: () => void seen.push(name) });
    const one = watched('one');
    await run(defined, x, { ...CPU, pipeline: one });
    expect(new Set(seen)).toEqual(new Set(['one']));
    await run(defined, x, { ...CPU, pipeline: watched('two') });
    expect(new Set(seen)).toEqual(new Set(['one', 'two']));
    await dispose(defined);
  });

  test('asks for initialize() first', async () => {
    expect(await mistakes(() => run(net(), x, CPU))).toMatchObject([{ code: 'PARAM_NOT_INITIALIZED' }]);
  });

  test('binds again where only another bind takes the feed', async () => {
    const open = model((value: Value) => op.Relu(value), { inputs: { x: ['batch', '?'] } });
    expect((await run(open, [[1, 2]], CPU))['output']?.shape).toEqual([1, 2]);
    expect((await run(open, [[1, 2, 3]], CPU))['output']?.shape).toEqual([1, 3]);
    await dispose(open);
  });

  test('refuses a batch that does not fit the weights, with both sizes', async () => {
    const defined = net().initialize();
    await run(defined, x, CPU);
    const [mistake] = await mistakes(() => run(defined, [[1, 2]], CPU));
    expect(mistake).toMatchObject({ code: 'SHAPE_MISMATCH' });
    expect(mistake?.message).toContain('0.weight takes 5 input features, this batch brings 2');
    await dispose(defined);
  });

  test.each<[string, Feeds, string]>([
    ['a flat array before the first bind', new Float32Array(5), 'FEED_MISMATCH'],
    ['an unknown name', { y: [[1]] }, 'BIND_INPUT_UNKNOWN'],
    ['no feed', {}, 'BIND_INPUT_MISSING'],
    ['what has no form', { x: [[1], 2] }, 'FEED_MISMATCH'],
  ])('refuses %s', async (_, feeds, code) => {
    expect((await mistakes(() => run(net().initialize(), feeds, CPU)))[0]?.code).toBe(code);
  });
});

describe('loadOrt', () => {
  const failing = (code: string, message: string) => () => Promise.reject(Object.assign(new Error(message), { code }));

  test('says how to install a package that is not there', async () => {
    const [missing] = await mistakes(() =>
      loadOrt(failing('ERR_MODULE_NOT_FOUND', "Cannot find package 'onnxruntime-node'")),
    );
    expect(missing).toMatchObject({ code: 'RUNTIME_MISSING', expected: 'onnxruntime-node' });
    expect(missing?.hint).toContain('npm install onnxruntime-node');
  });

  test('tells a package that does not start from one that is missing', async () => {
    const found = await mistakes(() => loadOrt(failing('ERR_DLOPEN_FAILED', 'libonnxruntime.so.1: cannot open')));
    expect(found).toMatchObject([{ code: 'RUNTIME_FAILED' }]);
  });
});

describe('ortMessage', () => {
  test('leaves out the place in the source of ONNX Runtime', () => {
    const text =
      '/onnxruntime_src/core/graph/model.cc:202 onnx::Model::Model(A&&, const B<C()>&) Unsupported version: 14\n';
    expect(ortMessage(new Error(text))).toBe('Unsupported version: 14');
    expect(ortMessage('plain')).toBe('plain');
  });
});
