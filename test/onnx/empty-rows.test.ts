// Rows of loops in files that may do no step: only what ONNX Runtime is sure to know is claimed of them.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { inferReadModel } from '../../codegen/onnx/infer-read.ts';
import type { ModelProto, ValueInfoProto } from '../../codegen/onnx/proto/messages.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { readModel } from '../../codegen/onnx/read.ts';
import { formatType, SymbolNames } from '../../src/index.ts';

const info = (name: string, elemType: number, sizes?: readonly (number | string)[]): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType,
      ...(sizes
        ? { shape: { dim: sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })) } }
        : {}),
    },
  },
});

/** A loop whose rows are its state, of which the body's output states `stated`. */
const modelOf = (stated?: readonly (number | string)[]): ModelProto => ({
  irVersion: 10,
  opsetImport: [{ domain: '', version: 21 }],
  graph: {
    name: 'rows',
    input: [info('m', 7, []), info('x', 1, ['a', 4])],
    node: [
      {
        opType: 'Loop',
        input: ['m', '', 'x'],
        output: ['last', 'rows'],
        attribute: [
          {
            name: 'body',
            type: 5,
            g: {
              name: 'body',
              input: [info('i', 7, []), info('c', 9, []), info('s', 1)],
              node: [
                { opType: 'Identity', input: ['c'], output: ['d'] },
                { opType: 'Relu', input: ['s'], output: ['t'] },
                { opType: 'Relu', input: ['t'], output: ['row'] },
              ],
              output: [info('d', 9, []), info('t', 1), info('row', 1, stated)],
            },
          },
        ],
      },
    ],
    output: [info('last', 1), info('rows', 1)],
  },
});

describe('rows of a loop that may do no step', () => {
  test.each<[stated: readonly (number | string)[] | undefined, type: string, none: readonly number[]]>([
    [undefined, 'float32[...]', [0]],
    [['p', 'q'], 'float32[trips0, row0, row1]', [0, 0, 0]],
    [['p', 4], 'float32[trips0, row0, 4]', [0, 0, 4]],
  ])('of which the file states %j are %s', async (stated, type, none) => {
    const model = modelOf(stated);
    const read = readModel(model);
    const mistakes: string[] = [];
    inferReadModel(read, ({ message }) => mistakes.push(message));
    expect(mistakes).toEqual([]);
    const { format } = new SymbolNames();
    expect(read.graph.outputs.map((value) => formatType(value.type, format))).toEqual(['float32[a, 4]', type]);
    const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 4 });
    const dimsAfter = async (steps: number): Promise<readonly number[] | undefined> => {
      const x = new Tensor('float32', new Float32Array(8), [2, 4]);
      return (await session.run({ m: new Tensor('int64', [BigInt(steps)], []), x }))['rows']?.dims;
    };
    expect(await dimsAfter(0)).toEqual(none);
    expect(await dimsAfter(3)).toEqual([3, 2, 4]);
    await session.release();
  });
});
