// Repositories on disk: complete, kept, replaced as a whole, and as ONNX Runtime sees the models in them.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { parseOnnx } from '../../codegen/onnx/text/parse-onnx.ts';
import { tritonConfig } from '../../codegen/triton/model-config.ts';
import type { TritonTensor } from '../../codegen/triton/tensors.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import {
  dense,
  exportTriton,
  exportTritonEnsemble,
  kserveYaml,
  model,
  openOnnx,
  readOnnx,
  saveOnnx,
} from '../../src/index.ts';
import { CASES, compiled, MODELS, type ModelName } from './cases.ts';
import { ENSEMBLES } from './goldens.ts';

const root = mkdtempSync(join(tmpdir(), 'dimwise-triton-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let repository = '';
let count = 0;
beforeEach(() => {
  repository = join(root, `case-${count++}`, 'models');
});

/** A model whose weights are worth a file of their own. */
function wide() {
  const defined = model(dense(64), { inputs: { x: ['batch', 20] } });
  defined.initialize({ seed: 0 });
  return defined.bind().compile();
}

/** All files below a folder, by their paths from there. */
const tree = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1))
    .toSorted();

async function refusal(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (isDimwiseError(error)) return error.errors.map(({ code, message }) => `${code} ${message}`).join('; ');
    throw error;
  }
  return expect.fail('nothing was refused');
}

/** What Triton's ONNX Runtime backend says of a tensor: outputs must agree exactly, inputs where the model has a number. */
function backendComplaint(
  tensor: TritonTensor,
  model: readonly (number | string)[],
  most: number,
  isExact: boolean,
): string | undefined {
  const own = model.map((size) => (typeof size === 'number' ? size : -1));
  const config = tensor.reshape ?? tensor.dims;
  if (own.length === 0) return config.every((size) => size === 1) ? undefined : 'a scalar of other sizes';
  if (most > 0 && own[0] !== -1) return 'the batch axis is a number';
  const full = most > 0 ? [-1, ...config] : config;
  const fits = full.length === own.length && full.every((size, i) => size === own[i] || (!isExact && own[i] === -1));
  return fits ? undefined : `the configuration has [${full}], the model [${own}]`;
}

async function complaintsOf(
  folder: string,
  inputs: readonly TritonTensor[],
  outputs: readonly TritonTensor[],
  most: number,
) {
  const session = await InferenceSession.create(join(folder, 'model.onnx'), { logSeverityLevel: 4 });
  const complaints: string[] = [];
  for (const [own, meta, isExact] of [
    [inputs, session.inputMetadata, false],
    [outputs, session.outputMetadata, true],
  ] as const) {
    expect(own.map(({ name }) => name)).toEqual(meta.map(({ name }) => name));
    own.forEach((tensor, i) => {
      const found = meta[i];
      const complaint = found?.isTensor ? backendComplaint(tensor, found.shape, most, isExact) : 'no tensor';
      if (complaint !== undefined) complaints.push(`${tensor.name}: ${complaint}`);
    });
  }
  await session.release();
  return complaints;
}

describe('exportTriton', () => {
  test('writes a complete repository', async () => {
    const done = await exportTriton(compiled('mlp'), { repository, name: 'mlp', ...CASES['mlp_full']?.options });
    expect(tree(repository)).toEqual(['mlp/1/model.onnx', 'mlp/README.md', 'mlp/config.pbtxt', 'mlp/labels_0.txt']);
    expect(done.files.map(({ path }) => path.slice(repository.length + 1)).toSorted()).toEqual(tree(repository));
    for (const { path, bytes } of done.files) expect(readFileSync(path).length).toBe(bytes);
    expect(readFileSync(join(repository, 'mlp/config.pbtxt'), 'utf8')).toBe(done.config);
    expect(readFileSync(join(repository, 'mlp/labels_0.txt'), 'utf8')).toBe('cat\ndog\na "bird"\n');
    expect(done).toMatchObject({ name: 'mlp', version: 1, maxBatch: 16, folder: join(repository, 'mlp') });
    expect(readdirSync(dirname(repository))).toEqual(['models']);
  });

  test('has the shapes that ONNX Runtime sees, for every model of the cases', async () => {
    for (const name of Object.keys(MODELS) as ModelName[]) {
      for (const maxBatch of [undefined, 0]) {
        const own = compiled(name);
        await exportTriton(own, { repository, name, maxBatch, overwrite: true });
        const { inputs, outputs, limit } = tritonConfig(name, own.contract, { maxBatch });
        expect(await complaintsOf(join(repository, name, '1'), inputs, outputs, limit.most), name).toEqual([]);
      }
    }
  });

  test('tells the backend shapes that the file itself leaves open', async () => {
    const bare = parseOnnx(`<ir_version: 10, opset_import: ["" : 21]>
bare (float[batch, 4] x) => (float[?, ?, ?] y) { s = Constant <value = int64[3] {0, 2, 2}> () y = Reshape (x, s) }`);
    const open = readOnnx(bare.encode());
    await exportTriton(open, { repository, name: 'bare' });
    const written = await openOnnx(join(repository, 'bare/1/model.onnx'));
    const { inputs, outputs, limit } = tritonConfig('bare', written.contract);
    expect(outputs[0]?.dims).toEqual([2, 2]);
    expect(await complaintsOf(join(repository, 'bare/1'), inputs, outputs, limit.most)).toEqual([]);
  });

  test.each([
    ['attacut', 0],
    ['basic-pitch', 8],
    ['deepcut', 8],
    ['magika', 8],
    ['melspectrogram', 8],
    ['ppocr-cls', 8],
    ['silero-vad-sequence', 0],
    ['light-shufflenet', 0],
  ])('has the shapes that ONNX Runtime sees, for %s of a package', { timeout: 120_000 }, async (name, most) => {
    const zipped = readFileSync(new URL(`../../bench/fixtures/real/${name}.onnx.gz`, import.meta.url));
    await exportTriton(readOnnx(gunzipSync(zipped)), { repository, name });
    const { contract } = await openOnnx(join(repository, name, '1/model.onnx'));
    const { inputs, outputs, limit } = tritonConfig(name, contract);
    expect(limit.most).toBe(most);
    expect(await complaintsOf(join(repository, name, '1'), inputs, outputs, limit.most)).toEqual([]);
  });

  test('refuses a model that gives a sequence', async () => {
    const zipped = readFileSync(new URL('../../bench/fixtures/real/logreg-iris.onnx.gz', import.meta.url));
    const exported = exportTriton(readOnnx(gunzipSync(zipped)), { repository, name: 'iris' });
    expect(await refusal(exported)).toBe(
      'EXPORT_UNSUPPORTED output "probabilities" is of kind sequence, and Triton passes tensors only',
    );
  });

  test('takes weights along that lie beside a file', async () => {
    const read = readOnnx(wide().bytes());
    mkdirSync(dirname(repository), { recursive: true });
    const path = join(dirname(repository), 'mlp.onnx');
    await saveOnnx(read, path, { externalData: 'external' });
    const { files } = await exportTriton(await openOnnx(path), { repository, name: 'mlp' });
    expect(tree(repository).filter((each) => each.startsWith('mlp/1/'))).toEqual([
      expect.stringMatching(/^mlp\/1\/model\.[0-9a-f]{16}\.data$/),
      'mlp/1/model.onnx',
    ]);
    expect(files).toHaveLength(4);
    const { inputs, outputs, limit } = tritonConfig('mlp', read.contract);
    expect(await complaintsOf(join(repository, 'mlp/1'), inputs, outputs, limit.most)).toEqual([]);
  });

  test('puts weights beside the model where that is asked for', async () => {
    const written = (): string[] => readdirSync(join(repository, 'mlp/1')).toSorted();
    const data = expect.stringMatching(/^model\.[0-9a-f]{16}\.data$/);
    for (const own of [wide(), readOnnx(wide().bytes())]) {
      for (const [placement, files] of [
        [{ externalData: 'external' }, [data, 'model.onnx']],
        [{ externalData: 'auto', externalLimit: 100 }, [data, 'model.onnx']],
        [{ externalData: 'inline' }, ['model.onnx']],
      ] as const) {
        await exportTriton(own, { repository, name: 'mlp', overwrite: true, ...placement });
        expect(written()).toEqual(files);
        const { inputs, outputs, limit } = tritonConfig('mlp', own.contract);
        expect(await complaintsOf(join(repository, 'mlp/1'), inputs, outputs, limit.most)).toEqual([]);
      }
    }
  });

  test('adds versions, and keeps the older ones', async () => {
    const mlp = compiled('mlp');
    const versions = [];
    for (const version of [undefined, undefined, 7, undefined])
      versions.push((await exportTriton(mlp, { repository, name: 'm', version })).version);
    expect(versions).toEqual([1, 2, 7, 8]);
    expect(tree(repository).filter((each) => each.endsWith('.onnx'))).toEqual(
      [1, 2, 7, 8].map((each) => `m/${each}/model.onnx`),
    );
    expect(await refusal(exportTriton(mlp, { repository, name: 'm', version: 2 }))).toContain(
      'EXPORT_EXISTS version 2 of model "m"',
    );
    expect(await refusal(exportTriton(mlp, { repository, name: 'm', version: 0 }))).toContain(
      'EXPORT_OPTION the version is 0',
    );
    const options = { repository, name: 'm', cache: true } as const;
    expect((await exportTriton(mlp, options)).version).toBe(9);
    expect(readFileSync(join(repository, 'm/config.pbtxt'), 'utf8')).toContain('response_cache');
  });

  test('gives versions of other inputs and outputs no place, unless all are replaced', async () => {
    await exportTriton(compiled('mlp'), { repository, name: 'm' });
    const before = readFileSync(join(repository, 'm/config.pbtxt'), 'utf8');
    expect(await refusal(exportTriton(compiled('head'), { repository, name: 'm' }))).toContain(
      'EXPORT_EXISTS model "m" is in',
    );
    expect(await refusal(exportTriton(compiled('mlp'), { repository, name: 'm', maxBatch: 4 }))).toContain(
      'EXPORT_EXISTS',
    );
    expect(readFileSync(join(repository, 'm/config.pbtxt'), 'utf8')).toBe(before);
    const { version } = await exportTriton(compiled('head'), { repository, name: 'm', version: 3, overwrite: true });
    expect(version).toBe(3);
    expect(tree(repository)).toEqual(['m/3/model.onnx', 'm/README.md', 'm/config.pbtxt']);
    expect(readdirSync(dirname(repository))).toEqual(['models']);
  });

  test('takes over no folder of somebody else', async () => {
    mkdirSync(join(repository, 'm'), { recursive: true });
    expect(await refusal(exportTriton(compiled('mlp'), { repository, name: 'm' }))).toContain('with no configuration');
    expect(tree(repository)).toEqual([]);
  });

  test('leaves the repository as it was where writing fails', async () => {
    mkdirSync(dirname(repository), { recursive: true });
    writeFileSync(repository, 'a file');
    expect(await refusal(exportTriton(compiled('mlp'), { repository, name: 'm' }))).toContain('FILE_WRITE');
    expect(readFileSync(repository, 'utf8')).toBe('a file');
    expect(readdirSync(dirname(repository))).toEqual(['models']);
  });

  test('leaves nothing behind where the weights cannot be read', async () => {
    await exportTriton(compiled('mlp'), { repository, name: 'm' });
    const path = join(dirname(repository), 'mlp.onnx');
    await saveOnnx(readOnnx(wide().bytes()), path, { externalData: 'external' });
    const opened = await openOnnx(path);
    for (const file of readdirSync(dirname(repository)))
      if (file.endsWith('.data')) rmSync(join(dirname(repository), file));
    expect(await refusal(exportTriton(opened, { repository, name: 'm', overwrite: true }))).toContain('EXTERNAL_DATA');
    expect(tree(repository)).toEqual(['m/1/model.onnx', 'm/README.md', 'm/config.pbtxt']);
    expect(readdirSync(dirname(repository)).filter((each) => each.startsWith('.'))).toEqual([]);
  });

  test('writes nothing in a dry run', async () => {
    const { files, config, version } = await exportTriton(compiled('mlp'), { repository, name: 'mlp', dryRun: true });
    expect([files, version]).toEqual([[], 1]);
    expect(config).toContain('max_batch_size: 8');
    expect(() => readdirSync(repository)).toThrow('ENOENT');
  });

  test('takes the name of the model by default', async () => {
    expect((await exportTriton(compiled('mlp'), { repository })).name).toBe('model');
  });
});

describe('exportTritonEnsemble', () => {
  test('writes the models and the ensemble', async () => {
    const { models, ...join } = ENSEMBLES['classifier'] ?? { models: {}, connect: {} };
    const parts = Object.fromEntries(Object.entries(models).map(([name, { model }]) => [name, compiled(model)]));
    const options = { repository, name: 'classifier', models: { head: { maxBatch: 4 } }, ...join };
    const done = await exportTritonEnsemble(parts, options);
    expect(done.map(({ name, version, maxBatch }) => [name, version, maxBatch])).toEqual([
      ['encoder', 1, 8],
      ['head', 1, 4],
      ['classifier', 1, 4],
    ]);
    expect(tree(repository)).toEqual([
      'classifier/1/.keep',
      'classifier/README.md',
      'classifier/config.pbtxt',
      'encoder/1/model.onnx',
      'encoder/README.md',
      'encoder/config.pbtxt',
      'head/1/model.onnx',
      'head/README.md',
      'head/config.pbtxt',
    ]);
    expect((await exportTritonEnsemble(parts, options)).map(({ version }) => version)).toEqual([2, 2, 2]);
  });

  test('writes none of the models where one has no place', async () => {
    await exportTriton(compiled('mlp'), { repository, name: 'head' });
    const parts = { encoder: compiled('encoder'), head: compiled('head') };
    const options = { repository, name: 'both', connect: { 'head.x': 'encoder.pooled' } };
    expect(await refusal(exportTritonEnsemble(parts, options))).toContain('EXPORT_EXISTS model "head"');
    expect(readdirSync(repository)).toEqual(['head']);
    const strange = { ...options, models: { tail: {} } };
    expect(await refusal(exportTritonEnsemble(parts, strange))).toContain('EXPORT_OPTION options are given for "tail"');
  });
});

describe('kserveYaml', () => {
  test('is loaded when it is called', async () => {
    expect(await kserveYaml({ name: 'mlp', storageUri: 's3://b/m' })).toContain('storageUri: "s3://b/m"');
  });
});
