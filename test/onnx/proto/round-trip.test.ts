// Any message comes back as it was written, and onnx-buf reads the same in it.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageRow } from '../../../codegen/onnx/proto/field-table.ts';
import { MESSAGES } from '../../../codegen/onnx/proto/message-table.ts';
import { joinParts } from '../../../codegen/onnx/proto/parts.ts';
import { decodeMessage } from '../../../codegen/onnx/proto/read-message.ts';
import { encodeMessage, encodeModel, encodeModelParts } from '../../../codegen/onnx/proto/write-message.ts';
import { arbitraryMessage } from './arbitrary-message.ts';
import { readWithOnnxBuf, schemaOf } from './onnx-buf-judge.ts';

const ROWS: readonly MessageRow[] = Object.values(MESSAGES);
const cases = ROWS.map((row) => [row.name, row] as const);
const inOnnxBuf = cases.filter(([, row]) => schemaOf(row));

/** The message without what onnx-buf does not know. */
function known(row: MessageRow, message: object): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message)) {
    const field = row.fields.find((candidate) => candidate.name === name);
    if (!field || name === 'opaqueType') continue;
    const inner = field.message?.();
    if (inner && Array.isArray(value)) result[name] = value.map((element) => known(inner, element));
    else result[name] = inner ? known(inner, value) : value;
  }
  return result;
}

describe('decodeMessage after encodeMessage', () => {
  test.each(cases)('gives back any %s', (_, row) => {
    fc.assert(
      fc.property(arbitraryMessage(row, 2), (message) => {
        const bytes = encodeMessage(row, message);
        const read = decodeMessage(row, bytes);
        expect(read).toEqual(message);
        expect(encodeMessage(row, read)).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });

  test.each(inOnnxBuf)('agrees with onnx-buf on any %s', (_, row) => {
    fc.assert(
      fc.property(arbitraryMessage(row, 2), (message) => {
        expect(readWithOnnxBuf(row, encodeMessage(row, message))).toEqual(known(row, message));
      }),
      { numRuns: 30 },
    );
  });
});

describe('encodeModelParts', () => {
  test('gives the bytes of encodeModel in pieces', () => {
    fc.assert(
      fc.property(arbitraryMessage(MESSAGES.model, 3), (model) => {
        expect(joinParts(encodeModelParts(model))).toEqual(encodeModel(model));
      }),
      { numRuns: 30 },
    );
  });
});
