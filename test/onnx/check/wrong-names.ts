// Wrong models: names of values and nodes, the order of nodes, bodies, functions.
import { DATA_TYPE } from '../../../codegen/onnx/proto/enums.ts';
import type { GraphProto, ModelProto } from '../../../codegen/onnx/proto/messages.ts';
import { body, floats, fn, functions, model, node, nodes, value } from './build.ts';
import type { CheckCase } from './case.ts';

const chain = nodes(node('Relu', ['x'], ['h']), node('Neg', ['h'], ['y']));

/** A model of an If whose branches are the two graphs; `c` is its condition. */
const branches = (then: GraphProto, other: GraphProto, more: GraphProto = {}): ModelProto =>
  model({
    input: [value('x'), value('c', [], DATA_TYPE.BOOL)],
    node: [
      node('If', ['c'], ['y'], { name: 'pick', attribute: [body('then_branch', then), body('else_branch', other)] }),
    ],
    ...more,
  });
const branch = (opType: string, output: string): GraphProto => ({
  node: [node(opType, ['x'], [output])],
  output: [value(output)],
});
const picks = branches(branch('Relu', 't'), branch('Neg', 'e'));
const call = (name: string) => ({ node: [node(name, ['x'], ['y'], { domain: 'own' })] });
const calls = functions([fn('F')], call('F'));

/** Wrong models. */
export const NAME_CASES: readonly CheckCase[] = [
  {
    what: 'a value that nothing makes',
    code: 'NAME_UNDEFINED',
    says: '"nowhere"',
    at: '0 (Relu)',
    wrong: nodes(node('Relu', ['nowhere'], ['y'])),
    good: chain,
  },
  {
    what: 'an output that nothing makes',
    code: 'NAME_UNDEFINED',
    says: '"gone"',
    wrong: model({ output: [value('y'), value('gone')] }),
    good: chain,
  },
  {
    what: 'a misspelt name',
    code: 'NAME_UNDEFINED',
    says: '"hiden"',
    wrong: nodes(node('Relu', ['x'], ['hidden']), node('Neg', ['hiden'], ['y'])),
    good: chain,
  },
  {
    what: 'two nodes that make one value',
    code: 'NAME_TWICE',
    says: '"y"',
    at: '1 (Neg)',
    wrong: nodes(node('Relu', ['x'], ['y']), node('Neg', ['x'], ['y'])),
    good: chain,
  },
  {
    what: 'a node that makes one value twice',
    code: 'NAME_TWICE',
    says: '"y"',
    wrong: nodes(node('TopK', ['x', 'k'], ['y', 'y']), node('Shape', ['x'], ['k'])),
    good: chain,
  },
  {
    what: 'two inputs of one name',
    code: 'NAME_TWICE',
    says: '"x"',
    wrong: model({ input: [value('x'), value('x')] }),
    good: chain,
  },
  {
    what: 'two initializers of one name',
    code: 'NAME_TWICE',
    says: '"w"',
    wrong: model({ initializer: [floats('w', [1], 1), floats('w', [1], 2)], node: [node('Add', ['x', 'w'], ['y'])] }),
    good: model({ initializer: [floats('w', [1], 1)], node: [node('Add', ['x', 'w'], ['y'])] }),
  },
  {
    what: 'a node that makes an input',
    code: 'NAME_TWICE',
    says: '"x"',
    wrong: nodes(node('Relu', ['x'], ['y']), node('Neg', ['y'], ['x'])),
    good: chain,
  },
  {
    what: 'an output listed twice',
    code: 'OUTPUT_TWICE',
    says: '"y"',
    wrong: model({ output: [value('y'), value('y')] }),
    good: chain,
  },
  {
    what: 'an input without a name',
    code: 'NAME_EMPTY',
    says: 'input 1',
    wrong: model({ input: [value('x'), value('')] }),
    good: chain,
  },
  {
    what: 'an initializer without a name',
    code: 'NAME_EMPTY',
    says: 'initializer 0',
    wrong: model({ initializer: [floats('', [1], 1)] }),
    good: chain,
  },
  {
    what: 'two nodes of one name',
    code: 'NODE_NAME_TWICE',
    says: '"n"',
    wrong: nodes(node('Relu', ['x'], ['h'], { name: 'n' }), node('Neg', ['h'], ['y'], { name: 'n' })),
    good: nodes(node('Relu', ['x'], ['h'], { name: 'n' }), node('Neg', ['h'], ['y'], { name: 'm' })),
  },
  {
    what: 'nodes out of order',
    code: 'NODE_ORDER',
    says: '"h"',
    wrong: nodes(node('Neg', ['h'], ['y']), node('Relu', ['x'], ['h'])),
    good: chain,
  },
  {
    what: 'a node that reads itself',
    code: 'NODE_CYCLE',
    says: 'node 0',
    wrong: nodes(node('Add', ['x', 'y'], ['y'])),
    good: chain,
  },
  {
    what: 'nodes in a circle',
    code: 'NODE_CYCLE',
    says: 'node "a"',
    wrong: nodes(node('Add', ['x', 'y'], ['h'], { name: 'a' }), node('Neg', ['h'], ['y'], { name: 'b' })),
    good: chain,
  },
  {
    what: 'a body that makes a name of the graph around it',
    code: 'NAME_SHADOWED',
    says: '"t"',
    at: '(If) > then_branch',
    wrong: branches(branch('Relu', 't'), branch('Neg', 'e'), {
      initializer: [floats('t', [1], 1)],
      output: [value('y'), value('t', [1])],
    }),
    good: picks,
  },
  {
    what: 'an initializer of a body with a name of the graph around it',
    code: 'NAME_SHADOWED',
    says: '"x"',
    wrong: branches(
      { ...branch('Relu', 't'), initializer: [floats('x', [2, 3], 1, 2, 3, 4, 5, 6)] },
      branch('Neg', 'e'),
    ),
    good: picks,
  },
  {
    what: 'a body that reads what nothing makes',
    code: 'NAME_UNDEFINED',
    says: '"q"',
    at: '"pick" (If) > then_branch',
    wrong: branches({ node: [node('Relu', ['q'], ['t'])], output: [value('t')] }, branch('Neg', 'e')),
    good: picks,
  },
  {
    what: 'a name of one branch in the other',
    code: 'NAME_UNDEFINED',
    says: '"t"',
    at: 'else_branch',
    wrong: branches(branch('Relu', 't'), { node: [node('Neg', ['t'], ['e'])], output: [value('e')] }),
    good: picks,
  },
  {
    what: 'a body that returns a value of the graph around it',
    code: 'BODY_OUTPUT',
    says: '"x"',
    wrong: branches({ output: [value('x')] }, branch('Neg', 'e')),
    good: picks,
  },
  {
    what: 'two functions of one name',
    code: 'FUNCTION_TWICE',
    says: 'own.F',
    wrong: functions([fn('F'), fn('F')], call('F')),
    good: calls,
  },
  {
    what: 'a function that calls itself',
    code: 'FUNCTION_CYCLE',
    says: 'own.F calls function own.F',
    wrong: functions(
      [
        fn('F', {
          node: [node('F', ['a'], ['b'], { domain: 'own' })],
          opsetImport: [{ domain: 'own', version: 1 }],
        }),
      ],
      call('F'),
    ),
    good: calls,
  },
  {
    what: 'a function that nothing calls',
    code: 'FUNCTION_UNUSED',
    says: 'own.G',
    wrong: functions([fn('F'), fn('G')], call('F')),
    good: calls,
  },
  {
    what: 'a function that reads what nothing makes',
    code: 'NAME_UNDEFINED',
    says: '"q"',
    at: 'function own.F > 0 (Relu)',
    wrong: functions([fn('F', { node: [node('Relu', ['q'], ['b'])] })], call('F')),
    good: calls,
  },
  {
    what: 'a function that does not make its output',
    code: 'NAME_UNDEFINED',
    says: '"b"',
    wrong: functions([fn('F', { node: [node('Relu', ['a'], ['c'])] })], call('F')),
    good: calls,
  },
  {
    what: 'a function without the opset of its nodes',
    code: 'OPSET_MISSING',
    says: 'function own.F',
    wrong: functions([fn('F', { opsetImport: [] })], call('F')),
    good: calls,
  },
  {
    what: 'two inputs of one name in a function',
    code: 'NAME_TWICE',
    says: '"a"',
    wrong: functions([fn('F', { input: ['a', 'a'] })], call('F')),
    good: calls,
  },
  {
    what: 'a call with more inputs than the function has',
    code: 'INPUT_COUNT',
    says: 'at most 1',
    wrong: functions([fn('F')], { node: [node('F', ['x', 'x'], ['y'], { domain: 'own' })] }),
    good: calls,
  },
  {
    what: 'a call with more outputs than the function has',
    code: 'OUTPUT_COUNT',
    says: 'at most 1',
    wrong: functions([fn('F')], { node: [node('F', ['x'], ['y', 'z'], { domain: 'own' })] }),
    good: calls,
  },
  {
    what: 'an attribute that the function does not have',
    code: 'ATTRIBUTE_UNKNOWN',
    says: 'alpha',
    wrong: functions([fn('F')], {
      node: [node('F', ['x'], ['y'], { domain: 'own', attribute: [{ name: 'alpha', f: 1, type: 1 }] })],
    }),
    good: calls,
  },
  {
    what: 'a call without an attribute that the function needs',
    code: 'ATTRIBUTE_MISSING',
    says: 'alpha',
    wrong: functions(
      [
        fn('F', {
          attribute: ['alpha'],
          node: [node('LeakyRelu', ['a'], ['b'], { attribute: [{ name: 'alpha', type: 1, refAttrName: 'alpha' }] })],
        }),
      ],
      call('F'),
    ),
    good: calls,
  },
];
