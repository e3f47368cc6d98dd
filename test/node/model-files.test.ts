// Models with weights beside them: written in a safe order, read only from where they may lie.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emitModel } from '../../codegen/onnx/emit.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import type { TensorProto } from '../../codegen/onnx/proto/tensor-messages.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import { type ModelFile, readModelFile } from '../../src/node/read-model.ts';
import { writeGraph, writeModel } from '../../src/node/write-model.ts';
import { mlpGraph } from '../onnx/sample-graphs.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-model-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const here = (name: string): string => join(folder, name);
const dataFiles = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.data'));

async function failure(act: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await act;
  } catch (error) {
    if (isDimwiseError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 'none', message: '' };
}

describe('writeGraph', () => {
  test('writes one file where the weights are small', async () => {
    const written = await writeGraph(here('mlp.onnx'), mlpGraph());
    expect(written.external).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['mlp.onnx']);
    expect(readFileSync(here('mlp.onnx')).length).toBe(written.bytes);
  });

  test('writes weights beside the model past the limit, aligned, and ONNX Runtime reads them', async () => {
    const written = await writeGraph(here('mlp.onnx'), mlpGraph(300), { externalLimit: 1000 });
    expect(dataFiles()).toEqual([expect.stringMatching(/^mlp\.[0-9a-f]{16}\.data$/)]);
    const tensors = decodeModel(readFileSync(here('mlp.onnx'))).graph?.initializer ?? [];
    const offsets = tensors.map(({ externalData }) => externalData?.find(({ key }) => key === 'offset')?.value);
    expect(offsets).toEqual(['0', '24000']);
    expect(written.external?.bytes).toBe(24_000 + 1200);
    const inline = await writeGraph(here('inline.onnx'), mlpGraph(300));
    const x = new Tensor(
      'float32',
      Float32Array.from({ length: 40 }, (_, i) => i),
      [2, 20],
    );
    const runs = [written.path, inline.path].map(async (path) => (await InferenceSession.create(path)).run({ x }));
    const [outside, inside] = await Promise.all(runs);
    expect(outside?.['y']?.data).toEqual(inside?.['y']?.data);
  });

  test('starts tensors of a page or more at page boundaries', async () => {
    await writeGraph(here('mlp.onnx'), mlpGraph(1030), { externalData: 'external' });
    const tensors = decodeModel(readFileSync(here('mlp.onnx'))).graph?.initializer ?? [];
    const offsets = tensors.map(({ externalData }) => Number(externalData?.find(({ key }) => key === 'offset')?.value));
    expect(offsets).toEqual([0, Math.ceil((1030 * 80) / 4096) * 4096]);
  });

  test('gives the same weights the same file name, other weights another', async () => {
    const nameOf = (width: number): string | undefined =>
      emitModel(mlpGraph(width), { externalData: 'external', fileName: 'm' }).external?.fileName;
    expect(nameOf(300)).toBe(nameOf(300));
    expect(nameOf(300)).not.toBe(nameOf(301));
  });

  test('keeps the old pair until the new model stands, then removes its weights', async () => {
    await writeGraph(here('mlp.onnx'), mlpGraph(300), { externalData: 'external' });
    const [old] = dataFiles();
    const broken = emitModel(mlpGraph(301), { externalData: 'external', fileName: 'mlp' });
    const cut = { ...broken, parts: [...broken.parts, { bytes: 10, write: [] }] };
    expect((await failure(writeModel(here('mlp.onnx'), cut))).code).toBe('EMIT_VALUE');
    expect(dataFiles()).toContain(old);
    await expect(readModelFile(here('mlp.onnx'))).resolves.toBeDefined();
    await writeModel(here('mlp.onnx'), broken);
    expect(dataFiles()).toEqual([broken.external?.fileName]);
  });

  test('removes nothing that another tool wrote', async () => {
    const model = decodeModel(new Uint8Array(emitBytes(300)));
    writeFileSync(here('mlp.onnx'), encodeModel({ ...model, producerName: 'other' }));
    writeFileSync(here('mlp.0123456789abcdef.data'), 'theirs');
    await writeGraph(here('mlp.onnx'), mlpGraph());
    expect(existsSync(here('mlp.0123456789abcdef.data'))).toBe(true);
  });
});

/** A model whose weights are said to lie outside. */
function emitBytes(width: number): Uint8Array {
  return encodeModel(emitModel(mlpGraph(width), { externalData: 'external', fileName: 'mlp' }).message);
}

describe('readModelFile', () => {
  test('reads large weights from their file when the model is written again', async () => {
    await writeGraph(here('a.onnx'), mlpGraph(300), { externalData: 'external' });
    const read = await readModelFile(here('a.onnx'));
    claimTypes(read);
    const kinds = read.graph.constants.map(({ source }) => source.kind === 'constant' && source.data.storage.kind);
    expect(kinds).toEqual(['file', 'bytes']);
    await writeGraph(here('b.onnx'), read.graph, { fileBytes: read.external.bytes });
    const direct = emitModel(mlpGraph(300));
    const raw = (tensors: readonly TensorProto[] = []): unknown => tensors.map(({ rawData }) => rawData?.length);
    expect(readFileSync(here('b.onnx')).length).toBe(direct.bytes);
    expect(raw(decodeModel(readFileSync(here('b.onnx'))).graph?.initializer)).toEqual([24_000, 1200]);
  });

  test('writes a model with external weights over itself', async () => {
    await writeGraph(here('a.onnx'), mlpGraph(300), { externalData: 'external' });
    const read = await readModelFile(here('a.onnx'));
    claimTypes(read);
    const written = await writeGraph(here('a.onnx'), read.graph, {
      externalData: 'external',
      fileBytes: read.external.bytes,
    });
    expect(written.external?.bytes).toBe(25_200);
    expect(dataFiles()).toHaveLength(1);
    await expect(InferenceSession.create(here('a.onnx'))).resolves.toBeDefined();
  });

  test('refuses what is no regular file at once, without waiting for it', async () => {
    execFileSync('mkfifo', [here('pipe.onnx')]);
    expect((await failure(readModelFile(here('pipe.onnx')))).message).toContain('no regular file');
    expect((await failure(readModelFile('/dev/zero'))).message).toContain('no regular file');
    expect((await failure(readModelFile(folder))).message).toContain('it is a folder');
    expect((await failure(readModelFile(here('none.onnx')))).message).toContain('ENOENT');
  });

  test('refuses a file above the limit before reading it', async () => {
    writeFileSync(here('huge.onnx'), '');
    truncateSync(here('huge.onnx'), 2 ** 31);
    const { code, message } = await failure(readModelFile(here('huge.onnx')));
    expect(code).toBe('FILE_READ');
    expect(message).toContain('2147483648 bytes');
  });

  test('names the file in what it says of its content', async () => {
    writeFileSync(here('bad.onnx'), 'no model');
    const { code, message } = await failure(readModelFile(here('bad.onnx')));
    expect(code).toBe('ONNX_MALFORMED');
    expect(message).toContain('bad.onnx: ');
  });
});

/** Takes over the types that the file states, in place of inference. */
function claimTypes({ declared }: ModelFile): void {
  for (const [value, type] of declared) value.setType(type);
}

describe('external data', () => {
  /** Writes a model in `folder/models` whose one weight of 20,480 bytes lies at a location. */
  function modelAt(location: string, entries: Record<string, string> = {}): string {
    mkdirSync(here('models'), { recursive: true });
    const externalData = Object.entries({ location, ...entries }).map(([key, value]) => ({ key, value }));
    const path = here('models/m.onnx');
    const weight = { name: 'w', dims: [5120], dataType: 1, dataLocation: 1, externalData };
    const graph = { name: 'g', initializer: [weight], output: [{ name: 'w' }] };
    writeFileSync(path, encodeModel({ irVersion: 10, opsetImport: [{ domain: '', version: 21 }], graph }));
    return path;
  }
  const data = new Uint8Array(20_480);

  test('is read from the folder of the model and from folders below it', async () => {
    const path = modelAt('deep/w.data');
    mkdirSync(here('models/deep'));
    writeFileSync(here('models/deep/w.data'), data);
    expect((await readModelFile(path)).graph.constants).toHaveLength(1);
    await expect(readModelFile(modelAt('deep/../deep/./w.data'))).resolves.toBeDefined();
  });

  test('is found beside the real file where the model is reached through a link', async () => {
    writeFileSync(here('w.data'), 'not this one');
    const path = modelAt('w.data');
    writeFileSync(here('models/w.data'), data);
    symlinkSync(path, here('link.onnx'));
    await expect(readModelFile(here('link.onnx'))).resolves.toBeDefined();
  });

  test.each([
    { what: 'a parent folder', location: '../w.data' },
    { what: 'a parent folder further down', location: 'deep/../../w.data' },
    { what: 'a sibling folder whose name starts alike', location: '../models2/w.data' },
    { what: 'an absolute path', location: '/etc/passwd' },
    { what: 'a path of a drive', location: 'C:\\w.data' },
    { what: 'backslashes', location: '..\\w.data' },
    { what: 'the folder itself', location: '.' },
    { what: 'a file that is not there', location: 'none.data' },
  ])('is refused at $what', async ({ location }) => {
    writeFileSync(here('w.data'), data);
    mkdirSync(here('models2'));
    writeFileSync(here('models2/w.data'), data);
    mkdirSync(here('models/deep'), { recursive: true });
    expect((await failure(readModelFile(modelAt(location)))).code).toBe('EXTERNAL_DATA');
  });

  test.each([
    { what: 'through a link', prepare: () => symlinkSync(here('w.data'), here('models/w.data')), says: 'is a link' },
    {
      what: 'through a linked folder',
      location: 'deep/w.data',
      prepare: () => symlinkSync(folder, here('models/deep')),
      says: 'is a link',
    },
    {
      what: 'with a second hard link',
      prepare: () => linkSync(here('w.data'), here('models/w.data')),
      says: '2 hard links',
    },
    { what: 'that is a folder', prepare: () => mkdirSync(here('models/w.data')), says: 'no regular file' },
    {
      what: 'that is a pipe',
      prepare: () => execFileSync('mkfifo', [here('models/w.data')]),
      says: 'no regular file',
    },
    {
      what: 'that is too short',
      prepare: () => writeFileSync(here('models/w.data'), data.subarray(1)),
      says: 'which has 20479',
    },
    {
      what: 'at an offset behind its end',
      prepare: () => writeFileSync(here('models/w.data'), data),
      entries: { offset: '9007199254740991' },
      says: 'which has 20480',
    },
  ])('is refused $what', async ({ prepare, says, location = 'w.data', entries = {} }) => {
    writeFileSync(here('w.data'), data);
    const path = modelAt(location, entries);
    prepare();
    const { code, message } = await failure(readModelFile(path));
    expect(code).toBe('EXTERNAL_DATA');
    expect(message).toContain(says);
    expect(message).toContain('initializer "w"');
  });

  test('may have hard links where the caller allows it', async () => {
    const path = modelAt('w.data');
    writeFileSync(here('models/w.data'), data);
    linkSync(here('models/w.data'), here('second'));
    await expect(readModelFile(path, { allowHardLinks: true })).resolves.toBeDefined();
  });

  test('is refused where the file was replaced after it was checked', async () => {
    const path = modelAt('w.data');
    writeFileSync(here('models/w.data'), data);
    const { external } = await readModelFile(path);
    rmSync(here('models/w.data'));
    symlinkSync('/dev/zero', here('models/w.data'));
    const read = (): void => {
      for (const _ of external.bytes({ kind: 'file', location: 'w.data', offset: 0, length: 20_480 })) break;
    };
    expect(read).toThrow('EXTERNAL_DATA');
  });
});
