// Operands and attributes as an author writes them, turned into values and attributes by the operator's schema.
import { dimwiseError } from '../base/errors.ts';
import { formalAt } from '../infer/type-variables.ts';
import type { Attribute, Int64, SparseTensorData } from '../ir/attribute.ts';
import { DTYPES, type DType, dtypeFromSpec, isDType, isFloatDType } from '../ir/dtype.ts';
import { Graph, Value } from '../ir/graph.ts';
import { type TensorData, tensorFromValues } from '../ir/tensor-data.ts';
import type { ValueType } from '../ir/type.ts';
import type { AttributeKind, OperatorSchema } from '../ops/schema.ts';

/** Numbers nested to any depth: a constant with the shape of the nesting. */
export type NestedNumbers = number | bigint | boolean | readonly NestedNumbers[];

/** What stands for an input: a value, constant data, or plain numbers, which take the dtype of the other operands. */
export type Operand = Value | TensorData | NestedNumbers;

/** What stands for an attribute. Dtype names stand for their numbers. */
export type AttributeInput =
  | Int64
  | boolean
  | string
  | Uint8Array
  | readonly Int64[]
  | readonly string[]
  | TensorData
  | readonly TensorData[]
  | SparseTensorData
  | Graph
  | ValueType
  | Attribute;

/** Tells whether an operand is constant tensor data. */
export function isTensorData(operand: unknown): operand is TensorData {
  return typeof operand === 'object' && operand !== null && 'storage' in operand;
}

/** The sizes of nested numbers. @throws OP_INVALID when rows differ in length */
function nestedShape(numbers: NestedNumbers, flat: (number | bigint | boolean)[]): number[] {
  if (typeof numbers !== 'object') {
    flat.push(numbers);
    return [];
  }
  let inner: number[] | undefined;
  for (const item of numbers) {
    const shape = nestedShape(item, flat);
    if (inner && (inner.length !== shape.length || inner.some((size, i) => size !== shape[i]))) {
      throw dimwiseError({
        code: 'OP_INVALID',
        message: `a constant has rows of different shapes: [${inner.join(', ')}] and [${shape.join(', ')}]`,
      });
    }
    inner ??= shape;
  }
  return [numbers.length, ...(inner ?? [])];
}

/** Turns plain numbers into constant data of the given dtype, or of int64, float32 or bool by their kind. */
export function constantData(numbers: NestedNumbers, dtype?: DType): TensorData {
  const flat: (number | bigint | boolean)[] = [];
  const shape = nestedShape(numbers, flat);
  const type = dtype ?? naturalDType(flat);
  if (!isFloatDType(type) && flat.some((n) => typeof n === 'number' && !Number.isInteger(n))) {
    throw dimwiseError({
      code: 'DTYPE_MISMATCH',
      message: `a fraction cannot be a constant of ${type}: ${flat.join(', ')}`,
    });
  }
  return tensorFromValues(type, shape, flat);
}

function naturalDType(flat: readonly (number | bigint | boolean)[]): DType {
  if (flat.length > 0 && flat.every((n) => typeof n === 'boolean')) return 'bool';
  return flat.every((n) => typeof n === 'bigint') && flat.length > 0 ? 'int64' : 'float32';
}

/** The dtype that plain numbers take as operand `i`: that of an operand of the same type variable, else what they are written as, else what the schema allows. */
export function operandDType(
  schema: OperatorSchema | undefined,
  operands: readonly (Operand | undefined)[],
  i: number,
): DType | undefined {
  const formal = schema && formalAt(schema.inputs, i);
  if (!schema || !formal) return undefined;
  const allowed = schema.typeConstraints.get(formal.typeStr) ?? [formal.typeStr];
  for (let k = 0; k < operands.length; k++) {
    const other = operands[k];
    if (k === i || formalAt(schema.inputs, k)?.typeStr !== formal.typeStr) continue;
    if (other instanceof Value && other.type.kind === 'tensor' && other.type.dtype !== 'undefined')
      return other.type.dtype;
    if (isTensorData(other)) return other.dtype;
  }
  const plain = operands.filter((_, k) => formalAt(schema.inputs, k)?.typeStr === formal.typeStr);
  return defaultDType(allowed, writtenDType(plain));
}

/** The dtype that numbers are written in: int64 where there are bigints, bool where there is nothing but booleans. */
function writtenDType(operands: readonly (Operand | undefined)[]): DType | undefined {
  const kinds = new Set<string>();
  for (const operand of operands) if (operand !== undefined && isNumbers(operand)) addKinds(operand, kinds);
  if (kinds.has('bigint')) return 'int64';
  return kinds.size === 1 && kinds.has('boolean') ? 'bool' : undefined;
}

function addKinds(numbers: NestedNumbers, kinds: Set<string>): void {
  if (typeof numbers === 'object') for (const item of numbers) addKinds(item, kinds);
  else kinds.add(typeof numbers);
}

function defaultDType(allowed: readonly string[], written: DType | undefined): DType | undefined {
  const names = allowed.map((spec) => dtypeFromSpec(/^tensor\((\w+)\)$/.exec(spec)?.[1] ?? ''));
  for (const dtype of [written, 'float32', 'int64', 'bool'] as const) if (dtype && names.includes(dtype)) return dtype;
  return names.find((name) => name !== undefined);
}

/**
 * Turns an attribute as written into one of the schema's kind.
 *
 * @throws ATTRIBUTE_INVALID when it is of another kind
 */
export function toAttribute(
  op: string,
  name: string,
  input: AttributeInput,
  kind: AttributeKind | undefined,
): Attribute {
  if (isAttribute(input)) return input;
  const made = kind ? byKind(input, kind) : natural(input);
  if (made) return made;
  throw dimwiseError({
    code: 'ATTRIBUTE_INVALID',
    message: `${op}: attribute ${name} must be of kind ${kind ?? 'an ONNX attribute'}, got ${describe(input)}`,
    expected: kind ?? 'an attribute value',
    actual: describe(input),
  });
}

const describe = (input: unknown): string =>
  Array.isArray(input) ? `[${input.join(', ')}]` : typeof input === 'object' ? 'an object' : JSON.stringify(input);

function isAttribute(input: AttributeInput): input is Attribute {
  return typeof input === 'object' && 'value' in input && 'kind' in input && input.kind !== 'map';
}

const isInt = (input: unknown): input is Int64 =>
  typeof input === 'bigint' || (typeof input === 'number' && Number.isSafeInteger(input));

function byKind(input: AttributeInput, kind: AttributeKind): Attribute | undefined {
  switch (kind) {
    case 'int':
      if (typeof input === 'boolean') return { kind, value: Number(input) };
      if (typeof input === 'string' && isDType(input)) return { kind, value: DTYPES[input].onnx };
      return isInt(input) ? { kind, value: input } : undefined;
    case 'float':
      return typeof input === 'number' ? { kind, value: input } : undefined;
    case 'string':
      return typeof input === 'string' || input instanceof Uint8Array ? { kind, value: input } : undefined;
    case 'ints':
      return Array.isArray(input) && input.every(isInt) ? { kind, value: input } : undefined;
    case 'floats':
      return Array.isArray(input) && input.every((n) => typeof n === 'number') ? { kind, value: input } : undefined;
    case 'strings':
      return Array.isArray(input) && input.every((n) => typeof n === 'string') ? { kind, value: input } : undefined;
    case 'tensor':
      if (isTensorData(input)) return { kind, value: input };
      return isNumbers(input) ? { kind, value: constantData(input) } : undefined;
    case 'graph':
      return input instanceof Graph ? { kind, value: input } : undefined;
    case 'tensors':
      return Array.isArray(input) && input.every(isTensorData) ? { kind, value: input } : undefined;
    case 'type_proto':
      return isType(input) ? { kind, value: input } : undefined;
    case 'sparse_tensor':
      return isSparse(input) ? { kind, value: input } : undefined;
    case 'graphs':
    case 'sparse_tensors':
    case 'type_protos':
      return undefined;
  }
}

const isSparse = (input: AttributeInput): input is SparseTensorData =>
  typeof input === 'object' && 'indices' in input && 'values' in input && 'shape' in input;

/** Tells whether a value is plain numbers, nested to any depth. */
export const isNumbers = (input: unknown): input is NestedNumbers =>
  typeof input === 'number' ||
  typeof input === 'bigint' ||
  typeof input === 'boolean' ||
  (Array.isArray(input) && input.every(isNumbers));

function isType(input: AttributeInput): input is ValueType {
  return typeof input === 'object' && 'kind' in input && !('value' in input && input.kind !== 'map');
}

/** The attribute of an operator without a schema: integers are ints, other numbers floats. */
function natural(input: AttributeInput): Attribute | undefined {
  const kinds: readonly AttributeKind[] = [
    'int',
    'float',
    'string',
    'graph',
    'ints',
    'floats',
    'strings',
    'tensor',
    'type_proto',
  ];
  for (const kind of kinds) {
    const made = byKind(input, kind);
    if (made && !(kind === 'int' && typeof input === 'string')) return made;
  }
  return undefined;
}
