// Models written by the Python package onnx are read right and written back byte by byte.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeModel } from '../../../codegen/onnx/proto/read-message.ts';
import { encodeModel } from '../../../codegen/onnx/proto/write-message.ts';

const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../../fixtures/onnx/${name}.onnx`, import.meta.url));

const utf8 = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe('a model written by the Python package onnx', () => {
  test.each(['mlp', 'control-flow', 'every-field'])('%s is written back byte by byte', (name) => {
    const bytes = fixture(name);
    expect(Buffer.from(encodeModel(decodeModel(bytes))).equals(bytes)).toBe(true);
  });

  test('mlp is read as it was built', () => {
    const { graph, opsetImport, producerName } = decodeModel(fixture('mlp'));
    expect({ producerName, opsetImport }).toEqual({
      producerName: 'fixture',
      opsetImport: [{ domain: '', version: 21 }],
    });
    expect(graph?.node?.map(({ opType, input, output }) => [opType, input, output])).toEqual([
      ['Gemm', ['x', '0.weight', '0.bias'], ['h']],
      ['Relu', ['h'], ['r']],
      ['Reshape', ['r', 'shape'], ['y']],
    ]);
    expect(graph?.input?.[0]?.type?.tensorType).toEqual({
      elemType: 1,
      shape: { dim: [{ dimParam: 'batch' }, { dimValue: 4 }] },
    });
    const [weight, bias, shape] = graph?.initializer ?? [];
    expect(weight?.rawData?.length).toBe(48);
    expect(bias?.floatData).toEqual(Float32Array.of(0.5, -0.25, Number.POSITIVE_INFINITY));
    expect(shape?.int64Data).toEqual(BigInt64Array.of(-1n, 3n));
  });

  test('control-flow has its bodies, function and types', () => {
    const { graph, functions } = decodeModel(fixture('control-flow'));
    const bodies = graph?.node?.[0]?.attribute?.map(({ name, g }) => [name, g?.node?.[0]?.opType]);
    expect(new Map(bodies as [string, string][])).toEqual(
      new Map([
        ['then_branch', 'Identity'],
        ['else_branch', 'Neg'],
      ]),
    );
    expect(functions?.[0]).toMatchObject({
      name: 'Scaled',
      overload: 'float',
      attribute: ['beta'],
      attributeProto: [{ name: 'alpha', f: Math.fround(0.2) }],
      metadataProps: [{ key: 'source', value: 'fixture' }],
      node: [{ attribute: [{ name: 'alpha', refAttrName: 'alpha' }] }],
    });
    const types = new Map(graph?.input?.map(({ name, type }) => [name, type]));
    expect(types.get('opaque')).toEqual({ denotation: 'IMAGE', opaqueType: { domain: 'custom', name: 'Handle' } });
    expect(types.get('map')?.mapType).toEqual({ keyType: 8, valueType: { tensorType: { elemType: 7, shape: {} } } });
    expect(types.get('opt')?.optionalType?.elemType?.sequenceType?.elemType?.tensorType?.shape?.dim).toEqual([
      { dimParam: 'n', denotation: 'DATA_BATCH' },
      { dimValue: 2n ** 53n + 1n, denotation: '' },
      { denotation: '' },
    ]);
  });

  test('every-field has the values of its rarer fields', () => {
    const { graph, configuration, modelVersion, trainingInfo } = decodeModel(fixture('every-field'));
    const attributes = new Map(graph?.node?.[0]?.attribute?.map((attribute) => [attribute.name, attribute]));
    const tensors = new Map(graph?.initializer?.map((tensor) => [tensor.name, tensor]));
    expect(modelVersion).toBe(2n ** 63n - 1n);
    expect(attributes.get('i')?.i).toBe(-(2n ** 63n));
    expect(attributes.get('floats')?.floats).toEqual(Float32Array.of(1.5, -0, Number.NaN));
    expect(attributes.get('ints')?.ints).toEqual([2n ** 63n - 1n, -(2n ** 53n), 0]);
    expect(tensors.get('ints')?.int64Data).toEqual(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, -1n));
    expect(tensors.get('unsigned')?.uint64Data).toEqual(BigUint64Array.of(2n ** 64n - 1n, 0n));
    expect(tensors.get('small')?.int32Data).toEqual(Int32Array.of(-128, 127, 0));
    expect(tensors.get('doubles')?.doubleData).toEqual(Float64Array.of(0.1, Number.NEGATIVE_INFINITY));
    expect(utf8(tensors.get('text')?.stringData?.[0])).toBe('grüße');
    expect(tensors.get('outside')?.externalData?.map(({ key, value }) => `${key}=${value}`)).toEqual([
      'location=w.data',
      'offset=4096',
      'length=4096',
    ]);
    expect(trainingInfo?.[0]?.updateBinding).toEqual([{ key: 'w', value: 'new_w' }]);
    expect(configuration).toEqual([{ name: 'two', numDevices: 2, device: ['gpu:0', 'gpu:1'] }]);
    expect(graph?.node?.[0]?.deviceConfigurations?.[0]?.shardingSpec?.[0]).toEqual({
      tensorName: 'a',
      device: [-1, 2],
      indexToDeviceGroupMap: [{ key: -1, value: [0, 1] }],
      shardedDim: [
        {
          axis: -1,
          simpleSharding: [
            { dimValue: 4, numShards: 2 },
            { dimParam: 'n', numShards: 2 },
          ],
        },
      ],
    });
  });
});
