// The judge itself: it must find what is false.
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { GraphProto, ValueInfoProto } from '../../codegen/onnx/proto/messages.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import type { DimensionProto } from '../../codegen/onnx/proto/type-messages.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { nearestPrototypes } from '../../examples/ir-builder.ts';
import { mlp } from '../../examples/mlp.ts';
import { judgeShapes } from '../helpers/shape-judge.ts';

const ROWS = { x: new Tensor('float32', new Float32Array(60).fill(0.5), [3, 20]) };

/** The perceptron with a change in what its file claims of the first hidden value. */
function claiming(change: (info: ValueInfoProto) => ValueInfoProto | undefined): Uint8Array {
  const model = decodeModel(mlp().initialize().bind(['batch', 20]).compile().bytes());
  const graph: GraphProto = model.graph ?? {};
  const [first, ...others] = graph.valueInfo ?? [];
  const changed = first && change(first);
  return encodeModel({ ...model, graph: { ...graph, valueInfo: [...(changed ? [changed] : []), ...others] } });
}

const shaped = (dim: readonly DimensionProto[], elemType = 1): ValueInfoProto['type'] => ({
  tensorType: { elemType, shape: { dim } },
});

describe('judgeShapes', () => {
  test('accepts true claims and counts the values', async () => {
    const verdict = await judgeShapes(
      claiming((info) => info),
      ROWS,
    );
    expect(verdict.mistakes).toEqual([]);
    expect(verdict.judged).toBe(3);
    expect(verdict.outputs['output']?.dims).toEqual([3, 10]);
  });

  test.each<[fact: string, type: ValueInfoProto['type'], mistake: RegExp]>([
    [
      'a wrong number',
      shaped([{ dimParam: 'batch' }, { dimValue: 255 }]),
      /axis 1: the file states 255, the run gives 256/,
    ],
    ['a wrong formula', shaped([{ dimParam: '2*batch' }, { dimValue: 256 }]), /states 2\*batch = 6, the run gives 3/],
    ['a wrong rank', shaped([{ dimParam: 'batch' }]), /states 1 axes/],
    [
      'a wrong element type',
      shaped([{ dimParam: 'batch' }, { dimValue: 256 }], 11),
      /states float64, the run gives float32/,
    ],
    ['an unknown size', shaped([{}, { dimValue: 256 }]), /states no size/],
    ['no shape', { tensorType: { elemType: 1 } }, /states no shape/],
  ])('finds %s', async (_fact, type, mistake) => {
    const verdict = await judgeShapes(
      claiming((info) => ({ ...info, type })),
      ROWS,
    );
    expect(verdict.mistakes.join('\n')).toMatch(mistake);
  });

  test('finds a value that the file says nothing of', async () => {
    const verdict = await judgeShapes(
      claiming(() => undefined),
      ROWS,
    );
    expect(verdict.mistakes.join('\n')).toMatch(/states no shape/);
  });

  test('finds feeds that break the contract', async () => {
    const bytes = nearestPrototypes().initialize().bind([2, 12]).compile().bytes();
    const model = decodeModel(bytes);
    const metadataProps = model.metadataProps?.map((entry) => ({
      ...entry,
      value: entry.value?.replace('"min":1', '"min":4'),
    }));
    const feeds = { x: new Tensor('float32', new Float32Array(24), [2, 12]) };
    const verdict = await judgeShapes(encodeModel({ ...model, metadataProps }), feeds);
    expect(verdict.mistakes.join('\n')).toMatch(/feeds: /);
  });
});
