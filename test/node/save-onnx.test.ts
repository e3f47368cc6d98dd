// Opened models are saved with their weights where they were, moved into one file, or inside; the source is never harmed.
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { externalLocations, tensorsOfModel } from '../../codegen/onnx/external-locations.ts';
import { readOnnx } from '../../codegen/onnx/onnx-model.ts';
import { wholeBytes } from '../../codegen/onnx/proto/lazy-bytes.ts';
import type { ModelProto } from '../../codegen/onnx/proto/messages.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import type { TensorProto } from '../../codegen/onnx/proto/tensor-messages.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import { openOnnx } from '../../src/node/open-onnx.ts';
import { saveOnnx } from '../../src/node/save-onnx.ts';
import { writeGraph } from '../../src/node/write-model.ts';
import { mlpGraph } from '../onnx/sample-graphs.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-save-'));
  mkdirSync(here('a'));
  mkdirSync(here('b'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const here = (name: string): string => join(folder, name);

async function failure(act: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await act;
  } catch (error) {
    if (isDimwiseError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 'none', message: '' };
}

const WEIGHT = Uint8Array.from({ length: 20_480 }, (_, i) => (i * 7) % 251);
const SMALL = Uint8Array.from({ length: 64 }, (_, i) => i);

const outside = (location: string, offset: number, length: number): Partial<TensorProto> => ({
  dataLocation: 1,
  externalData: [
    { key: 'location', value: location },
    { key: 'offset', value: String(offset) },
    { key: 'length', value: String(length) },
  ],
});

/** A model of every kind of tensor: external large, small and shared, typed lists with a signalling NaN, text, in a body, in a function. */
function everyKind(location = 'w.data'): ModelProto {
  const large: TensorProto = { name: 'w', dims: [5120], dataType: 1, ...outside(location, 64, 20_480) };
  const nan = new Float32Array(new Uint32Array(300).fill(0x7fa00001).buffer);
  const body = { name: 'then', initializer: [{ ...large, name: 'inner', docString: 'kept' }] };
  return {
    irVersion: 10,
    producerName: 'other',
    opsetImport: [{ domain: '', version: 21 }],
    graph: {
      name: 'g',
      initializer: [
        large,
        { name: 's', dims: [16], dataType: 1, ...outside(location, 0, 64) },
        { name: 'typed', dims: [300], dataType: 1, floatData: nan },
        { name: 'text', dims: [1], dataType: 8, stringData: [Uint8Array.of(0xff)] },
      ],
      node: [
        { opType: 'If', attribute: [{ name: 'then_branch', type: 5, g: body }] },
        { opType: 'Constant', attribute: [{ name: 'value', type: 4, t: { ...large, name: 'c' } }] },
      ],
    },
    functions: [
      {
        name: 'f',
        node: [{ opType: 'Constant', attribute: [{ name: 'value', type: 4, t: { ...large, name: 'd' } }] }],
      },
    ],
    unknownFields: [Uint8Array.of(0xfa, 0x07, 1, 9)],
  };
}

/** Writes the model of every kind with its weights. */
function writeSource(path: string, location = 'w.data'): void {
  writeFileSync(path, encodeModel(everyKind(location)));
  writeFileSync(join(path, '..', location), Buffer.concat([SMALL, WEIGHT]));
}

/** The bytes of each named tensor of a model file, wherever they lie. */
async function dataOf(path: string): Promise<Record<string, string>> {
  const model = await openOnnx(path);
  const result: Record<string, string> = {};
  for (const tensor of tensorsOfModel(model.proto)) {
    const { name = '', dataLocation, externalData = [], rawData, floatData, stringData } = tensor;
    const of = (key: string): string => externalData.find((entry) => entry.key === key)?.value ?? '';
    const typed = floatData instanceof Float32Array ? Buffer.from(floatData.buffer) : undefined;
    const bytes =
      dataLocation === 1
        ? readFileSync(join(path, '..', of('location'))).subarray(
            Number(of('offset')),
            Number(of('offset')) + Number(of('length')),
          )
        : ((rawData && wholeBytes(rawData)) ?? typed ?? stringData?.[0] ?? new Uint8Array());
    result[name] = Buffer.from(bytes).toString('hex');
  }
  return result;
}

/** The names of tensors whose data is outside of a model file. */
const outsideOf = (path: string): string[] =>
  [...tensorsOfModel(decodeModel(readFileSync(path)))].flatMap((t) => (t.dataLocation === 1 ? [t.name ?? ''] : []));

describe('saveOnnx', () => {
  test('writes an untouched model back to equal bytes, references as they are', async () => {
    writeSource(here('a/m.onnx'));
    const model = await openOnnx(here('a/m.onnx'));
    const written = await saveOnnx(model, here('a/copy.onnx'));
    expect(written.external).toBeUndefined();
    expect(readFileSync(here('a/copy.onnx'))).toEqual(readFileSync(here('a/m.onnx')));
    expect(readdirSync(here('a')).sort()).toEqual(['copy.onnx', 'm.onnx', 'w.data']);
  });

  const PLACEMENTS = [
    { to: 'b/m.onnx', options: {}, names: ['w', 'inner', 'c', 'd'] },
    { to: 'b/m.onnx', options: { externalData: 'external' }, names: ['w', 'typed', 'inner', 'c', 'd'] },
    { to: 'a/n.onnx', options: { externalData: 'external' }, names: ['w', 'typed', 'inner', 'c', 'd'] },
    { to: 'b/m.onnx', options: { externalData: 'inline' }, names: [] },
    { to: 'a/m.onnx', options: { externalData: 'inline' }, names: [] },
    { to: 'b/m.onnx', options: { externalData: 'auto' }, names: [] },
    { to: 'b/m.onnx', options: { externalLimit: 1000 }, names: ['w', 'typed', 'inner', 'c', 'd'] },
  ] as const;
  test.each(PLACEMENTS)('keeps every bit and field to $to with $options', async ({ to, options, names }) => {
    writeSource(here('a/m.onnx'));
    const before = await dataOf(here('a/m.onnx'));
    const written = await saveOnnx(await openOnnx(here('a/m.onnx')), here(to), options);
    expect(await dataOf(here(to))).toEqual(before);
    expect(outsideOf(here(to)).sort()).toEqual([...names].sort());
    expect(written.bytes).toBe(readFileSync(here(to)).length);
    const { unknownFields, producerName, graph } = decodeModel(readFileSync(here(to)));
    expect({ unknownFields, producerName }).toEqual({
      unknownFields: [Uint8Array.of(0xfa, 0x07, 1, 9)],
      producerName: 'other',
    });
    expect(graph?.node?.[0]?.attribute?.[0]?.g?.initializer?.[0]?.docString).toBe('kept');
    expect(readFileSync(here('a/w.data'))).toEqual(Buffer.concat([SMALL, WEIGHT]));
  });

  test('stores a range once that several tensors refer to', async () => {
    writeSource(here('a/m.onnx'));
    const { external } = await saveOnnx(await openOnnx(here('a/m.onnx')), here('b/m.onnx'));
    expect(external?.bytes).toBe(20_480);
  });

  test('gives a model that ONNX Runtime runs to the same numbers', async () => {
    await writeGraph(here('a/m.onnx'), mlpGraph(300), { externalData: 'external' });
    const model = await openOnnx(here('a/m.onnx'));
    const paths = [here('a/m.onnx'), here('b/moved.onnx'), here('b/inside.onnx')];
    await saveOnnx(model, here('b/moved.onnx'));
    await saveOnnx(model, here('b/inside.onnx'), { externalData: 'inline' });
    const x = new Tensor('float32', new Float32Array(40).fill(0.5), [2, 20]);
    const [first, ...others] = await Promise.all(
      paths.map(async (path) => (await (await InferenceSession.create(path)).run({ x }))['y']?.data),
    );
    expect(first?.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toEqual(first);
  });

  test('keeps the weights that the saved model still refers to when it is saved over itself', async () => {
    await writeGraph(here('a/m.onnx'), mlpGraph(300), { externalData: 'external' });
    const before = await dataOf(here('a/m.onnx'));
    const model = await openOnnx(here('a/m.onnx'));
    const [data = ''] = externalLocations(model.proto);
    await saveOnnx(model.with({ docString: 'edited' }), here('a/m.onnx'));
    expect(existsSync(here(`a/${data}`))).toBe(true);
    await saveOnnx(model, here('a/m.onnx'), { externalData: 'inline' });
    expect(existsSync(here(`a/${data}`))).toBe(true);
    await saveOnnx(model, here('a/m.onnx'), { externalData: 'external' });
    expect(existsSync(here(`a/${data}`))).toBe(true);
    expect(await dataOf(here('a/m.onnx'))).toEqual(before);
  });

  test('leaves a file of other content alone that has the name of the new weights', async () => {
    writeSource(here('a/m.onnx'));
    const first = await saveOnnx(await openOnnx(here('a/m.onnx')), here('b/m.onnx'));
    const data = first.external?.path ?? '';
    writeFileSync(data, new Uint8Array(20_480));
    const second = await saveOnnx(await openOnnx(here('a/m.onnx')), here('b/m.onnx'));
    expect(readFileSync(data)).toEqual(Buffer.alloc(20_480));
    expect(second.external?.path).not.toBe(data);
    expect((await dataOf(here('b/m.onnx')))['w']).toBe(Buffer.from(WEIGHT).toString('hex'));
  });

  test('replaces links and leaves what they point to', async () => {
    writeSource(here('a/m.onnx'));
    const model = await openOnnx(here('a/m.onnx'));
    const { external } = await saveOnnx(model, here('b/m.onnx'));
    const data = external?.path ?? '';
    for (const path of [data, here('b/m.onnx')]) {
      rmSync(path);
      writeFileSync(`${path}.theirs`, 'theirs');
      symlinkSync(`${path}.theirs`, path);
    }
    await saveOnnx(model, here('b/m.onnx'));
    for (const path of [data, here('b/m.onnx')]) {
      expect(() => readlinkSync(path)).toThrow('EINVAL');
      expect(readFileSync(`${path}.theirs`, 'utf8')).toBe('theirs');
    }
  });

  test('refuses to write over the own weights, by any name', async () => {
    writeSource(here('a/m.onnx'));
    const model = await openOnnx(here('a/m.onnx'));
    expect((await failure(saveOnnx(model, here('a/w.data')))).code).toBe('FILE_WRITE');
    linkSync(here('a/w.data'), here('b/second'));
    const linked = await openOnnx(here('a/m.onnx'), { allowHardLinks: true });
    expect((await failure(saveOnnx(linked, here('b/second')))).message).toContain("the model's own weights");
    expect(readFileSync(here('a/w.data')).length).toBe(20_544);
  });

  test.each([
    { what: 'lies outside of the folder', location: '../w.data', code: 'EXTERNAL_DATA' },
    { what: 'is missing', location: 'none.data', code: 'EXTERNAL_DATA' },
  ])('refuses to copy data that $what, and writes nothing', async ({ location, code }) => {
    writeFileSync(here('w.data'), Buffer.concat([SMALL, WEIGHT]));
    writeFileSync(here('a/m.onnx'), encodeModel(everyKind(location)));
    expect((await failure(saveOnnx(await openOnnx(here('a/m.onnx')), here('b/m.onnx')))).code).toBe(code);
    expect(readdirSync(here('b'))).toEqual([]);
  });

  test.each([
    { what: 'refuses tensors that overlap', step: 64, code: 'ONNX_LIMIT' },
    { what: 'copies tensors that lie side by side', step: 20_000, code: undefined },
  ])('$what where their copies would take far more than their file', async ({ step, code }) => {
    const count = 60;
    const initializer = Array.from({ length: count }, (_, i) => ({
      name: `w${i}`,
      dims: [5000],
      dataType: 1,
      ...outside('w.data', i * step, 20_000),
    }));
    writeFileSync(here('a/m.onnx'), encodeModel({ irVersion: 10, graph: { name: 'g', initializer } }));
    writeFileSync(here('a/w.data'), new Uint8Array(count * 20_000));
    for (const externalData of ['external', 'inline'] as const) {
      const saved = saveOnnx(await openOnnx(here('a/m.onnx')), here('b/m.onnx'), { externalData });
      expect(code && (await failure(saved)).code).toBe(code);
      await saved.catch(() => {});
      expect(readdirSync(here('b')).length > 0).toBe(code === undefined);
    }
  });

  test('keeps references of a model that came as bytes, and cannot bring them inside', async () => {
    const model = readOnnx(encodeModel(everyKind()));
    await saveOnnx(model, here('b/m.onnx'));
    expect(readFileSync(here('b/m.onnx'))).toEqual(Buffer.from(model.encode()));
    const inline = saveOnnx(model, here('b/m.onnx'), { externalData: 'inline' });
    expect((await failure(inline)).code).toBe('EXTERNAL_DATA');
  });

  test('refuses two gigabytes inside one file before it writes anything', async () => {
    const big: TensorProto = { name: 'w', dims: [2 ** 29], dataType: 1, ...outside('w.data', 0, 2 ** 31) };
    const proto = { irVersion: 10, graph: { name: 'g', initializer: [big] } };
    const files = {
      resolve: () => ({ kind: 'file' as const, location: 'w.data', offset: 0, length: 2 ** 31 }),
      bytes: (): Iterable<Uint8Array> => [],
    };
    const saved = saveOnnx(readOnnx(encodeModel(proto), { files }), here('b/m.onnx'), { externalData: 'inline' });
    expect((await failure(saved)).code).toBe('EMIT_TOO_LARGE');
    expect(readdirSync(here('b'))).toEqual([]);
  });

  test('says that the folder is missing', async () => {
    const { code, message } = await failure(saveOnnx(readOnnx(encodeModel({ irVersion: 10 })), here('none/m.onnx')));
    expect([code, message.includes('ENOENT')]).toEqual(['FILE_WRITE', true]);
  });
});
