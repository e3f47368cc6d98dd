// Whether a tensor of a checkpoint fits the parameter whose name it has.
import type { MappedTensor } from '../../codegen/weights/name-rules.ts';
import { type Diagnostic, isDimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { castTensor } from '../ir/cast-tensor.ts';
import { type DType, isFloatDType } from '../ir/dtype.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import { formatShape } from '../ir/type.ts';
import type { Parameter } from '../nn/parameter.ts';

/** A parameter and the tensor that does not fit it. */
export interface MismatchedTensor {
  readonly path: string;
  /** The tensor's name in the checkpoint; several where it was joined. */
  readonly source: string;
  /** What the parameter is: `float32[256, ?]`. */
  readonly expected: string;
  /** What the tensor is. */
  readonly actual: string;
}

/** A tensor that fits its parameter, converted where that was asked for. */
export interface TensorMatch {
  readonly path: string;
  readonly cell: Parameter;
  readonly data: TensorData;
  readonly sources: readonly string[];
}

/** A tensor that does not fit. */
interface TensorMismatch {
  readonly mismatch: MismatchedTensor;
  readonly mistake: Diagnostic;
  /** Whether the element types differ, which no partial load passes over. */
  readonly isType: boolean;
}

/** Where the tensor comes from, and what is asked for. */
interface MatchContext {
  readonly source: string;
  readonly cast: 'model' | 'checkpoint' | DType | undefined;
}

/** Compares a tensor with the parameter of its name. */
export function matchTensor(
  path: string,
  cell: Parameter,
  tensor: MappedTensor,
  { source, cast }: MatchContext,
): TensorMatch | TensorMismatch {
  const { data, sources } = tensor;
  const name = sources.join(' and ');
  const expected = `${cell.isDTypeOpen ? 'floats ' : cell.dtype}${sizesOf(cell)}`;
  const actual = `${data.dtype}[${data.shape.join(', ')}]`;
  const mismatch = { path, source: name, expected, actual };
  const fail = (hint: string | undefined, isType: boolean): TensorMismatch => ({
    mismatch,
    isType,
    mistake: {
      code: 'CHECKPOINT_MISMATCH',
      message: `parameter ${path} is ${expected}, tensor ${name} of ${source} is ${actual}`,
      origin: { path, site: captureSite() },
      expected,
      actual,
      hint,
      related: relatedTo(cell),
    },
  });
  if (data.shape.length !== cell.shape.length || !data.shape.every((size, axis) => fits(cell, axis, size)))
    return fail(shapeHint(cell, tensor), false);
  const dtype = targetType(cell, data.dtype, cast);
  if (dtype === undefined) return fail("pass cast: 'model' to convert the tensors, or cast: 'checkpoint'", true);
  try {
    return { path, cell, data: castTensor(data, dtype), sources };
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return fail(error.errors[0]?.message, true);
  }
}

/** The type that the parameter gets; undefined where the types differ and nothing was asked for. */
function targetType(cell: Parameter, given: DType, cast: MatchContext['cast']): DType | undefined {
  const areFloats = isFloatDType(cell.dtype) && isFloatDType(given);
  if (cast === 'checkpoint' && (areFloats || cell.dtype === given)) return given;
  if (cast === 'model') return cell.dtype;
  if (cast !== undefined && cast !== 'checkpoint' && areFloats) return cast;
  if (cell.isDTypeOpen) return isFloatDType(given) ? given : undefined;
  return cell.dtype === given ? given : undefined;
}

function fits(cell: Parameter, axis: number, size: number): boolean {
  const dim = cell.shape[axis];
  return dim !== undefined && (dim.kind === 'const' ? dim.value === size : size > 0);
}

/** Sizes as they print, unknown ones as `?`. */
const sizesOf = (cell: Parameter): string =>
  cell.isSettled
    ? formatShape(cell.shape)
    : `[${cell.shape.map((dim) => (dim.kind === 'const' ? dim.value : '?')).join(', ')}]`;

/** The commonest reason for another shape: the axes lie the other way round. */
function shapeHint(cell: Parameter, { data, sources }: MappedTensor): string | undefined {
  const turned = data.shape.toReversed();
  const isTurned =
    turned.length === cell.shape.length && turned.length > 1 && turned.every((size, axis) => fits(cell, axis, size));
  return isTurned
    ? `its axes may lie the other way round: add { from: '${sources[0]}', transpose: true } to the names`
    : undefined;
}

/** Where the parameter was made, and what settled its sizes. */
function relatedTo(cell: Parameter) {
  const settled = [...new Set(cell.shape.map((_, axis) => cell.settledBy(axis)))].filter((by) => by !== undefined);
  return [
    ...settled.map((by) => ({ message: `its sizes were settled by ${by}` })),
    ...(cell.origin ? [{ message: 'the parameter was made here', origin: cell.origin }] : []),
  ];
}
