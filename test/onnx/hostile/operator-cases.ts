// Models whose nodes cannot be run, among them those that onnx, ONNX Runtime and others load without a word.
import type { TensorProto } from '../../../codegen/onnx/proto/tensor-messages.ts';
import { type Attr, floats, ints, node, nodesModel, value } from './build.ts';
import { casesOf, type HostileCase, type HostileRow, times } from './case.ts';
import { plain } from './wire-cases.ts';

type Attributes = Readonly<Record<string, Attr>>;

const image = [value('x', [1, 4, 8, 8])];
const conv =
  (attributes: Attributes, weight: readonly number[] = [8, 4, 3, 3]) =>
  () =>
    nodesModel([node('Conv', 'x w', 'y', attributes)], { inputs: image, initializers: [floats('w', weight)] });
const unary =
  (op: string, attributes: Attributes, sizes: readonly (number | string)[] = [1, 4, 8, 8], opset = 21) =>
  () =>
    nodesModel([node(op, 'x', 'y', attributes)], { inputs: [value('x', sizes)], opset });
const taking =
  (op: string, sizes: readonly (number | string)[], more: readonly TensorProto[], attributes: Attributes = {}) =>
  () =>
    nodesModel([node(op, ['x', ...more.map(({ name }) => name)].join(' '), 'y', attributes)], {
      inputs: [value('x', sizes)],
      initializers: more,
    });
const of =
  (op: string, more: readonly TensorProto[], attributes: Attributes = {}) =>
  () =>
    nodesModel([node(op, more.map(({ name }) => name).join(' '), 'y', attributes)], { initializers: more });
const scalar = (name: string, element: number | bigint) => ints(name, [element], []);
const scales = (...factors: number[]): TensorProto => ({
  name: 's',
  dataType: 1,
  dims: [factors.length],
  floatData: factors,
});
const resize = (factor: number) => () =>
  nodesModel([node('Resize', 'x _ s', 'y')], { inputs: [value('x', [4])], initializers: [scales(factor)] });
const einsum = (equation: string) => unary('Einsum', { equation }, [2, 4]);
const slice = (step: number) =>
  taking('Slice', [4], [ints('a', [0]), ints('b', [4]), ints('c', [0]), ints('d', [step])]);
const stft = (step: number) => () =>
  nodesModel([node('STFT', 'x s _ l', 'y')], {
    inputs: [value('x', [1, 50, 1])],
    initializers: [scalar('s', step), scalar('l', 16)],
  });

const ROWS: readonly HostileRow[] = [
  ['Conv in 0 groups', 'ATTRIBUTE_INVALID', 'group', conv({ group: 0 }), conv({ group: 1 })],
  ['Conv in -1 groups', 'ATTRIBUTE_INVALID', 'group', conv({ group: -1 }), conv({ group: 2 }, [8, 2, 3, 3])],
  [
    'Conv with channels that no 3 groups share',
    'SHAPE_MISMATCH',
    'multiple of 3',
    conv({ group: 3 }),
    conv({ group: 4 }, [8, 1, 3, 3]),
  ],
  [
    'Conv with filters that no 2 groups share',
    'SHAPE_MISMATCH',
    'multiple of 2',
    conv({ group: 2 }, [7, 2, 3, 3]),
    conv({ group: 2 }, [6, 2, 3, 3]),
  ],
  ['Conv of other channels than its weight', 'SHAPE_MISMATCH', 'channels', conv({}, [8, 3, 3, 3]), conv({})],
  [
    'Conv whose kernel_shape is not that of its weight',
    'SHAPE_MISMATCH',
    'kernel_shape',
    conv({ kernel_shape: [5, 5] }),
    conv({ kernel_shape: [3, 3] }),
  ],
  ['Conv with strides of 0', 'ATTRIBUTE_INVALID', 'strides', conv({ strides: [0, 1] }), conv({ strides: [2, 1] })],
  [
    'Conv with dilations of 0',
    'ATTRIBUTE_INVALID',
    'dilations',
    conv({ dilations: [0, 1] }),
    conv({ dilations: [2, 1] }),
  ],
  [
    'Conv with a kernel larger than the image',
    'SHAPE_MISMATCH',
    'at least',
    conv({}, [8, 4, 9, 9]),
    conv({ pads: [1, 1, 0, 0] }, [8, 4, 9, 9]),
  ],
  [
    'Conv with pads of 2^53',
    'DIM_OVERFLOW',
    '',
    conv({ pads: times(4, () => 2 ** 53 - 1) }),
    conv({ pads: times(4, () => 1) }),
  ],
  ['Conv with three pads', 'ATTRIBUTE_INVALID', 'pads', conv({ pads: [1, 1, 1] }), conv({ pads: [1, 1, 1, 1] })],
  [
    'MaxPool with strides of 0',
    'ATTRIBUTE_INVALID',
    'strides',
    unary('MaxPool', { kernel_shape: [2, 2], strides: [0, 0] }),
    unary('MaxPool', { kernel_shape: [2, 2] }),
  ],
  [
    'MaxPool with a kernel of 0',
    'ATTRIBUTE_INVALID',
    'kernel_shape',
    unary('MaxPool', { kernel_shape: [0, 2] }),
    unary('MaxPool', { kernel_shape: [1, 2] }),
  ],
  [
    'MaxPool with pads as large as its kernel',
    'ATTRIBUTE_INVALID',
    'pads',
    unary('MaxPool', { kernel_shape: [2, 2], pads: [2, 0, 0, 0] }),
    unary('MaxPool', { kernel_shape: [2, 2], pads: [1, 0, 0, 0] }),
  ],
  [
    'AveragePool with a kernel beyond the image',
    'SHAPE_MISMATCH',
    'at least 9',
    unary('AveragePool', { kernel_shape: [9, 9] }),
    unary('AveragePool', { kernel_shape: [8, 8] }),
  ],
  [
    'MaxRoiPool of 0 by 0',
    'ATTRIBUTE_INVALID',
    'pooled_shape',
    () =>
      nodesModel([node('MaxRoiPool', 'x r', 'y', { pooled_shape: [0, 0] })], {
        inputs: [...image, value('r', [1, 5])],
      }),
    () =>
      nodesModel([node('MaxRoiPool', 'x r', 'y', { pooled_shape: [2, 2] })], {
        inputs: [...image, value('r', [1, 5])],
      }),
  ],
  ['LRN of size 0', 'ATTRIBUTE_INVALID', 'size', unary('LRN', { size: 0 }), unary('LRN', { size: 1 })],
  [
    'GroupNormalization in 0 groups',
    'ATTRIBUTE_INVALID',
    'num_groups',
    taking('GroupNormalization', [1, 4, 8], [floats('s', [4]), floats('b', [4])], { num_groups: 0 }),
    taking('GroupNormalization', [1, 4, 8], [floats('s', [4]), floats('b', [4])], { num_groups: 2 }),
  ],
  [
    'LpNormalization along axis 7',
    'ATTRIBUTE_INVALID',
    'axis 7',
    unary('LpNormalization', { axis: 7 }),
    unary('LpNormalization', { axis: 3 }),
  ],
  [
    'Range by steps of 0',
    'OP_INVALID',
    'delta',
    of('Range', [scalar('a', 0), scalar('b', 5), scalar('c', 0)]),
    of('Range', [scalar('a', 0), scalar('b', 5), scalar('c', 1)]),
  ],
  [
    'Div of integers by 0',
    'OP_INVALID',
    'is 0, and integers',
    of('Div', [ints('a', [1, 2]), ints('b', [1, 0])]),
    of('Div', [ints('a', [1, 2]), ints('b', [1, 2])]),
  ],
  [
    'Mod of integers by 0',
    'OP_INVALID',
    'is 0, and integers',
    of('Mod', [ints('a', [1, 2]), scalar('b', 0)]),
    of('Mod', [ints('a', [1, 2]), scalar('b', 1)]),
  ],
  [
    'Pad that takes more than there is',
    'SHAPE_MISMATCH',
    'at least 0',
    taking('Pad', [4, 4], [ints('p', [-5, 0, 0, 0])]),
    taking('Pad', [4, 4], [ints('p', [-4, 0, 0, 0])]),
  ],
  [
    'Pad by reflection of nothing',
    'SHAPE_MISMATCH',
    'reflection',
    taking('Pad', [0, 4], [ints('p', [2, 0, 0, 0])], { mode: 'reflect' }),
    taking('Pad', [4, 4], [ints('p', [2, 0, 0, 0])], { mode: 'reflect' }),
  ],
  [
    'Pad by 3 numbers',
    'OP_INVALID',
    'pads',
    taking('Pad', [4, 4], [ints('p', [1, 1, 1])]),
    taking('Pad', [4, 4], [ints('p', [1, 1, 1, 1])]),
  ],
  [
    'SpaceToDepth in blocks that do not fit',
    'SHAPE_MISMATCH',
    'multiple of 3',
    unary('SpaceToDepth', { blocksize: 3 }),
    unary('SpaceToDepth', { blocksize: 4 }),
  ],
  [
    'SpaceToDepth in blocks of 0',
    'ATTRIBUTE_INVALID',
    'blocksize',
    unary('SpaceToDepth', { blocksize: 0 }),
    unary('SpaceToDepth', { blocksize: 1 }),
  ],
  [
    'SpaceToDepth in blocks of 2^32',
    'DIM_OVERFLOW',
    '',
    unary('SpaceToDepth', { blocksize: 2 ** 32 }, [1, 4, 'h', 'w']),
    unary('SpaceToDepth', { blocksize: 2 }, [1, 4, 'h', 'w']),
  ],
  [
    'DepthToSpace in blocks of 0',
    'ATTRIBUTE_INVALID',
    'blocksize',
    unary('DepthToSpace', { blocksize: 0 }),
    unary('DepthToSpace', { blocksize: 2 }),
  ],
  [
    'DepthToSpace in blocks of 2^32',
    'DIM_OVERFLOW',
    '',
    unary('DepthToSpace', { blocksize: 2 ** 32 }, [1, 'c', 8, 8]),
    unary('DepthToSpace', { blocksize: 2 }, [1, 4, 'h', 'w']),
  ],
  [
    'DepthToSpace of channels that do not fit',
    'SHAPE_MISMATCH',
    'multiple of 9',
    unary('DepthToSpace', { blocksize: 3 }),
    unary('DepthToSpace', { blocksize: 2 }),
  ],
  ['Einsum with two arrows', 'ATTRIBUTE_INVALID', 'one arrow', einsum('i->j->k'), einsum('ij->ji')],
  ['Einsum with an unknown label', 'ATTRIBUTE_INVALID', 'not k', einsum('ij->k'), einsum('ij->j')],
  ['Einsum with digits', 'ATTRIBUTE_INVALID', 'letters', einsum('i1->i'), einsum('ij->i')],
  ['Einsum with two dots', 'ATTRIBUTE_INVALID', 'ellipses', einsum('..ij->ij'), einsum('...ij->ij')],
  ['Einsum of another rank', 'RANK_MISMATCH', 'rank 3', einsum('ijk->k'), einsum('ik->k')],
  ['Einsum of more operands than inputs', 'INPUT_COUNT', '2 operands', einsum('ij,jk->ik'), einsum('ij')],
  ['Einsum with a label twice in the result', 'ATTRIBUTE_INVALID', 'once', einsum('ij->ii'), einsum('ij->ij')],
  [
    'Einsum with an equation of a million labels',
    'RANK_MISMATCH',
    'rank 1000000',
    einsum('i'.repeat(1_000_000)),
    einsum('ij->'),
  ],
  [
    'SplitToSequence in parts of 0',
    'SHAPE_MISMATCH',
    'at least 1',
    taking('SplitToSequence', [6, 4], [scalar('s', 0)]),
    taking('SplitToSequence', [6, 4], [scalar('s', 2)]),
  ],
  [
    'Split into other parts than it has outputs',
    'OP_INVALID',
    'num_outputs',
    unary('Split', { num_outputs: 0 }),
    unary('Split', { num_outputs: 1 }),
  ],
  [
    'Split into 2^50 parts',
    'OP_INVALID',
    '1125899906842624',
    unary('Split', { num_outputs: 2 ** 50 }),
    unary('Split', { num_outputs: 1 }, ['n']),
  ],
  [
    'OneHot without depth',
    'INPUT_COUNT',
    'depth',
    () => nodesModel([node('OneHot', 'x', 'y')], { inputs: [value('x', [6], 7)] }),
    () =>
      nodesModel([node('OneHot', 'x d v', 'y')], {
        inputs: [value('x', [6], 7)],
        initializers: [scalar('d', 3), floats('v', [2])],
      }),
  ],
  [
    'OneHot of depth 2^62',
    'DIM_OVERFLOW',
    'OneHot',
    () =>
      nodesModel([node('OneHot', 'x d v', 'y')], {
        inputs: [value('x', [6], 7)],
        initializers: [scalar('d', 2n ** 62n), floats('v', [2])],
      }),
    () =>
      nodesModel([node('OneHot', 'x d v', 'y')], {
        inputs: [value('x', [6], 7)],
        initializers: [scalar('d', 2), floats('v', [2])],
      }),
  ],
  [
    'ConstantOfShape of 2^80 elements',
    'DIM_OVERFLOW',
    '[1099511627776, 1099511627776]',
    of('ConstantOfShape', [ints('s', [2 ** 40, 2 ** 40])]),
    of('ConstantOfShape', [ints('s', [2 ** 31])]),
  ],
  [
    'ConstantOfShape of size -1',
    'SHAPE_MISMATCH',
    'got -1',
    of('ConstantOfShape', [ints('s', [-1, 2])]),
    of('ConstantOfShape', [ints('s', [1, 2])]),
  ],
  [
    'Expand to 2^80 elements',
    'DIM_OVERFLOW',
    'Expand',
    taking('Expand', [1], [ints('s', [2 ** 40, 2 ** 40])]),
    taking('Expand', [1], [ints('s', [2, 2])]),
  ],
  [
    'Tile 2^62 times',
    'DIM_OVERFLOW',
    '',
    taking('Tile', [2], [ints('s', [2n ** 62n])]),
    taking('Tile', [2], [ints('s', [3])]),
  ],
  [
    'Tile -1 times',
    'SHAPE_MISMATCH',
    'repeats',
    taking('Tile', [2], [ints('s', [-1])]),
    taking('Tile', [2], [ints('s', [0])]),
  ],
  [
    'an input of 2^80 elements',
    'DIM_OVERFLOW',
    'input "x"',
    unary('Relu', {}, [2 ** 40, 2 ** 40]),
    unary('Relu', {}, [2 ** 20, 2 ** 20]),
  ],
  [
    'an input of 2^80 elements that is flattened',
    'DIM_OVERFLOW',
    '',
    unary('Flatten', { axis: 0 }, [2 ** 40, 2 ** 40]),
    unary('Flatten', { axis: 0 }, [4, 4]),
  ],
  [
    'Concat that doubles 60 times',
    'DIM_OVERFLOW',
    '',
    () =>
      nodesModel(
        times(60, (i) => node('Concat', i === 0 ? 'x x' : `h${i} h${i}`, `h${i + 1}`, { axis: 0 })),
        { outputs: ['h60'] },
      ),
    () =>
      nodesModel(
        times(40, (i) => node('Concat', i === 0 ? 'x x' : `h${i} h${i}`, `h${i + 1}`, { axis: 0 })),
        { outputs: ['h40'] },
      ),
  ],
  [
    'Unsqueeze at axis 2^40',
    'ATTRIBUTE_INVALID',
    '1099511627776',
    taking('Unsqueeze', [4], [ints('a', [2 ** 40])]),
    taking('Unsqueeze', [4], [ints('a', [1])]),
  ],
  [
    'Unsqueeze of 100,000 axes',
    'ONNX_LIMIT',
    'rank 100001',
    unary('Unsqueeze', { axes: times(100_000, (i) => i) }, [1], 11),
    unary('Unsqueeze', { axes: [0, 1] }, [1], 11),
  ],
  [
    'Squeeze of an axis twice',
    'ATTRIBUTE_INVALID',
    'axes',
    unary('Squeeze', { axes: [0, 0] }, [1, 1], 11),
    unary('Squeeze', { axes: [0, 1] }, [1, 1], 11),
  ],
  [
    'Transpose by no permutation',
    'ATTRIBUTE_INVALID',
    'perm',
    unary('Transpose', { perm: [0, 0] }, [1, 5]),
    unary('Transpose', { perm: [1, 0] }, [1, 5]),
  ],
  [
    'Transpose by a million axes',
    'RANK_MISMATCH',
    'rank 1000000',
    unary('Transpose', { perm: times(1_000_000, (i) => i) }, [4]),
    unary('Transpose', { perm: [0] }, [4]),
  ],
  [
    'Gather along axis 9',
    'ATTRIBUTE_INVALID',
    'axis 9',
    taking('Gather', [1, 5], [ints('i', [0])], { axis: 9 }),
    taking('Gather', [1, 5], [ints('i', [0])], { axis: 1 }),
  ],
  [
    'TopK of more than there are',
    'SHAPE_MISMATCH',
    'at least 9',
    () => nodesModel([node('TopK', 'x k', 'y i')], { inputs: [value('x', [5])], initializers: [ints('k', [9])] }),
    () => nodesModel([node('TopK', 'x k', 'y i')], { inputs: [value('x', [5])], initializers: [ints('k', [5])] }),
  ],
  ['Resize by 0', 'OP_INVALID', 'got 0', resize(0), resize(1)],
  ['Resize by no number', 'OP_INVALID', 'got NaN', resize(Number.NaN), resize(2)],
  ['Resize without end', 'OP_INVALID', 'got Infinity', resize(Number.POSITIVE_INFINITY), resize(0.5)],
  ['Slice by steps of 0', 'OP_INVALID', 'step', slice(0), slice(-1)],
  [
    'Col2Im of blocks of 0',
    'SHAPE_MISMATCH',
    'Col2Im',
    taking('Col2Im', [1, 5, 4], [ints('a', [0, 0]), ints('b', [0, 0])]),
    taking('Col2Im', [1, 5, 4], [ints('a', [2, 2]), ints('b', [1, 1])]),
  ],
  [
    'DFT of length 0',
    'SHAPE_MISMATCH',
    'dft_length',
    taking('DFT', [1, 5, 1], [scalar('l', 0)]),
    taking('DFT', [1, 5, 1], [scalar('l', 4)]),
  ],
  ['STFT by steps of 0', 'SHAPE_MISMATCH', 'frame_step', stft(0), stft(4)],
  [
    'BlackmanWindow of 2^60',
    'DIM_OVERFLOW',
    'BlackmanWindow',
    of('BlackmanWindow', [scalar('l', 2n ** 60n)]),
    of('BlackmanWindow', [scalar('l', 8)]),
  ],
  [
    'RandomNormal of 2^80 elements',
    'DIM_OVERFLOW',
    'RandomNormal',
    () => nodesModel([node('RandomNormal', '', 'y', { shape: [2 ** 40, 2 ** 40] })]),
    () => nodesModel([node('RandomNormal', '', 'y', { shape: [2, 2] })]),
  ],
  [
    'MatMul of sizes that do not meet',
    'SHAPE_MISMATCH',
    'MatMul',
    taking('MatMul', ['n', 4], [floats('w', [5, 2])]),
    taking('MatMul', ['n', 4], [floats('w', [4, 2])]),
  ],
  [
    'Add of 3 and 4',
    'SHAPE_MISMATCH',
    'Add',
    taking('Add', [3], [floats('w', [4])]),
    taking('Add', [4], [floats('w', [4])]),
  ],
  [
    'Reshape to another count',
    'SHAPE_MISMATCH',
    'Reshape',
    taking('Reshape', [2, 3], [ints('s', [4])]),
    taking('Reshape', [2, 3], [ints('s', [6])]),
  ],
  [
    'Reshape with two sizes of -1',
    'OP_INVALID',
    '-1',
    taking('Reshape', [2, 3], [ints('s', [-1, -1])]),
    taking('Reshape', [2, 3], [ints('s', [-1, 1])]),
  ],
  [
    'a node that reads an integer where it takes floats',
    'DTYPE_MISMATCH',
    'Conv',
    () =>
      nodesModel([node('Conv', 'x w', 'y')], {
        inputs: [value('x', [1, 4, 8, 8], 7)],
        initializers: [floats('w', [8, 4, 3, 3])],
      }),
    plain,
  ],
  [
    'a condition that is no bool',
    'DTYPE_MISMATCH',
    'If',
    () =>
      nodesModel(
        [
          node('If', 'x', 'y', {
            then_branch: { g: { output: [{ name: 'x' }] } },
            else_branch: { g: { output: [{ name: 'x' }] } },
          }),
        ],
        { inputs: [value('x', [])] },
      ),
    () =>
      nodesModel(
        [
          node('If', 'x', 'y', {
            then_branch: { g: { output: [{ name: 'x' }] } },
            else_branch: { g: { output: [{ name: 'x' }] } },
          }),
        ],
        { inputs: [value('x', [], 9)] },
      ),
  ],
];

/** All of them. */
export const OPERATOR_CASES: readonly HostileCase[] = casesOf(ROWS);
