// Reads names, types, tensors and attributes of ONNX's textual syntax as messages.
import { DTYPES, type DType, dtypeFromOnnx, dtypeFromSpec } from '../../../src/ir/dtype.ts';
import { ATTRIBUTE_TYPE, DATA_LOCATION } from '../proto/enums.ts';
import type { AttributeProto, GraphProto, ValueInfoProto } from '../proto/messages.ts';
import type { SparseTensorProto, StringStringEntryProto, TensorProto } from '../proto/tensor-messages.ts';
import type { DimensionProto, TensorTypeProto, TypeProto } from '../proto/type-messages.ts';
import { elementField } from './element-fields.ts';
import type { OnnxScanner } from './onnx-scanner.ts';

const utf8 = new TextEncoder();

/** Reads a name. @throws GRAPH_TEXT_SYNTAX where none is next */
export const readName = (scanner: OnnxScanner): string => scanner.name('a name');

/** Reads a word, or what stands in quotes in its place. */
const readWord = (scanner: OnnxScanner, what: string): string => scanner.maybeName() ?? scanner.fail(what);

/** Reads words with dots between them, or a quoted text in their place. */
export function readDotted(scanner: OnnxScanner, what: string): string[] {
  const words = [readWord(scanner, what)];
  while (scanner.take('.')) words.push(readWord(scanner, what));
  return words;
}

/** Reads entries in brackets. */
export function readEntries(scanner: OnnxScanner): StringStringEntryProto[] {
  return scanner.list('[', ']', () => {
    const key = scanner.text();
    scanner.expect(':');
    return { key, value: scanner.text() };
  });
}

const CONTAINERS = ['seq', 'optional', 'map', 'sparse_tensor', 'opaque'] as const;

/** Reads a type; undefined where none stands here. */
export function readType(scanner: OnnxScanner): TypeProto | undefined {
  const start = scanner.at;
  const word = scanner.word();
  const elemType = elementType(word);
  if (elemType !== undefined) return { tensorType: { elemType, ...readShape(scanner) } };
  const container = CONTAINERS.find((name) => name === word);
  if (container && scanner.take('(')) {
    const type = scanner.nested(() => readContainer(container, scanner));
    scanner.expect(')');
    return type;
  }
  scanner.at = start;
  return undefined;
}

/** The ONNX number of an element type. */
function elementType(word = ''): number | undefined {
  if (word === 'undefined') return 0;
  const dtype = dtypeFromSpec(word);
  return dtype && DTYPES[dtype].onnx;
}

function readContainer(container: (typeof CONTAINERS)[number], scanner: OnnxScanner): TypeProto {
  switch (container) {
    case 'seq':
      return { sequenceType: { elemType: readElement(scanner) } };
    case 'optional':
      return { optionalType: { elemType: readElement(scanner) } };
    case 'sparse_tensor':
      return { sparseTensorType: readTensorType(scanner) };
    case 'map': {
      const keyType = elementType(scanner.word()) ?? scanner.fail('an element type');
      scanner.expect(',');
      return { mapType: { keyType, valueType: readElement(scanner) } };
    }
    case 'opaque': {
      if (scanner.sees(')')) return { opaqueType: {} };
      const first = readDotted(scanner, 'a name').join('.');
      if (!scanner.take(',')) return { opaqueType: { name: first } };
      return {
        opaqueType: { domain: first, ...(scanner.sees(')') ? {} : { name: readDotted(scanner, 'a name').join('.') }) },
      };
    }
  }
}

function readElement(scanner: OnnxScanner): TypeProto {
  return readType(scanner) ?? (scanner.sees(')') ? {} : scanner.fail('a type'));
}

function readTensorType(scanner: OnnxScanner): TensorTypeProto {
  return readType(scanner)?.tensorType ?? scanner.fail('the type of a tensor');
}

/** The sizes behind an element type: none is a scalar, empty brackets are an unknown rank. */
function readShape(scanner: OnnxScanner): Pick<TensorTypeProto, 'shape'> {
  if (!scanner.sees('[')) return { shape: {} };
  const dim = scanner.list('[', ']', () => readDim(scanner));
  return dim.length === 0 ? {} : { shape: { dim } };
}

function readDim(scanner: OnnxScanner): DimensionProto {
  if (scanner.take('?')) return {};
  const dimParam = scanner.maybeName();
  return dimParam === undefined ? { dimValue: scanner.integer() } : { dimParam };
}

/** Reads a name with or without a type before it. */
export function readValue(scanner: OnnxScanner): ValueInfoProto {
  const type = readType(scanner);
  const name = readName(scanner);
  return type ? { name, type } : { name };
}

/** Reads elements in braces, or external data in brackets, for a tensor of a type. */
export function readData(scanner: OnnxScanner, type: TypeProto | undefined, name: string | undefined): TensorProto {
  const { elemType = 0, shape } = type?.tensorType ?? scanner.fail('a tensor type before data');
  if (!shape) scanner.fail('sizes before data');
  const dims = shape.dim?.map(({ dimValue }) => dimValue ?? scanner.fail('numbers as sizes before data'));
  const tensor: TensorProto = {
    ...(dims ? { dims } : {}),
    dataType: elemType,
    ...(name === undefined ? {} : { name }),
  };
  if (scanner.sees('[')) {
    return { ...tensor, externalData: readEntries(scanner), dataLocation: DATA_LOCATION.EXTERNAL };
  }
  const dtype = dtypeFromOnnx(elemType);
  if (dtype) return { ...tensor, ...readElements(scanner, dtype) };
  scanner.list('{', '}', () => scanner.fail('"}", because elements need a type'));
  return tensor;
}

function readElements(scanner: OnnxScanner, dtype: DType): TensorProto {
  const field = elementField(dtype);
  const list = <T>(element: () => T): T[] => scanner.list('{', '}', element);
  if (field === 'stringData') {
    const stringData = list(() => utf8.encode(scanner.text()));
    return stringData.length === 0 ? {} : { stringData };
  }
  if (field === 'floatData' || field === 'doubleData') {
    const numbers = list(() => scanner.real());
    if (numbers.length === 0) return {};
    return field === 'floatData'
      ? { floatData: Float32Array.from(numbers) }
      : { doubleData: Float64Array.from(numbers) };
  }
  const numbers = list(() => scanner.integer());
  if (numbers.length === 0) return {};
  if (field === 'int64Data') return { int64Data: BigInt64Array.from(numbers, BigInt) };
  if (field === 'uint64Data') return { uint64Data: BigUint64Array.from(numbers, BigInt) };
  if (numbers.some((value) => typeof value !== 'number' || (value | 0) !== value)) scanner.fail('elements of 32 bits');
  return { int32Data: Int32Array.from(numbers, Number) };
}

/** Reads a tensor where a type, perhaps a name, and elements stand. */
function readTensor(scanner: OnnxScanner): TensorProto {
  const type = readType(scanner) ?? scanner.fail('the type of a tensor');
  const name = scanner.maybeName();
  scanner.take('=');
  return readData(scanner, type, name);
}

function readSparse(scanner: OnnxScanner): SparseTensorProto {
  scanner.expect('(');
  const dims = scanner.list('[', ']', () => scanner.integer());
  scanner.expect(',');
  const values = readTensor(scanner);
  scanner.expect(',');
  const indices = readTensor(scanner);
  scanner.expect(')');
  return { values, indices, dims };
}

/** Reads the graph that stands at the scanner. */
export type ReadGraph = () => GraphProto;

type TypeName = keyof typeof ATTRIBUTE_TYPE;

/** Reads an attribute behind its name. */
export function readAttribute(scanner: OnnxScanner, name: string, graph: ReadGraph): AttributeProto {
  const stated = scanner.take(':') ? typeNamed(scanner) : undefined;
  scanner.expect('=');
  if (scanner.take('@')) {
    const refAttrName = readName(scanner);
    return { name, refAttrName, ...(stated ? { type: ATTRIBUTE_TYPE[stated] } : {}) };
  }
  const type = stated ?? naturalType(scanner);
  return { name, ...readAttributeValue(scanner, type, graph), type: ATTRIBUTE_TYPE[type] };
}

function typeNamed(scanner: OnnxScanner): TypeName {
  const word = scanner.word();
  const names = Object.keys(ATTRIBUTE_TYPE) as TypeName[];
  return names.find((name) => name.toLowerCase() === word) ?? scanner.fail('the type of an attribute');
}

function readAttributeValue(scanner: OnnxScanner, type: TypeName, graph: ReadGraph): AttributeProto {
  const list = <T>(element: () => T): T[] => scanner.list('[', ']', element);
  const body = (): GraphProto => scanner.nested(graph);
  switch (type) {
    case 'FLOAT':
      return { f: Math.fround(scanner.real()) };
    case 'INT':
      return { i: scanner.integer() };
    case 'STRING':
      return { s: utf8.encode(scanner.text()) };
    case 'TENSOR':
      return { t: readTensor(scanner) };
    case 'GRAPH':
      return { g: body() };
    case 'SPARSE_TENSOR':
      return { sparseTensor: readSparse(scanner) };
    case 'TYPE_PROTO':
      return { tp: readType(scanner) ?? {} };
    case 'FLOATS': {
      const floats = list(() => scanner.real());
      return floats.length === 0 ? {} : { floats: Float32Array.from(floats) };
    }
    case 'INTS':
      return present(
        'ints',
        list(() => scanner.integer()),
      );
    case 'STRINGS':
      return present(
        'strings',
        list(() => utf8.encode(scanner.text())),
      );
    case 'TENSORS':
      return present(
        'tensors',
        list(() => readTensor(scanner)),
      );
    case 'GRAPHS':
      return present('graphs', list(body));
    case 'SPARSE_TENSORS':
      return present(
        'sparseTensors',
        list(() => readSparse(scanner)),
      );
    case 'TYPE_PROTOS':
      return present(
        'typeProtos',
        list(() => readType(scanner) ?? scanner.fail('a type')),
      );
    case 'UNDEFINED':
      scanner.list('{', '}', () => scanner.fail('"}"'));
      return {};
  }
}

/** A field that repeats; absent where it is empty, as protobuf has it. */
function present(name: keyof AttributeProto, list: readonly unknown[]): AttributeProto {
  return list.length === 0 ? {} : { [name]: list };
}

/** The type that the form of a value tells. */
function naturalType(scanner: OnnxScanner): TypeName {
  const start = scanner.at;
  const isList = scanner.take('[');
  const single = singleType(scanner);
  scanner.at = start;
  if (!isList) return single ?? scanner.fail('the value of an attribute');
  const plural = {
    FLOAT: 'FLOATS',
    INT: 'INTS',
    STRING: 'STRINGS',
    TENSOR: 'TENSORS',
    GRAPH: 'GRAPHS',
    TYPE_PROTO: 'TYPE_PROTOS',
  } as const;
  if (!single) return scanner.fail('a type before an empty list, such as ": ints ="');
  // One number with a point makes a list of floats, wherever it stands.
  return single === 'INT' && hasFloat(scanner) ? 'FLOATS' : plural[single];
}

function hasFloat(scanner: OnnxScanner): boolean {
  const start = scanner.at;
  const numbers = scanner.list('[', ']', () => scanner.number() ?? scanner.fail('a number'));
  scanner.at = start;
  return numbers.some((number) => !/^-?\d+$/.test(number));
}

function singleType(scanner: OnnxScanner): 'FLOAT' | 'INT' | 'STRING' | 'TENSOR' | 'GRAPH' | 'TYPE_PROTO' | undefined {
  const number = scanner.number();
  if (number !== undefined) return /^-?\d+$/.test(number) ? 'INT' : 'FLOAT';
  if (readType(scanner)) {
    scanner.maybeName();
    return scanner.sees('{') || scanner.sees('=') ? 'TENSOR' : 'TYPE_PROTO';
  }
  const isText = scanner.sees('"');
  if (scanner.maybeName() === undefined) return undefined;
  return isText && !scanner.sees('(') ? 'STRING' : 'GRAPH';
}
