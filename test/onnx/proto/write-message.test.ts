// Writing is canonical, checked, and streams data that is not in memory.
import { describe, expect, test } from 'vitest';
import { MESSAGES } from '../../../codegen/onnx/proto/message-table.ts';
import type { ModelProto } from '../../../codegen/onnx/proto/messages.ts';
import { type ByteSource, joinParts, type Part, partsBytes, streamParts } from '../../../codegen/onnx/proto/parts.ts';
import { decodeModel } from '../../../codegen/onnx/proto/read-message.ts';
import type { TensorProto } from '../../../codegen/onnx/proto/tensor-messages.ts';
import { encodeMessage, encodeModel, encodeModelParts } from '../../../codegen/onnx/proto/write-message.ts';
import { DimwiseError } from '../../../src/base/errors.ts';

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];

/** The bytes of a field with a length below 128. */
const field = (number: number, ...content: readonly (number | readonly number[])[]): number[] => {
  const bytes = content.flat();
  const tag = (number << 3) | 2;
  return [...(tag < 128 ? [tag] : [(tag & 127) | 128, tag >> 7]), bytes.length, ...bytes];
};

const entry = { key: 'k', value: 'v' };
const entryBytes = [...field(1, ascii('k')), ...field(2, ascii('v'))];

describe('encodeMessage', () => {
  test.each([
    [
      'ValueInfoProto.metadata_props',
      encodeMessage(MESSAGES.valueInfo, { metadataProps: [entry] }),
      field(4, entryBytes),
    ],
    ['NodeProto.overload', encodeMessage(MESSAGES.node, { overload: 'o' }), field(8, ascii('o'))],
    ['NodeProto.metadata_props', encodeMessage(MESSAGES.node, { metadataProps: [entry] }), field(9, entryBytes)],
    [
      'NodeProto.device_configurations',
      encodeMessage(MESSAGES.node, { deviceConfigurations: [{ configurationId: 'c', pipelineStage: 3 }] }),
      field(10, field(1, ascii('c')), [3 << 3, 3]),
    ],
    ['GraphProto.metadata_props', encodeMessage(MESSAGES.graph, { metadataProps: [entry] }), field(16, entryBytes)],
    ['TensorProto.metadata_props', encodeMessage(MESSAGES.tensor, { metadataProps: [entry] }), field(16, entryBytes)],
    [
      'FunctionProto.attribute_proto',
      encodeMessage(MESSAGES.function, { attributeProto: [{ name: 'a', type: 2, i: 1 }] }),
      field(11, field(1, ascii('a')), [3 << 3, 1], [0xa0, 1, 2]),
    ],
    ['FunctionProto.value_info', encodeMessage(MESSAGES.function, { valueInfo: [{}] }), field(12)],
    ['FunctionProto.overload', encodeMessage(MESSAGES.function, { overload: 'o' }), field(13, ascii('o'))],
    [
      'FunctionProto.metadata_props',
      encodeMessage(MESSAGES.function, { metadataProps: [entry] }),
      field(14, entryBytes),
    ],
    [
      'ModelProto.configuration',
      encodeMessage(MESSAGES.model, { configuration: [{ name: 'n', numDevices: -1, device: ['', 'd'] }] }),
      field(26, field(1, ascii('n')), [16, ...Array(9).fill(0xff), 1], field(3), field(3, ascii('d'))),
    ],
    [
      'TypeProto.opaque_type',
      encodeMessage(MESSAGES.type, { opaqueType: { domain: 'd', name: 'n' } }),
      field(7, field(1, ascii('d')), field(2, ascii('n'))),
    ],
    ['a present zero', encodeMessage(MESSAGES.attribute, { f: 0, i: 0, type: 0 }), [21, 0, 0, 0, 0, 24, 0, 0xa0, 1, 0]],
    ['an empty list as nothing', encodeMessage(MESSAGES.tensor, { dims: [], int64Data: [], stringData: [] }), []],
  ])('writes %s', (_, bytes, expected) => {
    expect([...bytes]).toEqual(expected);
  });

  test('writes fields by their number, whatever the order of the properties, and unknown fields last', () => {
    const unknownFields = [Uint8Array.of(0x98, 6, 1)];
    const one = encodeMessage(MESSAGES.attribute, { unknownFields, type: 1, f: 1, name: 'a' });
    expect(one).toEqual(encodeMessage(MESSAGES.attribute, { name: 'a', f: 1, type: 1, unknownFields }));
    expect([...one]).toEqual([...field(1, ascii('a')), 21, 0, 0, 128, 63, 0xa0, 1, 1, 0x98, 6, 1]);
  });

  test('writes plain lists as it writes typed arrays', () => {
    const plain = { floatData: [0.1, -0], int32Data: [-1, 7], doubleData: [0.1], int64Data: [1, -5n], uint64Data: [2] };
    const typed = {
      floatData: Float32Array.of(0.1, -0),
      int32Data: Int32Array.of(-1, 7),
      doubleData: Float64Array.of(0.1),
      int64Data: BigInt64Array.of(1n, -5n),
      uint64Data: BigUint64Array.of(2n),
    };
    expect(encodeMessage(MESSAGES.tensor, plain)).toEqual(encodeMessage(MESSAGES.tensor, typed));
  });

  test.each(['', 'a', 'ß', '漢', '𝄞', 'a'.repeat(200), '漢𝄞'.repeat(50), '\u07ff\u0800\uffff'])(
    'writes the text %j',
    (name) => {
      const bytes = encodeMessage(MESSAGES.tensor, { name });
      const text = new TextEncoder().encode(name);
      expect(bytes.subarray(bytes.length - text.length)).toEqual(text);
      expect(decodeModel(encodeMessage(MESSAGES.model, { docString: name })).docString).toBe(name);
    },
  );

  test.each([
    ['a fraction', { graph: { node: [{}, { attribute: [{ i: 1.5 }] }] } }, 'graph.node[1].attribute[0].i'],
    ['an unsafe number', { irVersion: 2 ** 53 }, 'ir_version'],
    ['a bigint beyond 64 bits', { modelVersion: 2n ** 63n }, 'model_version'],
    ['a lone high surrogate', { graph: { name: 'a\ud800' } }, 'graph.name'],
    ['a lone low surrogate', { domain: '\udc00a' }, 'domain'],
    [
      'an element beyond int32',
      { graph: { initializer: [{ int32Data: [0, 2 ** 31] }] } },
      'graph.initializer[0].int32_data[1]',
    ],
    ['a negative uint64', { graph: { initializer: [{ uint64Data: [-1] }] } }, 'graph.initializer[0].uint64_data[0]'],
    [
      'a float that would become infinite',
      { graph: { node: [{ attribute: [{ f: 1e39 }] }] } },
      'graph.node[0].attribute[0].f',
    ],
    [
      'two fields of a oneof',
      { graph: { input: [{ type: { tensorType: { shape: { dim: [{ dimValue: 1, dimParam: 'n' }] } } } }] } },
      'graph.input[0].type.tensor_type.shape.dim[0]',
    ],
  ] satisfies [string, ModelProto, string][])('refuses %s, naming the field', (_, model, path) => {
    expect(() => encodeModel(model)).toThrow(expect.objectContaining({ code: 'EMIT_VALUE' }));
    expect(() => encodeModel(model)).toThrow(`EMIT_VALUE: ${path}: `);
  });

  test.each([
    ['null for text', { name: null }],
    ['text for bytes', { rawData: 'AAAA' }],
    ['one value for a list', { dims: 3 }],
    ['text for a list of numbers', { floatData: '123' }],
    ['an array of another type', { floatData: Float64Array.of(1) }],
    ['a message that is none', { segment: 5 }],
    ['unknown fields that are no bytes', { unknownFields: [[8, 1]] }],
  ])('refuses %s from a caller without types', (_, tensor) => {
    expect(() => encodeMessage(MESSAGES.tensor, tensor as TensorProto)).toThrow(
      expect.objectContaining({ code: 'EMIT_VALUE' }),
    );
  });

  test('refuses messages nested deeper than 100, a cycle among them', () => {
    const loop: { g?: object } = {};
    const node = { attribute: [loop] };
    loop.g = { node: [node] };
    expect(() => encodeMessage(MESSAGES.node, node)).toThrow('nested deeper than 100');
  });
});

const MIB = 2 ** 20;

/** A source of bytes that counts how often it is read. */
function source(bytes: number, chunk: number): ByteSource & { reads: number } {
  const made = {
    bytes,
    reads: 0,
    write: {
      async *[Symbol.asyncIterator]() {
        made.reads++;
        for (let at = 0; at < bytes; at += chunk)
          yield new Uint8Array(Math.min(chunk, bytes - at)).fill(at / chunk + 1);
      },
    },
  };
  return made;
}

const collect = async (parts: readonly Part[]): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of streamParts(parts)) chunks.push(chunk);
  return joinParts(chunks);
};

describe('encodeModelParts', () => {
  const tensor = (name: string): TensorProto => ({ dims: [1], dataType: 2, name, docString: 'after the data' });

  test('streams data into tensors at every depth as if it were in the message', async () => {
    const data = new Map([
      ['a', source(300, 128)],
      ['b', source(0, 1)],
      ['c', source(100_000, 4096)],
      ['d', source(5, 2)],
    ]);
    const build = (make: (name: string) => TensorProto): ModelProto => ({
      irVersion: 10,
      graph: {
        node: [{ opType: 'If', attribute: [{ g: { initializer: [make('a')], name: 'body' } }, { t: make('b') }] }],
        initializer: [make('c'), make('none')],
        sparseInitializer: [{ values: make('d') }],
      },
      opsetImport: [{ version: 21 }],
    });
    const parts = encodeModelParts(build(tensor), { tensorBytes: ({ name = '' }) => data.get(name) });
    const whole: Record<string, Uint8Array> = {};
    for (const [name, { bytes, write }] of data) whole[name] = await collect([{ bytes, write }]);
    const expected = encodeModel(build((name) => ({ ...tensor(name), rawData: whole[name] })));
    expect(partsBytes(parts)).toBe(expected.length);
    expect(Buffer.from(await collect(parts)).equals(expected)).toBe(true);
  });

  test('reads no source before the parts are written', () => {
    const data = source(10, 1);
    encodeModelParts({ graph: { initializer: [tensor('a')] } }, { tensorBytes: () => data });
    expect(data.reads).toBe(0);
  });

  test('passes large data on without a copy', () => {
    const rawData = new Uint8Array(MIB);
    const floatData = new Float32Array(MIB);
    const parts = encodeModelParts({ graph: { initializer: [{ rawData }, { floatData }] } });
    const buffers = parts.map((part) => (part instanceof Uint8Array ? part.buffer : undefined));
    expect(buffers).toContain(rawData.buffer);
    expect(buffers).toContain(floatData.buffer);
    const own = parts.filter((part) => part instanceof Uint8Array && part.length < MIB);
    expect(partsBytes(own)).toBeLessThan(100);
  });

  test('makes the varints of a large list only when they are written', () => {
    const int64Data = BigInt64Array.from({ length: 200_000 }, (_, index) => BigInt(index) ** 3n - 10n ** 15n);
    const int32Data = Int32Array.from({ length: 50_000 }, (_, index) => index * index - 10 ** 6);
    const parts = encodeModelParts({ graph: { initializer: [{ int64Data }, { int32Data }] } });
    expect(parts.filter((part) => !(part instanceof Uint8Array))).toHaveLength(2);
    const [first, second] = decodeModel(joinParts(parts)).graph?.initializer ?? [];
    expect(first?.int64Data).toEqual(int64Data);
    expect(second?.int32Data).toEqual(int32Data);
  });

  test('joins the small parts of a large graph', () => {
    const node = Array.from({ length: 10_000 }, (_, index) => ({
      opType: 'Add',
      name: `n${index}`,
      input: ['a', 'b'],
    }));
    const initializer = node.map(({ name }) => ({ name, rawData: new Uint8Array(8) }));
    const parts = encodeModelParts({ graph: { node, initializer } });
    expect(parts.length).toBeLessThan(20);
    expect(decodeModel(joinParts(parts))).toEqual({ graph: { node, initializer } });
  });

  test('refuses a model of 2 GiB, before it reads any of it', () => {
    const data = { bytes: 2 ** 31 - 10, write: [] };
    const model = { graph: { initializer: [tensor('a')] } };
    expect(() => encodeModelParts(model, { tensorBytes: () => data })).toThrow(
      expect.objectContaining({ code: 'EMIT_TOO_LARGE' }),
    );
    const parts = encodeModelParts(model, { tensorBytes: () => ({ bytes: 2 ** 31 - 100, write: [] }) });
    expect(partsBytes(parts)).toBeLessThan(2 ** 31);
  });

  test('refuses a source without a length', () => {
    const model = { graph: { initializer: [tensor('a')] } };
    for (const bytes of [-1, 0.5, Number.NaN]) {
      expect(() => encodeModelParts(model, { tensorBytes: () => ({ bytes, write: [] }) })).toThrow(
        'graph.initializer[0].raw_data',
      );
    }
  });
});

describe('streamParts', () => {
  test.each([
    ['fewer', 3],
    ['more', 5],
  ])('refuses a source that gives %s bytes than it declared', async (_, given) => {
    const part = { bytes: 4, write: [new Uint8Array(2), new Uint8Array(given - 2)] };
    await expect(collect([part])).rejects.toThrow(expect.objectContaining({ code: 'EMIT_VALUE' }));
    expect(() => joinParts([part])).toThrow(expect.objectContaining({ code: 'EMIT_VALUE' }));
  });
});

describe('joinParts', () => {
  test('refuses a source of asynchronous chunks', () => {
    expect(() => joinParts([source(1, 1)])).toThrow(DimwiseError);
  });
});
