// Mistakes that a type check would find, made by code that is loaded without one.
import {
  annotateModel,
  bindModel,
  checkModel,
  costOf,
  createSession,
  dense,
  diffModels,
  graph,
  model,
  op,
  readOnnx,
  saveOnnx,
  sequential,
  tensorFromValues,
  type Value,
} from 'dimwise';
import { describe, expect, test } from 'vitest';
import { type Mistake, testMistakes } from './mistake-table.ts';

/** What untyped code passes. */
const any = (value: unknown) => value as never;

const LAYER = dense(1);

/** A graph over one float32 input. */
const over = (build: (x: Value) => Value | readonly Value[]) => graph((g) => build(g.input('x', 'float32', [2, 2])));

/** The weight of a dense layer: float32[2, 2] where the input is declared, else [2, ?] with an open element type. */
const weight = (isDeclared = true) =>
  model(dense(2), isDeclared ? { inputs: { x: ['batch', 2] } } : {}).parameter('weight');

const PARAMETERS: readonly Mistake[] = [
  {
    name: 'a typed array of another length',
    code: 'PARAM_SHAPE',
    run: () => weight().setData(new Float32Array(6)),
    names: ['weight', '6 elements', /\[2, 2\]/],
  },
  {
    name: 'a typed array where a size is unknown',
    code: 'PARAM_SHAPE',
    run: () => weight(false).setData(new Float32Array(6)),
    names: ['weight', /\[2, \?\]/],
  },
  {
    name: 'rows of another length',
    code: 'PARAM_SHAPE',
    run: () => weight().setData([[1, 2, 3]]),
    names: ['weight', /\[1, 3\]/, /\[2, 2\]/],
  },
  {
    name: 'ragged rows',
    code: 'PARAM_SHAPE',
    run: () => weight().setData([[1, 2], [3]]),
    names: ['weight', /\[2\] and \[1\]/],
  },
  {
    name: 'dims that the data does not fill',
    code: 'PARAM_SHAPE',
    run: () => weight().setData({ dims: [2, 2], data: new Float32Array(3) }),
    names: ['weight', '3 elements'],
  },
  { name: 'a text as data', code: 'PARAM_SHAPE', run: () => weight().setData(any('x')), names: ['weight', '"x"'] },
  { name: 'no data', code: 'PARAM_SHAPE', run: () => weight().setData(any(undefined)), names: ['weight', 'undefined'] },
  {
    name: 'integers for a weight whose float type is open',
    code: 'DTYPE_MISMATCH',
    run: () => weight(false).setData(tensorFromValues('int32', [2, 2], [1, 2, 3, 4])),
    names: ['weight', 'int32', 'floats'],
  },
  {
    name: 'an array of integers for a weight whose float type is open',
    code: 'DTYPE_MISMATCH',
    run: () => weight(false).setData({ dims: [2, 2], data: new Int32Array(4) }),
    names: ['weight', 'int32'],
  },
];

const OPERANDS: readonly Mistake[] = [
  {
    name: 'null as an operand',
    code: 'OP_INVALID',
    run: () => over((x) => op.MatMul(x, any(null))),
    names: ['MatMul', 'B', 'null'],
  },
  {
    name: 'an object as an operand',
    code: 'OP_INVALID',
    run: () => over((x) => op.Add(x, any({ a: 1 }))),
    names: ['Add', 'B'],
  },
  {
    name: 'a layer as an operand',
    code: 'OP_INVALID',
    run: () => over(() => op.Relu(any(LAYER))),
    names: ['Relu', 'X', 'function'],
  },
  {
    name: 'values one by one for a list',
    code: 'OP_INVALID',
    run: () => over((x) => any((op.Concat as (...given: unknown[]) => unknown)(x, x, { axis: 0 }))),
    names: ['Concat', 'array'],
  },
  {
    name: 'null in a list',
    code: 'OP_INVALID',
    run: () => over((x) => op.Concat([x, any(null)], { axis: 0 })),
    names: ['Concat', 'null'],
  },
  {
    name: 'no options for a required attribute',
    code: 'ATTRIBUTE_MISSING',
    run: () => over((x) => op.Concat([x], any(undefined))),
    names: ['Concat', 'axis'],
  },
  {
    name: 'no branches at all',
    code: 'ATTRIBUTE_MISSING',
    run: () => over(() => op.If(true, any(undefined))),
    names: ['If', 'then_branch'],
  },
  {
    name: 'a branch that is absent',
    code: 'OP_INVALID',
    run: () => over((x) => op.If(true, any({ then_branch: () => x }))),
    names: ['else_branch', 'undefined'],
  },
  {
    name: 'a loop without a body',
    code: 'OP_INVALID',
    run: () => over((x) => op.Loop(3n, undefined, [x], any({}))),
    names: ['loop_body', 'undefined'],
  },
  {
    name: 'a body that returns nothing',
    code: 'OP_INVALID',
    run: () => over((x) => op.Loop(3n, undefined, [x], { body: any(() => undefined) })),
    names: ['loop_body', 'returns undefined'],
  },
];

const DECLARATIONS: readonly Mistake[] = [
  {
    name: 'a misspelt element type of g.input',
    code: 'DTYPE_MISMATCH',
    run: () => graph((g) => op.Relu(g.input('x', any('flot32'), [2]))),
    names: ['flot32', /did you mean "?float32/],
  },
  {
    name: 'a misspelt element type of a declared input',
    code: 'DTYPE_MISMATCH',
    run: () => model(dense(1), { inputs: { x: { dtype: any('flot32'), shape: [2, 2] } } }),
    names: ['flot32', /did you mean "?float32/],
  },
  {
    name: 'a text as a declared input',
    code: 'DIM_SYNTAX',
    run: () => model(dense(1), { inputs: { x: any('batch') } }),
    names: ['"x"', '"batch"'],
  },
  {
    name: 'a text as a shape',
    code: 'DIM_SYNTAX',
    run: () => graph((g) => op.Relu(g.input('x', 'float32', any('batch')))),
    names: ['"batch"'],
  },
  {
    name: 'a bind without a batch',
    code: 'BIND_INPUT_MISSING',
    run: () => model(dense(1)).bind(any(undefined)),
    names: ['"x"'],
  },
  { name: 'a text as a batch', code: 'BIND_INPUT_MISSING', run: () => model(dense(1)).bind(any('x')), names: ['"x"'] },
  {
    name: 'a text for an input',
    code: 'DIM_SYNTAX',
    run: () => model(dense(1)).bind(any({ x: 'batch' })),
    names: ['"x"', '"batch"'],
  },
  {
    name: 'a model of nothing',
    code: 'LAYER_ARGUMENT',
    run: () => model(any(undefined)),
    names: ['model', 'undefined'],
  },
  {
    name: 'a graph of nothing',
    code: 'LAYER_ARGUMENT',
    run: () => graph(any(undefined)),
    names: ['graph', 'undefined'],
  },
  {
    name: 'layers in an array',
    code: 'LAYER_ARGUMENT',
    run: () => sequential(any([dense(1)])),
    names: ['sequential', 'got an array of 1'],
  },
  {
    name: 'a path as a session source',
    code: 'NOT_BOUND',
    run: () => createSession(any('mlp.onnx')),
    names: ['"mlp.onnx"', 'openOnnx'],
  },
];

const opened = readOnnx(model(dense(2)).initialize().bind([2, 2]).compile().bytes());

const FILES: readonly Mistake[] = [
  {
    name: 'a path as bytes',
    code: 'LAYER_ARGUMENT',
    run: () => readOnnx(any('m.onnx')),
    names: ['readOnnx', '"m.onnx"'],
  },
  { name: 'no bytes', code: 'LAYER_ARGUMENT', run: () => readOnnx(any(undefined)), names: ['readOnnx', 'undefined'] },
  {
    name: 'bytes to check',
    code: 'LAYER_ARGUMENT',
    run: () => checkModel(any(new Uint8Array(3))),
    names: ['checkModel', 'openOnnx', 'a Uint8Array of 3 bytes'],
  },
  {
    name: 'a graph to compare',
    code: 'LAYER_ARGUMENT',
    run: () => diffModels(opened, any(opened.graph)),
    names: ['diffModels', 'the second model', 'class Graph'],
  },
  {
    name: 'symbols without their option',
    code: 'LAYER_ARGUMENT',
    run: () => bindModel(opened, any({ batch: 1 })),
    names: ['bindModel has no option batch', 'symbols'],
  },
  {
    name: 'a misspelt option',
    code: 'LAYER_ARGUMENT',
    run: () => bindModel(opened, any({ symbol: { batch: 1 } })),
    names: ['no option symbol', 'did you mean symbols'],
  },
  {
    name: 'a misspelt option of a copy',
    code: 'LAYER_ARGUMENT',
    run: () => annotateModel(opened, any({ contracts: false })),
    names: ['annotateModel', 'did you mean contract'],
  },
  {
    name: 'a promise to save',
    code: 'LAYER_ARGUMENT',
    run: () => saveOnnx(any(Promise.resolve(opened)), 'm.onnx'),
    names: ['saveOnnx', 'class Promise'],
  },
  { name: 'the cost of a path', code: 'LAYER_ARGUMENT', run: () => costOf(any('m.onnx')), names: ['costOf'] },
];

describe('code without types', () => {
  testMistakes([...PARAMETERS, ...OPERANDS, ...DECLARATIONS, ...FILES]);
});

describe('readOnnx', () => {
  test('takes what a response gives', () => {
    const { buffer } = new Uint8Array(opened.encode());
    expect(readOnnx(buffer).proto).toEqual(opened.proto);
  });
});

describe('setData', () => {
  test.each([
    [
      'nested numbers',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['a typed array', new Float32Array([1, 2, 3, 4])],
    ['dims and data', { dims: [2, 2], data: new Float32Array([1, 2, 3, 4]) }],
    ['dims and numbers', { dims: [2, 2], data: [1, 2, 3, 4] }],
  ])('takes %s', (_name, given) => {
    const cell = weight();
    cell.setData(given);
    expect(cell.data()).toEqual(tensorFromValues('float32', [2, 2], [1, 2, 3, 4]));
  });

  test('settles an unknown size by the nesting', () => {
    const cell = weight(false);
    cell.setData([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(cell.data().shape).toEqual([2, 3]);
  });

  test('copies a typed array', () => {
    const [cell, values] = [weight(), new Float32Array(4)];
    cell.setData(values);
    values.fill(1);
    expect(cell.data()).toEqual(tensorFromValues('float32', [2, 2], [0, 0, 0, 0]));
  });
});

describe('createSession', () => {
  test('takes one provider as a text', async () => {
    const compiled = model(dense(2)).initialize().bind([2, 2]).compile();
    const session = await createSession(compiled, { providers: 'cpu' });
    expect(session.provider).toBe('cpu');
  });
});
