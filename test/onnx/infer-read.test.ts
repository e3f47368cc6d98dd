// Models that were read: inferred, and held against what their files state.
import { describe, expect, test } from 'vitest';
import { emitModel } from '../../codegen/onnx/emit.ts';
import { inferReadModel } from '../../codegen/onnx/infer-read.ts';
import type { ModelProto, NodeProto } from '../../codegen/onnx/proto/messages.ts';
import type { TypeProto } from '../../codegen/onnx/proto/type-messages.ts';
import { readModel } from '../../codegen/onnx/read.ts';
import type { Diagnostic } from '../../src/base/errors.ts';
import { setWarningHandler } from '../../src/base/warn.ts';
import { contractOf } from '../../src/ir/contract.ts';
import { FeedCheck } from '../../src/ir/feed-check.ts';
import { SymbolNames } from '../../src/ir/symbol-names.ts';
import { formatType } from '../../src/ir/type.ts';

function tensor(elemType: number, ...sizes: (number | string)[]): TypeProto {
  const dim = sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { tensorType: { elemType, shape: { dim } } };
}

/** Infers `x -> node -> h -> Relu -> y` with a stated type for `h`; gives the types of `h` and `y`, and the mistakes. */
function infer(x: TypeProto, node: NodeProto, stated: TypeProto) {
  const model: ModelProto = {
    irVersion: 10,
    opsetImport: [
      { domain: '', version: 21 },
      { domain: 'other', version: 1 },
    ],
    graph: {
      name: 'g',
      input: [{ name: 'x', type: x }],
      node: [
        { input: ['x'], output: ['h'], ...node },
        { opType: 'Relu', input: ['h'], output: ['y'] },
      ],
      valueInfo: [{ name: 'h', type: stated }],
      output: [{ name: 'y' }],
    },
  };
  const read = readModel(model);
  const mistakes: Diagnostic[] = [];
  inferReadModel(read, (diagnostic) => mistakes.push(diagnostic));
  const types = Array.from(read.graph.nodes(), (each) => each.outputs.map((value) => formatType(value.type))).flat();
  return { types, mistakes: mistakes.map(({ code }) => code), message: mistakes[0]?.message };
}

const neg: NodeProto = { opType: 'Neg', name: 'neg' };
const custom: NodeProto = { opType: 'Thing', domain: 'other' };

describe('inferReadModel', () => {
  test.each([
    { what: 'agrees', node: neg, stated: tensor(1, 'n', 4), types: ['float32[n, 4]', 'float32[n, 4]'], mistakes: [] },
    { what: 'says nothing new', node: neg, stated: {}, types: ['float32[n, 4]', 'float32[n, 4]'], mistakes: [] },
    {
      what: 'names a size that no input has',
      node: neg,
      stated: tensor(1, 'm', 4),
      types: ['float32[n, 4]', 'float32[n, 4]'],
      mistakes: [],
    },
    {
      what: 'has a wrong size',
      node: neg,
      stated: tensor(1, 'n', 5),
      types: ['float32[n, 4]', 'float32[n, 4]'],
      mistakes: ['SHAPE_MISMATCH'],
    },
    {
      what: 'has a formula that is never right',
      node: neg,
      stated: tensor(1, 'n + 1', 4),
      types: ['float32[n, 4]', 'float32[n, 4]'],
      mistakes: ['SHAPE_MISMATCH'],
    },
    {
      what: 'has a wrong rank',
      node: neg,
      stated: tensor(1, 'n'),
      types: ['float32[n, 4]', 'float32[n, 4]'],
      mistakes: ['RANK_MISMATCH'],
    },
    {
      what: 'has a wrong element type',
      node: neg,
      stated: tensor(11, 'n', 4),
      types: ['float32[n, 4]', 'float32[n, 4]'],
      mistakes: ['DTYPE_MISMATCH'],
    },
    {
      what: 'is of another kind',
      node: neg,
      stated: { sequenceType: { elemType: tensor(1) } },
      types: ['float32[n, 4]', 'float32[n, 4]'],
      mistakes: ['KIND_MISMATCH'],
    },
    {
      what: 'is all that is known',
      node: custom,
      stated: tensor(1, 'n', 7),
      types: ['float32[n, 7]', 'float32[n, 7]'],
      mistakes: [],
    },
  ])('keeps the inferred type and reports the file where its statement $what', ({ node, stated, types, mistakes }) => {
    const found = infer(tensor(1, 'n', 4), node, stated);
    expect(found.types).toEqual(types);
    expect(found.mistakes).toEqual(mistakes);
  });

  test('says both types and the value', () => {
    const { message } = infer(tensor(1, 'n', 4), neg, tensor(1, 'n', 5));
    expect(message).toBe('the file states float32[n, 5] for value "h", inference finds float32[n, 4]');
  });
});

/** Infers a model of two inputs `x: float32[n, 4]`, `w: float32[m, k]` whose values have the given types; prints what came out. */
function meet(nodes: readonly NodeProto[], stated: Readonly<Record<string, TypeProto>>, outputs: readonly string[]) {
  const model: ModelProto = {
    irVersion: 10,
    opsetImport: [
      { domain: '', version: 21 },
      { domain: 'other', version: 1 },
    ],
    graph: {
      name: 'g',
      input: [
        { name: 'x', type: tensor(1, 'n', 4) },
        { name: 'w', type: tensor(1, 'm', 'k') },
      ],
      node: [...nodes],
      valueInfo: Object.entries(stated).flatMap(([name, type]) => (outputs.includes(name) ? [] : [{ name, type }])),
      output: outputs.map((name) => ({ name, type: stated[name] ?? {} })),
    },
  };
  const read = readModel(model);
  const mistakes: Diagnostic[] = [];
  const notes: Diagnostic[] = [];
  inferReadModel(read, (diagnostic) => mistakes.push(diagnostic), { note: (diagnostic) => notes.push(diagnostic) });
  const contract = contractOf(read.graph);
  const names = new SymbolNames();
  return {
    types: Array.from(read.graph.nodes(), (each) =>
      each.outputs.map((value) => formatType(value.type, names.format)),
    ).flat(),
    constraints: contract.constraints.map(({ expr, scope }) => `${expr} (${scope})`),
    mistakes: mistakes.map(({ code }) => code),
    notes: notes.map(({ code, message }) => `${code}: ${message}`),
  };
}

const node = (opType: string, input: string, output: string, domain = ''): NodeProto => ({
  opType,
  domain,
  input: input === '' ? [] : input.split(' '),
  output: output.split(' '),
});
const nonZero = node('NonZero', 'x', 'z');

describe('what a file states', () => {
  test.each<
    [
      fact: string,
      nodes: readonly NodeProto[],
      stated: Readonly<Record<string, TypeProto>>,
      expected: {
        readonly types: readonly string[];
        readonly constraints?: readonly string[];
        readonly notes?: readonly string[];
        readonly mistakes?: readonly string[];
      },
    ]
  >([
    ['names a size that depends on data', [nonZero], { z: tensor(7, 2, 'found') }, { types: ['int64[2, found]'] }],
    [
      'says the number of what depends on data, which is asked of the run',
      [nonZero, node('Neg', 'z', 'y')],
      { z: tensor(7, 2, 9) },
      { types: ['int64[2, 9]', 'int64[2, 9]'], constraints: ['"z axis 1" == 9 (run)'] },
    ],
    [
      'makes a size that depends on data one of an input',
      [nonZero],
      { z: tensor(7, 2, 'm') },
      { types: ['int64[2, m]'], constraints: ['"z axis 1" == m (run)'] },
    ],
    [
      'makes two sizes that depend on data equal by one name',
      [nonZero, node('NonZero', 'w', 'v')],
      { z: tensor(7, 2, 'found'), v: tensor(7, 2, 'found') },
      { types: ['int64[2, found]', 'int64[2, found]'], constraints: ['"v axis 1" == found (run)'] },
    ],
    [
      'has another name for a size of an input',
      [node('Neg', 'x', 'y')],
      { y: tensor(1, 'zz', 4) },
      {
        types: ['float32[n, 4]'],
        notes: ['DIM_ALIAS: zz == n: the file has another name for axis 0 of value "y"'],
      },
    ],
    [
      'carries a name from a size of an input to one that depends on data',
      [node('Neg', 'x', 'y'), nonZero],
      { y: tensor(1, 'zz', 4), z: tensor(7, 2, 'zz') },
      {
        types: ['float32[n, 4]', 'int64[2, n]'],
        constraints: ['"z axis 1" == n (run)'],
        notes: ['DIM_ALIAS: zz == n: the file has another name for axis 0 of value "y"'],
      },
    ],
    [
      'has one name for two sizes of inputs, which stay two',
      [node('Neg', 'x', 'y'), node('Neg', 'w', 'v')],
      { y: tensor(1, 'zz', 4), v: tensor(1, 'zz', 'k') },
      {
        types: ['float32[n, 4]', 'float32[m, k]'],
        notes: [
          'DIM_ALIAS: zz == n: the file has another name for axis 0 of value "y"',
          'SHAPE_NARROWER: the file states float32[zz, k] for value "v", inference finds float32[m, k]; the two agree where n == m',
        ],
      },
    ],
    [
      'says a number where an input has a symbol, which changes nothing',
      [node('Neg', 'x', 'y')],
      { y: tensor(1, 1, 4) },
      {
        types: ['float32[n, 4]'],
        notes: [
          'SHAPE_NARROWER: the file states float32[1, 4] for value "y", inference finds float32[n, 4]; the two agree where 1 == n',
        ],
      },
    ],
    [
      'has an expression over symbols of inputs',
      [{ ...node('Concat', 'x x', 'y'), attribute: [{ name: 'axis', type: 2, i: 0 }] }],
      { y: tensor(1, '2*n', 4) },
      { types: ['float32[2*n, 4]'] },
    ],
    [
      'has an expression that is not what inference finds',
      [{ ...node('Concat', 'x x', 'y'), attribute: [{ name: 'axis', type: 2, i: 0 }] }],
      { y: tensor(1, '2*n + 1', 4) },
      { types: ['float32[2*n, 4]'], mistakes: ['SHAPE_MISMATCH'] },
    ],
    [
      'has an expression over a name that no input has, which is only a name',
      [nonZero],
      { z: tensor(7, 2, '2*q + 1') },
      { types: ['int64[2, "2*q + 1"]'] },
    ],
    [
      'tells the rank that no rule knows, and what follows from it',
      [node('Thing', 'x', 'h', 'other'), node('Relu', 'h', 'y')],
      { h: tensor(1, 'n', 'q') },
      { types: ['float32[n, q]', 'float32[n, q]'] },
    ],
    [
      'tells of an output what no rule knows, back to where it is made',
      [node('Thing', 'x', 'h', 'other'), node('Cast', 'h', 'i'), node('Relu', 'i', 'y')].map((each) =>
        each.opType === 'Cast' ? { ...each, attribute: [{ name: 'to', type: 2, i: 1 }] } : each,
      ),
      { h: tensor(11), y: tensor(1, 'n', 7) },
      { types: ['float64[]', 'float32[]', 'float32[]'], mistakes: ['RANK_MISMATCH'] },
    ],
    [
      'has sizes without a name, which say nothing',
      [nonZero],
      { z: { tensorType: { elemType: 7, shape: { dim: [{}, {}] } } } },
      { types: ['int64[2, found0]'] },
    ],
  ])('%s', (_, nodes, stated, { types, constraints = [], notes = [], mistakes = [] }) => {
    const outputs = nodes.flatMap((each) => each.output ?? []).slice(-1);
    expect(meet(nodes, stated, outputs)).toEqual({ types, constraints, notes, mistakes });
  });
});

describe('a model that was read', () => {
  const unranked: TypeProto = { tensorType: { elemType: 1 } };

  test('can be written again where inference has found the rank of an input', () => {
    const read = readModel({
      irVersion: 10,
      opsetImport: [{ domain: '', version: 21 }],
      graph: {
        name: 'g',
        input: [
          { name: 'x', type: unranked },
          { name: 'w', type: tensor(1, 8, 3, 1, 1) },
        ],
        node: [node('Relu', 'x', 'h'), node('Conv', 'h w', 'y')],
        output: [{ name: 'y', type: tensor(1, 'batch', 8, 'height', 30) }],
      },
    });
    const mistakes: Diagnostic[] = [];
    inferReadModel(read, (diagnostic) => mistakes.push(diagnostic));
    expect(mistakes).toEqual([]);
    const again = readModel(emitModel(read.graph).message);
    const names = new SymbolNames();
    expect(again.graph.inputs.map((value) => formatType(value.type, names.format))).toEqual([
      'float32[batch, 3, height, 30]',
      'float32[8, 3, 1, 1]',
    ]);
    inferReadModel(again, (diagnostic) => mistakes.push(diagnostic));
    expect(mistakes).toEqual([]);
    expect(again.graph.outputs.map((value) => formatType(value.type))).toEqual(['float32[batch, 8, height, 30]']);
  });

  test('asks feeds for what it needs of sizes without a name', () => {
    const read = readModel({
      irVersion: 10,
      opsetImport: [{ domain: '', version: 21 }],
      graph: {
        name: 'g',
        input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [{}, {}, { dimParam: 'w' }] } } } }],
        node: [
          { ...node('MaxPool', 'x', 'y'), attribute: [{ name: 'kernel_shape', type: 7, ints: [3] }] },
          node('MatMul', 'x x', 'z'),
        ],
        output: [{ name: 'y' }, { name: 'z' }],
      },
    });
    inferReadModel(read, () => {});
    const contract = contractOf(read.graph);
    expect(contract.constraints.map(({ expr, scope }) => `${expr} (${scope})`)).toEqual([
      'w >= 3 (feed)',
      'w == x1 (feed)',
    ]);
    const feeds = (...shape: number[]) => new FeedCheck(contract).check(new Map([['x', { shape }]])).mistakes;
    expect(feeds(2, 5, 5)).toEqual([]);
    expect(feeds(2, 4, 5).map(({ code }) => code)).toEqual(['FEED_MISMATCH']);
  });

  test('is written with a warning where an output has no rank', () => {
    const read = readModel({
      irVersion: 10,
      opsetImport: [{ domain: '', version: 21 }],
      graph: {
        name: 'g',
        input: [
          { name: 'x', type: tensor(1, 'n') },
          { name: 's', type: tensor(7, 'k') },
        ],
        node: [node('Reshape', 'x s', 'y')],
        output: [{ name: 'y', type: unranked }],
      },
    });
    inferReadModel(read, () => {});
    const warnings: Diagnostic[] = [];
    const before = setWarningHandler((warning) => warnings.push(warning));
    try {
      expect(emitModel(read.graph).message.graph?.output).toMatchObject([{ type: { tensorType: { elemType: 1 } } }]);
    } finally {
      setWarningHandler(before);
    }
    expect(warnings.map(({ code }) => code)).toEqual(['RANK_UNKNOWN']);
  });
});

describe('what a file states of the values of a function', () => {
  /** Two calls of `far -> h -> Relu`, or of `Neg -> h -> Relu`, with a stated type for `h`. */
  function calls(inner: NodeProto, stated: TypeProto) {
    const read = readModel({
      irVersion: 10,
      opsetImport: [
        { domain: '', version: 21 },
        { domain: 'f', version: 1 },
        { domain: 'other', version: 1 },
      ],
      graph: {
        name: 'g',
        input: [{ name: 'x', type: tensor(1, 'n', 4) }],
        node: [node('block', 'x', 'a', 'f'), node('block', 'x', 'b', 'f')],
        output: [{ name: 'a' }, { name: 'b' }],
      },
      functions: [
        {
          name: 'block',
          domain: 'f',
          opsetImport: [
            { domain: '', version: 21 },
            { domain: 'other', version: 1 },
          ],
          input: ['x'],
          output: ['y'],
          node: [{ input: ['x'], output: ['h'], ...inner }, node('Relu', 'h', 'y')],
          valueInfo: [{ name: 'h', type: stated }],
        },
      ],
    });
    const mistakes: Diagnostic[] = [];
    inferReadModel(read, (diagnostic) => mistakes.push(diagnostic));
    const names = new SymbolNames();
    const types = read.graph.outputs.map((value) => formatType(value.type, names.format));
    return { types, mistakes: mistakes.map(({ code }) => code) };
  }

  test('is taken over where no rule knows the type, its names anew in each call', () => {
    expect(calls(custom, tensor(1, 'q', 7))).toEqual({ types: ['float32[q, 7]', 'float32[q0, 7]'], mistakes: [] });
  });

  test('is held against each call', () => {
    const { types, mistakes } = calls(neg, tensor(1, 'n', 5));
    expect(types).toEqual(['float32[n, 4]', 'float32[n, 4]']);
    expect(new Set(mistakes)).toEqual(new Set(['SHAPE_MISMATCH']));
  });
});
