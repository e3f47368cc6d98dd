// Random models that ONNX's textual syntax can say in full, in the form that reading gives.
import * as fc from 'fast-check';
import { ATTRIBUTE_TYPE } from '../../../codegen/onnx/proto/enums.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
} from '../../../codegen/onnx/proto/messages.ts';
import type { TensorProto } from '../../../codegen/onnx/proto/tensor-messages.ts';
import type { TypeProto } from '../../../codegen/onnx/proto/type-messages.ts';
import { arbitraryInt64 } from '../proto/arbitrary-message.ts';

/** Names: words, words that start types, and any text at all. */
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/),
  fc.constantFrom('float', 'seq', 'nan', 'inf', 'undefined', 'a.b', '"', '\\', '\n', '# no comment', 'ß𝄞'),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const float = fc.float().map((value) => (Number.isNaN(value) ? Number.NaN : value));
const double = fc.double();

/** A record without its empty lists and absent fields. */
const compact = <T extends object>(record: T): T =>
  Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  ) as T;

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const list = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(value, { maxLength: 3 });

const dim = fc.oneof(
  fc.constant({}),
  arbitraryInt64.map((dimValue) => ({ dimValue })),
  name.map((dimParam) => ({ dimParam })),
);
const shape = fc.oneof(
  fc.constant({}),
  fc.array(dim, { maxLength: 3 }).map((dims) => ({ shape: compact({ dim: dims }) })),
);
const elemType = fc.integer({ min: 1, max: 28 });
const tensorType = fc.tuple(elemType, shape).map(([number, rest]) => ({ elemType: number, ...rest }));

function type(depth: number): fc.Arbitrary<TypeProto> {
  const leaves: fc.Arbitrary<TypeProto>[] = [
    tensorType.map((value) => ({ tensorType: value })),
    tensorType.map((value) => ({ sparseTensorType: value })),
    fc.constantFrom({ opaqueType: {} }, { opaqueType: { name: 'a' } }, { opaqueType: { domain: 'a.b', name: 'c' } }),
  ];
  if (depth === 0) return fc.oneof(...leaves);
  const inner = type(depth - 1);
  return fc.oneof(
    ...leaves,
    inner.map((value) => ({ sequenceType: { elemType: value } })),
    inner.map((value) => ({ optionalType: { elemType: value } })),
    fc.tuple(elemType, inner).map(([keyType, valueType]) => ({ mapType: { keyType, valueType } })),
  );
}

const dims = list(fc.nat({ max: 3 }));
const entries = fc.array(fc.record({ key: name, value: name }), { minLength: 1, maxLength: 2 });

/** The element types by the field that holds their elements. */
const DATA: readonly (readonly [number[], fc.Arbitrary<TensorProto>])[] = [
  [[1, 14], fc.array(float, { minLength: 1 }).map((v) => ({ floatData: Float32Array.from(v) }))],
  [[11, 15], fc.array(double, { minLength: 1 }).map((v) => ({ doubleData: Float64Array.from(v) }))],
  [[7], fc.bigInt64Array({ minLength: 1 }).map((v) => ({ int64Data: v }))],
  [[12, 13], fc.bigUint64Array({ minLength: 1 }).map((v) => ({ uint64Data: v }))],
  [[8], fc.array(name, { minLength: 1 }).map((v) => ({ stringData: v.map(utf8) }))],
  [
    [2, 3, 4, 5, 6, 9, 10, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28],
    fc.int32Array({ minLength: 1 }).map((v) => ({ int32Data: v })),
  ],
];
const contents = fc.oneof(
  ...DATA.map(([types, data]) => fc.tuple(fc.constantFrom(...types), data)),
  fc.tuple(elemType, fc.constant({})),
  fc.tuple(
    elemType,
    entries.map((externalData) => ({ externalData, dataLocation: 1 })),
  ),
);
const tensor = (named: fc.Arbitrary<string | undefined>): fc.Arbitrary<TensorProto> =>
  fc
    .tuple(dims, contents, named)
    .map(([sizes, [dataType, data], label]) => compact({ dims: sizes, dataType, name: label, ...data }));
const attributeTensor = tensor(optional(name.filter((text) => text !== '')));
const sparse = fc.record({ values: attributeTensor, indices: attributeTensor, dims });

function attribute(depth: number): fc.Arbitrary<AttributeProto> {
  const T = ATTRIBUTE_TYPE;
  const of = (number: number, value: fc.Arbitrary<AttributeProto>): fc.Arbitrary<AttributeProto> =>
    fc.tuple(name, value).map(([label, rest]) => ({ ...compact({ name: label, ...rest }), type: number }));
  const many = <V>(value: fc.Arbitrary<V>): fc.Arbitrary<V[]> => fc.array(value, { minLength: 1, maxLength: 3 });
  const kinds = [
    of(
      T.FLOAT,
      float.map((f) => ({ f })),
    ),
    of(
      T.INT,
      arbitraryInt64.map((i) => ({ i })),
    ),
    of(
      T.STRING,
      name.map((s) => ({ s: utf8(s) })),
    ),
    of(
      T.TENSOR,
      attributeTensor.map((t) => ({ t })),
    ),
    of(
      T.SPARSE_TENSOR,
      sparse.map((sparseTensor) => ({ sparseTensor })),
    ),
    of(
      T.TYPE_PROTO,
      type(2).map((tp) => ({ tp })),
    ),
    of(
      T.FLOATS,
      fc.array(float, { minLength: 1 }).map((v) => ({ floats: Float32Array.from(v) })),
    ),
    of(
      T.INTS,
      list(arbitraryInt64).map((ints) => ({ ints })),
    ),
    of(
      T.STRINGS,
      list(name).map((strings) => ({ strings: strings.map(utf8) })),
    ),
    of(
      T.TENSORS,
      many(attributeTensor).map((tensors) => ({ tensors })),
    ),
    of(
      T.SPARSE_TENSORS,
      many(sparse).map((sparseTensors) => ({ sparseTensors })),
    ),
    of(
      T.TYPE_PROTOS,
      many(type(1)).map((typeProtos) => ({ typeProtos })),
    ),
    of(T.INTS, fc.constant({ refAttrName: 'outer' })),
  ];
  if (depth > 0) {
    kinds.push(
      of(
        T.GRAPH,
        graph(depth - 1).map((g) => ({ g })),
      ),
    );
    kinds.push(
      of(
        T.GRAPHS,
        many(graph(depth - 1)).map((graphs) => ({ graphs })),
      ),
    );
  }
  return fc.oneof(...kinds);
}

function node(depth: number): fc.Arbitrary<NodeProto> {
  const word = name.filter((text) => text !== '');
  return fc
    .record({
      input: list(name),
      output: list(name),
      name: optional(name),
      opType: name,
      attribute: list(attribute(depth)),
      domain: optional(fc.oneof(fc.constantFrom('com.x', 'a'), word)),
      overload: optional(word),
    })
    .map(compact);
}

const value = fc.record({ name, type: optional(type(2)) }).map(compact);

function graph(depth: number): fc.Arbitrary<GraphProto> {
  return fc
    .record({
      node: list(node(depth)),
      name,
      initializer: list(tensor(name)),
      input: list(value),
      output: list(value),
      valueInfo: list(value),
    })
    .map(compact);
}

const opsetImport = list(fc.record({ domain: name, version: arbitraryInt64 }));

const definition: fc.Arbitrary<FunctionProto> = fc
  .record({
    name,
    domain: name,
    overload: optional(name.filter((text) => text !== '')),
    opsetImport,
    docString: optional(name),
    input: list(name),
    output: list(name),
    attribute: list(name),
    attributeProto: list(attribute(0)),
    valueInfo: list(value),
    node: list(node(1)),
  })
  .map(compact);

/** Any model that the syntax can say in full. */
export const arbitraryTextModel: fc.Arbitrary<ModelProto> = fc
  .record({
    irVersion: optional(arbitraryInt64),
    opsetImport,
    producerName: optional(name),
    producerVersion: optional(name),
    domain: optional(name),
    modelVersion: optional(arbitraryInt64),
    docString: optional(name),
    metadataProps: list(fc.record({ key: name, value: name })),
    graph: graph(2),
    functions: list(definition),
  })
  .map(compact);
