// Reads tensors and attributes in ONNX's textual syntax.
import type { Attribute, AttributeKind, AttributeValues, Int64, SparseTensorData } from './attribute.ts';
import { byteLength, DTYPES } from './dtype.ts';
import type { Graph } from './graph.ts';
import { type ReadDim, readType, tensorDType } from './parse-text-type.ts';
import { elementCount, type TensorData, tensorFromValues } from './tensor-data.ts';
import type { TextScanner } from './text-scanner.ts';
import { staticShape, type ValueType } from './type.ts';

/** What attributes are read with. */
export interface AttributeText {
  readonly scanner: TextScanner;
  readonly dim: ReadDim;
  /** Reads the graph that stands at the scanner. */
  graph(): Graph;
}

/**
 * Reads what stands behind the type of a tensor: its elements in braces, or its checksum. A tensor with a checksum has no data
 * here; it can be printed and inferred with, not run.
 */
export function readData(scanner: TextScanner, type: ValueType): TensorData {
  const dtype = tensorDType(type);
  const shape = type.kind === 'tensor' ? staticShape(type.shape) : undefined;
  if (dtype === 'undefined' || !shape) return scanner.fail('a tensor type with numbers as sizes before its data');
  if (scanner.sees('[')) {
    const checksum = readEntries(scanner).get('checksum') ?? '';
    const length = dtype === 'string' ? 0 : byteLength(dtype, elementCount(shape));
    return { dtype, shape, storage: { kind: 'file', location: '', offset: 0, length, checksum } };
  }
  if (dtype === 'string') {
    const values = scanner.list('{', '}', () => scanner.quoted() ?? scanner.fail('a text in quotes'));
    return { dtype, shape, storage: { kind: 'strings', values } };
  }
  const numbers = scanner.list('{', '}', () => readNumber(scanner));
  const float = DTYPES[dtype].kind === 'float';
  return tensorFromValues(dtype, shape, float ? numbers.map(toFloat) : numbers.map(toInt));
}

/** Entries between brackets, `["key": "value"]`. */
export function readEntries(scanner: TextScanner): Map<string, string> {
  return new Map(readEntryList(scanner));
}

/** Entries between brackets, in order, keys as often as they stand. */
export function readEntryList(scanner: TextScanner): [string, string][] {
  return scanner.list('[', ']', () => {
    const key = scanner.quoted() ?? scanner.fail('a key in quotes');
    scanner.expect(':');
    return [key, scanner.quoted() ?? scanner.number() ?? scanner.fail('a value')];
  });
}

function readNumber(scanner: TextScanner): string {
  return scanner.number() ?? scanner.fail('a number');
}

const SPECIAL: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
  '-nan': Number.NaN,
};

const toFloat = (text: string): number => SPECIAL[text] ?? Number(text);

function toInt(text: string): Int64 {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

const isInt = (text: string): boolean => /^[-+]?\d+$/.test(text);

/** Reads an attribute behind its name: `: TYPE` where it is written, `=`, and its value. */
export function readAttributeText(reading: AttributeText): Attribute {
  const { scanner } = reading;
  const kind = scanner.take(':') ? kindNamed(scanner.word(), scanner) : undefined;
  scanner.expect('=');
  if (scanner.take('@')) {
    return {
      kind: 'ref',
      value: scanner.name('the name of an attribute'),
      of: kind ?? scanner.fail('a type before @'),
    };
  }
  return kind ? readOfKind(kind, reading) : readNatural(reading);
}

const KINDS: readonly Exclude<AttributeKind, 'ref'>[] = [
  'float',
  'int',
  'string',
  'tensor',
  'graph',
  'sparse_tensor',
  'type_proto',
  'floats',
  'ints',
  'strings',
  'tensors',
  'graphs',
  'sparse_tensors',
  'type_protos',
];

function kindNamed(word: string | undefined, scanner: TextScanner): keyof AttributeValues {
  return KINDS.find((kind) => kind === word) ?? scanner.fail(`one of ${KINDS.join(', ')}`);
}

function readOfKind(kind: keyof AttributeValues, reading: AttributeText): Attribute {
  const { scanner, dim } = reading;
  const string = (): string => scanner.quoted() ?? scanner.fail('a text in quotes');
  const type = (): ValueType => readType(scanner, dim) ?? scanner.fail('a type');
  const list = <T>(element: () => T): T[] => scanner.list('[', ']', element);
  switch (kind) {
    case 'float':
      return { kind, value: toFloat(readNumber(scanner)) };
    case 'int':
      return { kind, value: toInt(readNumber(scanner)) };
    case 'string':
      return { kind, value: string() };
    case 'tensor':
      return { kind, value: readTensorText(reading) };
    case 'graph':
      return { kind, value: reading.graph() };
    case 'type_proto':
      return { kind, value: type() };
    case 'sparse_tensor':
      return { kind, value: readSparse(reading) };
    case 'floats':
      return { kind, value: list(() => toFloat(readNumber(scanner))) };
    case 'ints':
      return { kind, value: list(() => toInt(readNumber(scanner))) };
    case 'strings':
      return { kind, value: list(string) };
    case 'tensors':
      return { kind, value: list(() => readTensorText(reading)) };
    case 'graphs':
      return { kind, value: list(() => reading.graph()) };
    case 'type_protos':
      return { kind, value: list(type) };
    case 'sparse_tensors':
      return { kind, value: list(() => readSparse(reading)) };
  }
}

/** A value whose form tells its kind. */
function readNatural(reading: AttributeText): Attribute {
  const { scanner } = reading;
  const start = scanner.at;
  const number = scanner.number();
  if (number !== undefined) {
    return isInt(number) ? { kind: 'int', value: toInt(number) } : { kind: 'float', value: toFloat(number) };
  }
  if (scanner.sees('[')) return readNaturalList(scanner);
  const name = scanner.maybeName() ?? scanner.fail('the value of an attribute');
  const isGraph = scanner.sees('(');
  scanner.at = start;
  if (isGraph) return { kind: 'graph', value: reading.graph() };
  const text = scanner.quoted();
  return text === undefined ? { kind: 'tensor', value: readTensorText(reading) } : { kind: 'string', value: name };
}

function readNaturalList(scanner: TextScanner): Attribute {
  const start = scanner.at;
  scanner.expect('[');
  const isText = scanner.sees('"');
  scanner.at = start;
  if (isText)
    return { kind: 'strings', value: scanner.list('[', ']', () => scanner.quoted() ?? scanner.fail('a text')) };
  const numbers = scanner.list('[', ']', () => readNumber(scanner));
  if (numbers.length === 0) scanner.fail('a type before an empty list, such as ": ints ="');
  if (numbers.every(isInt)) return { kind: 'ints', value: numbers.map(toInt) };
  return { kind: 'floats', value: numbers.map(toFloat) };
}

function readTensorText({ scanner, dim }: AttributeText): TensorData {
  return readData(scanner, readType(scanner, dim) ?? scanner.fail('the type of a tensor'));
}

function readSparse(reading: AttributeText): SparseTensorData {
  const { scanner } = reading;
  scanner.expect('(');
  const shape = scanner.list('[', ']', () => Number(readNumber(scanner)));
  scanner.expect(',');
  const values = readTensorText(reading);
  scanner.expect(',');
  const indices = readTensorText(reading);
  scanner.expect(')');
  return { values, indices, shape };
}
