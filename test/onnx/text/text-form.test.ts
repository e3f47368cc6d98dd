// Models in ONNX's textual syntax: what the syntax can say comes back equal, and what it cannot is listed.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TOPOLOGIES, topologyBytes } from '../../../bench/topologies.ts';
import { OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import type { AttributeProto, ModelProto, NodeProto } from '../../../codegen/onnx/proto/messages.ts';
import type { TensorProto } from '../../../codegen/onnx/proto/tensor-messages.ts';
import { formatOnnx } from '../../../codegen/onnx/text/format-onnx.ts';
import { lostInText } from '../../../codegen/onnx/text/lost-in-text.ts';
import { parseOnnx } from '../../../codegen/onnx/text/parse-onnx.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { arbitraryTextModel } from './arbitrary-text-model.ts';

const modelOf = (...node: NodeProto[]): OnnxModel => new OnnxModel({ opsetImport: [], graph: { name: 'g', node } });
const withTensor = (t: TensorProto): OnnxModel => modelOf({ attribute: [{ name: 'v', type: 4, t }] });
const tensorOf = (model: OnnxModel): TensorProto | undefined => model.proto.graph?.node?.[0]?.attribute?.[0]?.t;

function failure(text: string): string {
  try {
    parseOnnx(text);
  } catch (error) {
    if (isDimwiseError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('formatOnnx', () => {
  test('prints header, signature, weights, nodes, bodies and functions', () => {
    const proto: ModelProto = {
      irVersion: 10,
      opsetImport: [{ domain: '', version: 21 }],
      producerName: 'p "q"',
      metadataProps: [{ key: 'k', value: 'a\nb' }],
      graph: {
        name: 'main graph',
        input: [
          { name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'n+1' }, { dimValue: 4 }] } } } },
        ],
        output: [{ name: 'float' }],
        initializer: [
          { name: 'w', dims: [2], dataType: 1, rawData: new Uint8Array(Float32Array.of(1, 0.1).buffer) },
          { name: 'e', dims: [4], dataType: 10, externalData: [{ key: 'location', value: 'w.data' }], dataLocation: 1 },
        ],
        node: [
          { output: ['h'], input: ['x', '', 'w'], opType: 'Op', domain: 'com.x', overload: 'o', name: 'first' },
          {
            output: ['float'],
            input: ['h'],
            opType: 'If',
            attribute: [{ name: 'then_branch', type: 5, g: { name: 'then', node: [{ output: ['y'], opType: 'Op' }] } }],
          },
        ],
      },
      functions: [
        {
          name: 'f',
          domain: 'com.x',
          opsetImport: [{ domain: '', version: 21 }],
          attribute: ['a'],
          attributeProto: [{ name: 'b', type: 1, f: 2 }],
          input: ['x'],
          output: ['y'],
          node: [
            { output: ['y'], input: ['x'], opType: 'Elu', attribute: [{ name: 'alpha', type: 1, refAttrName: 'b' }] },
          ],
        },
      ],
    };
    expect(formatOnnx(new OnnxModel(proto))).toBe(`<
  ir_version: 10,
  opset_import: ["": 21],
  producer_name: "p \\"q\\"",
  metadata_props: ["k": "a
b"]
>
"main graph" (float["n+1",4] x) => ("float")
<float[2] w = {1.0, 0.1},
 float16[4] e = ["location": "w.data"]>
{
  [first] h = com.x.Op:o (x, "", w)
  "float" = If <then_branch: graph = then () => ()
  {
    y = Op ()
  }> (h)
}
<
  domain: "com.x",
  opset_import: ["": 21]
>
f <a, b: float = 2.0> (x) => (y)
{
  y = Elu <alpha: float = @b> (x)
}
`);
  });

  test('refuses a tensor that no text can hold', () => {
    const large = withTensor({ dims: [2 ** 25 + 1], dataType: 2, rawData: new Uint8Array(2 ** 25 + 1) });
    expect(() => formatOnnx(large)).toThrow('EMIT_TOO_LARGE');
  });
});

describe('parseOnnx', () => {
  test('gives back any model that the syntax can say', () => {
    fc.assert(
      fc.property(arbitraryTextModel, (proto) => {
        const model = new OnnxModel(proto);
        expect(lostInText(model)).toEqual([]);
        expect(parseOnnx(formatOnnx(model)).proto).toEqual(proto);
      }),
      { numRuns: 300 },
    );
  });

  test.each(TOPOLOGIES)('gives back the text of %s, and a model of the same shapes', (name) => {
    const model = readOnnx(topologyBytes(name));
    const text = formatOnnx(model);
    const back = parseOnnx(text);
    expect(formatOnnx(back)).toBe(text);
    expect(back.proto.graph?.node?.length).toBe(model.proto.graph?.node?.length);
  });

  const RAW: readonly [dtype: number, bytes: number[], typed: TensorProto][] = [
    [1, [0, 0, 0x80, 0x3f], { floatData: Float32Array.of(1) }],
    [11, [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], { doubleData: Float64Array.of(1) }],
    [14, [0, 0, 0x80, 0x3f, 0, 0, 0, 0x80], { floatData: Float32Array.of(1, -0) }],
    [7, [255, 255, 255, 255, 255, 255, 255, 127], { int64Data: BigInt64Array.of(2n ** 63n - 1n) }],
    [13, Array.from({ length: 8 }, () => 255), { uint64Data: BigUint64Array.of(2n ** 64n - 1n) }],
    [12, [255, 255, 255, 255], { uint64Data: BigUint64Array.of(2n ** 32n - 1n) }],
    [6, [255, 255, 255, 255], { int32Data: Int32Array.of(-1) }],
    [5, [0, 128], { int32Data: Int32Array.of(-32768) }],
    [3, [128], { int32Data: Int32Array.of(-128) }],
    [2, [255], { int32Data: Int32Array.of(255) }],
    [9, [1, 0], { int32Data: Int32Array.of(1, 0) }],
    [10, [1, 0x7e], { int32Data: Int32Array.of(0x7e01) }],
    [16, [1, 0xff], { int32Data: Int32Array.of(0xff01) }],
    [17, [0xff], { int32Data: Int32Array.of(255) }],
    [22, [0xf1, 0x0f], { int32Data: Int32Array.of(0xf1, 0x0f) }],
    [26, [0xe4], { int32Data: Int32Array.of(0xe4) }],
    [28, [1, 2, 3], { int32Data: Int32Array.of(1, 2, 3) }],
  ];
  test.each(RAW)('reads raw data of type %i as elements of the field of that type', (dataType, bytes, typed) => {
    const model = withTensor({ dims: [1], dataType, rawData: Uint8Array.from(bytes) });
    expect(lostInText(model)).toEqual([]);
    expect(tensorOf(parseOnnx(formatOnnx(model)))).toEqual({ dims: [1], dataType, ...typed });
  });

  const NATURAL: readonly [text: string, attribute: AttributeProto][] = [
    ['a = 1', { name: 'a', i: 1, type: 2 }],
    ['a = -1.5e3', { name: 'a', f: -1500, type: 1 }],
    ['a = nan', { name: 'a', f: Number.NaN, type: 1 }],
    ['a = -Infinity', { name: 'a', f: Number.NEGATIVE_INFINITY, type: 1 }],
    ['a = "x\\ny"', { name: 'a', s: new TextEncoder().encode('xny'), type: 3 }],
    ['a = [1, 2]', { name: 'a', ints: [1, 2], type: 7 }],
    ['a = [1, 2.5]', { name: 'a', floats: Float32Array.of(1, 2.5), type: 6 }],
    ['a = ["x"]', { name: 'a', strings: [Uint8Array.of(120)], type: 8 }],
    ['a = float[1] {3}', { name: 'a', t: { dims: [1], dataType: 1, floatData: Float32Array.of(3) }, type: 4 }],
    ['a = int64 w = {3}', { name: 'a', t: { name: 'w', dataType: 7, int64Data: BigInt64Array.of(3n) }, type: 4 }],
    ['a = float[?]', { name: 'a', tp: { tensorType: { elemType: 1, shape: { dim: [{}] } } }, type: 13 }],
    ['a = b () => () {}', { name: 'a', g: { name: 'b' }, type: 5 }],
    ['a: float = 2', { name: 'a', f: 2, type: 1 }],
    ['a: ints = []', { name: 'a', type: 7 }],
    ['a: tensor = @b', { name: 'a', refAttrName: 'b', type: 4 }],
  ];
  test.each(NATURAL)('reads %s', (text, attribute) => {
    for (const node of [`y = Op <${text}> (x)`, `y = Op (x) <${text}>`]) {
      const { graph } = parseOnnx(`g () => () { ${node} }`).proto;
      expect(graph?.node).toEqual([{ input: ['x'], output: ['y'], opType: 'Op', attribute: [attribute] }]);
    }
  });

  test('reads empty names as ONNX does, and data of inputs as initializers', () => {
    const { graph } = parseOnnx('g (float[1] x = {1}) => () { = Op (x,,y,) a, = Op (,) }').proto;
    expect(graph?.node?.map(({ input, output }) => [input, output])).toEqual([
      [['x', '', 'y'], undefined],
      [[''], ['a']],
    ]);
    expect(graph?.initializer).toEqual([{ dims: [1], dataType: 1, name: 'x', floatData: Float32Array.of(1) }]);
    expect(graph?.input).toHaveLength(1);
  });

  test.each([
    ['', 'line 1, column 1'],
    ['g () => () { y = Op <a = > (x) }', 'the value of an attribute'],
    ['g () => () { y = Op <a = []> (x) }', 'a type before an empty list'],
    ['g () => () <float[n] w = {1}> {}', 'numbers as sizes before data'],
    ['g () => () <float[] w = {1}> {}', 'sizes before data'],
    ['g () => () <int8[1] w = {4294967296}> {}', 'elements of 32 bits'],
    ['g () => () { y = Op <a = 99999999999999999999> () }', 'an integer of 64 bits'],
    ['<ir: 3> g () => () {}', 'an entry of a model in place of ir'],
    ['g () => () {} <x: "a"> f () => () {}', 'an entry of a function in place of x'],
    [`g (${'seq('.repeat(100)}float${')'.repeat(100)} x) => () {}`, 'inside each other'],
    [`g ${'() => () { y = Op <a = b '.repeat(100)}`, 'inside each other'],
    ['g () => () {} "unfinished', 'a name'],
  ])('refuses %s with the place', (text, says) => {
    expect(failure(text)).toContain('GRAPH_TEXT_SYNTAX');
    expect(failure(text)).toContain(says);
  });
});

describe('lostInText', () => {
  const LOST: readonly [what: string, ModelProto, string][] = [
    ['doc strings', { graph: { node: [{}, { docString: 'd' }] } }, 'graph.node[1].doc_string'],
    ['metadata of nodes', { graph: { node: [{ metadataProps: [{ key: 'k' }] }] } }, 'graph.node[0].metadata_props'],
    ['training', { trainingInfo: [{}] }, 'training_info'],
    ['sparse weights', { graph: { sparseInitializer: [{}] } }, 'graph.sparse_initializer'],
    ['unknown fields', { graph: { unknownFields: [Uint8Array.of(1)] } }, 'graph: unknown fields'],
    [
      'bytes',
      { graph: { node: [{ attribute: [{ type: 3, s: Uint8Array.of(255) }] }] } },
      'graph.node[0].attribute[0]: bytes that are no UTF-8',
    ],
    [
      'values of another type',
      { graph: { node: [{ attribute: [{ type: 2, s: Uint8Array.of(1) }] }] } },
      'graph.node[0].attribute[0]: s in an attribute of another type',
    ],
    [
      'payloads of NaN',
      { graph: { initializer: [{ dims: [1], dataType: 1, rawData: Uint8Array.of(1, 0, 0xc0, 0x7f) }] } },
      'graph.initializer[0]: a NaN with a sign or a payload',
    ],
    [
      'data that does not fit',
      { graph: { initializer: [{ dims: [1], dataType: 1, rawData: Uint8Array.of(1) }] } },
      'graph.initializer[0]: data that does not fit its type',
    ],
    ['types to come', { graph: { initializer: [{ dataType: 99 }] } }, 'graph.initializer[0]: element type 99'],
  ];
  test.each(LOST)('names %s', (_, proto, place) => {
    expect(lostInText(new OnnxModel(proto))).toEqual([place]);
  });

  test('stops at a hundred places', () => {
    const node = Array.from({ length: 1000 }, () => ({ docString: 'd' }));
    expect(lostInText(new OnnxModel({ graph: { node } }))).toHaveLength(100);
  });
});
