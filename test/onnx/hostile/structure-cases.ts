// Models that are messages and no graphs: names, circles, functions, opsets, attributes.
import { encodeModel } from '../../../codegen/onnx/proto/write-message.ts';
import { call, floats, functionOf, graph, ints, node, nodesModel, value } from './build.ts';
import { casesOf, type HostileCase, type HostileRow, times } from './case.ts';
import { plain } from './wire-cases.ts';

const relu = node('Relu', 'x', 'y');
const flag = value('c', [], 9);
const condition = [value('x'), flag];
const body = (input: string, output: string) => graph([], [node('Relu', input, output)], [output], { name: 'body' });
const branches = (then: string, otherwise: string) => ({
  then_branch: { g: body(then, 'a') },
  else_branch: { g: body(otherwise, 'b') },
});
const f = (name: string, called: string) =>
  functionOf(name, 'a', [called === '' ? node('Relu', 'a', 'b') : call(called, 'a', 'b')], 'b');
const inIf = (called: string) =>
  node('If', 'k', 'b', {
    then_branch: { g: graph([], [call(called, 'a', 't')], ['t'], { name: 'then' }) },
    else_branch: { g: graph([], [node('Relu', 'a', 'e')], ['e'], { name: 'else' }) },
  });
const viaIf = (name: string, called: string) =>
  functionOf(
    name,
    'a',
    [node('Constant', '', 'k', { value: { t: { dims: [], dataType: 9, int32Data: [1] } } }), inIf(called)],
    'b',
  );
const viaLoop = (name: string, called: string) =>
  functionOf(
    name,
    'a',
    [
      node('Loop', '_ _ a', 'b', {
        body: {
          g: graph(
            [value('i', [], 7), value('k', [], 9), value('s')],
            [call(called, 's', 't'), node('Identity', 'k', 'l')],
            ['l', 't'],
            { name: 'step' },
          ),
        },
      }),
    ],
    'b',
  );

const ROWS: readonly HostileRow[] = [
  [
    'no graph',
    'ONNX_MALFORMED',
    'no graph',
    () => encodeModel({ irVersion: 10, opsetImport: [{ version: 21 }] }),
    plain,
  ],
  [
    'no opset',
    'ONNX_MALFORMED',
    'imports no opset',
    () => nodesModel([relu], { model: { opsetImport: [] } }),
    () => nodesModel([relu], { model: { opsetImport: [], irVersion: 2 } }),
  ],
  [
    'two versions of one opset',
    'ONNX_MALFORMED',
    'ai.onnx in versions 21 and 13',
    () => nodesModel([relu], { model: { opsetImport: [{ version: 21 }, { version: 13 }] } }),
    () => nodesModel([relu], { model: { opsetImport: [{ version: 21 }, { version: 21 }] } }),
  ],
  [
    'two versions, one under the other name of the domain',
    'ONNX_MALFORMED',
    'in versions',
    () => nodesModel([relu], { model: { opsetImport: [{ version: 21 }, { domain: 'ai.onnx', version: 13 }] } }),
    () => nodesModel([relu], { model: { opsetImport: [{ domain: 'ai.onnx', version: 21 }] } }),
  ],
  ['opset 0', 'ONNX_MALFORMED', 'version 0', () => nodesModel([relu], { opset: 0 }), plain],
  ['a negative opset', 'ONNX_MALFORMED', 'version -1', () => nodesModel([relu], { opset: -1 }), plain],
  [
    'an opset beyond every release',
    'ONNX_LIMIT',
    'ai.onnx in version 1000',
    () => nodesModel([relu], { opset: 1000 }),
    () => nodesModel([relu], { opset: 28 }),
  ],
  [
    'an opset of 2^62',
    'ONNX_MALFORMED',
    '4611686018427387904',
    () => nodesModel([relu], { model: { opsetImport: [{ version: 2n ** 62n }] } }),
    plain,
  ],
  [
    'an IR version beyond every release',
    'ONNX_LIMIT',
    'IR version 99',
    () => nodesModel([relu], { model: { irVersion: 99 } }),
    () => nodesModel([relu], { model: { irVersion: 14 } }),
  ],
  [
    'a negative IR version',
    'ONNX_MALFORMED',
    'IR version -1',
    () => nodesModel([relu], { model: { irVersion: -1 } }),
    plain,
  ],
  ['a name that nothing makes', 'ONNX_MALFORMED', '"z" is read by', () => nodesModel([node('Relu', 'z', 'y')]), plain],
  [
    'an output that nothing makes',
    'ONNX_MALFORMED',
    'the outputs of',
    () => nodesModel([relu], { outputs: ['z'] }),
    plain,
  ],
  ['an output without a name', 'ONNX_MALFORMED', 'outputs', () => nodesModel([relu], { outputs: [''] }), plain],
  [
    'a value made by two nodes',
    'ONNX_MALFORMED',
    '"y" is made twice',
    () => nodesModel([relu, node('Abs', 'x', 'y')]),
    () => nodesModel([relu, node('Abs', 'x', 'z')]),
  ],
  [
    'a value made twice by one node',
    'ONNX_MALFORMED',
    '"y" is made twice',
    () => nodesModel([node('Dropout', 'x', 'y y')]),
    () => nodesModel([node('Dropout', 'x', 'y z')]),
  ],
  [
    'a node that makes an input',
    'ONNX_MALFORMED',
    '"x" is made twice',
    () => nodesModel([node('RandomNormal', '', 'x', { shape: [2] })], { outputs: ['x'] }),
    plain,
  ],
  [
    'a node that makes an initializer',
    'ONNX_MALFORMED',
    '"w" is made twice',
    () => nodesModel([node('Relu', 'x', 'w')], { initializers: [floats('w', [2])], outputs: ['w'] }),
    () => nodesModel([relu], { initializers: [floats('w', [2])] }),
  ],
  [
    'two inputs of one name',
    'ONNX_MALFORMED',
    '"x" is made twice',
    () => nodesModel([relu], { inputs: [value('x'), value('x')] }),
    () => nodesModel([relu], { inputs: [value('x'), value('z')] }),
  ],
  [
    'two initializers of one name',
    'ONNX_MALFORMED',
    '"w" is made twice',
    () => nodesModel([relu], { initializers: [floats('w', [2]), floats('w', [2])] }),
    () => nodesModel([relu], { initializers: [floats('w', [2]), floats('v', [2])] }),
  ],
  [
    'an initializer without a name',
    'ONNX_MALFORMED',
    'without a name',
    () => nodesModel([relu], { initializers: [floats('', [2])] }),
    plain,
  ],
  [
    'an input without a name',
    'ONNX_MALFORMED',
    'without a name',
    () => nodesModel([relu], { inputs: [value('x'), value('')] }),
    plain,
  ],
  ['a node that reads itself', 'ONNX_MALFORMED', 'circle', () => nodesModel([node('Add', 'x y', 'y')]), plain],
  [
    'two nodes that read each other',
    'ONNX_MALFORMED',
    'circle',
    () => nodesModel([node('Relu', 'h', 'y'), node('Abs', 'y', 'h')]),
    () => nodesModel([node('Relu', 'h', 'y'), node('Abs', 'x', 'h')]),
  ],
  [
    '50,000 nodes in a circle',
    'ONNX_MALFORMED',
    'reads ... (',
    () =>
      nodesModel(
        times(50_000, (i) => node('Relu', `h${i}`, `h${(i + 1) % 50_000}`)),
        { outputs: ['h0'] },
      ),
    () =>
      nodesModel(times(1000, (i) => node('Relu', i === 0 ? 'x' : `h${i}`, `h${i + 1}`)).reverse(), {
        outputs: ['h1000'],
      }),
  ],
  [
    'a circle through what a body captures',
    'ONNX_MALFORMED',
    'circle',
    () => nodesModel([node('If', 'c', 'h', branches('y', 'x')), node('Relu', 'h', 'y')], { inputs: condition }),
    () => nodesModel([node('If', 'c', 'h', branches('x', 'x')), node('Relu', 'h', 'y')], { inputs: condition }),
  ],
  [
    'a body that reads what its own node makes',
    'ONNX_MALFORMED',
    '"y" is read by',
    () => nodesModel([node('If', 'c', 'y', branches('y', 'x'))], { inputs: condition }),
    () => nodesModel([node('If', 'c', 'y', branches('x', 'x'))], { inputs: condition }),
  ],
  [
    'a graph that reads what a body makes',
    'ONNX_MALFORMED',
    '"a" is read by',
    () => nodesModel([node('If', 'c', 'h', branches('x', 'x')), node('Relu', 'a', 'y')], { inputs: condition }),
    () => nodesModel([node('If', 'c', 'h', branches('x', 'x')), node('Relu', 'h', 'y')], { inputs: condition }),
  ],
  [
    'a body whose output nothing makes',
    'ONNX_MALFORMED',
    '"q" is read by',
    () =>
      nodesModel(
        [
          node('If', 'c', 'y', {
            then_branch: { g: graph([], [], ['q'], { name: 't' }) },
            else_branch: { g: body('x', 'b') },
          }),
        ],
        { inputs: condition },
      ),
    () =>
      nodesModel(
        [
          node('If', 'c', 'y', {
            then_branch: { g: graph([], [], ['x'], { name: 't' }) },
            else_branch: { g: body('x', 'b') },
          }),
        ],
        { inputs: condition },
      ),
  ],
  [
    'a function that calls itself',
    'ONNX_MALFORMED',
    'f.f calls function f.f',
    () => nodesModel([call('f', 'x', 'y')], { functions: [f('f', 'f')] }),
    () => nodesModel([call('f', 'x', 'y')], { functions: [f('f', '')] }),
  ],
  [
    'functions that call each other, called by nobody',
    'ONNX_MALFORMED',
    'f.g calls function f.h calls function f.g',
    () => nodesModel([relu], { functions: [f('g', 'h'), f('h', 'g')] }),
    () => nodesModel([relu], { functions: [f('g', 'h'), f('h', '')] }),
  ],
  [
    'a function that calls itself in a branch',
    'ONNX_MALFORMED',
    'circle',
    () => nodesModel([call('f', 'x', 'y')], { functions: [viaIf('f', 'f')] }),
    () => nodesModel([call('f', 'x', 'y')], { functions: [viaIf('f', 'g'), f('g', '')] }),
  ],
  [
    'a function that calls itself in a loop of another one',
    'ONNX_MALFORMED',
    'circle',
    () => nodesModel([relu], { functions: [viaLoop('f', 'g'), viaIf('g', 'f')] }),
    () => nodesModel([relu], { functions: [viaLoop('f', 'g'), f('g', '')] }),
  ],
  [
    'a circle of 3,000 functions',
    'ONNX_MALFORMED',
    'more) calls',
    () => nodesModel([relu], { functions: times(3000, (i) => f(`g${i}`, `g${(i + 1) % 3000}`)) }),
    () => nodesModel([relu], { functions: times(90, (i) => f(`g${i}`, i === 0 ? '' : `g${i - 1}`)) }),
  ],
  [
    'two functions of one name',
    'ONNX_MALFORMED',
    'two functions are named function f.f',
    () => nodesModel([relu], { functions: [f('f', ''), f('f', '')] }),
    () => nodesModel([relu], { functions: [f('f', ''), { ...f('f', ''), overload: 'other' }] }),
  ],
  [
    'a function with two versions of one opset',
    'ONNX_MALFORMED',
    'in versions',
    () => nodesModel([relu], { functions: [{ ...f('f', ''), opsetImport: [{ version: 21 }, { version: 20 }] }] }),
    () => nodesModel([relu], { functions: [f('f', '')] }),
  ],
  [
    'a function that reads what nothing makes',
    'ONNX_MALFORMED',
    '"q" is read by',
    () => nodesModel([relu], { functions: [functionOf('f', 'a', [node('Relu', 'q', 'b')], 'b')] }),
    () => nodesModel([relu], { functions: [f('f', '')] }),
  ],
  [
    'a function that reads the main graph',
    'ONNX_MALFORMED',
    '"x" is read by',
    () => nodesModel([call('f', 'x', 'y')], { functions: [functionOf('f', 'a', [node('Add', 'a x', 'b')], 'b')] }),
    () => nodesModel([call('f', 'x', 'y')], { functions: [functionOf('f', 'a', [node('Add', 'a a', 'b')], 'b')] }),
  ],
  [
    'a call with too many inputs',
    'INPUT_COUNT',
    'f',
    () => nodesModel([call('f', 'x x', 'y')], { functions: [f('f', '')] }),
    () => nodesModel([call('f', 'x', 'y')], { functions: [f('f', '')] }),
  ],
  [
    'a call with too many outputs',
    'INPUT_COUNT',
    'f',
    () => nodesModel([call('f', 'x', 'y z')], { functions: [f('f', '')] }),
    () => nodesModel([call('f', 'x', 'y')], { functions: [f('f', '')] }),
  ],
  [
    'an attribute of a function in the main graph',
    'ONNX_MALFORMED',
    'refers to attribute "alpha"',
    () => nodesModel([node('Elu', 'x', 'y', { alpha: { type: 1, refAttrName: 'alpha' } })]),
    () => nodesModel([node('Elu', 'x', 'y', { alpha: { f: 2 } })]),
  ],
  [
    'an attribute of a function in a body of the main graph',
    'ONNX_MALFORMED',
    'refers to attribute "alpha"',
    () =>
      nodesModel(
        [
          node('If', 'c', 'y', {
            then_branch: { g: graph([], [node('Elu', 'x', 'a', { alpha: { type: 1, refAttrName: 'alpha' } })], ['a']) },
            else_branch: { g: body('x', 'b') },
          }),
        ],
        { inputs: condition },
      ),
    () => nodesModel([node('If', 'c', 'y', branches('x', 'x'))], { inputs: condition }),
  ],
  [
    'an attribute twice',
    'ONNX_MALFORMED',
    'attribute "axis" twice',
    () =>
      nodesModel([
        {
          ...relu,
          opType: 'Softmax',
          attribute: [
            { name: 'axis', type: 2, i: 0 },
            { name: 'axis', type: 2, i: 1 },
          ],
        },
      ]),
    () => nodesModel([{ ...relu, opType: 'Softmax', attribute: [{ name: 'axis', type: 2, i: 0 }] }]),
  ],
  [
    'an attribute of no known type',
    'ONNX_MALFORMED',
    'no known type (99)',
    () => nodesModel([{ ...relu, attribute: [{ name: 'axis', type: 99 }] }]),
    plain,
  ],
  [
    'a graph attribute without a graph',
    'ONNX_MALFORMED',
    'lacks its value',
    () =>
      nodesModel([node('If', 'c', 'y', { then_branch: { type: 5 }, else_branch: { g: body('x', 'b') } })], {
        inputs: condition,
      }),
    () => nodesModel([node('If', 'c', 'y', branches('x', 'x'))], { inputs: condition }),
  ],
  [
    'a tensor attribute without a tensor',
    'ONNX_MALFORMED',
    'lacks its value',
    () => nodesModel([node('Constant', '', 'y', { value: { type: 4 } })]),
    () => nodesModel([node('Constant', '', 'y', { value: { t: ints('', [1]) } })]),
  ],
  [
    'an attribute that no operator has',
    'ATTRIBUTE_UNKNOWN',
    'colour',
    () => nodesModel([node('Relu', 'x', 'y', { colour: 1 })]),
    plain,
  ],
  [
    'an attribute of another type',
    'ATTRIBUTE_INVALID',
    'axis',
    () => nodesModel([node('Softmax', 'x', 'y', { axis: 'last' })]),
    () => nodesModel([node('Softmax', 'x', 'y', { axis: -1 })]),
  ],
  [
    'an operator without its inputs',
    'INPUT_COUNT',
    'Add',
    () => nodesModel([node('Add', 'x', 'y')]),
    () => nodesModel([node('Add', 'x x', 'y')]),
  ],
  ['an operator with too many inputs', 'INPUT_COUNT', 'Relu', () => nodesModel([node('Relu', 'x x', 'y')]), plain],
  [
    'a contract of no JSON in the metadata',
    'FILE_FORMAT',
    'contract',
    () => nodesModel([relu], { model: { metadataProps: [{ key: 'dimwise.contract', value: '{' }] } }),
    () => nodesModel([relu], { model: { metadataProps: [{ key: 'other.contract', value: '{' }] } }),
  ],
];

/** All of them. */
export const STRUCTURE_CASES: readonly HostileCase[] = casesOf(ROWS);
