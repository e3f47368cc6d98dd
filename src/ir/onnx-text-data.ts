// Numbers, tensors and attributes in ONNX's textual syntax.
import { assertNever } from '../base/assert-never.ts';
import type { Attribute } from './attribute.ts';
import { Checksum, checksumOf } from './checksum.ts';
import { DTYPES, type DType } from './dtype.ts';
import { type DimText, onnxTypeText, quoted } from './onnx-text-type.ts';
import { elementCount, hasTypedArray, materialize, type TensorData, typedArrayOf } from './tensor-data.ts';
import { tensorType } from './type.ts';

/** Tensors of up to so many elements are printed with their elements, larger ones with a checksum. */
const MOST_ELEMENTS = 16;

/** The shortest text that gives the same float32, with a point or an exponent, so that it reads as a float. */
export function floatText(value: number, single = true): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  const short = single ? shortest(value) : value;
  const text = Object.is(short, -0) ? '-0' : String(short);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The number with the fewest digits that rounds to the same float32. */
function shortest(value: number): number {
  // Zero keeps its sign, which toPrecision drops.
  if (value === 0) return value;
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}

/** The text of a tensor after its type: its elements in braces, or its checksum. */
export function dataText(data: TensorData): string {
  const elements = elementTexts(data);
  return elements ? `{${elements.join(', ')}}` : checksumText(data);
}

/** The checksum of a tensor, as an entry. */
export function checksumText(data: TensorData): string {
  return `["checksum": ${quoted(dataChecksum(data))}]`;
}

/** The text of a tensor with its type, `int64[2] {0, -1}`. */
export function tensorText(data: TensorData, dimText: DimText): string {
  return `${onnxTypeText(tensorType(data.dtype, data.shape), dimText)} ${dataText(data)}`;
}

function elementTexts({ dtype, shape, storage }: TensorData): string[] | undefined {
  if (elementCount(shape) > MOST_ELEMENTS) return undefined;
  if (storage.kind === 'strings')
    return storage.values.map((value) => quoted(typeof value === 'string' ? value : hex(value)));
  if (storage.kind !== 'bytes' || !hasTypedArray(dtype)) return undefined;
  const texts: string[] = [];
  for (const value of typedArrayOf(dtype, storage.bytes)) texts.push(numberText(value, dtype));
  return texts;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function numberText(value: number | bigint, dtype: DType): string {
  if (DTYPES[dtype].kind === 'float') return floatText(Number(value), dtype === 'float32');
  return String(value);
}

/**
 * The checksum of a tensor: of its bytes, or of the description of what draws them, which determines every bit. Data in files
 * has the checksum that the file states, else none.
 */
export function dataChecksum(data: TensorData): string {
  const { storage } = data;
  switch (storage.kind) {
    case 'bytes':
      return checksumOf(materialize(data) ?? storage.bytes);
    case 'lazy': {
      const { description } = storage.source;
      if (description === undefined) return checksumOf(materialize(data) ?? new Uint8Array(0));
      return checksumOf(new TextEncoder().encode(description));
    }
    case 'strings': {
      const checksum = new Checksum();
      for (const value of storage.values) checksum.addText(typeof value === 'string' ? value : hex(value));
      return checksum.digest();
    }
    case 'file':
      return storage.checksum ?? 'external';
    default:
      return assertNever(storage);
  }
}

/** An attribute after its name: ` = 1`, or with its type where the value alone does not tell it: `: ints = []`. */
export function attributeText(attribute: Exclude<Attribute, { kind: 'graph' | 'graphs' }>, dimText: DimText): string {
  switch (attribute.kind) {
    case 'ref':
      return `: ${attribute.of} = @${attribute.value}`;
    case 'int':
      return ` = ${attribute.value}`;
    case 'float':
      return ` = ${floatText(attribute.value)}`;
    case 'string':
      return ` = ${stringText(attribute.value)}`;
    case 'tensor':
      return ` = ${tensorText(attribute.value, dimText)}`;
    case 'type_proto':
      return `: type_proto = ${onnxTypeText(attribute.value, dimText)}`;
    case 'ints':
      return listText('ints', attribute.value, String);
    case 'floats':
      return listText('floats', attribute.value, (value) => floatText(value));
    case 'strings':
      return listText('strings', attribute.value, stringText);
    case 'tensors':
      return `: tensors = [${attribute.value.map((value) => tensorText(value, dimText)).join(', ')}]`;
    case 'type_protos':
      return `: type_protos = [${attribute.value.map((value) => onnxTypeText(value, dimText)).join(', ')}]`;
    case 'sparse_tensor':
      return `: sparse_tensor = ${sparseText(attribute.value, dimText)}`;
    case 'sparse_tensors':
      return `: sparse_tensors = [${attribute.value.map((value) => sparseText(value, dimText)).join(', ')}]`;
    default:
      return assertNever(attribute);
  }
}

/** ONNX's text has no sparse tensors: sizes, then values and indices as tensors. */
function sparseText(
  sparse: { values: TensorData; indices: TensorData; shape: readonly number[] },
  dimText: DimText,
): string {
  return `([${sparse.shape.join(',')}], ${tensorText(sparse.values, dimText)}, ${tensorText(sparse.indices, dimText)})`;
}

function listText<T>(kind: string, values: readonly T[], text: (value: T) => string): string {
  // An empty list does not tell what it is a list of.
  return values.length > 0 ? ` = [${values.map(text).join(', ')}]` : `: ${kind} = []`;
}

const stringText = (value: string | Uint8Array): string => quoted(typeof value === 'string' ? value : hex(value));
