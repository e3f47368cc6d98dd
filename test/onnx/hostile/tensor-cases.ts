// Tensors that lie about their data, and models given as bytes that refer to files.
import type { TensorProto } from '../../../codegen/onnx/proto/tensor-messages.ts';
import { floats, graph, ints, node, nodesModel, value } from './build.ts';
import { casesOf, type HostileCase, type HostileRow, times } from './case.ts';
import { plain } from './wire-cases.ts';

const relu = node('Relu', 'x', 'y');
const withTensor = (tensor: TensorProto) => () => nodesModel([relu], { initializers: [{ name: 'w', ...tensor }] });
const withSparse = (values: TensorProto, indices: TensorProto, dims: readonly number[]) => () =>
  nodesModel([relu], { sparseInitializer: [{ values: { name: 'w', ...values }, indices, dims }] });
const raw = (bytes: number): Uint8Array => new Uint8Array(bytes);
const external = (...entries: readonly (readonly [string, string])[]): TensorProto => ({
  name: 'w',
  dataType: 1,
  dims: [4],
  dataLocation: 1,
  externalData: entries.map(([key, value]) => ({ key, value })),
});
const inConstant = (tensor: TensorProto) => () =>
  nodesModel([relu, node('Constant', '', 'k', { value: { t: tensor } })]);
const inBody = (tensor: TensorProto) => () =>
  nodesModel(
    [
      node('If', 'c', 'y', {
        then_branch: { g: graph([], [], ['x'], { name: 't', initializer: [tensor] }) },
        else_branch: { g: graph([], [], ['x'], { name: 'e' }) },
      }),
    ],
    { inputs: [value('x'), value('c', [], 9)] },
  );
const inFunction = (tensor: TensorProto) => () =>
  nodesModel([relu], {
    functions: [
      {
        name: 'f',
        domain: 'f',
        output: ['k'],
        opsetImport: [{ version: 21 }],
        node: [node('Constant', '', 'k', { value: { t: tensor } })],
      },
    ],
  });
const elsewhere = external(['location', 'w.bin']);

const ROWS: readonly HostileRow[] = [
  [
    'raw data that is too short',
    'ONNX_MALFORMED',
    'initializer "w"',
    withTensor({ dataType: 1, dims: [4], rawData: raw(15) }),
    withTensor({ dataType: 1, dims: [4], rawData: raw(16) }),
  ],
  [
    'raw data that is too long',
    'ONNX_MALFORMED',
    'initializer "w"',
    withTensor({ dataType: 1, dims: [4], rawData: raw(17) }),
    withTensor({ dataType: 1, dims: [2, 2], rawData: raw(16) }),
  ],
  [
    'too few floats',
    'ONNX_MALFORMED',
    '4 elements',
    withTensor({ dataType: 1, dims: [4], floatData: [1, 2, 3] }),
    withTensor({ dataType: 1, dims: [4], floatData: [1, 2, 3, 4] }),
  ],
  [
    'no data at all',
    'ONNX_MALFORMED',
    'initializer "w"',
    withTensor({ dataType: 1, dims: [4] }),
    withTensor({ dataType: 1, dims: [0] }),
  ],
  [
    'data in the field of another type',
    'ONNX_MALFORMED',
    'initializer "w"',
    withTensor({ dataType: 7, dims: [2], floatData: [1, 2] }),
    withTensor({ dataType: 7, dims: [2], int64Data: [1, 2] }),
  ],
  [
    'a scalar of two elements',
    'ONNX_MALFORMED',
    'initializer "w"',
    withTensor({ dataType: 7, dims: [], int64Data: [1, 2] }),
    withTensor({ dataType: 7, dims: [], int64Data: [1] }),
  ],
  [
    '5 values of 4 bits in 2 bytes',
    'ONNX_MALFORMED',
    'initializer "w"',
    withTensor({ dataType: 22, dims: [5], rawData: raw(2) }),
    withTensor({ dataType: 22, dims: [5], rawData: raw(3) }),
  ],
  [
    '5 values of 4 bits in 5 bytes',
    'ONNX_MALFORMED',
    'initializer "w"',
    withTensor({ dataType: 21, dims: [5], rawData: raw(5) }),
    withTensor({ dataType: 21, dims: [5], rawData: raw(3) }),
  ],
  [
    '5 values of 2 bits in 1 byte',
    'ONNX_MALFORMED',
    'initializer "w"',
    withTensor({ dataType: 26, dims: [5], rawData: raw(1) }),
    withTensor({ dataType: 26, dims: [5], rawData: raw(2) }),
  ],
  [
    '4-bit values in too many entries',
    'ONNX_MALFORMED',
    'initializer "w"',
    withTensor({ dataType: 22, dims: [4], int32Data: [1, 2, 3, 4] }),
    withTensor({ dataType: 22, dims: [4], int32Data: [1, 2] }),
  ],
  [
    'too few strings',
    'ONNX_MALFORMED',
    'strings',
    withTensor({ dataType: 8, dims: [2], stringData: [raw(1)] }),
    withTensor({ dataType: 8, dims: [2], stringData: [raw(1), raw(2)] }),
  ],
  [
    'strings as raw data',
    'ONNX_MALFORMED',
    'strings',
    withTensor({ dataType: 8, dims: [2], rawData: raw(2) }),
    withTensor({ dataType: 8, dims: [0] }),
  ],
  [
    'a negative size',
    'ONNX_MALFORMED',
    'size of -1',
    withTensor({ dataType: 1, dims: [-1], rawData: raw(4) }),
    withTensor({ dataType: 1, dims: [1], rawData: raw(4) }),
  ],
  [
    'a size of 2^62',
    'ONNX_MALFORMED',
    '4611686018427387904',
    withTensor({ dataType: 1, dims: [2n ** 62n], rawData: raw(4) }),
    plain,
  ],
  [
    'sizes that multiply to 2^64',
    'ONNX_MALFORMED',
    'too many elements',
    withTensor({ dataType: 1, dims: [2 ** 32, 2 ** 32], rawData: raw(0) }),
    withTensor({ dataType: 1, dims: [2 ** 32, 0], rawData: raw(0) }),
  ],
  [
    'sizes that multiply to 2^64 + 4',
    'ONNX_MALFORMED',
    'too many elements',
    withTensor({ dataType: 1, dims: [2 ** 40, 2 ** 24, 1], rawData: raw(4) }),
    plain,
  ],
  [
    '2^40 elements without data',
    'ONNX_MALFORMED',
    'initializer "w"',
    withTensor({ dataType: 1, dims: [2 ** 40], floatData: [] }),
    plain,
  ],
  [
    'an unknown element type',
    'ONNX_MALFORMED',
    'element type 99',
    withTensor({ dataType: 99, dims: [1], rawData: raw(4) }),
    plain,
  ],
  ['no element type', 'ONNX_MALFORMED', 'element type 0', withTensor({ dims: [1], rawData: raw(4) }), plain],
  [
    'a segment',
    'ONNX_MALFORMED',
    'segment',
    withTensor({ dataType: 1, dims: [1], rawData: raw(4), segment: { begin: 0, end: 1 } }),
    plain,
  ],
  [
    'a rank of 100,000',
    'ONNX_LIMIT',
    'rank 100000',
    withTensor({ dataType: 1, dims: times(100_000, () => 1), rawData: raw(4) }),
    withTensor({ dataType: 1, dims: times(100, () => 1), rawData: raw(4) }),
  ],
  [
    'sparse values without indices',
    'ONNX_MALFORMED',
    'lacks its values or indices',
    () => nodesModel([relu], { sparseInitializer: [{ values: floats('w', [1]), dims: [4] }] }),
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, ints('', [2]), [4]),
  ],
  [
    'sparse indices of floats',
    'ONNX_MALFORMED',
    'not int64',
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, floats('', [1]), [4]),
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, ints('', [0]), [4]),
  ],
  [
    'more sparse values than indices',
    'ONNX_MALFORMED',
    'at indices',
    withSparse({ dataType: 1, dims: [2], floatData: [1, 2] }, ints('', [0]), [4]),
    withSparse({ dataType: 1, dims: [2], floatData: [1, 2] }, ints('', [0, 3]), [4]),
  ],
  [
    'sparse values of two axes',
    'ONNX_MALFORMED',
    'values [1, 1]',
    withSparse({ dataType: 1, dims: [1, 1], floatData: [1] }, ints('', [0]), [4]),
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, ints('', [3]), [4]),
  ],
  [
    'a sparse index beyond the sizes',
    'ONNX_MALFORMED',
    'index 4',
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, ints('', [4]), [4]),
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, ints('', [3]), [4]),
  ],
  [
    'sparse indices out of order',
    'ONNX_MALFORMED',
    'index 1',
    withSparse({ dataType: 1, dims: [2], floatData: [1, 2] }, ints('', [2, 1]), [4]),
    withSparse({ dataType: 1, dims: [2], floatData: [1, 2] }, ints('', [1, 2]), [4]),
  ],
  [
    'sparse sizes that multiply to 2^64',
    'ONNX_MALFORMED',
    'too many elements',
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, ints('', [0]), [2 ** 32, 2 ** 32]),
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, ints('', [0]), [2 ** 20, 2 ** 20]),
  ],
  [
    'external data of a model given as bytes',
    'EXTERNAL_DATA',
    'no folder',
    withTensor(elsewhere),
    withTensor({ dataType: 1, dims: [4], rawData: raw(16) }),
  ],
  ['external data of an attribute', 'EXTERNAL_DATA', 'w.bin', inConstant(elsewhere), inConstant(floats('', [4]))],
  ['external data in a body', 'EXTERNAL_DATA', 'w.bin', inBody(elsewhere), inBody(floats('w', [4]))],
  [
    'external data in a function that nobody calls',
    'EXTERNAL_DATA',
    'w.bin',
    inFunction(elsewhere),
    inFunction(floats('', [4])),
  ],
  [
    'external sparse values',
    'EXTERNAL_DATA',
    'w.bin',
    withSparse({ ...elsewhere, dims: [1] }, ints('', [0]), [4]),
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, ints('', [0]), [4]),
  ],
  [
    'external sparse indices',
    'EXTERNAL_DATA',
    'w.bin',
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, { ...elsewhere, dims: [1], dataType: 7 }, [4]),
    withSparse({ dataType: 1, dims: [1], floatData: [1] }, ints('', [1]), [4]),
  ],
  [
    'a place in memory as location',
    'EXTERNAL_DATA',
    '_ORT_MEM_ADDR_',
    withTensor(external(['location', '*/_ORT_MEM_ADDR_/*'], ['offset', '140000000000'])),
    plain,
  ],
];

/** All of them. */
export const TENSOR_CASES: readonly HostileCase[] = casesOf(ROWS);
