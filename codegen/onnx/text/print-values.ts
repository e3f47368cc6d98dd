// Names, types, tensors and attributes of messages in ONNX's textual syntax.
import { dimwiseError } from '../../../src/base/errors.ts';
import { DTYPES, type DType, dtypeFromOnnx } from '../../../src/ir/dtype.ts';
import { floatText } from '../../../src/ir/onnx-text-data.ts';
import { ATTRIBUTE_TYPE, DATA_LOCATION } from '../proto/enums.ts';
import { wholeBytes } from '../proto/lazy-bytes.ts';
import type { AttributeProto, GraphProto, ValueInfoProto } from '../proto/messages.ts';
import type { SparseTensorProto, StringStringEntryProto, TensorProto } from '../proto/tensor-messages.ts';
import type { DimensionProto, TensorShapeProto, TypeProto } from '../proto/type-messages.ts';
import { elementField, hasTextElements, rawElements } from './element-fields.ts';

/** The words that start a type, and would be read as one where a name stands. */
const TYPE_WORDS = new Set(['seq', 'map', 'optional', 'sparse_tensor', 'opaque', 'undefined']);
for (const { spec } of Object.values(DTYPES)) TYPE_WORDS.add(spec);

const WORD = /^[A-Za-z_]\w*$/;

/** A text in double quotes; line ends stand as they are, because the syntax has no escape for them. */
export const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, (found) => `\\${found}`)}"`;

/** A name, bare where it can only be read as one. */
export const nameText = (name = ''): string => (WORD.test(name) && !TYPE_WORDS.has(name) ? name : quoted(name));

/** A word of the syntax, quoted where it is none; ONNX's own parser takes no quotes there. */
export const wordText = (word = ''): string => (WORD.test(word) ? word : quoted(word));

/** A domain with its dots. */
export const domainText = (domain: string): string =>
  domain.split('.').every((part) => WORD.test(part)) ? domain : quoted(domain);

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const bytesText = (bytes: Uint8Array): string => quoted(decoder.decode(bytes));

/** Entries in brackets. */
export function entriesText(entries: readonly StringStringEntryProto[] = []): string {
  return `[${entries.map(({ key = '', value = '' }) => `${quoted(key)}: ${quoted(value)}`).join(', ')}]`;
}

const elementText = (number = 0): string => {
  const dtype = dtypeFromOnnx(number);
  return dtype ? DTYPES[dtype].spec : 'undefined';
};

/** The text of a type; empty where none is stated. */
export function typeText(type: TypeProto = {}): string {
  const { tensorType, sparseTensorType, sequenceType, optionalType, mapType, opaqueType } = type;
  if (tensorType) return elementText(tensorType.elemType) + shapeText(tensorType.shape);
  if (sparseTensorType) {
    return `sparse_tensor(${elementText(sparseTensorType.elemType)}${shapeText(sparseTensorType.shape)})`;
  }
  if (sequenceType) return `seq(${typeText(sequenceType.elemType)})`;
  if (optionalType) return `optional(${typeText(optionalType.elemType)})`;
  if (mapType) return `map(${elementText(mapType.keyType)}, ${typeText(mapType.valueType)})`;
  if (opaqueType) {
    const { domain, name = '' } = opaqueType;
    return `opaque(${domain ? `${domainText(domain)},` : ''}${name === '' ? '' : domainText(name)})`;
  }
  return '';
}

function shapeText(shape: TensorShapeProto | undefined): string {
  if (!shape) return '[]';
  const { dim = [] } = shape;
  return dim.length === 0 ? '' : `[${dim.map(dimText).join(',')}]`;
}

function dimText({ dimValue, dimParam }: DimensionProto): string {
  if (dimValue !== undefined) return String(dimValue);
  return dimParam === undefined ? '?' : wordText(dimParam);
}

/** A value with its type. */
export function valueText({ name, type }: ValueInfoProto): string {
  const text = typeText(type);
  return text === '' ? nameText(name) : `${text} ${nameText(name)}`;
}

/** A tensor with type, name and elements; an initializer has ` = ` before the elements. */
export function tensorText(tensor: TensorProto, isInitializer = false): string {
  const { dims = [], dataType, name } = tensor;
  const sizes = dims.length === 0 ? '' : `[${dims.join(',')}]`;
  const label = name || isInitializer ? ` ${nameText(name)}` : '';
  const isExternal = tensor.dataLocation === DATA_LOCATION.EXTERNAL;
  // Without the sign, the brackets of external data would be read as sizes.
  const sign = isInitializer || isExternal ? ' = ' : ' ';
  const data = isExternal ? entriesText(tensor.externalData) : `{${elementsText(tensor)}}`;
  return `${elementText(dataType)}${sizes}${label}${sign}${data}`;
}

/** More elements than these make a text that no JavaScript engine can hold. */
const MOST_ELEMENTS = 2 ** 25;

function elementsText(tensor: TensorProto): string {
  const dtype = dtypeFromOnnx(tensor.dataType ?? 0);
  if (!dtype || !hasTextElements(tensor, dtype)) return '';
  const field = elementField(dtype);
  if (field === 'stringData') return (tensor.stringData ?? []).map(bytesText).join(', ');
  const elements = tensor.rawData?.length ? rawElements(wholeBytes(tensor.rawData), dtype) : (tensor[field] ?? []);
  const texts: string[] = [];
  for (const element of elements) {
    texts.push(numberText(element, dtype));
    if (texts.length > MOST_ELEMENTS) throw tooLarge(tensor);
  }
  return texts.join(', ');
}

function numberText(value: number | bigint, dtype: DType): string {
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return floatText(Number(value));
    case 'float64':
    case 'complex128':
      return floatText(Number(value), false);
    default:
      return String(value);
  }
}

function tooLarge({ name = '' }: TensorProto) {
  return dimwiseError({
    code: 'EMIT_TOO_LARGE',
    message: `tensor "${name}" has more than ${MOST_ELEMENTS} elements, too many for a text`,
    origin: { what: `tensor "${name}"` },
    expected: `at most ${MOST_ELEMENTS} elements`,
    hint: 'save the model with external data first; the text then names the file',
  });
}

/** ONNX's syntax has no sparse tensors: sizes, then values and indices as tensors, as in graph text. */
function sparseText({ dims = [], values = {}, indices = {} }: SparseTensorProto): string {
  return `([${dims.join(',')}], ${tensorText(values)}, ${tensorText(indices)})`;
}

const KINDS = new Map(Object.entries(ATTRIBUTE_TYPE).map(([name, number]) => [number, name.toLowerCase()] as const));

/** Prints a body where it stands. */
export type GraphText = (graph: GraphProto) => string;

/** An attribute with its type; its value is that of the field that the type names. */
export function attributeText(attribute: AttributeProto, graphText: GraphText): string {
  const { name, type = 0, refAttrName } = attribute;
  const head = `${wordText(name)}: ${KINDS.get(type) ?? 'undefined'} =`;
  if (refAttrName) return `${head} @${nameText(refAttrName)}`;
  return `${head} ${attributeValueText(attribute, graphText)}`;
}

function attributeValueText(attribute: AttributeProto, graphText: GraphText): string {
  const list = <T>(values: Iterable<T> | undefined, text: (value: T) => string): string =>
    `[${Array.from(values ?? [], text).join(', ')}]`;
  switch (attribute.type) {
    case ATTRIBUTE_TYPE.FLOAT:
      return floatText(attribute.f ?? 0);
    case ATTRIBUTE_TYPE.INT:
      return String(attribute.i ?? 0);
    case ATTRIBUTE_TYPE.STRING:
      return bytesText(attribute.s ?? new Uint8Array());
    case ATTRIBUTE_TYPE.TENSOR:
      return tensorText(attribute.t ?? {});
    case ATTRIBUTE_TYPE.GRAPH:
      return graphText(attribute.g ?? {});
    case ATTRIBUTE_TYPE.SPARSE_TENSOR:
      return sparseText(attribute.sparseTensor ?? {});
    case ATTRIBUTE_TYPE.TYPE_PROTO:
      return typeText(attribute.tp);
    case ATTRIBUTE_TYPE.FLOATS:
      return list(attribute.floats, (value) => floatText(value));
    case ATTRIBUTE_TYPE.INTS:
      return list(attribute.ints, String);
    case ATTRIBUTE_TYPE.STRINGS:
      return list(attribute.strings, bytesText);
    case ATTRIBUTE_TYPE.TENSORS:
      return list(attribute.tensors, (tensor) => tensorText(tensor));
    case ATTRIBUTE_TYPE.GRAPHS:
      return list(attribute.graphs, graphText);
    case ATTRIBUTE_TYPE.SPARSE_TENSORS:
      return list(attribute.sparseTensors, sparseText);
    case ATTRIBUTE_TYPE.TYPE_PROTOS:
      return list(attribute.typeProtos, typeText);
    default:
      return '{}';
  }
}
