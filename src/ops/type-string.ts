// Reads and writes the type strings of operator schemas: `tensor(float)`, `seq(tensor(int64))`, `map(int64, float)`.
import { DTYPES, type DType, dtypeFromSpec } from '../ir/dtype.ts';
import { tensorType, UNKNOWN_TYPE, type ValueType } from '../ir/type.ts';

/**
 * Reads a type string; tensors get an unknown rank.
 *
 * @param text one of the type strings of a schema, as `DataTypeUtils` in onnx/defs spells them
 * @returns the type; the unknown type where the text is none, or names an element type that dimwise does not know
 */
export function parseTypeString(text: string): ValueType {
  const open = text.indexOf('(');
  if (open < 0 || !text.endsWith(')')) return UNKNOWN_TYPE;
  const inner = text.slice(open + 1, -1);
  switch (text.slice(0, open)) {
    case 'tensor': {
      const dtype = dtypeFromSpec(inner);
      return dtype ? tensorType(dtype, null) : UNKNOWN_TYPE;
    }
    case 'sparse_tensor': {
      const dtype = dtypeFromSpec(inner);
      return dtype ? { kind: 'sparse', dtype, shape: null } : UNKNOWN_TYPE;
    }
    case 'seq':
      return wrappedType('sequence', parseTypeString(inner));
    case 'optional':
      return wrappedType('optional', parseTypeString(inner));
    case 'map':
      return parseMap(inner);
    default:
      return UNKNOWN_TYPE;
  }
}

function wrappedType(kind: 'sequence' | 'optional', element: ValueType): ValueType {
  return element.kind === 'unknown' ? UNKNOWN_TYPE : { kind, element };
}

/** Reads `int64, float` or `int64, tensor(float)`; a bare element type is a scalar tensor. */
function parseMap(inner: string): ValueType {
  const comma = inner.indexOf(',');
  if (comma < 0) return UNKNOWN_TYPE;
  const key = dtypeFromSpec(inner.slice(0, comma).trim());
  const rest = inner.slice(comma + 1).trim();
  const scalar = dtypeFromSpec(rest);
  const value = scalar ? tensorType(scalar, []) : parseTypeString(rest);
  return key && value.kind !== 'unknown' ? { kind: 'map', key, value } : UNKNOWN_TYPE;
}

/** The element type of the `dtype` of a tensor, as schemas spell it. */
function spec(dtype: DType): string {
  return DTYPES[dtype].spec;
}

const TENSOR_STRINGS = new Map<DType, string>();

/**
 * The type string of a type, shapes left out: what a schema's list of allowed types is searched for.
 *
 * @returns the text; undefined where an element type is not known
 */
export function typeStringOf(type: ValueType): string | undefined {
  switch (type.kind) {
    case 'tensor':
      return type.dtype === 'undefined' ? undefined : tensorString(type.dtype);
    case 'sparse':
      return type.dtype === 'undefined' ? undefined : `sparse_tensor(${spec(type.dtype)})`;
    case 'sequence':
      return wrapped('seq', typeStringOf(type.element));
    case 'optional':
      return wrapped('optional', typeStringOf(type.element));
    case 'map': {
      const { value } = type;
      if (value.kind === 'tensor' && value.dtype !== 'undefined') return `map(${spec(type.key)}, ${spec(value.dtype)})`;
      const text = typeStringOf(value);
      return text && `map(${spec(type.key)}, ${text})`;
    }
    case 'unknown':
      return undefined;
  }
}

/** The string of a tensor type, made once per element type: type checks ask for it at every node. */
function tensorString(dtype: DType): string {
  let text = TENSOR_STRINGS.get(dtype);
  if (text === undefined) TENSOR_STRINGS.set(dtype, (text = `tensor(${spec(dtype)})`));
  return text;
}

function wrapped(kind: string, text: string | undefined): string | undefined {
  return text && `${kind}(${text})`;
}
