// Outputs are written into given arrays, and their shapes are known before a run.
import { createSession, graph, model, op, tensor, type Value } from 'dimwise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { type Diagnostic, isDimwiseError } from '../../src/base/errors.ts';
import { tensorFromValues } from '../../src/ir/tensor-data.ts';
import type { Session } from '../../src/runtime/session.ts';

const CPU = { providers: 'cpu' } as const;

async function mistakes(act: () => unknown): Promise<readonly Diagnostic[]> {
  try {
    await act();
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return error.errors;
  }
  return [];
}

/** Outputs that ONNX Runtime makes in other ways than writing a node's result: passed through, aliased, constant, twice, from bodies. */
const bound = graph((g) => {
  const x = g.input('x', 'float32', ['n', 4]);
  const i = g.input('i', 'int64', ['n']);
  const y = op.Neg(x);
  return {
    y,
    same: op.Identity(x),
    flat: op.Reshape(y, [-1]),
    twice: op.Add(y, y),
    constant: op.Identity(op.Constant({ value: tensorFromValues('float32', [2], [5, 6]) })),
    bools: op.Greater(x, 0),
    halves: op.Cast(x, { to: 'float16' }),
    ids: op.Add(i, i),
    text: op.Cast(i, { to: 'string' }),
    found: op.NonZero(x),
  };
}).bind({ x: ['n', 4], i: ['n'] });

let session: Session;
beforeAll(async () => {
  session = await createSession(bound.compile(), CPU);
});
afterAll(() => session.dispose());

const x = { dims: [2, 4], type: 'float32', data: Float32Array.of(1, -2, 3, 4, 0, 6, 7, 8) } as const;
const feeds = { x, i: BigInt64Array.of(1n, 2n) };

describe('into', () => {
  test('takes outputs of every kind into the arrays that are given', async () => {
    const into = {
      y: new Float32Array(8),
      same: new Float32Array(8),
      flat: new Float32Array(8),
      twice: new Float32Array(8),
      constant: new Float32Array(2),
      bools: new Uint8Array(8),
      halves: new Uint16Array(8),
      ids: new BigInt64Array(2),
    };
    const plain = await session.run(feeds);
    // A second run must overwrite what the first one left.
    for (const { buffer } of Object.values(into)) new Uint8Array(buffer).fill(99);
    const outputs = await session.run(feeds, { into });
    for (const [name, array] of Object.entries(into)) {
      expect(outputs[name]?.data, name).toBe(array);
      expect(outputs[name], name).toEqual(plain[name]);
    }
    expect(outputs['found']).toEqual(plain['found']);
    expect(outputs['text']).toEqual(plain['text']);
  });

  test('takes an output that is an input itself, which ONNX Runtime does not write', async () => {
    const type = { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'n' }] } } };
    const bytes = encodeModel({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: 'through',
        node: [{ opType: 'Neg', input: ['x'], output: ['y'] }],
        input: [{ name: 'x', type }],
        output: ['x', 'y'].map((name) => ({ name, type })),
      },
    });
    await using through = await createSession(bytes, CPU);
    const whole = new Float32Array(4).fill(9);
    const outputs = await through.run(Float32Array.of(1, -2), { into: { x: whole.subarray(1, 3) } });
    expect([...whole]).toEqual([9, 1, -2, 9]);
    expect(outputs['x']).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(1, -2) });
    expect(outputs['x']?.data).toHaveProperty('buffer', whole.buffer);
    expect([...(outputs['y']?.data ?? [])]).toEqual([-1, 2]);
  });

  test('takes a part of an array, and writes nothing beside it', async () => {
    const whole = new Float32Array(12).fill(9);
    const { y } = await session.run(feeds, { outputs: ['y'], into: { y: whole.subarray(2, 10) } });
    expect([...whole]).toEqual([9, 9, -1, 2, -3, -4, -0, -6, -7, -8, 9, 9]);
    expect(y?.data instanceof Float32Array && y.data.buffer).toBe(whole.buffer);
  });

  test('takes the tensor of an earlier run', async () => {
    const first = await session.run(feeds, { outputs: ['y'] });
    const { y } = first;
    if (!y) throw new TypeError('no output');
    const again = await session.run(
      { ...feeds, x: { ...x, data: new Float32Array(8) } },
      { outputs: ['y'], into: { y } },
    );
    expect(again['y']?.data).toBe(y.data);
    expect([...y.data]).toEqual([-0, -0, -0, -0, -0, -0, -0, -0]);
  });

  const own = new Float32Array(8);
  const detached = new Float32Array(8);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  test.each<[string, object, readonly string[]]>([
    [
      'too few elements',
      { y: new Float32Array(7) },
      ['OUTPUT_ARRAY', '"y"', '[2, 4]', '8 elements', 'the array has 7'],
    ],
    ['too many elements', { y: new Float32Array(9) }, ['OUTPUT_ARRAY', '"y"', '8 elements', 'the array has 9']],
    ['another type', { y: new Float64Array(8) }, ['OUTPUT_ARRAY', '"y"', 'float32', 'Float32Array', 'Float64Array']],
    ['no array', { y: [1, 2] }, ['OUTPUT_ARRAY', '"y"', 'Float32Array', '[1, 2]']],
    ['bytes for bits', { halves: new Uint8Array(8) }, ['OUTPUT_ARRAY', '"halves"', 'float16', 'Uint16Array']],
    ['strings', { text: [] }, ['OUTPUT_ARRAY', '"text"', 'string']],
    [
      'a size that depends on data',
      { found: new BigInt64Array(8) },
      ['OUTPUT_ARRAY', '"found"', '[2, ', 'depends on the data'],
    ],
    ['an unknown name', { yy: new Float32Array(8) }, ['OUTPUT_UNKNOWN', '"yy"']],
    ['shared memory', { y: new Float32Array(new SharedArrayBuffer(32)) }, ['OUTPUT_ARRAY', '"y"', 'shared']],
    ['memory that is gone', { y: detached }, ['OUTPUT_ARRAY', '"y"', 'detached']],
    ['the memory of a feed', { y: x.data }, ['OUTPUT_ARRAY', '"y"', 'feed of input "x"']],
    ['one array for two outputs', { y: own, same: own.subarray(0) }, ['OUTPUT_ARRAY', '"same"', 'that of output "y"']],
  ])('refuses %s', async (_, into, [code, ...parts]) => {
    // What is given is what no type lets through.
    const [found, ...more] = await mistakes(() => session.run(feeds, { into: into as { y: Float32Array } }));
    expect(found?.code).toBe(code);
    for (const part of parts) expect(found?.message).toContain(part);
    expect(found?.origin?.site?.place?.file).toContain('outputs.test.ts');
    expect(more).toEqual([]);
  });

  test('tells all mistakes together, also an output that is not asked for', async () => {
    const into = { y: new Float32Array(1), same: new Float32Array(8) };
    const found = await mistakes(() =>
      session.run(feeds, { outputs: ['y', 'ids'], into: { ...into, ids: new BigInt64Array(9) } }),
    );
    expect(found.map(({ code }) => code)).toEqual(['OUTPUT_ARRAY', 'OUTPUT_UNKNOWN', 'OUTPUT_ARRAY']);
  });
});

describe('Session.outputShapes', () => {
  test('are those of a run, from feeds and from sizes', async () => {
    const outputs = await session.run(feeds);
    const shapes = session.outputShapes(feeds);
    for (const [name, { shape }] of Object.entries(outputs)) {
      if (name !== 'found') expect(shapes[name], name).toEqual(shape);
    }
    expect(shapes['found']?.[0]).toBe(2);
    expect(typeof shapes['found']?.[1]).toBe('string');
    expect(session.outputShapes({ x: { shape: [2, 4] }, i: { dims: [2] } })).toEqual(shapes);
    expect(session.outputShapes({ x: new Float32Array(8), i: [1, 2] })).toEqual(shapes);
  });

  test.each<[string, object, string]>([
    ['a missing input', { x: { shape: [2, 4] } }, 'FEED_MISSING'],
    ['unequal symbols', { x: { shape: [2, 4] }, i: { shape: [3] } }, 'FEED_MISMATCH'],
    ['what is no size', { x: { shape: [2, -4] }, i: { shape: [2] } }, 'FEED_MISMATCH'],
    ['an array without a shape', { x: new Float32Array(7), i: [1, 2] }, 'FEED_MISMATCH'],
    ['an unknown name', { x: { shape: [2, 4] }, i: { shape: [2] }, z: { shape: [2] } }, 'FEED_UNKNOWN'],
  ])('refuse %s', async (_, asked, code) => {
    const [found] = await mistakes(() => session.outputShapes(asked as Record<string, { shape: number[] }>));
    expect(found?.code).toBe(code);
    expect(found?.origin?.site?.place?.file).toContain('outputs.test.ts');
  });
});

describe('a session that is run again and again', () => {
  const two = model((a: Value, b: Value) => op.Add(a, b), {
    inputs: { a: tensor('float32', ['n', 2]), b: tensor('float32', ['n', 2]) },
  }).bind({ a: ['n', 2], b: ['n', 2] });

  test('forgets nothing of what it checks when sizes repeat and change', async () => {
    await using sums = await createSession(two.compile(), { ...CPU, nonFinite: 'refuse' });
    const of = (n: number) => ({ a: new Float32Array(2 * n).fill(1), b: new Float32Array(2 * n).fill(2) });
    for (const n of [1, 1, 3, 3, 1])
      expect((await sums.run(of(n)))['output']).toEqual({
        dtype: 'float32',
        shape: [n, 2],
        data: new Float32Array(2 * n).fill(3),
      });
    const wrong: readonly (readonly [object, string])[] = [
      [{ a: of(1).a, b: of(2).b }, 'FEED_MISMATCH'],
      [{ a: of(1).a }, 'FEED_MISSING'],
      [{ ...of(1), c: of(1).a }, 'FEED_UNKNOWN'],
      [{ ...of(1), a: Float64Array.of(0.1, 0.2) }, 'DTYPE_MISMATCH'],
      [{ ...of(1), a: { dims: [2, 1], type: 'float32', data: of(1).a } }, 'FEED_MISMATCH'],
      [{ ...of(1), a: { dims: [2], type: 'float32', data: of(1).a } }, 'RANK_MISMATCH'],
      [{ ...of(1), a: { dims: [1, 2], type: 'float32', data: new Float32Array(3) } }, 'FEED_MISMATCH'],
      [{ ...of(1), a: { dims: [1, 2], type: 'int32', data: of(1).a } }, ''],
      [{ ...of(1), a: Float32Array.of(1, Number.NaN) }, 'FEED_NOT_FINITE'],
    ];
    for (const [feed, code] of wrong) {
      const found = await mistakes(() => sums.run(feed as Record<string, Float32Array>));
      expect(found[0]?.code ?? '').toBe(code);
      expect((await sums.run(of(1)))['output']?.data).toEqual(Float32Array.of(3, 3));
    }
  });

  test('reads the sizes that a tensor had when it was checked', async () => {
    await using sums = await createSession(two.compile(), CPU);
    const dims = [1, 2];
    const a = { dims, type: 'float32', data: Float32Array.of(1, 2) };
    await sums.run({ a, b: Float32Array.of(1, 1) });
    dims[0] = 2;
    expect((await mistakes(() => sums.run({ a, b: Float32Array.of(1, 1) })))[0]?.code).toBe('FEED_MISMATCH');
  });

  test('feeds arrays on shared memory, parts of arrays and subclasses', async () => {
    await using sums = await createSession(two.compile(), CPU);
    class Mine extends Float32Array {}
    const shared = new Float32Array(new SharedArrayBuffer(16));
    shared.set([1, 2, 3, 4]);
    for (const a of [
      shared,
      shared.subarray(0, 2),
      Mine.of(1, 2),
      Float32Array.of(0, 1, 2).subarray(1),
      Float32Array.of(1, 2),
    ]) {
      const b = new Float32Array(a.length).fill(1);
      expect((await sums.run({ a, b }))['output']?.data).toEqual(Float32Array.from(a, (value) => value + 1));
    }
  });

  test('feeds what a run gave without a copy', async () => {
    await using sums = await createSession(two.compile(), CPU);
    const b = Float32Array.of(1, 1);
    let { output: a } = await sums.run({ a: b, b });
    for (let i = 0; i < 3; i++) if (a) ({ output: a } = await sums.run({ a, b }));
    expect(a?.data).toEqual(Float32Array.of(5, 5));
  });
});

describe('arrays of runs under way', () => {
  const feeds = (value: number, rows = 2) => ({
    x: { shape: [rows, 4], dtype: 'float32', data: new Float32Array(4 * rows).fill(value) },
    i: new BigInt64Array(rows),
  });

  test('are refused to other runs until the run ends', async () => {
    const y = new Float32Array(8);
    const first = session.run(feeds(1), { outputs: ['y'], into: { y } });
    const second = session.run(feeds(2), { outputs: ['y'], into: { y } });
    expect(await mistakes(() => second)).toMatchObject([
      {
        code: 'OUTPUT_ARRAY',
        message: expect.stringContaining('a run that has not ended writes its output "y" there'),
      },
    ]);
    expect((await first)['y']?.data).toBe(y);
    expect(y).toEqual(new Float32Array(8).fill(-1));
    await session.run(feeds(3), { outputs: ['y'], into: { y } });
    expect(y).toEqual(new Float32Array(8).fill(-3));
  });

  test('are refused as feeds, also where they overlap in part', async () => {
    const memory = new Float32Array(12);
    const first = session.run(feeds(1), { outputs: ['y'], into: { y: memory.subarray(0, 8) } });
    const fed = { ...feeds(0), x: { shape: [2, 4], dtype: 'float32', data: memory.subarray(4) } };
    expect(await mistakes(() => session.run(fed))).toMatchObject([{ code: 'FEED_MISMATCH' }]);
    await first;
    expect(await mistakes(() => session.run(fed))).toEqual([]);
  });

  test('are free again after a run that fails, and arrays of their own disturb nobody', async () => {
    const y = new Float32Array(8);
    expect(await mistakes(() => session.run({ x: [[1, 2, 3]] }, { into: { y } }))).not.toEqual([]);
    const both = [y, new Float32Array(8)].map((data) => session.run(feeds(1), { outputs: ['y'], into: { y: data } }));
    for (const outputs of await Promise.all(both)) expect(outputs['y']?.data).toEqual(new Float32Array(8).fill(-1));
  });
});
