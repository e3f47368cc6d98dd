// Random messages made from the table, in the form that reading gives: so what is read back must be equal.
import * as fc from 'fast-check';
import type { DataKind, Field, MessageRow, ScalarField } from '../../../codegen/onnx/proto/field-table.ts';
import type { Int64 } from '../../../codegen/onnx/proto/int64.ts';
import { Writer } from '../../../codegen/onnx/proto/protobuf.ts';

/** Where the two forms of a 64-bit integer meet, and the ends of its range. */
export const INT64_EDGES: readonly Int64[] = [
  0,
  -1,
  127,
  128,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n),
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

/** Any signed 64-bit integer in the form that reading gives. */
export const arbitraryInt64: fc.Arbitrary<Int64> = fc.oneof(
  fc.constantFrom(...INT64_EDGES),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }),
);

const DATA: Record<DataKind, fc.Arbitrary<unknown>> = {
  int32: fc.int32Array({ minLength: 1, maxLength: 5 }),
  int64: fc.bigInt64Array({ minLength: 1, maxLength: 5 }),
  uint64: fc.bigUint64Array({ minLength: 1, maxLength: 5 }),
  float: fc.float32Array({ minLength: 1, maxLength: 5 }),
  double: fc.float64Array({ minLength: 1, maxLength: 5 }),
};

/** Closed enums: a parser of proto2 sets other values aside. */
const ENUM_VALUES: Record<string, number> = { dataLocation: 1, type: 14 };

const bytes = fc.uint8Array({ maxLength: 6 });
const text = fc.string({ unit: 'binary', maxLength: 40 });

function arbitraryValue(field: ScalarField, depth: number): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'message':
      return field.message ? arbitraryMessage(field.message(), depth - 1) : fc.constant({});
    case 'string':
      return text;
    case 'bytes':
      return bytes;
    case 'float':
      return fc.float();
    case 'int64':
      return arbitraryInt64;
    case 'int32':
      return field.name in ENUM_VALUES ? fc.nat(ENUM_VALUES[field.name] ?? 0) : fc.integer();
  }
}

function arbitraryField(field: Field, depth: number): fc.Arbitrary<unknown> {
  if (field.form === 'data') return DATA[field.kind];
  const value = arbitraryValue(field, depth);
  return field.form === 'one' ? value : fc.array(value, { minLength: 1, maxLength: 3 });
}

/** Fields that no message of the table has, one after the other as reading keeps them. */
const unknownFields = fc
  .array(fc.tuple(fc.integer({ min: 500, max: 2 ** 29 - 1 }), fc.constantFrom(0, 1, 2, 3, 5), bytes), {
    minLength: 1,
    maxLength: 3,
  })
  .map((fields) => {
    const writer = new Writer();
    for (const [number, wire, value] of fields) {
      writer.uint32(((number << 3) | wire) >>> 0);
      if (wire === 0) writer.uint32(value.length);
      else if (wire === 1) writer.fixed32(1).fixed32(2);
      else if (wire === 2) writer.bytes(value);
      else if (wire === 5) writer.fixed32(3);
      else
        writer
          .uint32(8)
          .uint32(1)
          .uint32(((number << 3) | 4) >>> 0);
    }
    return [new Uint8Array(writer.finish())];
  });

/**
 * Random messages of a kind.
 *
 * @param row the kind
 * @param depth how deep messages in it may be nested
 */
export function arbitraryMessage(row: MessageRow, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const usable = row.fields.filter(({ kind }) => depth > 0 || kind !== 'message');
  const fields = Object.fromEntries(usable.map((field) => [field.name, arbitraryField(field, depth)]));
  const oneOf = row.fields.find((field) => field.oneOf)?.oneOf ?? [];
  return fc
    .tuple(fc.record({ ...fields, unknownFields }, { requiredKeys: [], noNullPrototype: true }), fc.nat())
    .map(([message, pick]) => {
      const present = oneOf.filter((name) => name in message);
      const kept = present[pick % (present.length || 1)];
      return Object.fromEntries(Object.entries(message).filter(([name]) => !oneOf.includes(name) || name === kept));
    });
}
