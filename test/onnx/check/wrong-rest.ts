// Wrong models: tensors, unused parts, the contract, targets.
import { DATA_LOCATION, DATA_TYPE } from '../../../codegen/onnx/proto/enums.ts';
import type { NodeProto } from '../../../codegen/onnx/proto/messages.ts';
import { CONTRACT_KEY } from '../../../src/ir/contract.ts';
import { parseTarget } from '../../../src/ir/target.ts';
import { entries, floats, int64s, ints, model, node, nodes, value } from './build.ts';
import type { CheckCase } from './case.ts';

const good = model();
const added = (w: Parameters<typeof model>[0] extends infer _ ? ReturnType<typeof floats> : never, more = {}) =>
  model({ initializer: [w], node: [node('Add', ['x', w.name ?? ''], ['y'])], ...more });
const right = added(floats('w', [3], 1, 2, 3));
const FED = { kind: 'tensor', dtype: 'float32', shape: [2, 3] };
/** The metadata of a contract. */
const contract = (inputs: object, symbols: object, exprs: readonly string[]) =>
  entries({
    [CONTRACT_KEY]: JSON.stringify({
      version: 1,
      inputs,
      symbols,
      constraints: exprs.map((expr) => ({ kind: 'range', expr, scope: 'feed', origins: [] })),
    }),
  });
/** A pool over three elements of each row, so n is 3 at least; its file has a contract of these constraints. */
const pooled = (exprs: readonly string[]) =>
  model(
    {
      input: [value('x', [1, 1, 'n'])],
      node: [node('MaxPool', ['x'], ['y'], { attribute: [ints('kernel_shape', 3)] })],
      output: [value('y', [1, 1, 'n - 2'])],
    },
    {
      metadataProps: contract(
        { x: { kind: 'tensor', dtype: 'float32', shape: [1, 1, 'n'] } },
        { n: { min: 1 } },
        exprs,
      ),
    },
  );
const ort = { target: parseTarget('ort@1.30/cpu') };
const onnx = { target: parseTarget('onnx@1.23') };
const microsoft = (one: NodeProto, dims: readonly number[]) =>
  model(
    { input: [value('x', dims)], node: [one], output: [value('y', dims)] },
    { opsetImport: [{ version: 21 }, { domain: 'com.microsoft', version: 1 }] },
  );
const large = (name: string, from = 0) => floats(name, [512], ...Array.from({ length: 512 }, (_, i) => i + from));

/** Wrong models. */
export const REST_CASES: readonly CheckCase[] = [
  {
    what: 'a tensor with too few elements',
    code: 'TENSOR_DATA',
    says: 'initializer "w"',
    wrong: added(floats('w', [3], 1)),
    good: right,
  },
  {
    what: 'a tensor with too many bytes',
    code: 'TENSOR_DATA',
    says: '12 bytes',
    wrong: added({ name: 'w', dims: [3], dataType: DATA_TYPE.FLOAT, rawData: new Uint8Array(16) }),
    good: added({ name: 'w', dims: [3], dataType: DATA_TYPE.FLOAT, rawData: new Uint8Array(12) }),
  },
  {
    what: 'a tensor whose data stand in two places',
    code: 'TENSOR_FIELDS',
    says: 'raw_data and float_data',
    wrong: added({ ...floats('w', [3], 1, 2, 3), rawData: new Uint8Array(12) }),
    good: right,
  },
  {
    what: 'a tensor whose data stand in the wrong place',
    code: 'TENSOR_DATA',
    says: 'int64_data',
    wrong: added({ name: 'w', dims: [3], dataType: DATA_TYPE.FLOAT, int64Data: [1, 2, 3] }),
    good: right,
  },
  {
    what: 'a tensor without an element type',
    code: 'TENSOR_DATA',
    says: 'element type',
    wrong: added({ name: 'w', dims: [3], floatData: [1, 2, 3] }),
    good: right,
  },
  {
    what: 'a tensor of a negative size',
    code: 'TENSOR_DATA',
    says: '-3',
    wrong: added(floats('w', [-3], 1, 2, 3)),
    good: right,
  },
  {
    what: 'external data of a model that came as bytes',
    code: 'EXTERNAL_DATA',
    says: 'w.bin',
    wrong: added({
      name: 'w',
      dims: [3],
      dataType: DATA_TYPE.FLOAT,
      dataLocation: DATA_LOCATION.EXTERNAL,
      externalData: entries({ location: 'w.bin' }),
    }),
    good: right,
  },
  {
    what: 'external data without a file',
    code: 'EXTERNAL_DATA',
    says: 'names no file',
    wrong: added({ name: 'w', dims: [3], dataType: DATA_TYPE.FLOAT, dataLocation: DATA_LOCATION.EXTERNAL }),
    good: right,
  },
  {
    what: 'a NaN among weights',
    code: 'WEIGHT_NAN',
    says: '1 of 3',
    wrong: added(floats('w', [3], 1, Number.NaN, 3)),
    good: right,
  },
  {
    what: 'an infinity among weights',
    code: 'WEIGHT_INFINITE',
    says: '2 of 3',
    wrong: added(floats('w', [3], Number.POSITIVE_INFINITY, 2, Number.NEGATIVE_INFINITY)),
    good: right,
  },
  {
    what: 'one tensor twice',
    code: 'WEIGHT_TWICE',
    says: '"v"',
    wrong: model({
      input: [value('x', [512])],
      initializer: [large('w'), large('v')],
      node: [node('Add', ['x', 'w'], ['h']), node('Add', ['h', 'v'], ['y'])],
      output: [value('y', [512])],
    }),
    good: model({
      input: [value('x', [512])],
      initializer: [large('w'), large('v', 1)],
      node: [node('Add', ['x', 'w'], ['h']), node('Add', ['h', 'v'], ['y'])],
      output: [value('y', [512])],
    }),
  },
  {
    what: 'an initializer that nothing reads',
    code: 'INITIALIZER_UNUSED',
    says: '"w"',
    wrong: model({ initializer: [floats('w', [1], 1)] }),
    good: right,
  },
  {
    what: 'an initializer that is an input too',
    code: 'INITIALIZER_INPUT',
    says: '"w"',
    wrong: added(floats('w', [3], 1, 2, 3), { input: [value('x'), value('w', [3])] }),
    good: right,
  },
  {
    what: 'an initializer that is no input, before IR version 4',
    code: 'INITIALIZER_NO_INPUT',
    says: '"w"',
    wrong: { ...right, irVersion: 3, opsetImport: [{ domain: '', version: 8 }] },
    good: right,
  },
  {
    what: 'an input that the initializer of its name contradicts',
    code: 'VALUE_CONTRADICTION',
    says: '[4]',
    wrong: added(floats('w', [3], 1, 2, 3), { input: [value('x'), value('w', [4])] }),
    good: added(floats('w', [3], 1, 2, 3), { input: [value('x'), value('w', [3])] }),
  },
  {
    what: 'an input that nothing reads',
    code: 'INPUT_UNUSED',
    says: '"z"',
    wrong: model({ input: [value('x'), value('z')] }),
    good,
  },
  {
    what: 'a node whose result nothing reads',
    code: 'NODE_UNUSED',
    says: 'node 1',
    wrong: nodes(node('Relu', ['x'], ['y']), node('Neg', ['x'], ['z'])),
    good,
  },
  {
    what: 'a contract that cannot be read',
    code: 'CONTRACT_UNREADABLE',
    says: 'JSON',
    wrong: model({}, { metadataProps: entries({ [CONTRACT_KEY]: '{' }) }),
    good,
  },
  {
    what: 'a contract that lacks what the model asks for',
    code: 'CONTRACT_STALE',
    says: 'n >= 3',
    wrong: pooled([]),
    good: pooled(['n >= 3']),
  },
  {
    what: 'a contract of another input',
    code: 'CONTRACT_STALE',
    says: '"z"',
    wrong: model({}, { metadataProps: contract({ z: FED }, {}, []) }),
    good: model({}, { metadataProps: contract({ x: FED }, {}, []) }),
  },
  {
    what: 'a contract of another shape',
    code: 'CONTRACT_STALE',
    says: 'float32[2, 4]',
    wrong: model({}, { metadataProps: contract({ x: { ...FED, shape: [2, 4] } }, {}, []) }),
    good: model({}, { metadataProps: contract({ x: FED }, {}, []) }),
  },
  {
    what: 'a contract that no feed of the model meets',
    code: 'CONTRACT_CONTRADICTION',
    says: 'n <= 2',
    wrong: pooled(['n >= 3', 'n <= 2']),
    good: pooled(['n >= 3', 'n <= 20']),
  },
  {
    what: 'an IR version beyond the target',
    code: 'TARGET_LIMIT',
    says: 'IR version 14',
    wrong: model({}, { irVersion: 14 }),
    good: model({}, { irVersion: 13 }),
    options: ort,
  },
  {
    what: 'an opset beyond the target',
    code: 'TARGET_LIMIT',
    says: 'opset 28',
    wrong: model({}, { irVersion: 13, opsetImport: [{ version: 28 }] }),
    good: model({}, { irVersion: 13, opsetImport: [{ version: 26 }] }),
    options: ort,
  },
  {
    what: 'an input of bfloat16 for ONNX Runtime from JavaScript',
    code: 'TARGET_TYPE',
    says: 'bfloat16',
    wrong: model({ input: [value('x', [2, 3], DATA_TYPE.BFLOAT16)], output: [value('y', [2, 3], DATA_TYPE.BFLOAT16)] }),
    good,
    options: ort,
  },
  {
    what: 'a sequence as output for ONNX Runtime from JavaScript',
    code: 'TARGET_TYPE',
    says: 'sequence',
    wrong: model({
      node: [node('SequenceConstruct', ['x'], ['y'])],
      output: [{ name: 'y', type: { sequenceType: { elemType: value('').type } } }],
    }),
    good,
    options: ort,
  },
  {
    what: 'an operator of a domain that the target lacks',
    code: 'TARGET_OPERATOR',
    says: 'Adam',
    wrong: model(
      {
        input: [value('r', []), value('t', [], DATA_TYPE.INT64), value('x'), value('g'), value('v'), value('h')],
        node: [node('Adam', ['r', 't', 'x', 'g', 'v', 'h'], ['y', 'v2', 'h2'], { domain: 'ai.onnx.preview.training' })],
      },
      { opsetImport: [{ version: 21 }, { domain: 'ai.onnx.preview.training', version: 1 }] },
    ),
    good,
    options: ort,
  },
  {
    what: 'an operator without a kernel on the target',
    code: 'TARGET_KERNEL',
    says: 'com.microsoft.ComplexMul',
    wrong: microsoft(node('ComplexMul', ['x', 'x'], ['y'], { domain: 'com.microsoft' }), [2, 2]),
    good: microsoft(node('FastGelu', ['x'], ['y'], { domain: 'com.microsoft' }), [2, 2]),
    options: ort,
  },
  {
    what: 'an operator of ONNX Runtime for the standard',
    code: 'TARGET_OPERATOR',
    says: 'FastGelu',
    wrong: model(
      { node: [node('FastGelu', ['x'], ['y'], { domain: 'com.microsoft' })] },
      { opsetImport: [{ version: 21 }, { domain: 'com.microsoft', version: 1 }] },
    ),
    good,
    options: onnx,
  },
  {
    what: 'a shape that a constant reshape cannot give',
    code: 'SHAPE_MISMATCH',
    says: '[4, 2]',
    wrong: model({
      initializer: [int64s('s', [2], 4, 2)],
      node: [node('Reshape', ['x', 's'], ['y'])],
      output: [value('y', [4, 2])],
    }),
    good: model({
      initializer: [int64s('s', [2], 3, 2)],
      node: [node('Reshape', ['x', 's'], ['y'])],
      output: [value('y', [3, 2])],
    }),
  },
];
