// Types of values as ONNX messages: sizes become numbers or `dim_param` texts.
import { type Dim, hasUnknown } from '../../src/dim/dim.ts';
import { DimParams } from '../../src/ir/dim-params.ts';
import { DTYPES, type DType } from '../../src/ir/dtype.ts';
import type { SymbolNames } from '../../src/ir/symbol-names.ts';
import { type MaybeDType, mapDims, type Shape, type ValueType } from '../../src/ir/type.ts';
import type { DimensionProto, TensorShapeProto, TypeProto } from './proto/type-messages.ts';

/** Takes an axis whose size no batch has settled. */
export type UnknownDimReport = (axis: number) => void;

/** Writes types; one writer serves a whole model, so that fresh symbols are numbered through it. */
export class TypeWriter {
  readonly #names: SymbolNames;
  /** How a reader will take the texts of sizes. */
  readonly #params: DimParams;
  readonly #dims = new Map<Dim, DimensionProto>();
  /** Types without unknown sizes: many values of a large graph share theirs. */
  readonly #known = new Map<ValueType, TypeProto>();
  /** The greatest ONNX number of an element type that was written. */
  newestDType = 0;

  /** @param inputs the types of the model's inputs, whose symbols decide what is an expression */
  constructor(names: SymbolNames, inputs: readonly ValueType[]) {
    this.#names = names;
    const texts: string[] = [];
    for (const type of inputs) {
      mapDims(type, (dim) => {
        if (dim.kind === 'symbol') texts.push(dim.name);
        return dim;
      });
    }
    this.#params = new DimParams(texts);
  }

  /**
   * The message of a type; undefined where the kind or an element type is not known.
   *
   * @param onUnknown called for each axis of unknown size, which is written without a name
   */
  type(type: ValueType, onUnknown: UnknownDimReport): TypeProto | undefined {
    const known = this.#known.get(type);
    if (known) return known;
    let isKnown = true;
    const proto = this.#type(type, (axis) => {
      isKnown = false;
      onUnknown(axis);
    });
    if (proto && isKnown) this.#known.set(type, proto);
    return proto;
  }

  #type(type: ValueType, onUnknown: UnknownDimReport): TypeProto | undefined {
    switch (type.kind) {
      case 'tensor': {
        const elemType = this.#dtype(type.dtype);
        return elemType === undefined
          ? undefined
          : { tensorType: { elemType, shape: this.#shape(type.shape, onUnknown) } };
      }
      case 'sparse': {
        const elemType = this.#dtype(type.dtype);
        return elemType === undefined
          ? undefined
          : { sparseTensorType: { elemType, shape: this.#shape(type.shape, onUnknown) } };
      }
      case 'sequence': {
        const elemType = this.type(type.element, onUnknown);
        return elemType && { sequenceType: { elemType } };
      }
      case 'optional': {
        const elemType = this.type(type.element, onUnknown);
        return elemType && { optionalType: { elemType } };
      }
      case 'map': {
        const valueType = this.type(type.value, onUnknown);
        return valueType && { mapType: { keyType: this.#dtype(type.key), valueType } };
      }
      case 'unknown':
        return undefined;
    }
  }

  /** The ONNX number of an element type; undefined where it is not known. */
  #dtype(dtype: MaybeDType): number | undefined {
    return dtype === 'undefined' ? undefined : this.dtype(dtype);
  }

  /** The ONNX number of an element type. */
  dtype(dtype: DType): number {
    const { onnx } = DTYPES[dtype];
    if (onnx > this.newestDType) this.newestDType = onnx;
    return onnx;
  }

  #shape(shape: Shape | null, onUnknown: UnknownDimReport): TensorShapeProto | undefined {
    if (!shape) return undefined;
    return {
      dim: shape.map((dim, axis) => {
        if (hasUnknown(dim)) {
          onUnknown(axis);
          return {};
        }
        return this.#dim(dim);
      }),
    };
  }

  #dim(dim: Dim): DimensionProto {
    let proto = this.#dims.get(dim);
    if (!proto) {
      proto = dim.kind === 'const' ? { dimValue: dim.value } : { dimParam: this.#text(dim) };
      this.#dims.set(dim, proto);
    }
    return proto;
  }

  /** A name that is no identifier stands bare, as other tools write it, unless a reader would take it for an expression. */
  #text(dim: Dim): string {
    if (dim.kind !== 'symbol') return this.#names.format(dim);
    const name = this.#names.nameOf(dim);
    return dim.role === 'fresh' || this.#params.dim(name) === dim ? name : this.#names.format(dim);
  }
}

/** The IR version that brought the newest of some element types (onnx.proto3), by its ONNX number. */
export function irVersionOfDType(onnx: number): number {
  if (onnx >= 25) return 13;
  if (onnx >= 24) return 12;
  if (onnx >= 23) return 11;
  if (onnx >= 21) return 10;
  if (onnx >= 17) return 9;
  return 3;
}
