// The columns of the message table: what a row says of a field, and the functions that make the rows.
import type { Int64 } from './int64.ts';
import type { LazyBytes } from './lazy-bytes.ts';
import type { Message } from './tensor-messages.ts';

/** The kinds of single values and of arrays: a varint (int32, int64), 4 bytes (float), or bytes with their length. */
export type ScalarKind = 'int32' | 'int64' | 'float' | 'string' | 'bytes' | 'message';

/** The kinds of the elements of typed arrays: a varint (int32, int64, uint64), 4 bytes (float) or 8 (double). */
export type DataKind = 'int32' | 'int64' | 'uint64' | 'float' | 'double';

/** A field with one value, or with many in an array. */
interface ScalarColumns {
  readonly form: 'one' | 'many';
  readonly kind: ScalarKind;
}

/** A field with many numbers, read as a typed array. */
interface DataColumns {
  readonly form: 'data';
  readonly kind: DataKind;
}

interface SharedColumns {
  readonly number: number;
  /** Whether the canonical form puts all elements under one tag. Both forms are read. */
  readonly packed: boolean;
  /** The IR version that brought the field, where onnx-proto 8.0.1 lacks it. */
  readonly since: number | undefined;
  /** Whether the value may be supplied piece by piece when it is written. */
  readonly streamed: boolean;
  /** Whether the elements are nodes, of which there may be very many. */
  readonly holdsNodes: boolean;
  /** The row of the message that the field holds. */
  readonly message: (() => MessageRow) | undefined;
}

interface NameColumns {
  /** The name in our messages. */
  readonly name: string;
  /** The name in onnx.proto3. */
  readonly protoName: string;
  /** The fields of which at most one is present, this one among them. */
  readonly oneOf: readonly string[] | undefined;
}

type Columns = SharedColumns & (ScalarColumns | DataColumns);

/** A field with one value, or with many in an array. */
export type ScalarField = NameColumns & SharedColumns & ScalarColumns;

/** A field with many numbers, read as a typed array. */
export type DataField = NameColumns & SharedColumns & DataColumns;

/** One field of a message. */
export type Field = ScalarField | DataField;

/** One message of ONNX. */
export interface MessageRow<M extends Message = Message> {
  /** The name in onnx.proto3, with a dot where it is nested. */
  readonly name: string;
  /** The fields by ascending number: the order in which they are written. */
  readonly fields: readonly Field[];
  /** The fields by their number. */
  readonly byNumber: readonly (Field | undefined)[];
  /** Never present: ties the row to the type of its messages. */
  readonly type?: M;
}

/** The columns of a field whose values are of type V. */
type Spec<V> = Columns & {
  /** Never present. */
  readonly type?: (value: V) => V;
};

/** The columns of every field of M: a missing or a superfluous one is a type error, and so is one of the wrong type. */
type Specs<M> = { readonly [K in Exclude<keyof M, keyof Message>]-?: Spec<NonNullable<M[K]>> };

/** What a field may say beyond its number and kind. */
interface Extra {
  readonly since?: number;
  readonly packed?: boolean;
  readonly streamed?: boolean;
  readonly holdsNodes?: boolean;
}

function spec<V>(
  kinds: ScalarColumns | DataColumns,
  number: number,
  { since, packed = false, streamed = false, holdsNodes = false }: Extra = {},
  message?: () => MessageRow,
): Spec<V> {
  return { ...kinds, number, since, packed, streamed, holdsNodes, message };
}

const scalar =
  <V>(kind: ScalarKind, form: 'one' | 'many' = 'one') =>
  (number: number, extra?: Extra) =>
    spec<V>({ kind, form }, number, extra);

const data =
  <V>(kind: DataKind) =>
  (number: number, extra: Extra = { packed: true }) =>
    spec<V>({ kind, form: 'data' }, number, extra);

/** The columns of each type of field, by what it holds; each takes the field's number. */
export const field = {
  string: scalar<string>('string'),
  strings: scalar<readonly string[]>('string', 'many'),
  bytes: scalar<Uint8Array>('bytes'),
  rawData: scalar<Uint8Array | LazyBytes>('bytes'),
  byteStrings: scalar<readonly Uint8Array[]>('bytes', 'many'),
  int32: scalar<number>('int32'),
  int64: scalar<Int64>('int64'),
  int64s: scalar<readonly Int64[]>('int64', 'many'),
  float: scalar<number>('float'),
  floatData: data<Float32Array | readonly number[]>('float'),
  doubleData: data<Float64Array | readonly number[]>('double'),
  int32Data: data<Int32Array | readonly number[]>('int32'),
  int64Data: data<BigInt64Array | readonly Int64[]>('int64'),
  uint64Data: data<BigUint64Array | readonly Int64[]>('uint64'),
  message: <M extends Message>(number: number, row: () => MessageRow<M>, extra?: Extra): Spec<M> =>
    spec({ kind: 'message', form: 'one' }, number, extra, row),
  messages: <M extends Message>(number: number, row: () => MessageRow<M>, extra?: Extra): Spec<readonly M[]> =>
    spec({ kind: 'message', form: 'many' }, number, extra, row),
};

const toProtoName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Makes the row of a message.
 *
 * @param name the name in onnx.proto3
 * @param specs the columns of each field
 * @param oneOf the fields of which at most one is present
 */
export function messageRow<M extends Message>(
  name: string,
  specs: Specs<M>,
  oneOf: readonly (keyof M & string)[] = [],
): MessageRow<M> {
  const fields = Object.entries<Columns>(specs)
    .map(([key, columns]) => ({
      name: key,
      protoName: toProtoName(key),
      ...columns,
      oneOf: oneOf.some((member) => member === key) ? oneOf : undefined,
    }))
    .sort((a, b) => a.number - b.number);
  const byNumber: (Field | undefined)[] = [];
  for (let number = 0; number <= (fields.at(-1)?.number ?? 0); number++) {
    byNumber.push(fields.find((candidate) => candidate.number === number));
  }
  return { name, fields, byNumber };
}
