// Joins of models whose weights lie beside them in different folders: the whole has copies, and gives what both gave.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { joinModels } from '../../../codegen/onnx/edit/join-models.ts';
import { setInitializer } from '../../../codegen/onnx/edit/set-initializer.ts';
import type { OnnxModel } from '../../../codegen/onnx/onnx-model.ts';
import { openOnnx } from '../../../src/node/open-onnx.ts';
import { saveOnnx } from '../../../src/node/save-onnx.ts';
import { modelOf } from './helpers.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dimwise-join-'));
  for (const folder of ['one', 'two', 'whole']) mkdirSync(join(root, folder));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A layer whose weight is all one number, and needs a file of its own. */
function layer(input: string, output: string, weight: string, fill: number): OnnxModel {
  const model = modelOf(
    `g (float[n, 64] ${input}, float[64, 64] ${weight}) => (float[n, 64] ${output}) { ${output} = MatMul (${input}, ${weight}) }`,
  );
  const bytes = new Uint8Array(new Float32Array(64 * 64).fill(fill).buffer);
  return setInitializer(model, weight, { dtype: 'float32', shape: [64, 64], storage: { kind: 'bytes', bytes } });
}

async function run(path: string, feeds: Record<string, Tensor>): Promise<Tensor | undefined> {
  const session = await InferenceSession.create(path, { logSeverityLevel: 4 });
  try {
    return Object.values(await session.run(feeds))[0];
  } finally {
    await session.release();
  }
}

describe('joinModels of two folders', () => {
  test.each([
    ['names of weights that differ', 'v'],
    ['one name for both weights', 'w'],
  ])('keeps the elements apart, with %s', async (_, second) => {
    // Both files are called alike, and so is the data beside them but for its checksum.
    const paths = ['one', 'two', 'whole'].map((folder) => join(root, folder, 'part.onnx'));
    const [one = '', two = '', whole = ''] = paths;
    await saveOnnx(layer('x', 'h', 'w', 0.5), one, { externalData: 'external' });
    await saveOnnx(layer('u', 'y', second, -0.25), two, { externalData: 'external' });
    const joined = joinModels(await openOnnx(one), await openOnnx(two), { connect: { u: 'h' } });
    await saveOnnx(joined, whole);
    expect(readdirSync(join(root, 'whole')).filter((name) => name.endsWith('.data'))).not.toEqual([]);
    const x = new Tensor(
      'float32',
      Float32Array.from({ length: 128 }, (__, i) => i % 7),
      [2, 64],
    );
    const h = await run(one, { x });
    if (!h) throw new Error('nothing came out');
    const y = await run(two, { u: h });
    for (const folder of ['one', 'two']) rmSync(join(root, folder), { recursive: true });
    expect((await run(whole, { x }))?.data).toEqual(y?.data);
  });
});
