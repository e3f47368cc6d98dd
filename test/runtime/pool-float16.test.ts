// Words of float16 go through the workers of a pool and come back as words, also where the engine has a Float16Array (Node 24).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, graph, op } from 'dimwise';
import { afterAll, describe, expect, test } from 'vitest';
import type { WorkerLink } from '../../src/runtime/pool/link.ts';
import { processLink } from '../../src/runtime/pool/process-link.ts';
import { ask, remoteOrt } from '../../src/runtime/pool/remote-ort.ts';
import { readOutputs, runRequest } from '../../src/runtime/pool/remote-run.ts';
import { threadLink } from '../../src/runtime/pool/thread-link.ts';

/** Doubles. */
const DOUBLE = graph((g) => {
  const x = g.input('x', 'float16', ['n']);
  return { y: op.Add(x, x) };
})
  .bind({ x: { dtype: 'float16', shape: ['n'] } })
  .compile();

const WORDS = Uint16Array.of(0x3c00, 0x4000, 0xbc00);
const TWICE = Uint16Array.of(0x4000, 0x4400, 0xc000);

// As Node 24 and onnxruntime-common do it: what is given as words is held in another class. A run takes words only, as the native part does.
const NODE_24 = `
class Floats extends DataView {}
class Tensor {
  constructor(type, data, dims) {
    this.type = type;
    this.dims = dims;
    this.cpuData = type === 'float16' ? new Floats(data.buffer, data.byteOffset, data.byteLength) : data;
  }
  get data() { return this.cpuData; }
}
const run = async ({ x }) => {
  if (!(x.data instanceof Uint16Array)) throw new Error('not enough space');
  return { y: new Tensor('float16', Uint16Array.from(x.data, (word) => word + 1), x.dims) };
};
module.exports = { Tensor, InferenceSession: { create: async () => ({ run }) } };
`;

const folder = mkdtempSync(join(tmpdir(), 'dimwise-float16-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('float16 in a pool', () => {
  test.each(['process', 'thread'] as const)('is words both ways, as this Node has it, in a %s', async (isolation) => {
    await using pool = await createPool(DOUBLE, { providers: 'cpu', workers: 1, threads: 1, isolation });
    const { y } = await pool.run({ x: { dtype: 'float16', shape: [3], data: WORDS } });
    expect(y).toMatchObject({ dtype: 'float16', shape: [3], data: TWICE });
  });

  test.each<[string, () => WorkerLink]>([
    ['process', () => processLink({ isLoud: true })],
    ['thread', () => threadLink()],
  ])('is words both ways in a %s where a simulated Node 24 holds it as something else', async (kind, connect) => {
    const entry = join(folder, `${kind}.cjs`);
    writeFileSync(entry, NODE_24);
    const link = connect();
    try {
      const ort = await remoteOrt(link, entry);
      await ort.InferenceSession.create('', { executionProviders: ['cpu'] });
      const feed = { name: 'x', dtype: 'float16', shape: [3], parts: [WORDS] };
      const { y } = readOutputs(await ask(link, runRequest([feed], ['y'])));
      expect(y?.data).toEqual(WORDS.map((word) => word + 1));
    } finally {
      link.kill();
      await link.ended;
    }
  });
});
