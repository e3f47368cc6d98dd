// Reads types of ONNX messages; decides which `dim_param` texts are expressions and which are only names.
import { isDimwiseError } from '../../src/base/errors.ts';
import { constant, type Dim, freshSymbol, symbol, symbolsOf } from '../../src/dim/dim.ts';
import { parseDim } from '../../src/dim/text.ts';
import { dtypeFromOnnx } from '../../src/ir/dtype.ts';
import { type MaybeDType, type Shape, UNKNOWN_TYPE, type ValueType } from '../../src/ir/type.ts';
import { malformed } from './malformed.ts';
import type { ValueInfoProto } from './proto/messages.ts';
import type { DimensionProto, TensorShapeProto, TypeProto } from './proto/type-messages.ts';

const IDENTIFIER = /^[A-Za-z_]\w*$/;

/**
 * Reads types. A `dim_param` is an expression only if it parses and inputs declare all its names as symbols; any other is an
 * opaque name, because another tool may mean anything by it.
 */
export class TypeReader {
  readonly #declared = new Set<string>();
  readonly #dims = new Map<string, Dim>();

  /** @param inputs the inputs of the model's main graph */
  constructor(inputs: readonly ValueInfoProto[]) {
    const texts = new Set(inputs.flatMap(({ type }) => (type ? [...dimParams(type)] : [])));
    for (const text of texts) if (IDENTIFIER.test(text)) this.#declared.add(text);
    // A text that is no expression over the identifiers is a name itself, and may stand in other expressions, quoted.
    for (const text of texts) if (!this.#declared.has(text) && !this.#expression(text)) this.#declared.add(text);
    this.#dims.clear();
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
    return dimParam ? this.named(dimParam) : freshSymbol(hint);
  }

  /** The dim of a `dim_param` text that is not empty. */
  named(text: string): Dim {
    let dim = this.#dims.get(text);
    if (!dim) {
      dim = this.#declared.has(text) ? symbol(text) : (this.#expression(text) ?? symbol(text));
      this.#dims.set(text, dim);
    }
    return dim;
  }

  #expression(text: string): Dim | undefined {
    try {
      const dim = parseDim(text);
      for (const { name } of symbolsOf(dim)) if (!this.#declared.has(name)) return undefined;
      return dim;
    } catch (error) {
      if (isDimwiseError(error)) return undefined;
      throw error;
    }
  }
}

function dtypeOf(elemType: number | undefined): MaybeDType {
  return dtypeFromOnnx(elemType ?? 0) ?? 'undefined';
}

function* dimParams(type: TypeProto): Iterable<string> {
  const shape = type.tensorType?.shape ?? type.sparseTensorType?.shape;
  for (const { dimParam } of shape?.dim ?? []) if (dimParam) yield dimParam;
  const inner = type.sequenceType?.elemType ?? type.optionalType?.elemType ?? type.mapType?.valueType;
  if (inner) yield* dimParams(inner);
}
