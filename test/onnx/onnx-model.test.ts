// A model as its file holds it: nothing lost, shapes on demand, edits that share what they do not touch.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emitModel } from '../../codegen/onnx/emit.ts';
import { readOnnx } from '../../codegen/onnx/onnx-model.ts';
import { joinParts } from '../../codegen/onnx/proto/parts.ts';
import { formatType } from '../../src/ir/type.ts';
import { openOnnx } from '../../src/node/open-onnx.ts';
import { mlpGraph } from './sample-graphs.ts';

const bytes = joinParts(emitModel(mlpGraph()).parts);

describe('readOnnx', () => {
  test('gives a model that encodes to the same bytes', () => {
    expect(readOnnx(bytes).encode()).toEqual(bytes);
  });

  test('infers the shapes of all values, once', () => {
    const model = readOnnx(bytes);
    expect(model.graph.outputs.map(({ type }) => formatType(type))).toEqual(['float32[batch, 16]']);
    expect(model.graph).toBe(model.graph);
    expect(model.read().graph).not.toBe(model.graph);
  });

  test('shares what an edit does not touch', () => {
    const model = readOnnx(bytes);
    const edited = model.with({ docString: 'edited' });
    expect(edited.proto.graph).toBe(model.proto.graph);
    expect(model.proto.docString).toBeUndefined();
    expect(readOnnx(edited.encode()).proto.docString).toBe('edited');
  });
});

describe('openOnnx', () => {
  test('opens a file, and names it in what is wrong with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dimwise-open-'));
    try {
      writeFileSync(join(folder, 'good.onnx'), bytes);
      writeFileSync(join(folder, 'bad.onnx'), bytes.subarray(0, 100));
      expect((await openOnnx(join(folder, 'good.onnx'))).encode()).toEqual(bytes);
      await expect(openOnnx(join(folder, 'bad.onnx'))).rejects.toThrow(join(folder, 'bad.onnx'));
      await expect(openOnnx(join(folder, 'bad.onnx'))).rejects.toMatchObject({ code: 'ONNX_MALFORMED' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
