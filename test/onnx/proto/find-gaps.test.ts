// Reading with the raw data of tensors left out gives what reading all bytes gives, errors included.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { topologyBytes } from '../../../bench/topologies.ts';
import { findGaps } from '../../../codegen/onnx/proto/find-gaps.ts';
import { isLazy, type LazyBytes, type PiecedBytes, wholeBytes } from '../../../codegen/onnx/proto/lazy-bytes.ts';
import { MESSAGES } from '../../../codegen/onnx/proto/message-table.ts';
import { decodeModel } from '../../../codegen/onnx/proto/read-message.ts';
import { encodeModel } from '../../../codegen/onnx/proto/write-message.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { arbitraryMessage } from './arbitrary-message.ts';
import { writeWild } from './wild-writer.ts';

/** Bytes that are as lazy as those of a file. */
const lazy = (bytes: Uint8Array): LazyBytes => ({
  bytes: bytes.length,
  length: bytes.length,
  write: [bytes],
  read: (into, start) => into.set(bytes.subarray(start, start + into.length)),
});

/** Leaves out what is found, and counts the bytes that were looked at. */
function inPieces(bytes: Uint8Array, least: number): PiecedBytes & { readonly looked: number } {
  let looked = 0;
  const read = (into: Uint8Array, start: number): void => {
    expect(start + into.length).toBeLessThanOrEqual(bytes.length);
    looked += into.length;
    into.set(bytes.subarray(start, start + into.length));
  };
  const ranges = findGaps({ size: bytes.length, read }, least);
  const gaps = ranges.map(({ start, end }, index) => ({
    start,
    data: lazy(bytes.subarray(start, end)),
    next: bytes.slice(end, ranges[index + 1]?.start),
  }));
  return { length: bytes.length, first: bytes.slice(0, ranges[0]?.start), gaps, looked };
}

/** A message with its raw data in memory. */
function inMemory(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null || ArrayBuffer.isView(value))
    return value;
  if (Array.isArray(value)) return value.map(inMemory);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, key === 'rawData' ? wholeBytes(each) : inMemory(each)]),
  );
}

/** What reading gives: the message, or code and text of the error. */
function outcome(read: () => unknown): unknown {
  try {
    return inMemory(read());
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return [error.code, error.message];
  }
}

const tensor = fc
  .tuple(arbitraryMessage(MESSAGES.tensor, 1), fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(9))
  // Unknown groups end the search: few of the tensors may have some.
  .map(([{ unknownFields, ...fields }, rawData, n]) => ({ ...fields, rawData, ...(n === 0 ? { unknownFields } : {}) }));
/** A model with any tensors in three places. */
const tensors = fc.tuple(fc.array(tensor, { minLength: 1, maxLength: 3 }), tensor).map(([initializer, t]) => ({
  graph: { initializer, node: [{ attribute: [{ t }] }] },
  functions: [{ node: [{ attribute: [{ tensors: [t] }] }] }],
}));

const least = fc.constantFrom(1, 2, 3, 6, 40);

describe('findGaps', () => {
  test('leaves out what a reader then puts back, for any model in any order of fields', () => {
    let found = 0;
    fc.assert(
      fc.property(tensors, fc.infiniteStream(fc.nat()), least, (message, stream, size) => {
        const bytes = Uint8Array.from(writeWild(MESSAGES.model, message, (n) => (stream.next().value ?? 0) % n));
        const pieces = inPieces(bytes, size);
        found += pieces.gaps.length;
        const read = decodeModel(pieces);
        expect(inMemory(read)).toEqual(decodeModel(bytes));
        expect(encodeModel(read)).toEqual(encodeModel(decodeModel(bytes)));
      }),
      { numRuns: 60 },
    );
    expect(found).toBeGreaterThan(50);
  });

  const weight = (name: string, length: number) => ({
    name,
    dims: [length],
    dataType: 2,
    rawData: new Uint8Array(length).fill(9),
  });
  const body = { name: 'body', initializer: [weight('inner', 100)] };
  const everywhere = encodeModel({
    irVersion: 10,
    producerName: 'x',
    graph: {
      name: 'g',
      initializer: [weight('a', 300), weight('small', 10), weight('b', 200)],
      node: [
        { opType: 'Constant', attribute: [{ name: 'value', type: 4, t: weight('c', 70) }] },
        { opType: 'If', attribute: [{ name: 'then_branch', type: 5, g: body }] },
      ],
      sparseInitializer: [{ values: weight('s', 80), indices: weight('i', 90), dims: [1000] }],
    },
    functions: [
      { name: 'f', node: [{ opType: 'Constant', attribute: [{ name: 'value', type: 4, t: weight('d', 60) }] }] },
    ],
    unknownFields: [Uint8Array.of(0xfa, 0x07, 1, 9)],
  });

  test('finds raw data wherever a model may hold it, and leaves small data in', () => {
    const { gaps } = inPieces(everywhere, 50);
    expect(gaps.map(({ data }) => data.length).sort((a, b) => a - b)).toEqual([60, 70, 80, 90, 100, 200, 300]);
    const [first] = decodeModel(inPieces(everywhere, 50)).graph?.initializer ?? [];
    expect(first?.rawData && isLazy(first.rawData)).toBe(true);
  });

  test('gives the error that reading all bytes gives, with its place in the file, whatever is damaged', () => {
    const damage = fc.record({ at: fc.nat(everywhere.length - 1), byte: fc.nat(255), cut: fc.nat(everywhere.length) });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), least, fc.boolean(), (changes, size, isCut) => {
        const bytes = Uint8Array.from(everywhere);
        for (const { at, byte } of changes) bytes[at] = byte;
        const damaged = isCut ? bytes.subarray(0, changes[0]?.cut) : bytes;
        const expected = outcome(() => decodeModel(damaged));
        if (Array.isArray(expected)) refused++;
        expect(outcome(() => decodeModel(inPieces(damaged, size)))).toEqual(expected);
      }),
      { numRuns: 800 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  test('looks at little of a file that is mostly weights', () => {
    const large = encodeModel({
      graph: { initializer: Array.from({ length: 20 }, (_, i) => weight(`w${i}`, 100_000)) },
    });
    const { gaps, looked } = inPieces(large, 2 ** 16);
    expect(gaps).toHaveLength(20);
    expect(looked).toBeLessThan(large.length / 20);
  });

  test('finds nothing in a graph without weights', () => {
    expect(inPieces(topologyBytes('resnet50-dynamo'), 2 ** 16).gaps).toEqual([]);
  });

  test.each([
    ['an empty file', []],
    ['a group', [0x3a, 4, 0x0b, 0x08, 1, 0x0c]],
    ['a varint that never ends', Array<number>(20).fill(0xff)],
    ['a length beyond the file', [0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('leaves %s to the reader', (_, bytes) => {
    expect(inPieces(Uint8Array.from(bytes), 1).gaps).toEqual([]);
  });
});
