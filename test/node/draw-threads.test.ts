// Threads draw weights: the same bits whatever their number, and errors that name the parameter.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Part } from '../../codegen/onnx/proto/parts.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import type { DType } from '../../src/ir/dtype.ts';
import { tensorByteLength, tensorChunks } from '../../src/ir/tensor-chunks.ts';
import { materialize, type TensorData } from '../../src/ir/tensor-data.ts';
import { model } from '../../src/model/define.ts';
import type { Initializer } from '../../src/nn/initializers/initializer.ts';
import { parseInitializer } from '../../src/nn/initializers/parse-initializer.ts';
import { dense } from '../../src/nn/layers/dense.ts';
import { sequential } from '../../src/nn/layers/sequential.ts';
import { lazyInitializer } from '../../src/nn/lazy-initializer.ts';
import { Parameter } from '../../src/nn/parameter.ts';
import { drawParameters } from '../../src/node/draw-parameters.ts';
import { drawParts } from '../../src/node/draw-parts.ts';
import { DrawPool } from '../../src/node/draw-pool.ts';
import { threadCount } from '../../src/node/drawing-threads.ts';
import { saveModel } from '../../src/node/save-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'dimwise-draw-'));
afterAll(() => rmSync(folder, { recursive: true }));

const THREADS = [1, 2, 3, 7];
const RECIPES: Initializer[] = [
  parseInitializer('torchDefault'),
  parseInitializer('normal'),
  parseInitializer({ kind: 'truncatedNormal', std: 0.02 }),
  parseInitializer('zeros'),
];

/** Data that an initializer draws; the sizes end in the middle of chunks and of Philox blocks. */
function drawn(path: string, initializer: Initializer, dtype: DType, shape: readonly number[]): TensorData {
  return lazyInitializer({ initializer, seed: 5, path, shape, dtype, layout: 'oi' });
}

const TENSORS = RECIPES.flatMap((recipe, i) =>
  (['float32', 'float16', 'bfloat16', 'float64'] as const).map((dtype) =>
    drawn(`${i}.${dtype}`, recipe, dtype, [773, 607]),
  ),
);

const partsOf = (tensors: readonly TensorData[]): Part[] =>
  tensors.flatMap((data) => [
    Uint8Array.of(1, 2, 3),
    { bytes: tensorByteLength(data), write: tensorChunks(data, undefined), data },
  ]);

async function joined(parts: readonly Part[], threads: number, pool?: DrawPool): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  // A chunk is the writer's only until it asks for the next.
  for await (const chunk of drawParts(parts, { threads, pool })) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}

async function errorOf(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!isDimwiseError(error)) throw error;
  return error;
}

const net = () =>
  model(sequential(dense(512, { weightInitializer: 'kaimingNormal' }), dense(700), dense(10))).initialize({ seed: 3 });

describe('drawParts', () => {
  const expected = Buffer.concat(
    TENSORS.flatMap((data) => [Uint8Array.of(1, 2, 3), materialize(data) ?? new Uint8Array()]),
  );

  test.each(THREADS)('gives the bytes of plain drawing with %i threads, for all recipes and types', async (threads) => {
    expect(Buffer.compare(await joined(partsOf(TENSORS), threads), expected)).toBe(0);
  });

  test('tells how far it is, up to the end', async () => {
    const heard: number[] = [];
    const parts = partsOf(TENSORS);
    for await (const _ of drawParts(parts, { threads: 2, onProgress: ({ done }) => heard.push(done) }));
    expect(heard.at(-1)).toBe(expected.length);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
  });

  test('holds no more chunks than three for each thread', async () => {
    const live = new Set<ArrayBufferLike>();
    const big = drawn('big', RECIPES[1] ?? parseInitializer('normal'), 'float32', [1 << 23]);
    for await (const chunk of drawParts(partsOf([big]), { threads: 2 })) live.add(chunk.buffer);
    // One more for the three bytes before it.
    expect(live.size).toBeLessThanOrEqual(3 * 2 + 1);
  });
});

describe('saveModel', () => {
  test.each(['inline', 'external'] as const)(
    'writes the same files with any number of threads, %s',
    async (placement) => {
      const files: Buffer[] = [];
      for (const threads of THREADS) {
        const written = await saveModel(net().bind([2, 600]).compile(), join(folder, 'same.onnx'), {
          threads,
          externalData: placement,
        });
        files.push(readFileSync(written.external?.path ?? written.path));
      }
      const [first = Buffer.alloc(0), ...others] = files;
      expect(first.length).toBeGreaterThan(1e6);
      for (const other of others) expect(Buffer.compare(other, first)).toBe(0);
    },
  );

  test('starts no thread for one thread, and none where nothing is drawn', async () => {
    const start = vi.spyOn(DrawPool.prototype, 'draw');
    await saveModel(net().bind([2, 600]).compile(), join(folder, 'one.onnx'), { threads: 1 });
    expect(start).not.toHaveBeenCalled();
    start.mockRestore();
  });

  test.each([0, 17, 1.5, Number.NaN])('refuses %d threads', async (threads) => {
    const error = await errorOf(saveModel(net().bind([2, 600]).compile(), join(folder, 'no.onnx'), { threads }));
    expect(error.code).toBe('DRAW_THREADS');
    expect(error.actual).toBe(String(threads));
    expect(readdirSync(folder).filter((name) => name.includes('no.onnx'))).toEqual([]);
  });
});

describe('a thread that fails', () => {
  const FAILURES: Record<string, string> = {
    'that ends': 'process.exit(3)',
    'that throws': 'throw new RangeError("out of memory")',
    'that ends in the middle': `
      const { parentPort } = require('node:worker_threads');
      let count = 0;
      parentPort.on('message', ({ id }) => (count++ < 3 ? parentPort.postMessage({ id }) : process.exit(1)));`,
  };

  test.each(Object.entries(FAILURES))('%s is told with the name of the parameter', async (_, source) => {
    const pool = new DrawPool(2, source);
    const big = drawn('encoder.0.weight', parseInitializer('normal'), 'float32', [1 << 22]);
    const error = await errorOf(joined(partsOf([big]), 2, pool));
    expect(error.code).toBe('DRAW_FAILED');
    expect(error.message).toContain('parameter encoder.0.weight');
    expect(error.origin?.path).toBe('encoder.0.weight');
    expect(pool.isBroken).toBe(true);
    await pool.close();
  });

  test('leaves all parameters as they were', async () => {
    const pool = new DrawPool(1, FAILURES['that ends']);
    const bound = net().bind([2, 600]);
    const error = await errorOf(drawParameters(bound, { pool }));
    expect(error.code).toBe('DRAW_FAILED');
    for (const cell of bound.parameters().values()) expect(cell.data().storage.kind).toBe('lazy');
    await pool.close();
  });

  test('has a successor: the next call draws', async () => {
    await expect(joined(partsOf(TENSORS.slice(0, 2)), 2)).resolves.toHaveLength(6 + 773 * 607 * 6);
  });
});

describe('drawParameters', () => {
  let expected: Map<string, Uint8Array>;
  beforeAll(() => {
    const bound = net().bind([2, 600]);
    expected = new Map(
      [...bound.parameters()].map(([path, cell]) => [path, materialize(cell.data()) ?? new Uint8Array()]),
    );
  });

  test.each(THREADS)('keeps the bits that are drawn otherwise, with %i threads', async (threads) => {
    const bound = net().bind([2, 600]);
    const heard: number[] = [];
    await drawParameters(bound, { threads, onProgress: ({ done }) => heard.push(done) });
    for (const [path, cell] of bound.parameters()) {
      const { storage } = cell.data();
      if (storage.kind !== 'bytes') throw new Error(`${path} is ${storage.kind}`);
      expect(Buffer.compare(storage.bytes, expected.get(path) ?? new Uint8Array()), path).toBe(0);
    }
    expect(heard.at(-1)).toBe([...expected.values()].reduce((sum, { length }) => sum + length, 0));
  });

  test.each(THREADS)(
    'keeps the bits of many small parameters of all kinds and types, with %i threads',
    async (threads) => {
      const kinds: Initializer[] = [...RECIPES, parseInitializer('uniform'), parseInitializer('orthogonal')];
      const types = ['float32', 'float16', 'bfloat16', 'float64'] as const;
      const cells = new Map<string, Parameter>();
      const plain = new Map<string, Uint8Array>();
      // One in the middle is large enough for threads by itself; sizes end in the middle of Philox blocks and of what is aligned.
      for (let i = 0; i < 700; i++) {
        const shape = i === 120 ? [300, 301] : [37, 19 + (i % 5)];
        const dtype = types[i % types.length] ?? 'float32';
        const cell = new Parameter({ shape, dtype, initializer: kinds[i % kinds.length] });
        cell.claimPath(`p${i}`);
        cell.initialize({ seed: 9 });
        cells.set(`p${i}`, cell);
        plain.set(`p${i}`, materialize(cell.data()) ?? new Uint8Array());
      }
      const draw = vi.spyOn(DrawPool.prototype, 'draw');
      const heard: number[] = [];
      await drawParameters({ parameters: () => cells }, { threads, onProgress: ({ done }) => heard.push(done) });
      const together = draw.mock.calls.filter(([task]) => 'batch' in task).length;
      draw.mockRestore();
      expect(together > 1).toBe(threads > 1);
      for (const [path, cell] of cells) {
        const { storage } = cell.data();
        if (storage.kind !== 'bytes') throw new Error(`${path} is ${storage.kind}`);
        expect(Buffer.compare(storage.bytes, plain.get(path) ?? new Uint8Array()), path).toBe(0);
      }
      expect(heard.at(-1)).toBe([...plain.values()].reduce((sum, { length }) => sum + length, 0));
    },
  );

  test('hands few small parameters to no thread', async () => {
    const draw = vi.spyOn(DrawPool.prototype, 'draw');
    const small = model(sequential(dense(64), dense(64))).initialize();
    await drawParameters(small.bind([2, 64]), { threads: 2 });
    expect(draw).not.toHaveBeenCalled();
    draw.mockRestore();
  });

  test('names a small parameter of those that a thread failed to draw', async () => {
    const pool = new DrawPool(1, 'process.exit(3)');
    const many = model(sequential(...Array.from({ length: 40 }, () => dense(100)))).initialize();
    const bound = many.bind([2, 100]);
    const error = await errorOf(drawParameters(bound, { pool }));
    expect(error.code).toBe('DRAW_FAILED');
    expect(error.origin?.path).toBe('0.weight');
    for (const cell of bound.parameters().values()) expect(cell.data().storage.kind).toBe('lazy');
    await pool.close();
  });

  test('draws a parameter that is larger than what one thread is handed', async () => {
    const cell = new Parameter({ shape: [(1 << 23) + 5], initializer: 'normal' });
    cell.claimPath('large');
    cell.initialize({ seed: 1 });
    const plain = materialize(cell.data()) ?? new Uint8Array();
    await drawParameters({ parameters: () => new Map([['large', cell]]) }, { threads: 2 });
    expect(Buffer.compare(materialize(cell.data()) ?? new Uint8Array(), plain)).toBe(0);
  });

  test('leaves the name of the file of weights as it is', async () => {
    const names: (string | undefined)[] = [];
    for (const isDrawn of [false, true]) {
      const bound = net().bind([2, 600]);
      if (isDrawn) await drawParameters(bound, { threads: 1 });
      const { external } = bound.compile().emit({ externalData: 'external', fileName: 'net' });
      names.push(external?.fileName);
    }
    expect(names[0]).toBeDefined();
    expect(names[1]).toBe(names[0]);
  });

  test('says which parameter has no data yet', async () => {
    const error = await errorOf(drawParameters(model(dense(4)).bind([2, 3])));
    expect(error.code).toBe('PARAM_NOT_INITIALIZED');
  });
});

describe('threadCount', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test('is one where there is little to draw, and what was asked for otherwise', () => {
    expect(threadCount(undefined, 1000)).toBe(1);
    expect(threadCount(undefined, 2 ** 30)).toBeGreaterThanOrEqual(1);
    expect(threadCount(undefined, 2 ** 30)).toBeLessThanOrEqual(4);
    expect(threadCount(7, 1000)).toBe(7);
  });

  test('is one where the engine has no WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const fresh = await import('../../src/node/drawing-threads.ts');
    expect(fresh.threadCount(4, 2 ** 30)).toBe(1);
  });
});
