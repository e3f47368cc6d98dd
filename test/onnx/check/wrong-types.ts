// Wrong models: types and sizes that inference contradicts.
import { DATA_TYPE } from '../../../codegen/onnx/proto/enums.ts';
import { body, floats, int, ints, model, node, nodes, text, value } from './build.ts';
import type { CheckCase } from './case.ts';

const good = model();
const conv = (...attribute: Parameters<typeof node>[3] extends infer _ ? readonly ReturnType<typeof int>[] : never) =>
  model({
    input: [value('x', ['n', 3, 8, 8])],
    initializer: [floats('w', [1, 3, 1, 1], 1, 2, 3)],
    node: [node('Conv', ['x', 'w'], ['y'], { attribute })],
    output: [value('y', ['n', 1, 8, 8])],
  });

/** Wrong models. */
export const TYPE_CASES: readonly CheckCase[] = [
  {
    what: 'an element type that the operator does not take',
    code: 'DTYPE_MISMATCH',
    says: 'tensor(bool)',
    wrong: model({ input: [value('x', [2, 3], DATA_TYPE.BOOL)], output: [value('y', [2, 3], DATA_TYPE.BOOL)] }),
    good,
  },
  {
    what: 'two element types where one is asked for',
    code: 'DTYPE_MISMATCH',
    says: 'tensor(int64)',
    wrong: model({ input: [value('x'), value('i', [2, 3], DATA_TYPE.INT64)], node: [node('Add', ['x', 'i'], ['y'])] }),
    good: model({ input: [value('x'), value('i')], node: [node('Add', ['x', 'i'], ['y'])] }),
  },
  {
    what: 'sizes that do not meet',
    code: 'SHAPE_MISMATCH',
    says: '3',
    at: '0 "product" (MatMul)',
    wrong: nodes(node('MatMul', ['x', 'x'], ['y'], { name: 'product' })),
    good: model({
      input: [value('x', [3, 3])],
      node: [node('MatMul', ['x', 'x'], ['y'])],
      output: [value('y', [3, 3])],
    }),
  },
  {
    what: 'a stated shape of an output that no run gives',
    code: 'SHAPE_MISMATCH',
    says: '[2, 4]',
    wrong: model({ output: [value('y', [2, 4])] }),
    good,
  },
  {
    what: 'a stated rank that no run gives',
    code: 'RANK_MISMATCH',
    says: '[2, 3, 1]',
    wrong: model({ output: [value('y', [2, 3, 1])] }),
    good,
  },
  {
    what: 'a stated element type that no run gives',
    code: 'DTYPE_MISMATCH',
    says: 'int64',
    wrong: model({ output: [value('y', [2, 3], DATA_TYPE.INT64)] }),
    good,
  },
  {
    what: 'a stated shape of an inner value that no run gives',
    code: 'SHAPE_MISMATCH',
    says: '[5, 3]',
    wrong: model({
      node: [node('Relu', ['x'], ['h']), node('Neg', ['h'], ['y'])],
      valueInfo: [value('h', [5, 3])],
    }),
    good,
  },
  {
    what: 'another name for a size',
    code: 'DIM_ALIAS',
    says: 'm',
    wrong: model({ input: [value('x', ['n', 3])], output: [value('y', ['m', 3])] }),
    good: model({ input: [value('x', ['n', 3])], output: [value('y', ['n', 3])] }),
  },
  {
    what: 'a wrong number of an axis',
    code: 'ATTRIBUTE_INVALID',
    says: 'axis',
    wrong: nodes(node('Softmax', ['x'], ['y'], { attribute: [int('axis', 5)] })),
    good: nodes(node('Softmax', ['x'], ['y'], { attribute: [int('axis', 1)] })),
  },
  {
    what: 'a permutation that is none',
    code: 'ATTRIBUTE_INVALID',
    says: 'perm',
    wrong: nodes(node('Transpose', ['x'], ['y'], { attribute: [ints('perm', 0, 0)] })),
    good: nodes(node('Transpose', ['x'], ['y'], { attribute: [ints('perm', 0, 1)] })),
  },
  {
    what: 'channels that a convolution does not have',
    code: 'SHAPE_MISMATCH',
    says: '4',
    wrong: model({
      input: [value('x', ['n', 4, 8, 8])],
      initializer: [floats('w', [1, 3, 1, 1], 1, 2, 3)],
      node: [node('Conv', ['x', 'w'], ['y'])],
      output: [value('y', ['n', 1, 8, 8])],
    }),
    good: conv(),
  },
  {
    what: "a kernel that is not the weight's",
    code: 'SHAPE_MISMATCH',
    says: 'kernel_shape',
    wrong: conv(ints('kernel_shape', 3, 3)),
    good: conv(ints('kernel_shape', 1, 1)),
  },
  {
    what: 'a convolution of no groups',
    code: 'ATTRIBUTE_INVALID',
    says: 'group',
    wrong: conv(int('group', 0)),
    good: conv(int('group', 1)),
  },
  {
    what: 'an equation that is none',
    code: 'ATTRIBUTE_INVALID',
    says: 'equation',
    wrong: nodes(node('Einsum', ['x'], ['y'], { attribute: [text('equation', 'i->->j')] })),
    good: nodes(node('Einsum', ['x'], ['y'], { attribute: [text('equation', 'ij->ij')] })),
  },
  {
    what: 'branches of different element types',
    code: 'DTYPE_MISMATCH',
    says: 'int64',
    wrong: model({
      input: [value('x'), value('c', [], DATA_TYPE.BOOL)],
      node: [
        node('If', ['c'], ['y'], {
          attribute: [
            body('then_branch', { node: [node('Relu', ['x'], ['t'])], output: [value('t')] }),
            body('else_branch', {
              node: [node('Cast', ['x'], ['e'], { attribute: [int('to', DATA_TYPE.INT64)] })],
              output: [value('e', [2, 3], DATA_TYPE.INT64)],
            }),
          ],
        }),
      ],
    }),
    good: model({
      input: [value('x'), value('c', [], DATA_TYPE.BOOL)],
      node: [
        node('If', ['c'], ['y'], {
          attribute: [
            body('then_branch', { node: [node('Relu', ['x'], ['t'])], output: [value('t')] }),
            body('else_branch', { node: [node('Neg', ['x'], ['e'])], output: [value('e')] }),
          ],
        }),
      ],
    }),
  },
];
