// Attributes as plain values, made into messages by what a schema says of them.
import { dimwiseError } from '../../../src/base/errors.ts';
import type { Attribute } from '../../../src/ir/attribute.ts';
import { SymbolNames } from '../../../src/ir/symbol-names.ts';
import { materialize, type TensorData } from '../../../src/ir/tensor-data.ts';
import type { AttributeKind } from '../../../src/ops/schema.ts';
import { ATTRIBUTE_NUMBERS, attributeProto } from '../attribute-proto.ts';
import type { AttributeProto } from '../proto/messages.ts';
import type { TensorProto } from '../proto/tensor-messages.ts';
import { TensorWriter } from '../tensor-proto.ts';
import { TypeWriter } from '../type-proto.ts';

/** The value of an attribute: a number, a text, a tensor, or a list of numbers or texts. */
export type AttributeInput = number | bigint | string | TensorData | readonly (number | bigint)[] | readonly string[];

/**
 * The message of an attribute.
 *
 * @param kind the kind that the operator asks for; where it is not known, whole numbers are ints and all others floats
 * @param owner the node, for messages
 * @throws ATTRIBUTE_INVALID when the value is of another kind
 */
export function attributeOf(
  name: string,
  value: AttributeInput,
  kind: AttributeKind | undefined,
  owner: string,
): AttributeProto {
  const attribute = convert(value, kind ?? naturalKind(value));
  if (!attribute) {
    throw dimwiseError({
      code: 'ATTRIBUTE_INVALID',
      message: `attribute ${name} of ${owner} must be of kind ${kind}, got ${describe(value)}`,
      origin: { what: owner },
      expected: kind,
      actual: describe(value),
    });
  }
  const types = new TypeWriter(new SymbolNames(), []);
  const never = (): never => {
    throw dimwiseError({
      code: 'ATTRIBUTE_INVALID',
      message: `attribute ${name} of ${owner} cannot be a graph or a type`,
    });
  };
  return attributeProto(name, attribute, {
    tensors: new TensorWriter(types, undefined, undefined),
    type: never,
    graph: never,
  });
}

function convert(value: AttributeInput, kind: AttributeKind): Attribute | undefined {
  switch (kind) {
    case 'float':
      return typeof value === 'number' ? { kind, value } : undefined;
    case 'int':
      return isWhole(value) ? { kind, value } : undefined;
    case 'string':
      return typeof value === 'string' ? { kind, value } : undefined;
    case 'floats':
      return isList(value) && value.every((each) => typeof each === 'number') ? { kind, value } : undefined;
    case 'ints':
      return isList(value) && value.every(isWhole) ? { kind, value } : undefined;
    case 'strings':
      return isList(value) && value.every((each) => typeof each === 'string') ? { kind, value } : undefined;
    case 'tensor':
      return isTensor(value) ? { kind, value: inMemory(value) } : undefined;
    default:
      return undefined;
  }
}

function naturalKind(value: AttributeInput): AttributeKind {
  if (typeof value === 'string') return 'string';
  if (isWhole(value)) return 'int';
  if (typeof value === 'number') return 'float';
  if (isTensor(value)) return 'tensor';
  if (isList(value) && value.some((each) => typeof each === 'string')) return 'strings';
  return isList(value) && value.every(isWhole) ? 'ints' : 'floats';
}

const isWhole = (value: unknown): value is number | bigint => typeof value === 'bigint' || Number.isSafeInteger(value);

const isList = (value: AttributeInput): value is readonly (number | bigint)[] | readonly string[] =>
  Array.isArray(value);

const isTensor = (value: AttributeInput): value is TensorData => typeof value === 'object' && 'storage' in value;

const inMemory = (data: TensorData): TensorData => {
  const bytes = materialize(data);
  return bytes && data.storage.kind !== 'strings' ? { ...data, storage: { kind: 'bytes', bytes } } : data;
};

const describe = (value: AttributeInput): string =>
  isTensor(value) ? 'a tensor' : isList(value) ? 'a list' : `${value}`;

const KINDS: ReadonlyMap<number, AttributeKind> = new Map(
  // The table's keys are the kinds.
  Object.entries(ATTRIBUTE_NUMBERS).map(([kind, number]) => [number, kind as AttributeKind]),
);

/** The kind of an attribute's message; undefined where the message says none. */
export const kindOfAttribute = ({ type = 0 }: AttributeProto): AttributeKind | undefined => KINDS.get(type);

/**
 * The message of a tensor, its elements inside.
 *
 * @throws EXTERNAL_DATA when they lie in a file
 */
export function tensorMessage(data: TensorData, name: string): TensorProto {
  if (data.storage.kind === 'file') {
    throw dimwiseError({
      code: 'EXTERNAL_DATA',
      message: `tensor "${name}" lies in file "${data.storage.location}"`,
      hint: 'give its elements',
    });
  }
  return new TensorWriter(new TypeWriter(new SymbolNames(), []), undefined, undefined).tensor(inMemory(data), name);
}
