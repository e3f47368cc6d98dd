// Reading takes all that protobuf allows, and refuses the rest by field and byte.
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MESSAGES } from '../../../codegen/onnx/proto/message-table.ts';
import { decodeMessage, decodeModel } from '../../../codegen/onnx/proto/read-message.ts';
import { encodeMessage } from '../../../codegen/onnx/proto/write-message.ts';
import { DimwiseError } from '../../../src/base/errors.ts';

/** The bytes of a field with a length: tag, length, content. */
const field = (number: number, ...content: readonly (number | readonly number[])[]): number[] => {
  const bytes = content.flat();
  return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
};
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
const bytesOf = (...bytes: readonly (number | readonly number[])[]): Uint8Array => Uint8Array.from(bytes.flat());

/** What reading throws, or undefined. */
function fault(read: () => unknown): DimwiseError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof DimwiseError) return error;
    throw error;
  }
}

const every = readFileSync(new URL('../../fixtures/onnx/every-field.onnx', import.meta.url));

describe('decodeModel', () => {
  test.each([
    ['a wrong wire type', bytesOf(field(7, field(1, [4 << 3, 5]))), 'graph.node[0].op_type', 5],
    ['a wrong wire type of a number', bytesOf(field(7, [1])), 'graph', 2],
    ['a number for a message', bytesOf([7 << 3, 1]), 'graph', 1],
    [
      'a length beyond its message, though not beyond the input',
      bytesOf(58, 2, 10, 5, field(6, 65, 65, 65)),
      'graph.node[0]',
      3,
    ],
    ['a varint beyond its message', bytesOf(field(20, [10, 0]), 58, 3, field(10, 0x80), 8, 1), 'graph.doc_string', 9],
    ['invalid UTF-8', bytesOf(field(7, field(2, 0xc3))), 'graph.name', 4],
    ['a surrogate in UTF-8', bytesOf(field(6, 0xed, 0xa0, 0x80)), 'doc_string', 2],
    ['an overlong form in UTF-8', bytesOf(field(6, 0xc0, 0x80)), 'doc_string', 2],
    ['field number 0', bytesOf(2, 0), 'ModelProto', 0],
    ['wire type 6', bytesOf((1 << 3) | 6), 'ModelProto', 0],
    ['an end of a group that never began', bytesOf(((99 << 3) & 127) | 128 | 4, 6), 'ModelProto', 2],
    ['a group that never ends', bytesOf(0x9b, 6, 8, 1), 'ModelProto', 4],
    ['a group with another end', bytesOf(0x9b, 6, 0xa4, 6), 'ModelProto', 4],
    ['a varint of 11 bytes', bytesOf(8, Array(10).fill(0xff), 1), 'ir_version', 1],
    ['a varint of more than 64 bits', bytesOf(8, Array(9).fill(0xff), 2), 'ir_version', 1],
    ['a varint cut off', bytesOf(8, 0x80, 0x80), 'ir_version', 1],
    ['a tag of more than 32 bits', bytesOf(0x8a, 0x80, 0x80, 0x80, 0x80, 1, 0), 'ModelProto', 0],
    [
      'floats that are no whole number',
      bytesOf(field(7, field(5, field(4, 1, 2, 3)))),
      'graph.initializer[0].float_data',
      6,
    ],
    [
      'a packed varint cut off',
      bytesOf(field(7, field(5, field(7, 1, 0x80)), [10, 0])),
      'graph.initializer[0].int64_data',
      7,
    ],
    ['a declared 2^63', bytesOf([58], Array(9).fill(0x80), 1), 'graph', 1],
    ['a declared 2^32', bytesOf([58, 0x80, 0x80, 0x80, 0x80, 0x10]), 'graph', 1],
    ['a declared 4 GB of text', bytesOf([18, 0xff, 0xff, 0xff, 0xff, 0x0f, 65]), 'producer_name', 1],
    ['a declared 4 GB of unknown bytes', bytesOf([0x9a, 6, 0xff, 0xff, 0xff, 0xff, 0x0f, 65]), 'ModelProto', 2],
  ])('refuses %s, naming field and byte', (_, bytes, path, at) => {
    const error = fault(() => decodeModel(bytes));
    expect(error?.code).toBe('ONNX_MALFORMED');
    expect(error?.message).toContain(`ONNX_MALFORMED: ${path}: `);
    expect(error?.message).toMatch(new RegExp(`at byte ${at}$`, 'm'));
  });

  test('names the place in nested lists', () => {
    const model = { graph: { node: [{}, {}, {}, { attribute: [{ t: { name: 'ab' } }] }] } };
    const bytes = encodeMessage(MESSAGES.model, model);
    bytes[bytes.length - 1] = 0xff;
    expect(fault(() => decodeModel(bytes))?.message).toMatch(
      /graph\.node\[3\]\.attribute\[0\]\.t\.name: is not valid UTF-8 at byte \d+$/m,
    );
  });

  test('either reads or refuses a model cut off at any byte, and never invents data', () => {
    for (let end = 0; end < every.length; end++) {
      const cut = every.subarray(0, end);
      const error = fault(() => decodeModel(cut));
      // Between two fields of the model itself a prefix is a model of its own.
      if (error === undefined) expect(encodeMessage(MESSAGES.model, decodeModel(cut))).toEqual(new Uint8Array(cut));
      else expect(error.code).toBe('ONNX_MALFORMED');
    }
  });

  test('reads or refuses any bytes, and writes what it read the same way twice', () => {
    const mutated = fc.tuple(fc.nat(every.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Uint8Array.from(every);
      copy[at] = byte;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), mutated), (bytes) => {
        const error = fault(() => {
          const model = decodeModel(bytes);
          const written = encodeMessage(MESSAGES.model, model);
          expect(encodeMessage(MESSAGES.model, decodeModel(written))).toEqual(written);
        });
        if (error) expect(error.code).toBe('ONNX_MALFORMED');
      }),
      { numRuns: 1000 },
    );
  });

  test('is not fooled by bytes behind a view', () => {
    const whole = bytesOf(field(6, 65, 66), 8, 10);
    expect(decodeModel(whole.subarray(0, 4))).toEqual({ docString: 'AB' });
    expect(fault(() => decodeModel(whole.subarray(0, 3)))?.code).toBe('ONNX_MALFORMED');
  });
});

/** Types nested in types: each level is two messages. */
function nestedSequences(messages: number): Uint8Array {
  let bytes: number[] = [];
  for (let level = 0; level < messages; level++) bytes = field(level % 2 === 0 ? 1 : 4, bytes);
  return Uint8Array.from(bytes);
}

describe('the limits of reading', () => {
  test('take 100 nested messages and refuse 101', () => {
    expect(fault(() => decodeMessage(MESSAGES.type, nestedSequences(100)))).toBeUndefined();
    const error = fault(() => decodeMessage(MESSAGES.sequenceType, nestedSequences(101)));
    expect(error?.message).toContain('nested deeper than 100');
  });

  test('hold for unknown groups as well, counted with the messages around them', () => {
    const groups = (depth: number) => Buffer.from('9b06'.repeat(depth) + '9c06'.repeat(depth), 'hex');
    expect(fault(() => decodeModel(groups(100)))).toBeUndefined();
    expect(fault(() => decodeModel(groups(101)))?.message).toContain('nested too deep');
    expect(fault(() => decodeModel(bytesOf(field(7, [...groups(100)]))))?.message).toContain('nested too deep');
    expect(fault(() => decodeModel(groups(200_000)))?.code).toBe('ONNX_MALFORMED');
  });

  test('can be lowered', () => {
    const bytes = encodeMessage(MESSAGES.model, { graph: { node: [{}, {}, { attribute: [{}] }] } });
    expect(fault(() => decodeModel(bytes, { depth: 2 }))?.message).toContain(
      'graph.node[2].attribute[0]: message is nested',
    );
    expect(fault(() => decodeModel(bytes, { depth: 3 }))).toBeUndefined();
  });

  const unknown = bytesOf(0x98, 6, 1, 8, 1);
  test.each([
    ['messages', MESSAGES.graph, bytesOf(10, 0)],
    ['texts', MESSAGES.node, bytesOf(10, 0)],
    ['byte strings', MESSAGES.attribute, bytesOf(field(9))],
    ['integers', MESSAGES.tensor, bytesOf(8, 0)],
    ['packed integers', MESSAGES.tensor, bytesOf(field(1, 0))],
    ['unknown fields', MESSAGES.model, unknown],
    ['lists of numbers', MESSAGES.graph, bytesOf(field(5, field(4, 0, 0, 0, 0)))],
  ] as const)('bound the memory that many small %s take', (_, row, unit) => {
    const bytes = Uint8Array.from(Array.from({ length: 1000 }, () => [...unit]).flat());
    expect(fault(() => decodeMessage(row, bytes, { memory: 1000 * 16 - 1 }))?.message).toContain('limit of memory');
    expect(fault(() => decodeMessage(row, bytes, { memory: 1000 * 1000 }))).toBeUndefined();
  });

  test('do not count what lists of numbers hold: that is bounded by the input', () => {
    const bytes = encodeMessage(MESSAGES.tensor, { floatData: new Float32Array(10_000) });
    expect(fault(() => decodeMessage(MESSAGES.tensor, bytes, { memory: 1000 }))).toBeUndefined();
  });
});

describe('decodeMessage', () => {
  test('reads lists of numbers packed, unpacked and mixed', () => {
    const unpacked = bytesOf([...field(7, 1), 7 << 3, 2, ...field(7, 3, 0x84, 1), 7 << 3, 5]);
    expect(decodeMessage(MESSAGES.tensor, unpacked)).toEqual({ int64Data: BigInt64Array.of(1n, 2n, 3n, 132n, 5n) });
    const dims = bytesOf([1 << 3, 1, ...field(1, 2, 3), 1 << 3, 4]);
    expect(decodeMessage(MESSAGES.tensor, dims)).toEqual({ dims: [1, 2, 3, 4] });
    const one = [0, 0, 0x80, 0x3f];
    const floats = bytesOf([(7 << 3) | 5, ...one, ...field(7, ...one, ...one), (7 << 3) | 5, ...one]);
    expect(decodeMessage(MESSAGES.attribute, floats)).toEqual({ floats: Float32Array.of(1, 1, 1, 1) });
  });

  test('takes the last of a scalar, and of a oneof', () => {
    expect(decodeMessage(MESSAGES.attribute, bytesOf(3 << 3, 1, 3 << 3, 2))).toEqual({ i: 2 });
    expect(decodeMessage(MESSAGES.dimension, bytesOf(8, 5, field(2, 65)))).toEqual({ dimParam: 'A' });
    expect(decodeMessage(MESSAGES.dimension, bytesOf(field(2, 65), 8, 5))).toEqual({ dimValue: 5 });
  });

  test('joins a message that comes in pieces', () => {
    const pieces = bytesOf(
      field(5, field(8, 65), field(4, 0, 0, 0, 0)),
      field(5, field(8, 66), field(4, 0, 0, 0x80, 0x3f), [8, 7]),
    );
    expect(decodeMessage(MESSAGES.attribute, pieces)).toEqual({
      t: { name: 'B', floatData: Float32Array.of(0, 1), dims: [7] },
    });
    const type = bytesOf(field(1, [8, 1]), field(1, field(2, field(1))));
    expect(decodeMessage(MESSAGES.type, type)).toEqual({ tensorType: { elemType: 1, shape: { dim: [{}] } } });
  });

  test('reads varints that are longer than they need be', () => {
    const long = bytesOf(0x98, 0x80, 0x80, 0x00, 0x85, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
    expect(decodeMessage(MESSAGES.attribute, long)).toEqual({ i: 5 });
  });

  test('drops the upper bits of an int32, as protobuf prescribes', () => {
    expect(decodeMessage(MESSAGES.tensor, bytesOf(16, 0xff, 0xff, 0xff, 0xff, 0x0f))).toEqual({ dataType: -1 });
  });

  test('keeps unknown fields of every wire type, at every level, and writes them back', () => {
    const unknown = [
      0x98,
      6,
      1,
      0x99,
      6,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      ...field(99, 1, 2),
      0x9d,
      6,
      1,
      2,
      3,
      4,
      0x9b,
      6,
      8,
      1,
      0x9c,
      6,
    ];
    const bytes = bytesOf(field(7, field(2, 65), unknown), unknown);
    const model = decodeModel(bytes);
    expect(model).toEqual({
      graph: { name: 'A', unknownFields: [Uint8Array.from(unknown)] },
      unknownFields: [Uint8Array.from(unknown)],
    });
    expect(encodeMessage(MESSAGES.model, model)).toEqual(bytes);
  });

  test('keeps the order of unknown fields around known ones', () => {
    const { unknownFields } = decodeModel(bytesOf(0x98, 6, 1, 8, 3, 0x98, 6, 2, 0x98, 6, 3));
    expect(unknownFields?.map((view) => [...view])).toEqual([
      [0x98, 6, 1],
      [0x98, 6, 2, 0x98, 6, 3],
    ]);
  });

  test('keeps a byte order mark and text outside the basic plane', () => {
    const name = '\ufeffx𝄞';
    expect(decodeMessage(MESSAGES.tensor, encodeMessage(MESSAGES.tensor, { name }))).toEqual({ name });
  });

  test('keeps every bit of a signalling NaN in a list', () => {
    const bytes = bytesOf(field(4, 1, 0, 0xa0, 0x7f), field(10, 1, 0, 0, 0, 0, 0, 0xf4, 0xff));
    expect(encodeMessage(MESSAGES.tensor, decodeMessage(MESSAGES.tensor, bytes))).toEqual(bytes);
    const floats = bytesOf([(7 << 3) | 5, 1, 0, 0xa0, 0x7f]);
    expect(encodeMessage(MESSAGES.attribute, decodeMessage(MESSAGES.attribute, floats))).toEqual(floats);
  });

  test('gives views of the input, also of a Buffer', () => {
    const input = Buffer.from(encodeMessage(MESSAGES.tensor, { rawData: new Uint8Array(100).fill(7) }));
    const { rawData } = decodeMessage(MESSAGES.tensor, input);
    expect(rawData).toHaveProperty('buffer', input.buffer);
    expect(rawData?.constructor).toBe(Uint8Array);
    expect(rawData).toEqual(new Uint8Array(100).fill(7));
  });
});
