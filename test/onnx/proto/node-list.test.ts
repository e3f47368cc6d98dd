// Nodes are written at once where they are simple, with the bytes that the writer of all messages writes.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../codegen/onnx/proto/byte-writer.ts';
import { MESSAGES } from '../../../codegen/onnx/proto/message-table.ts';
import type { NodeProto } from '../../../codegen/onnx/proto/messages.ts';
import { NodeList, NodeRun } from '../../../codegen/onnx/proto/node-list.ts';
import { decodeMessage } from '../../../codegen/onnx/proto/read-message.ts';
import { writeSimpleNode } from '../../../codegen/onnx/proto/simple-node.ts';
import { encodeMessage, encodeModel, encodeModelParts } from '../../../codegen/onnx/proto/write-message.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { arbitraryMessage } from './arbitrary-message.ts';

/** What a graph of one node is, written by the writer of all messages. */
function plainBytes(node: NodeProto): Uint8Array {
  const body = encodeMessage(MESSAGES.node, node);
  const writer = new ByteWriter(16);
  writer.varint((1 << 3) | 2);
  writer.bytes(body);
  return writer.take();
}

function simpleBytes(node: NodeProto): Uint8Array | undefined {
  const writer = new ByteWriter(16);
  writer.varint(7);
  const isWritten = writeSimpleNode(writer, 1, node);
  const bytes = writer.take().subarray(1);
  if (!isWritten) expect(bytes.length).toBe(0);
  return isWritten ? bytes : undefined;
}

/** What a simple node does not have. */
const OTHER_FIELDS = new Set([
  'unknownFields',
  'deviceConfigurations',
  't',
  'g',
  'tp',
  'tensors',
  'graphs',
  'typeProtos',
  'sparseTensor',
  'sparseTensors',
]);

const simplified = (message: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(message)
      .filter(([name]) => !OTHER_FIELDS.has(name))
      .map(([name, value]) => [name, name === 'attribute' || name === 'metadataProps' ? simplifiedAll(value) : value]),
  );

const simplifiedAll = (list: unknown): unknown[] =>
  Array.isArray(list) ? list.map((each: Record<string, unknown>) => simplified(each)) : [];

const malformed = (value: unknown): NodeProto => value as NodeProto;

describe('writeSimpleNode', () => {
  test('writes a node as the writer of all messages does, or nothing at all', () => {
    fc.assert(
      fc.property(arbitraryMessage(MESSAGES.node, 2), (node) => {
        const bytes = simpleBytes(node);
        if (bytes) expect(bytes).toEqual(plainBytes(node));
      }),
      { numRuns: 300 },
    );
  });

  test('writes any node of names, numbers and texts', () => {
    fc.assert(
      fc.property(arbitraryMessage(MESSAGES.node, 2).map(simplified), (node) => {
        expect(simpleBytes(node)).toEqual(plainBytes(node));
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, NodeProto]>([
    ['no fields', {}],
    ['names', { name: 'n', opType: 'Op', input: ['a', '', 'b'], output: ['c'], domain: 'd', overload: 'o' }],
    ['names that are no ASCII', { name: 'é', input: ['😀'], opType: '日本' }],
    ['more than 127 bytes', { name: 'n'.repeat(200), input: ['i'.repeat(3000), 'j'.repeat(3000), 'k'.repeat(4000)] }],
    [
      'attributes of numbers',
      {
        attribute: [{ name: 'f', f: 0.1, type: 1 }, { name: 'i', i: -1, type: 2 }, { i: 2n ** 63n - 1n }],
      },
    ],
    ['lists of numbers', { attribute: [{ ints: [1, -2, 3n] }, { floats: [1, Number.NaN, -0] }] }],
    ['bits of a signalling NaN', { attribute: [{ floats: new Float32Array(new Uint32Array([0x7fa00001]).buffer) }] }],
    ['texts', { attribute: [{ s: new Uint8Array([255]) }, { strings: [new Uint8Array(), new Uint8Array([1])] }] }],
    ['references', { attribute: [{ name: 'a', refAttrName: 'b', type: 1, docString: 'd' }] }],
    ['entries and documentation', { docString: 'd', metadataProps: [{ key: 'k', value: 'v' }, {}] }],
  ])('writes %s', (_, node) => {
    expect(simpleBytes(node)).toEqual(plainBytes(node));
  });

  test.each<[string, NodeProto]>([
    ['a tensor', { attribute: [{ t: {} }] }],
    ['a body', { attribute: [{ g: {} }] }],
    ['a type', { attribute: [{ tp: {} }] }],
    ['unknown fields', { unknownFields: [] }],
    ['unknown fields of an attribute', { attribute: [{ unknownFields: [] }] }],
    ['unknown fields of an entry', { metadataProps: [{ unknownFields: [] }] }],
    ['devices', { deviceConfigurations: [] }],
    ['a lone surrogate', { input: ['a\ud800'] }],
    ['a float that overflows', { attribute: [{ f: 1e39 }] }],
    ['a float in a list that overflows', { attribute: [{ floats: [0, 1e39] }] }],
    ['an integer that is not safe', { attribute: [{ i: 2 ** 53 }] }],
    ['a fraction in a list of integers', { attribute: [{ ints: [1, 0.5] }] }],
    ['a type that is no int32', { attribute: [{ type: 2 ** 31 }] }],
    ['a number for a name', malformed({ name: 1 })],
    ['a text for names', malformed({ input: 'a' })],
    ['an absent name among others', malformed({ input: ['a', undefined] })],
    ['null for a node', malformed(null)],
    ['null for an attribute', malformed({ attribute: [null] })],
    ['null for a list', malformed({ attribute: [{ floats: null }] })],
    ['null for an entry', malformed({ metadataProps: [null] })],
    ['a text for a text of bytes', malformed({ attribute: [{ s: 'a' }] })],
    ['a large list', { attribute: [{ ints: Array.from({ length: 5000 }, () => 1) }] }],
  ])('leaves %s to the writer of all messages', (_, node) => {
    expect(simpleBytes(node)).toBeUndefined();
  });
});

describe('NodeList', () => {
  const nodes: readonly NodeProto[] = [
    { name: 'a' },
    { name: 'b' },
    { attribute: [{ t: { dims: [1] } }] },
    { name: 'c', attribute: [{ name: 'ints', ints: [1, 2], type: 7 }] },
  ];
  const listed = (asMessages: boolean): NodeList => {
    const list = new NodeList(new ByteWriter(16));
    for (const node of nodes) list.add(node, asMessages);
    return list;
  };

  test('holds runs of simple nodes, and the others as messages', () => {
    expect(listed(false).items.map((item) => (item instanceof NodeRun ? item.count : 'message'))).toEqual([
      2,
      'message',
      1,
    ]);
    expect(listed(true).items).toEqual(nodes);
  });

  test('gives all nodes as messages', () => {
    expect(listed(false).messages()).toEqual(nodes);
  });

  test('is written in place of the nodes of its graph, in their order', () => {
    const graph = { name: 'g' };
    for (const asMessages of [false, true]) {
      const list = listed(asMessages);
      const parts = encodeModelParts({ graph }, { nodesOf: (each) => (each === graph ? list : undefined) });
      expect(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)))).toEqual(
        Buffer.from(encodeModel({ graph: { ...graph, node: nodes } })),
      );
    }
  });

  test('starts a new run after some bytes, so that no array grows with the model', () => {
    const list = new NodeList(new ByteWriter(16));
    for (let i = 0; i < 5000; i++) list.add({ name: `a name of some length ${i}` });
    expect(list.items.length).toBeGreaterThan(1);
    const bytes = list.items.map((item) => (item instanceof NodeRun ? item.bytes.length : 0));
    expect(Math.max(...bytes)).toBeLessThan(70_000);
    expect(list.messages().length).toBe(5000);
  });
});

describe('encodeMessage', () => {
  test('counts the nodes before one that does not fit in the place that it names', () => {
    const node = [{ name: 'a' }, { name: 'b' }, { attribute: [{ t: {} }] }, { name: 'c', attribute: [{ f: 1e39 }] }];
    const facts: unknown[] = [];
    for (const make of [
      () => encodeMessage(MESSAGES.graph, { node }),
      () => encodeMessage(MESSAGES.function, { node }),
    ]) {
      try {
        make();
      } catch (error) {
        if (isDimwiseError(error)) facts.push([error.code, error.message.includes('node[3].attribute[0].f')]);
      }
    }
    expect(facts).toEqual([
      ['EMIT_VALUE', true],
      ['EMIT_VALUE', true],
    ]);
  });

  test('writes the nodes of functions under their own number', () => {
    const node = [{ name: 'a' }, { attribute: [{ t: {} }] }, { name: 'b' }];
    expect(decodeMessage(MESSAGES.function, encodeMessage(MESSAGES.function, { name: 'f', node }))).toEqual({
      name: 'f',
      node,
    });
  });
});
