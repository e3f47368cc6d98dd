// Models that were read: inferred, and held against what their files state.
import { describe, expect, test } from 'vitest';
import { inferReadModel } from '../../codegen/onnx/infer-read.ts';
import type { ModelProto, NodeProto } from '../../codegen/onnx/proto/messages.ts';
import type { TypeProto } from '../../codegen/onnx/proto/type-messages.ts';
import { readModel } from '../../codegen/onnx/read.ts';
import type { Diagnostic } from '../../src/base/errors.ts';
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
