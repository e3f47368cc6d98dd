// Large weights stay in the file of their model until they are needed, and only that very file is read.
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkModel } from '../../codegen/onnx/check/check-model.ts';
import { diffModels } from '../../codegen/onnx/diff/diff-models.ts';
import { isLazy, wholeBytes } from '../../codegen/onnx/proto/lazy-bytes.ts';
import type { ModelProto } from '../../codegen/onnx/proto/messages.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import { formatGraph } from '../../src/ir/graph-text.ts';
import { openOnnx } from '../../src/node/open-onnx.ts';
import { saveOnnx } from '../../src/node/save-onnx.ts';

const WIDTH = 160;
const values = Float32Array.from({ length: WIDTH * WIDTH }, (_, i) => i % 97);
values[7] = Number.NaN;
const rawData = new Uint8Array(values.buffer);
const tensor = (name: string) => ({ name, dims: [WIDTH, WIDTH], dataType: 1, rawData });
const type = (...sizes: (number | string)[]) => ({
  tensorType: {
    elemType: 1,
    shape: { dim: sizes.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size })) },
  },
});
const MODEL: ModelProto = {
  irVersion: 10,
  opsetImport: [{ domain: '', version: 21 }],
  graph: {
    name: 'g',
    input: [{ name: 'x', type: type('n', WIDTH) }],
    output: [{ name: 'y', type: type('n', WIDTH) }],
    initializer: [tensor('w'), { ...tensor('copy'), docString: 'kept' }],
    node: [
      { opType: 'MatMul', input: ['x', 'w'], output: ['a'] },
      { opType: 'MatMul', input: ['a', 'copy'], output: ['y'] },
    ],
  },
};

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-lazy-'));
  path = join(folder, 'm.onnx');
  writeFileSync(path, encodeModel(MODEL));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openLazy = (from = path) => openOnnx(from, { lazyBytes: 0 });

/** The first weight as it was opened. */
const weightOf = ({ proto }: { proto: ModelProto }) => proto.graph?.initializer?.[0]?.rawData ?? new Uint8Array();

async function failure(task: () => unknown): Promise<{ code: string; message: string }> {
  try {
    await task();
  } catch (error) {
    if (isDimwiseError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return expect.fail('nothing was thrown');
}

describe('openOnnx', () => {
  test('leaves large weights in a large file, and reads a smaller one whole', async () => {
    expect(isLazy(weightOf(await openLazy()))).toBe(true);
    expect(isLazy(weightOf(await openOnnx(path)))).toBe(false);
    expect(isLazy(weightOf(await openOnnx(path, { lazyBytes: Number.POSITIVE_INFINITY })))).toBe(false);
    expect(wholeBytes(weightOf(await openLazy()))).toEqual(rawData);
  });

  test('tells of a model with lazy weights what it tells of one that was read whole', async () => {
    const [lazy, whole] = [await openLazy(), await openOnnx(path)];
    expect(formatGraph(lazy.graph)).toBe(formatGraph(whole.graph));
    expect(lazy.contract).toEqual(whole.contract);
    const findings = checkModel(lazy);
    expect(findings).toEqual(checkModel(whole));
    expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['WEIGHT_NAN', 'WEIGHT_TWICE']));
    expect(diffModels(lazy, whole)).toEqual(diffModels(whole, whole));
  });

  test('encodes lazy weights to the bytes of the file', async () => {
    expect(Buffer.from((await openLazy()).encode()).equals(readFileSync(path))).toBe(true);
  });

  test('reads the file that a link led to', async () => {
    const link = join(folder, 'link.onnx');
    symlinkSync(path, link);
    const model = await openLazy(link);
    expect(wholeBytes(weightOf(model))).toEqual(rawData);
  });

  test.each([
    [
      'replaced',
      () => {
        writeFileSync(`${path}.new`, readFileSync(path));
        renameSync(`${path}.new`, path);
      },
    ],
    ['shortened', () => truncateSync(path, 1000)],
    ['lengthened', () => appendFileSync(path, 'x')],
    ['written to', () => utimesSync(path, 1, 1)],
    ['removed', () => rmSync(path)],
  ] as const)('names a file that was %s since', async (_, change) => {
    const model = await openLazy();
    const weight = weightOf(model);
    change();
    const tasks = [
      () => wholeBytes(weight),
      () => model.encode(),
      () => isLazy(weight) && [...weight.write],
      () => saveOnnx(model, join(folder, 'out.onnx')),
    ];
    for (const task of tasks) {
      const { code, message } = await failure(task);
      expect(code).toBe('FILE_READ');
      expect(message).toContain(path);
    }
  });
});

describe('saveOnnx', () => {
  test.each(['m.onnx', 'copy.onnx'])('writes lazy weights to equal bytes as %s', async (name) => {
    const before = readFileSync(path);
    await saveOnnx(await openLazy(), join(folder, name));
    expect(readFileSync(join(folder, name)).equals(before)).toBe(true);
    await saveOnnx((await openLazy()).with({ docString: 'edited' }), join(folder, name));
    expect((await openLazy(join(folder, name))).proto).toMatchObject({ docString: 'edited' });
  });

  test('moves lazy weights beside the model, each as often as bytes in memory', async () => {
    const lazy = await saveOnnx(await openLazy(), join(folder, 'lazy.onnx'), { externalData: 'external' });
    const whole = await saveOnnx(await openOnnx(path), join(folder, 'whole.onnx'), { externalData: 'external' });
    const bytes = (file: string | undefined): Buffer => readFileSync(file ?? '');
    expect(bytes(lazy.external?.path).equals(bytes(whole.external?.path))).toBe(true);
    await saveOnnx(await openOnnx(lazy.path), path, { externalData: 'inline' });
    expect(wholeBytes(weightOf(await openOnnx(path)))).toEqual(rawData);
  });
});
