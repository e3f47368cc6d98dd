// The message table says what the descriptors of onnx 1.23.1 say, and marks what onnx-proto lacks.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ATTRIBUTE_TYPE, DATA_TYPE } from '../../../codegen/onnx/proto/enums.ts';
import type { Field, MessageRow } from '../../../codegen/onnx/proto/field-table.ts';
import { MESSAGES } from '../../../codegen/onnx/proto/message-table.ts';
import { onnx } from '../../../codegen/onnx/proto/protobuf.ts';
import { encodeMessage } from '../../../codegen/onnx/proto/write-message.ts';

/** One field as the descriptors of the Python package onnx 1.23.1 have it. */
interface Descriptor {
  readonly message: string;
  readonly number: number;
  readonly name: string;
  readonly type: number;
  readonly repeated: boolean;
  readonly packed: boolean;
  readonly holds: string | null;
  readonly oneOf: string | null;
}

const descriptors: {
  readonly fields: readonly Descriptor[];
  readonly dataTypes: Record<string, number>;
  readonly attributeTypes: Record<string, number>;
} = JSON.parse(readFileSync(new URL('../../fixtures/onnx/descriptors.json', import.meta.url), 'utf8'));

const ROWS: readonly MessageRow[] = Object.values(MESSAGES);

/** The numbers of protobuf's own table of types; an enum (14) is written as an int32. */
const KINDS: Record<number, Field['kind']> = {
  1: 'double',
  2: 'float',
  3: 'int64',
  4: 'uint64',
  5: 'int32',
  9: 'string',
  11: 'message',
  12: 'bytes',
  14: 'int32',
};

describe('MESSAGES', () => {
  const rows = ROWS.flatMap((row) => row.fields.map((field) => describeField(row, field)));

  test('has every message and field of onnx 1.23.1, and no other', () => {
    const names = (list: readonly { message: string; name: string }[]) =>
      list.map(({ message, name }) => `${message}.${name}`).sort();
    expect(names(rows)).toEqual(names(descriptors.fields));
  });

  test.each(descriptors.fields.map((row) => [`${row.message}.${row.name}`, row] as const))(
    'describes %s as onnx 1.23.1 does',
    (_, { type, oneOf, ...rest }) => {
      const row = rows.find(({ message, name }) => message === rest.message && name === rest.name);
      expect(row).toEqual({ ...rest, kind: KINDS[type], oneOf: oneOf !== null });
    },
  );

  test('lists fields by ascending number', () => {
    for (const { fields } of ROWS) {
      const numbers = fields.map(({ number }) => number);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  });
});

function describeField(row: MessageRow, field: Field) {
  return {
    message: row.name,
    number: field.number,
    name: field.protoName,
    repeated: field.form !== 'one',
    packed: field.packed,
    holds: field.message?.().name ?? null,
    oneOf: field.oneOf !== undefined,
    kind: field.kind,
  };
}

/** A message that has nothing but one value of the field. */
function sample({ form, kind, name }: Field): Record<string, unknown> {
  const value = {
    int32: 1,
    int64: 1,
    uint64: 1,
    float: 1,
    double: 1,
    string: 'a',
    bytes: new Uint8Array(1),
    message: {},
  };
  return { [name]: form === 'one' ? value[kind] : [value[kind]] };
}

describe('the column since', () => {
  const classes = new Map<string, { decode: (bytes: Uint8Array) => object }>();
  for (const [name, value] of Object.entries({ ...onnx, ...nested(onnx.TypeProto, 'TypeProto') })) {
    if (typeof value === 'function' && 'decode' in value) classes.set(name, value as never);
  }

  test.each(
    ROWS.flatMap((row) =>
      classes.has(row.name) ? row.fields.map((field) => [`${row.name}.${field.name}`, row, field] as const) : [],
    ),
  )('says of %s whether onnx-proto lacks it', (_, row, field) => {
    const read = classes.get(row.name)?.decode(encodeMessage(row, sample(field)));
    expect(Object.keys(read ?? {}).includes(field.name)).toBe(field.since === undefined);
  });
});

const nested = (owner: object, prefix: string) =>
  Object.fromEntries(Object.entries(owner).map(([name, value]) => [`${prefix}.${name}`, value]));

describe('DATA_TYPE', () => {
  test('has the values of onnx 1.23.1', () => expect({ ...DATA_TYPE }).toEqual(descriptors.dataTypes));
});

describe('ATTRIBUTE_TYPE', () => {
  test('has the values of onnx 1.23.1', () => expect({ ...ATTRIBUTE_TYPE }).toEqual(descriptors.attributeTypes));
});
