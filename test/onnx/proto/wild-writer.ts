// Writes messages in ways that protobuf allows and no canonical writer takes: any order, long varints, lists in pieces.
import type { DataKind, Field, MessageRow } from '../../../codegen/onnx/proto/field-table.ts';

/** Draws integers from 0 to n - 1. */
export type Draw = (n: number) => number;

const utf8 = new TextEncoder();

/**
 * Encodes a message; what stands where within the limits of protobuf is drawn.
 *
 * @param row the kind of message
 * @param message the message; unknown fields are written last
 */
export function writeWild(row: MessageRow, message: object, draw: Draw): number[] {
  const queues = row.fields.flatMap((field) => {
    const value: unknown = Reflect.get(message, field.name);
    return value === undefined ? [] : [entries(field, value, draw)];
  });
  const out: number[] = [];
  // The elements of one list keep their order; the fields come in any.
  for (
    let open = queues.filter((queue) => queue.length > 0);
    open.length > 0;
    open = open.filter((q) => q.length > 0)
  ) {
    out.push(...(open[draw(open.length)]?.shift() ?? []));
  }
  const unknown: unknown = Reflect.get(message, 'unknownFields');
  if (Array.isArray(unknown)) for (const view of unknown) out.push(...(view as Uint8Array));
  return out;
}

function entries(field: Field, value: unknown, draw: Draw): number[][] {
  if (field.form === 'one') return [entry(field, value, draw)];
  const list = Array.from(value as ArrayLike<unknown>);
  if (field.form === 'many' && field.kind !== 'int64') return list.map((each) => entry(field, each, draw));
  const out: number[][] = [];
  while (list.length > 0) {
    const some = list.splice(0, 1 + draw(list.length));
    const packed = some.flatMap((each) => scalar(field.kind, each, draw));
    if (draw(2) === 0) out.push([...tag(field, 2, draw), ...varint(BigInt(packed.length), draw, 5), ...packed]);
    else
      for (const each of some)
        out.push([...tag(field, WIRE[field.kind] ?? 0, draw), ...scalar(field.kind, each, draw)]);
  }
  return out;
}

const WIRE: Readonly<Record<string, number>> = { float: 5, double: 1, string: 2, bytes: 2, message: 2 };

function entry(field: Field, value: unknown, draw: Draw): number[] {
  const bytes = field.message ? writeWild(field.message(), value as object, draw) : scalar(field.kind, value, draw);
  const wire = WIRE[field.kind] ?? 0;
  return [...tag(field, wire, draw), ...(wire === 2 ? varint(BigInt(bytes.length), draw, 5) : []), ...bytes];
}

const tag = ({ number }: Field, wire: number, draw: Draw): number[] => varint(BigInt((number << 3) | wire), draw, 5);

function scalar(kind: DataKind | Field['kind'], value: unknown, draw: Draw): number[] {
  switch (kind) {
    case 'float':
      return [...new Uint8Array(Float32Array.of(Number(value)).buffer)];
    case 'double':
      return [...new Uint8Array(Float64Array.of(Number(value)).buffer)];
    case 'string':
      return [...utf8.encode(String(value))];
    case 'bytes':
      return [...(value as Uint8Array)];
    default:
      return varint(BigInt.asUintN(64, BigInt(value as number | bigint)), draw);
  }
}

/** A varint, longer than it need be where that is drawn. */
function varint(value: bigint, draw: Draw, most = 10): number[] {
  const out: number[] = [];
  for (let rest = value; rest > 0n || out.length === 0; rest >>= 7n) out.push(Number(rest & 0x7fn));
  const length = out.length + (draw(4) === 0 ? draw(most - out.length + 1) : 0);
  while (out.length < length) out.push(0);
  return out.map((bits, place) => (place < length - 1 ? bits | 0x80 : bits));
}
