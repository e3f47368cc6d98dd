// Nothing is lost: the models of onnx and of exporters, and messages as no canonical writer writes them.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TOPOLOGIES, topologyBytes } from '../../../bench/topologies.ts';
import type { MessageRow } from '../../../codegen/onnx/proto/field-table.ts';
import { MESSAGES } from '../../../codegen/onnx/proto/message-table.ts';
import { decodeMessage, decodeModel } from '../../../codegen/onnx/proto/read-message.ts';
import type { TensorProto } from '../../../codegen/onnx/proto/tensor-messages.ts';
import { encodeMessage, encodeModel } from '../../../codegen/onnx/proto/write-message.ts';
import { arbitraryMessage } from './arbitrary-message.ts';
import { readWithOnnxBuf } from './onnx-buf-judge.ts';
import { writeWild } from './wild-writer.ts';

/** The models of all node cases of onnx, and their names. */
function nodeCases(): (readonly [string, Uint8Array])[] {
  const folder = new URL('../../fixtures/node-cases/', import.meta.url);
  const rows: readonly [string, string, number][] = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8'));
  const models = new Uint8Array(gunzipSync(readFileSync(new URL('models.bin.gz', folder))));
  let at = 0;
  return rows.map(([name, , bytes]) => [name, models.subarray(at, (at += bytes))]);
}

describe('a model that is read and written', () => {
  test('has the same bytes for every node case, and onnx-buf reads the same in it', () => {
    const cases = nodeCases();
    expect(cases).toHaveLength(1884);
    const different = cases.filter(([, bytes]) => {
      const model = decodeModel(bytes);
      return !Buffer.from(encodeModel(model)).equals(bytes);
    });
    expect(different.map(([name]) => name)).toEqual([]);
    // Every third one keeps the test short; the messages are of the same kinds throughout.
    for (const [, bytes] of cases.filter((_, index) => index % 3 === 0)) {
      expect(decodeModel(bytes)).toEqual(readWithOnnxBuf(MESSAGES.model, bytes));
    }
  });

  test.each(TOPOLOGIES)('has the same bytes for %s', (name) => {
    const bytes = topologyBytes(name);
    expect(Buffer.from(encodeModel(decodeModel(bytes))).equals(bytes)).toBe(true);
  });

  const rows: readonly (readonly [string, MessageRow])[] = Object.values(MESSAGES).map((row) => [row.name, row]);
  test.each(rows)('is equal for any %s in any order, with long varints and lists in pieces', (_, row) => {
    fc.assert(
      fc.property(arbitraryMessage(row, 2), fc.infiniteStream(fc.nat()), (message, stream) => {
        const draw = (n: number): number => (stream.next().value ?? 0) % n;
        const bytes = Uint8Array.from(writeWild(row, message, draw));
        const read = decodeMessage(row, bytes);
        expect(read).toEqual(message);
        expect(decodeMessage(row, encodeMessage(row, read))).toEqual(message);
      }),
      { numRuns: 40 },
    );
  });

  /** Lists of 16-bit and 8-bit floats, and of packed types, hold any bits. */
  const BITS: readonly TensorProto[] = [10, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28].map((dataType) => ({
    dataType,
    int32Data: Int32Array.from({ length: 256 }, (_, i) => (dataType === 10 || dataType === 16 ? i * 257 : i)),
    rawData: Uint8Array.from({ length: 256 }, (_, i) => i),
  }));
  test.each(BITS)('keeps every bit pattern of element type $dataType', (tensor) => {
    expect(decodeMessage(MESSAGES.tensor, encodeMessage(MESSAGES.tensor, tensor))).toEqual(tensor);
  });

  const NANS = Uint32Array.of(0x7fa00001, 0xffa00001, 0x7f800001, 0x7fc12345, 0xffffffff, 0x80000000, 1);
  test('keeps the payload of every NaN in lists of float and double', () => {
    const tensor = { floatData: new Float32Array(NANS.buffer), doubleData: new Float64Array(NANS.slice(0, 6).buffer) };
    const read = decodeMessage(MESSAGES.tensor, encodeMessage(MESSAGES.tensor, tensor));
    const words = (list: unknown): unknown =>
      ArrayBuffer.isView(list) ? new Uint32Array(list.buffer, list.byteOffset) : list;
    expect(words(read.floatData)).toEqual(NANS);
    expect(words(read.doubleData)).toEqual(NANS.slice(0, 6));
  });
});
