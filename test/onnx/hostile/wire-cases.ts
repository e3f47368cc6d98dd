// Files that are no messages: cut off, of wrong wire types, with lengths that lie, nested without end.
import { bytes, field, nested, node, nodesModel, value, varint } from './build.ts';
import { casesOf, type HostileCase, type HostileRow, times } from './case.ts';

const small = nodesModel([node('Relu', 'x', 'h'), node('Add', 'h h', 'y', {}, { name: 'sum' })]);
const good = (): Uint8Array => small;

/** A model whose graph ends in some bytes. */
const inGraph = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  bytes([0x08, 10], field(8, [0x10, 21]), field(7, bytes(...parts)));
const emptyGraph = (): Uint8Array => inGraph();

/** The places where a field of the model or of a message in it begins or ends. */
function boundaries(
  from: number,
  end: number,
  isMessage: (path: readonly number[]) => boolean,
  path: number[],
): number[] {
  const found: number[] = [];
  let at = from;
  const read = (): number => {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = small[at++] ?? 0;
      number += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return number;
    }
  };
  while (at < end) {
    found.push(at);
    const tag = read();
    if ((tag & 7) === 0) {
      read();
      continue;
    }
    const length = read();
    found.push(at);
    const inner = [...path, tag >>> 3];
    if (isMessage(inner)) found.push(...boundaries(at, at + length, isMessage, inner));
    at += length;
  }
  return found;
}

/** graph, opset_import; node, input, output of the graph; types with their shapes and dims. */
const MESSAGE_PATHS = new Set(['7', '8', '7.1', '7.11', '7.12', '7.11.2', '7.11.2.1', '7.11.2.1.2', '7.11.2.1.2.1']);

/** A cut between two fields of the model itself leaves a message that lacks fields; any other leaves one that is cut off. */
function truncations(): HostileCase[] {
  const places = boundaries(0, small.length, (path) => MESSAGE_PATHS.has(path.join('.')), []);
  // Cut where a field of the model itself ends, it is a message that lacks its graph or its opset.
  const isWhole = (at: number): boolean => at === 0 || at === small.length - 4 || at === 2;
  const cuts = [...new Set(places)].sort((a, b) => a - b);
  return cuts.map((at) => ({
    name: `cut off at byte ${at} of ${small.length}`,
    code: 'ONNX_MALFORMED',
    says: isWhole(at) ? 'the model' : 'byte',
    bad: () => small.slice(0, at),
    good,
  }));
}

const WIRE_ROWS: readonly HostileRow[] = [
  ['an empty file', 'ONNX_MALFORMED', 'the file is empty', () => new Uint8Array(), good],
  ['an IR version alone', 'ONNX_MALFORMED', 'the model has no graph', () => bytes([0x08, 10]), good],
  ['zeros', 'ONNX_MALFORMED', 'field number', () => new Uint8Array(64), good],
  ['text in place of a model', 'ONNX_MALFORMED', 'at byte 1', () => new TextEncoder().encode('<html>'), good],
  ['a zip archive', 'ONNX_MALFORMED', 'byte', () => bytes([0x50, 0x4b, 3, 4], new Uint8Array(30)), good],
  ['ir_version as bytes', 'ONNX_MALFORMED', 'ir_version', () => field(1, [1]), () => bytes([0x08, 10], small)],
  ['graph as a varint', 'ONNX_MALFORMED', 'graph', () => bytes([0x38, 1]), good],
  ['a node as 4 bytes', 'ONNX_MALFORMED', 'graph.node[0]', () => inGraph([0x0d, 1, 2, 3, 4]), emptyGraph],
  [
    'a name of a graph as 8 bytes',
    'ONNX_MALFORMED',
    'graph.name',
    () => inGraph([0x11, 1, 2, 3, 4, 5, 6, 7, 8]),
    () => inGraph(field(2, 'main')),
  ],
  [
    'an int64 as 4 bytes',
    'ONNX_MALFORMED',
    'opset_import[1].version',
    () => bytes(emptyGraph(), field(8, [0x15, 1, 2, 3, 4])),
    () => bytes(emptyGraph(), field(8, bytes(field(1, 'f'), [0x10, 21]))),
  ],
  ['the undefined wire type 6', 'ONNX_MALFORMED', 'wire type 6', () => bytes([0x0e]), good],
  ['the undefined wire type 7', 'ONNX_MALFORMED', 'wire type 7', () => bytes(emptyGraph(), [0x9f, 6]), good],
  ['field number 0', 'ONNX_MALFORMED', 'field number', () => bytes(emptyGraph(), [0x02, 0]), good],
  [
    'a tag above 32 bits',
    'ONNX_MALFORMED',
    'field number',
    () => bytes(emptyGraph(), [0x88, 0x80, 0x80, 0x80, 0x80, 0x01, 0]),
    good,
  ],
  [
    'a varint of 11 bytes',
    'ONNX_MALFORMED',
    '64 bits',
    () =>
      bytes(
        [0x08],
        times(10, () => 0xff),
        [1],
      ),
    () => bytes([0x08], [0x8a, 0x80, 0x80, 0x80, 0], small),
  ],
  ['a varint cut off', 'ONNX_MALFORMED', 'cut off', () => bytes(emptyGraph(), [0x28, 0xff]), good],
  ['a length of 4 GiB', 'ONNX_MALFORMED', 'declares 4294967295 bytes', () => bytes([0x3a], varint(2 ** 32 - 1)), good],
  ['a length of 2^63', 'ONNX_MALFORMED', 'declares', () => bytes([0x3a], varint(2n ** 63n)), good],
  [
    'a length that wraps around to 1',
    'ONNX_MALFORMED',
    'declares 4294967297 bytes',
    () => bytes([0x3a], varint(2 ** 32 + 1), [0]),
    good,
  ],
  [
    'raw data of 1 TiB',
    'ONNX_MALFORMED',
    'raw_data',
    () => inGraph(field(5, bytes([0x4a], varint(2 ** 40)))),
    () => inGraph(field(5, bytes([0x08, 1, 0x10, 2, 0x42, 1, 0x77, 0x4a, 1, 7]))),
  ],
  [
    'a body longer than its attribute',
    'ONNX_MALFORMED',
    'attribute[0].g',
    () => inGraph(field(1, field(5, bytes([0x32, 9, 0])))),
    emptyGraph,
  ],
  [
    'a group without an end',
    'ONNX_MALFORMED',
    'byte',
    () => bytes(emptyGraph(), [0x9b, 6, 0x9b, 6]),
    () => bytes(small, [0x9b, 6, 0x9c, 6]),
  ],
  [
    'the end of a group without a start',
    'ONNX_MALFORMED',
    'ends without a start',
    () => bytes(emptyGraph(), [0x9c, 6]),
    good,
  ],
  [
    'groups 10,000 deep',
    'ONNX_MALFORMED',
    'nested too deep',
    () =>
      bytes(
        emptyGraph(),
        times(20_000, (i) => (i % 2 ? 6 : 0x9b)),
      ),
    () =>
      bytes(
        small,
        times(160, (i) => (i % 2 ? 6 : 0x9b)),
        times(160, (i) => (i % 2 ? 6 : 0x9c)),
      ),
  ],
  [
    'types 10,000 deep',
    'ONNX_MALFORMED',
    'nested deeper than 100',
    () =>
      inGraph(field(11, bytes(field(1, 'x'), nested([2, ...times(10_000, (i) => (i % 2 ? 1 : 4))], new Uint8Array())))),
    () =>
      inGraph(
        field(11, bytes(field(1, 'x'), nested([2, ...times(40, (i) => (i % 2 ? 1 : 4)), 1], Uint8Array.of(8, 1)))),
      ),
  ],
  [
    'subgraphs 10,000 deep',
    'ONNX_MALFORMED',
    'nested deeper than 100',
    () =>
      bytes(
        [0x08, 10],
        field(8, [0x10, 21]),
        nested([7, ...times(30_000, (i) => [1, 5, 6][i % 3] ?? 0)], new Uint8Array()),
      ),
    good,
  ],
  [
    'subgraphs 100,000 deep in a list',
    'ONNX_MALFORMED',
    'nested deeper than 100',
    () => nested([7, ...times(300_000, (i) => [1, 5, 11][i % 3] ?? 0)], new Uint8Array()),
    good,
  ],
  [
    'functions with bodies 10,000 deep',
    'ONNX_MALFORMED',
    'functions[0]',
    () => bytes(small, nested([25, 7, 5, ...times(30_000, (i) => [6, 1, 5][i % 3] ?? 0)], new Uint8Array())),
    good,
  ],
  [
    'training graphs 10,000 deep',
    'ONNX_MALFORMED',
    'training_info[0]',
    () => bytes(small, nested([20, 1, ...times(30_000, (i) => [1, 5, 6][i % 3] ?? 0)], new Uint8Array())),
    () => bytes(small, nested([20, 1], new Uint8Array())),
  ],
  [
    'a name that is no UTF-8',
    'ONNX_MALFORMED',
    'UTF-8',
    () => inGraph(field(2, [0xff, 0xfe])),
    () => inGraph(field(2, 'gr\u00fc\u00df')),
  ],
  [
    'a name with half of a surrogate pair',
    'ONNX_MALFORMED',
    'UTF-8',
    () => inGraph(field(2, [0xed, 0xa0, 0x80])),
    emptyGraph,
  ],
  ['an overlong UTF-8', 'ONNX_MALFORMED', 'UTF-8', () => inGraph(field(2, [0xc0, 0xaf])), emptyGraph],
  [
    'floats whose bytes are no multiple of 4',
    'ONNX_MALFORMED',
    'float_data',
    () => inGraph(field(5, field(4, [1, 2, 3]))),
    () => inGraph(field(5, bytes([0x08, 1, 0x10, 1, 0x42, 1, 0x77], field(4, [0, 0, 0, 0])))),
  ],
  [
    'doubles whose bytes are no multiple of 8',
    'ONNX_MALFORMED',
    'double_data',
    () => inGraph(field(5, field(10, [1, 2, 3]))),
    emptyGraph,
  ],
  [
    'packed integers cut off',
    'ONNX_MALFORMED',
    'int64_data',
    () => inGraph(field(5, field(7, [1, 0x80]))),
    () => inGraph(field(5, bytes([0x08, 1, 0x10, 7, 0x42, 1, 0x77], field(7, [1])))),
  ],
  [
    'two graphs, of which the second is cut off',
    'ONNX_MALFORMED',
    'graph',
    () => bytes(small, [0x3a, 5, 1]),
    () => bytes(small, field(7, field(10, 'more of the same graph'))),
  ],
  [
    'a tensor name as a group',
    'ONNX_MALFORMED',
    'initializer[0].name',
    () => inGraph(field(5, [0x43, 0x44])),
    emptyGraph,
  ],
];

/** All of them. */
export const WIRE_CASES: readonly HostileCase[] = [...casesOf(WIRE_ROWS), ...truncations()];

/** A model with an input that is no operator's, for other tables. */
export const plain = (): Uint8Array => nodesModel([node('Relu', 'x', 'y')], { inputs: [value('x')] });
