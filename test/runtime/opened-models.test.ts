// Models of files run as they are by now, also when no file holds them so.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bindModel,
  createSession,
  dense,
  dispose,
  isDimwiseError,
  model,
  OnnxModel,
  op,
  openOnnx,
  positionalEmbedding,
  readOnnx,
  run,
  saveModel,
  saveOnnx,
  sequential,
  type Value,
} from 'dimwise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const CPU = { providers: ['cpu'] } as const;
const x = [[1, 2, 3, 4, 5]];

const net = model(sequential(dense(300, { activation: 'relu' }), dense(2)), { inputs: { x: ['batch', 5] } });
net.initialize({ seed: 1 });
const compiled = net.bind([1, 5]).compile();

/** The model as somebody else's file has it: no contract in its metadata. */
const foreign = (opened: OnnxModel): OnnxModel => opened.with({ metadataProps: [], producerName: 'elsewhere' });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'opened-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('run', () => {
  test('gives for a model of a file what the model itself gives', async () => {
    const opened = foreign(readOnnx(compiled.bytes()));
    expect(await run(opened, { x }, CPU)).toEqual(await run(net, { x }, CPU));
    // The kept session runs again, and after it is gone another one.
    expect(await run(opened, x, CPU)).toEqual(await run(net, { x }, CPU));
    await dispose(opened);
    expect(await run(opened, x, CPU)).toEqual(await run(net, { x }, CPU));
    await dispose(opened);
    await dispose(net);
  });

  test('reads weights beside the file, also of a copy that no file holds', async () => {
    const path = join(folder, 'mlp.onnx');
    await saveModel(compiled, path, { externalData: 'external' });
    expect(readdirSync(folder)).toHaveLength(2);
    const opened = await openOnnx(path);
    const once = bindModel(opened, { symbols: { batch: 1 } });
    const wanted = await run(net, { x }, CPU);
    expect(await run(opened, x, CPU)).toEqual(wanted);
    expect(await run(once, x, CPU)).toEqual(wanted);
    await saveOnnx(once, join(folder, 'once.onnx'));
    expect(await run(await openOnnx(join(folder, 'once.onnx')), x, CPU)).toEqual(wanted);
    await expect(run(once, [...x, ...x], CPU)).rejects.toThrow('FEED_MISMATCH');
  });
});

describe('createSession', () => {
  test('reads weights beside a file once', async () => {
    const wide = model(dense(5000), { inputs: { x: ['batch', 5] } }).initialize({ seed: 1 });
    const path = join(folder, 'wide.onnx');
    await saveModel(wide.bind([1, 5]).compile(), path, { externalData: 'external' });
    const { files, proto } = await openOnnx(path);
    if (!files) throw new TypeError('the model has no files');
    const read: number[] = [];
    const counted = {
      ...files,
      bytes: (storage: Parameters<typeof files.bytes>[0]) => {
        read.push(storage.length);
        return files.bytes(storage);
      },
    };
    const session = await createSession(new OnnxModel(proto, counted), CPU);
    expect(read).toEqual([100_000, 20_000]);
    const { output } = await session.run({ x });
    await session.dispose();
    expect(output).toEqual(await run(wide, { x }, CPU).then((outputs) => outputs['output']));
    await dispose(wide);
  });

  test('holds the feeds of a foreign file to what inference finds', async () => {
    const table = model(sequential(dense(4), positionalEmbedding(8)), { inputs: { x: ['batch', 'seq', 4] } });
    table.initialize({ seed: 1 });
    const opened = foreign(readOnnx(table.bind([1, 2, 4]).compile().bytes()));
    const session = await createSession(opened, CPU);
    const rows = (count: number) => ({ dims: [1, count, 4], type: 'float32', data: new Float32Array(4 * count) });
    expect((await session.run(rows(8)))['output']?.shape).toEqual([1, 8, 4]);
    const error = await session.run(rows(9)).catch((thrown: unknown) => thrown);
    expect(isDimwiseError(error) && error.code).toBe('FEED_MISMATCH');
    expect(String(error)).toContain('seq <= 8');
    await session.dispose();
  });

  test('leaves a model whose shapes contradict each other to the runtime', async () => {
    const doubled = model((value: Value) => op.Add(value, value), { inputs: { x: ['n', 2] } });
    const opened = readOnnx(doubled.bind([1, 2]).compile().bytes());
    const { graph } = opened.proto;
    const output = (graph?.output ?? []).map((info) => ({
      ...info,
      type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'n' }, { dimValue: 3 }] } } },
    }));
    const wrong = foreign(opened).with({ graph: { ...graph, output } });
    expect(wrong.inference.mistakes.length).toBeGreaterThan(0);
    const session = await createSession(wrong, CPU);
    expect([...session.inputs.keys()]).toEqual(['x']);
    await session.dispose();
  });
});
