// Reads types of ONNX messages.
import { constant, type Dim, freshSymbol } from '../../src/dim/dim.ts';
import { givenSymbol } from '../../src/dim/given-names.ts';
import { DimParams } from '../../src/ir/dim-params.ts';
import { dtypeFromOnnx } from '../../src/ir/dtype.ts';
import { type MaybeDType, type Shape, UNKNOWN_TYPE, type ValueType } from '../../src/ir/type.ts';
import { malformed } from './malformed.ts';
import type { ValueInfoProto } from './proto/messages.ts';
import type { DimensionProto, TensorShapeProto, TypeProto } from './proto/type-messages.ts';

/** Reads the types of one model. */
export class TypeReader {
  readonly #params: DimParams;

  /**
   * @param inputs the inputs of the model's main graph, which declare its symbols; other names are given to sizes that are inferred
   * @param promised symbols that a saved contract declares beside them
   */
  constructor(inputs: readonly ValueInfoProto[], promised: readonly string[] = []) {
    const texts = inputs.flatMap(({ type }) => (type ? [...dimParamsOf(type)] : []));
    this.#params = new DimParams([...promised, ...texts], givenSymbol);
  }

  /**
   * Reads a type; an absent one is unknown.
   *
   * @param hint the stem of the names of unnamed sizes
   * @throws ONNX_MALFORMED when a size is negative
   */
  type(proto: TypeProto | undefined, hint: string): ValueType {
    if (proto?.tensorType) {
      const { elemType, shape } = proto.tensorType;
      return { kind: 'tensor', dtype: dtypeOf(elemType), shape: this.#shape(shape, hint) };
    }
    if (proto?.sparseTensorType) {
      const { elemType, shape } = proto.sparseTensorType;
      return { kind: 'sparse', dtype: dtypeOf(elemType), shape: this.#shape(shape, hint) };
    }
    if (proto?.sequenceType) return { kind: 'sequence', element: this.type(proto.sequenceType.elemType, hint) };
    if (proto?.optionalType) return { kind: 'optional', element: this.type(proto.optionalType.elemType, hint) };
    const map = proto?.mapType;
    const key = dtypeFromOnnx(map?.keyType ?? 0);
    return map && key ? { kind: 'map', key, value: this.type(map.valueType, hint) } : UNKNOWN_TYPE;
  }

  #shape(shape: TensorShapeProto | undefined, hint: string): Shape | null {
    return shape ? (shape.dim ?? []).map((dim) => this.#dim(dim, hint)) : null;
  }

  #dim({ dimValue, dimParam }: DimensionProto, hint: string): Dim {
    if (dimValue !== undefined) {
      if (typeof dimValue === 'number' && dimValue >= 0) return constant(dimValue);
      // Exporters write -1 for a size that is not known.
      if (dimValue === -1) return freshSymbol(hint);
      throw malformed(`"${hint}" has a size of ${dimValue}`, { what: hint, actual: String(dimValue) });
    }
    return dimParam && !isNoName(dimParam) ? this.#params.dim(dimParam) : freshSymbol(hint);
  }
}

/**
 * Tells whether a text only says that a size is not known. PaddlePaddle writes `?`, other exporters `-1` and `None`, for height and
 * width alike, which are not the same size for that.
 */
function isNoName(text: string): boolean {
  return text === '?' || text === '-1' || text === 'None';
}

function dtypeOf(elemType: number | undefined): MaybeDType {
  return dtypeFromOnnx(elemType ?? 0) ?? 'undefined';
}

/** The texts of all sizes of a type. */
export function* dimParamsOf(type: TypeProto): Iterable<string> {
  const shape = type.tensorType?.shape ?? type.sparseTensorType?.shape;
  for (const { dimParam } of shape?.dim ?? []) if (dimParam && !isNoName(dimParam)) yield dimParam;
  const inner = type.sequenceType?.elemType ?? type.optionalType?.elemType ?? type.mapType?.valueType;
  if (inner) yield* dimParamsOf(inner);
}
