// op.microsoft makes nodes of com.microsoft, and models that hold them import the domain and run.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { emitModel } from '../../codegen/onnx/emit.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { readModel } from '../../codegen/onnx/read.ts';
import { op } from '../../src/build/op.ts';
import { symbol } from '../../src/dim/dim.ts';
import { formatType, tensorType } from '../../src/ir/type.ts';
import { findSchema } from '../../src/ops/schema.ts';
import { build, expectNode, nodeOf } from './operator-call.ts';

describe('op.microsoft', () => {
  test.each(Object.entries(op.microsoft))(
    '%s makes its node with all inputs, attributes and the name',
    (name, call) => {
      const schema = findSchema('com.microsoft', name, 1);
      if (!schema) throw new Error(`no schema of ${name}`);
      expectNode(schema, call);
    },
  );

  test('gives as many outputs as are asked for', () => {
    build(({ input }) => {
      const x = input(tensorType('float32', [2, 8]));
      expect(op.microsoft.EPContext([x], { outputs: 3 })).toHaveLength(3);
      const [sum, mean] = op.microsoft.BitmaskDropout(x, undefined, undefined, { outputs: 2 });
      expect(nodeOf(sum)).toBe(nodeOf(mean));
    });
  });

  test('reports an attribute that the operator lacks, and a wrong element type', () => {
    build(({ input, trace }) => {
      const x = input(tensorType('int32', [2, 8]));
      // A call from code without types.
      Reflect.apply(op.microsoft.Gelu, undefined, [x, { approximate: 'tanh' }]);
      op.microsoft.QuickGelu(x);
      expect(trace.diagnostics.map(({ code }) => code)).toEqual(['ATTRIBUTE_UNKNOWN', 'DTYPE_MISMATCH']);
    });
  });

  test('names the call in the hint of a missing option', () => {
    build(({ input }) => {
      const x = input(tensorType('float32', [2, 8]));
      expect(() =>
        Reflect.apply(op.microsoft.MatMulNBits, undefined, [x, x, x, undefined, undefined, undefined, null]),
      ).toThrow(/op\.microsoft\.MatMulNBits\(\.\.\., \{ K, N, block_size \}\)/);
    });
  });

  test('imports the domain in the emitted model, which runs and reads back with the same shapes', async () => {
    const bytes = build(({ graph }) => {
      const a = graph.addInput('a', tensorType('float32', [symbol('batch'), 3, symbol('s')]));
      const b = graph.addInput('b', tensorType('float32', [3, 5]));
      const product = op.microsoft.FusedMatMul<'float32'>(a as never, b as never, { transA: true, alpha: 2 });
      const y = op.microsoft.BiasGelu<'float32'>(product, [0, 0, 0, 0, 0]);
      expect(formatType(y.type)).toBe('float32[batch, s, 5]');
      y.name = 'y';
      graph.setOutputs([y]);
      expect(graph.opsets.get('com.microsoft')).toBe(1);
      return encodeModel(emitModel(graph).message);
    });
    const { graph } = readModel(decodeModel(bytes));
    expect(graph.opsets.get('com.microsoft')).toBe(1);
    const session = await InferenceSession.create(bytes, { executionProviders: ['cpu'] });
    for (const [batch, s] of [
      [1, 4],
      [2, 7],
    ] as const) {
      const { y } = await session.run({
        a: new Tensor('float32', new Float32Array(batch * 3 * s), [batch, 3, s]),
        b: new Tensor('float32', new Float32Array(15), [3, 5]),
      });
      expect(y?.dims).toEqual([batch, s, 5]);
    }
    await session.release();
  });
});
