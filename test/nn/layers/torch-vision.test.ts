// Layers for images compute on ONNX Runtime what PyTorch computes, for sizes that are known and for sizes that only a run tells.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { expectRecorded } from './recorded-case.ts';
import { recordedModel } from './recorded-model.ts';
import { CASES, LAYERS } from './torch-vision-table.ts';

function layerOf(name: string): dw.Composition {
  const composition = LAYERS[name]?.();
  if (!composition) throw new Error(`no layer for ${name}`);
  return composition;
}

/** Cases with one input whose channels and places may all be symbols. */
const SYMBOLIC = CASES.filter(
  ({ inputs, parameters }) =>
    inputs.length === 1 && Object.keys(parameters).length === 0 && (inputs[0]?.shape.length ?? 0) > 2,
);

describe('layers for images', () => {
  test('every recorded case has its layer', () => {
    expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test.each(CASES.map((one) => [one.name, one] as const))('%s computes what PyTorch computes', async (name, one) => {
    await expectRecorded(one, recordedModel(one, layerOf(name)).compile());
  });

  test.each(CASES.filter(({ name }) => name.startsWith('deformable')).map((one) => [one.name, one] as const))(
    '%s computes it in parts, for runtimes without the operator',
    async (name, one) => {
      const compiled = recordedModel(one, layerOf(name)).compile({ target: 'ort@1.24' });
      const operators = [...compiled.graph.nodes()].map((node) => node.op);
      expect(operators).toContain('GridSample');
      expect(operators).not.toContain('DeformConv');
      await expectRecorded(one, compiled);
    },
  );

  test('deformableConv2d in parts keeps its shape for sizes that a run tells', async () => {
    const net = dw.model(dw.deformableConv2d(4, 3, { padding: 1, strides: 2, offsetGroups: 2, modulated: true }));
    const compiled = net.initialize().bind(['n', 4, 'h', 'w']).compile({ target: 'ort@1.24' });
    expect(compiled.graph.outputs.map(({ shape }) => dw.formatShape(shape))).toEqual([
      '[n, 4, ceildiv(h, 2), ceildiv(w, 2)]',
    ]);
    await using session = await dw.createSession(compiled, { providers: ['cpu'] });
    for (const [n, h, w] of [
      [1, 5, 6],
      [3, 1, 9],
    ] as const) {
      const { output } = await session.run({
        x: { dims: [n, 4, h, w], type: 'float32', data: new Float32Array(n * 4 * h * w) },
      });
      expect(output?.shape).toEqual([n, 4, Math.ceil(h / 2), Math.ceil(w / 2)]);
    }
  });

  test.each(SYMBOLIC.map((one) => [one.name, one] as const))(
    '%s computes it for sizes that a run tells',
    async (name, one) => {
      const sizes = ['n', 'c', 'd', 'h', 'w'].slice(0, one.inputs[0]?.shape.length);
      // The windows of fold are counted by the image that it makes.
      const shape = name === 'fold' ? ['n', 'c', 9] : sizes;
      const net = dw.model(layerOf(name), { inputs: { in0: shape } });
      await expectRecorded(one, net.initialize().bind(shape).compile());
    },
  );
});
