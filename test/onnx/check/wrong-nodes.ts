// Wrong models: nodes against the schemas of their operators, attributes, and what inference contradicts.
import { DATA_TYPE } from '../../../codegen/onnx/proto/enums.ts';
import { body, float, floats, fn, functions, graph, int, model, node, nodes, tensor, value } from './build.ts';
import type { CheckCase } from './case.ts';

const good = model();
const leaky = nodes(node('LeakyRelu', ['x'], ['y'], { attribute: [float('alpha', 0.5)] }));
/** Wrong models. */
export const NODE_CASES: readonly CheckCase[] = [
  {
    what: 'a node without an operator',
    code: 'NODE_OPERATOR',
    says: 'no operator',
    wrong: nodes(node('', ['x'], ['y'])),
    good,
  },
  {
    what: 'a node without inputs and outputs',
    code: 'NODE_EMPTY',
    says: 'neither inputs nor outputs',
    wrong: nodes(node('Relu', ['x'], ['y']), node('Constant', [], [])),
    good,
  },
  {
    what: 'a misspelt operator',
    code: 'OP_UNKNOWN',
    says: 'Rleu',
    wrong: nodes(node('Rleu', ['x'], ['y'])),
    good,
  },
  {
    what: 'an operator that its opset does not have yet',
    code: 'OP_UNKNOWN',
    says: 'Gelu came with opset 20',
    wrong: model({ node: [node('Gelu', ['x'], ['y'])] }, { opsetImport: [{ version: 19 }], irVersion: 9 }),
    good: nodes(node('Gelu', ['x'], ['y'])),
  },
  {
    what: 'an operator of a domain that nobody knows',
    code: 'OP_CUSTOM',
    says: 'own.Mine',
    wrong: functions([], { node: [node('Mine', ['x'], ['y'], { domain: 'own' })] }),
    good,
  },
  {
    what: 'an operator that only ONNX Runtime has',
    code: 'OP_RUNTIME',
    says: 'SimplifiedLayerNormalization',
    wrong: model({
      initializer: [floats('w', [3], 1, 1, 1)],
      node: [node('SimplifiedLayerNormalization', ['x', 'w'], ['y'])],
    }),
    good,
  },
  {
    what: 'a deprecated operator',
    code: 'OP_DEPRECATED',
    says: 'Upsample',
    wrong: model({
      initializer: [floats('s', [2], 1, 2)],
      node: [node('Upsample', ['x', 's'], ['y'])],
      output: [value('y', [2, 6])],
    }),
    good,
  },
  {
    what: 'too few inputs',
    code: 'INPUT_COUNT',
    says: 'Add lacks input B',
    wrong: nodes(node('Add', ['x'], ['y'])),
    good: nodes(node('Add', ['x', 'x'], ['y'])),
  },
  {
    what: 'too many inputs',
    code: 'INPUT_COUNT',
    says: 'takes 1 inputs, got 2',
    wrong: nodes(node('Relu', ['x', 'x'], ['y'])),
    good,
  },
  {
    what: 'a required input that is left out',
    code: 'INPUT_COUNT',
    says: 'Add lacks input A',
    wrong: nodes(node('Add', ['', 'x'], ['y'])),
    good: nodes(node('Add', ['x', 'x'], ['y'])),
  },
  {
    what: 'an input of a list that is left out',
    code: 'INPUT_COUNT',
    says: 'leaves out input 1',
    wrong: nodes(node('Sum', ['x', '', 'x'], ['y'])),
    good: nodes(node('Sum', ['x', 'x'], ['y'])),
  },
  {
    what: 'too many outputs',
    code: 'OUTPUT_COUNT',
    says: 'Relu gives 1 outputs, the node names 2',
    wrong: nodes(node('Relu', ['x'], ['y', 'z'])),
    good,
  },
  {
    what: 'a required output that is left out',
    code: 'OUTPUT_COUNT',
    says: 'Values',
    wrong: model({
      initializer: [{ name: 'k', dims: [1], dataType: DATA_TYPE.INT64, int64Data: [1] }],
      node: [node('TopK', ['x', 'k'], ['', 'y'])],
      output: [value('y', [2, 1], DATA_TYPE.INT64)],
    }),
    good,
  },
  {
    what: 'an attribute that the operator does not have',
    code: 'ATTRIBUTE_UNKNOWN',
    says: 'alhpa',
    wrong: nodes(node('LeakyRelu', ['x'], ['y'], { attribute: [float('alhpa', 0.5)] })),
    good: leaky,
  },
  {
    what: 'an attribute that is missing',
    code: 'ATTRIBUTE_MISSING',
    says: 'needs attribute to',
    wrong: nodes(node('Cast', ['x'], ['y'])),
    good: nodes(node('Cast', ['x'], ['y'], { attribute: [int('to', DATA_TYPE.FLOAT)] })),
  },
  {
    what: 'an attribute of another kind',
    code: 'ATTRIBUTE_INVALID',
    says: 'must be of kind float, got int',
    wrong: nodes(node('LeakyRelu', ['x'], ['y'], { attribute: [int('alpha', 1)] })),
    good: leaky,
  },
  {
    what: 'an attribute twice',
    code: 'ATTRIBUTE_TWICE',
    says: '"alpha"',
    wrong: nodes(node('LeakyRelu', ['x'], ['y'], { attribute: [float('alpha', 1), float('alpha', 2)] })),
    good: leaky,
  },
  {
    what: 'an attribute without a name',
    code: 'ATTRIBUTE_VALUE',
    says: 'no name',
    wrong: nodes(node('LeakyRelu', ['x'], ['y'], { attribute: [float('', 1)] })),
    good: leaky,
  },
  {
    what: 'an attribute without a type',
    code: 'ATTRIBUTE_VALUE',
    says: 'no type',
    wrong: nodes(node('LeakyRelu', ['x'], ['y'], { attribute: [{ name: 'alpha', f: 1 }] })),
    good: leaky,
  },
  {
    what: 'an attribute whose value is of another kind than it says',
    code: 'ATTRIBUTE_VALUE',
    says: 'says float, holds int',
    wrong: nodes(node('LeakyRelu', ['x'], ['y'], { attribute: [{ name: 'alpha', i: 1, type: 1 }] })),
    good: leaky,
  },
  {
    what: 'an attribute with two values',
    code: 'ATTRIBUTE_VALUE',
    says: 'float and int',
    wrong: nodes(node('LeakyRelu', ['x'], ['y'], { attribute: [{ name: 'alpha', f: 1, i: 1, type: 1 }] })),
    good: leaky,
  },
  {
    what: 'a reference to an attribute outside of a function',
    code: 'ATTRIBUTE_REFERENCE',
    says: 'stands in no function',
    wrong: nodes(node('LeakyRelu', ['x'], ['y'], { attribute: [{ name: 'alpha', type: 1, refAttrName: 'a' }] })),
    good: leaky,
  },
  {
    what: 'a reference to an attribute that the function does not have',
    code: 'ATTRIBUTE_REFERENCE',
    says: 'beta',
    wrong: functions(
      [
        fn('F', {
          attribute: ['alpha'],
          node: [node('LeakyRelu', ['a'], ['b'], { attribute: [{ name: 'alpha', type: 1, refAttrName: 'beta' }] })],
        }),
      ],
      { node: [node('F', ['x'], ['y'], { domain: 'own', attribute: [float('alpha', 1)] })] },
    ),
    good: functions(
      [
        fn('F', {
          attribute: ['alpha'],
          node: [node('LeakyRelu', ['a'], ['b'], { attribute: [{ name: 'alpha', type: 1, refAttrName: 'alpha' }] })],
        }),
      ],
      { node: [node('F', ['x'], ['y'], { domain: 'own', attribute: [float('alpha', 1)] })] },
    ),
  },
  {
    what: 'a Constant with a malformed tensor',
    code: 'TENSOR_DATA',
    says: 'attribute "value"',
    wrong: nodes(
      node('Constant', [], ['c'], { attribute: [tensor('value', floats('', [3], 1))] }),
      node('Add', ['x', 'c'], ['y']),
    ),
    good: nodes(
      node('Constant', [], ['c'], { attribute: [tensor('value', floats('', [3], 1, 2, 3))] }),
      node('Add', ['x', 'c'], ['y']),
    ),
  },
  {
    what: 'a mistake inside of a body',
    code: 'INPUT_COUNT',
    says: 'Add lacks input B',
    at: '0 (If) > else_branch > 0 "sum" (Add)',
    wrong: model({
      input: [value('x'), value('c', [], DATA_TYPE.BOOL)],
      node: [
        node('If', ['c'], ['y'], {
          attribute: [
            body('then_branch', { node: [node('Relu', ['x'], ['t'])], output: [value('t')] }),
            body('else_branch', { node: [node('Add', ['x'], ['e'], { name: 'sum' })], output: [value('e')] }),
          ],
        }),
      ],
    }),
    good: { ...good, graph: graph() },
  },
];
