// Writes inferred types into messages that may hold other parts of a type: denotations and fields that nobody knows stay.
import type { ValueInfoProto } from '../proto/messages.ts';
import type { DimensionProto, TensorShapeProto, TensorTypeProto, TypeProto } from '../proto/type-messages.ts';

/** The entry of a value with another type; the entry itself where nothing changes. */
export function withType(info: ValueInfoProto, type: TypeProto | undefined): ValueInfoProto {
  if (!type) return info;
  const merged = info.type ? mergeType(info.type, type) : type;
  return merged === info.type ? info : { ...info, type: merged };
}

/** A type in the place of another one; what it does not speak of stays. */
export function mergeType(before: TypeProto, type: TypeProto): TypeProto {
  const { tensorType, sparseTensorType, sequenceType, optionalType, mapType } = before;
  if (type.tensorType && tensorType) {
    const merged = mergeTensor(tensorType, type.tensorType);
    return merged === tensorType ? before : { ...before, tensorType: merged };
  }
  if (type.sparseTensorType && sparseTensorType) {
    const merged = mergeTensor(sparseTensorType, type.sparseTensorType);
    return merged === sparseTensorType ? before : { ...before, sparseTensorType: merged };
  }
  for (const [kind, old] of [
    ['sequenceType', sequenceType],
    ['optionalType', optionalType],
  ] as const) {
    const next = type[kind];
    if (!next?.elemType || !old?.elemType) continue;
    const elemType = mergeType(old.elemType, next.elemType);
    return elemType === old.elemType ? before : { ...before, [kind]: { ...old, elemType } };
  }
  if (type.mapType?.valueType && mapType?.valueType && type.mapType.keyType === mapType.keyType) {
    const valueType = mergeType(mapType.valueType, type.mapType.valueType);
    return valueType === mapType.valueType ? before : { ...before, mapType: { ...mapType, valueType } };
  }
  // Another kind: only what holds of any type is kept.
  const { denotation, unknownFields } = before;
  return { ...type, ...(denotation === undefined ? {} : { denotation }), ...(unknownFields ? { unknownFields } : {}) };
}

function mergeTensor(before: TensorTypeProto, { elemType, shape }: TensorTypeProto): TensorTypeProto {
  const merged = shape && before.shape ? mergeShape(before.shape, shape) : shape;
  return merged === before.shape && elemType === before.elemType ? before : { ...before, elemType, shape: merged };
}

function mergeShape(before: TensorShapeProto, shape: TensorShapeProto): TensorShapeProto {
  const [old, dims] = [before.dim ?? [], shape.dim ?? []];
  if (old.length !== dims.length) return { ...before, dim: dims };
  const merged = dims.map((dim, axis) => mergeDim(old[axis] ?? {}, dim));
  return merged.every((dim, axis) => dim === old[axis]) ? before : { ...before, dim: merged };
}

function mergeDim(before: DimensionProto, { dimValue, dimParam }: DimensionProto): DimensionProto {
  // An empty name says as much as none.
  const isSame = before.dimValue === dimValue && (before.dimParam || undefined) === dimParam;
  return isSame ? before : { ...before, dimValue, dimParam };
}
