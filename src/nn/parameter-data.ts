// The data that an author gives a parameter: brought to one form and checked against what is known of the parameter.
import type { ErrorCode } from '../base/codes.ts';
import { type DimwiseError, isDimwiseError } from '../base/errors.ts';
import { inWords } from '../build/in-words.ts';
import { constantData, isNumbers, isTensorData, type NestedNumbers } from '../build/operands.ts';
import { byteLength, DTYPES, type DType, isDType, isFloatDType } from '../ir/dtype.ts';
import { elementCount, type TensorData, tensorFromBytes } from '../ir/tensor-data.ts';
import { formatShape, type Shape, staticShape } from '../ir/type.ts';

/** Data with its sizes beside it, as ONNX Runtime's tensors have it. */
export interface DimsAndData {
  readonly dims: readonly number[];
  readonly data: ArrayBufferView | readonly (number | bigint | boolean)[];
  /** The element type; that of the typed array where it is left out. */
  readonly type?: string | undefined;
}

/** What a parameter can be given: tensor data, nested numbers, a typed array, or a tensor of `dims` and `data`. */
export type ParameterData = TensorData | NestedNumbers | ArrayBufferView | DimsAndData;

/** What is known of the parameter. */
interface Target {
  readonly path: string;
  readonly shape: Shape;
  /** Undefined while a batch may still decide. */
  readonly dtype: DType | undefined;
}

/** Makes the error, with the parameter's place. */
type Fail = (
  code: ErrorCode,
  message: string,
  facts: { readonly expected: string; readonly actual: string; readonly hint?: string },
) => DimwiseError;

/**
 * The data for a parameter.
 *
 * @throws PARAM_SHAPE when it does not tell its sizes, or they contradict the known ones
 * @throws DTYPE_MISMATCH when its element type differs, or is no float where the type is open
 */
export function parameterData(given: ParameterData, target: Target, fail: Fail): TensorData {
  const data = toTensor(given, target, fail);
  const { path, shape, dtype } = target;
  if (data.shape.length !== shape.length || !data.shape.every((size, i) => sizeFits(shape[i], size))) {
    const [expected, actual] = [formatShape(shape), `[${data.shape.join(', ')}]`];
    throw fail('PARAM_SHAPE', `parameter ${path} has shape ${expected}, the data has ${actual}`, { expected, actual });
  }
  if (dtype === undefined ? !isFloatDType(data.dtype) : dtype !== data.dtype) {
    const expected = dtype ?? 'a float type';
    throw fail('DTYPE_MISMATCH', `parameter ${path} is ${dtype ?? 'of floats'}, the data is ${data.dtype}`, {
      expected,
      actual: data.dtype,
      hint: 'convert the data first',
    });
  }
  return data;
}

function sizeFits(dim: Shape[number] | undefined, size: number): boolean {
  return dim !== undefined && (dim.kind !== 'const' || dim.value === size);
}

function toTensor(given: unknown, target: Target, fail: Fail): TensorData {
  if (isTensorData(given)) return given;
  if (ArrayBuffer.isView(given)) return fromView(given, sizesOf(given, target, fail), { target, fail });
  if (isNumbers(given)) return fromNumbers(given, target, fail);
  if (isDimsAndData(given)) {
    const { dims, data, type } = given;
    if (ArrayBuffer.isView(data)) return fromView(data, dims, { type, target, fail });
    if (isNumbers(data)) {
      const flat = fromNumbers(data, target, fail);
      if (flat.storage.kind === 'bytes') return fromView(flat.storage.bytes, dims, { type: flat.dtype, target, fail });
    }
  }
  const actual = inWords(given);
  throw fail(
    'PARAM_SHAPE',
    `parameter ${target.path} takes numbers of shape ${formatShape(target.shape)}, got ${actual}`,
    {
      expected: 'tensor data, nested numbers or a typed array',
      actual,
      hint: 'give nested arrays of numbers, a typed array, or tensorFromValues(dtype, shape, values)',
    },
  );
}

const isDimsAndData = (given: unknown): given is DimsAndData =>
  typeof given === 'object' && given !== null && 'data' in given && 'dims' in given && Array.isArray(given.dims);

function fromNumbers(numbers: NestedNumbers, { path, shape, dtype }: Target, fail: Fail): TensorData {
  try {
    return constantData(numbers, dtype ?? 'float32');
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    const [first] = error.errors;
    throw fail(error.code === 'OP_INVALID' ? 'PARAM_SHAPE' : error.code, `parameter ${path}: ${first?.message}`, {
      expected: `${dtype ?? 'floats'} of shape ${formatShape(shape)}`,
      actual: inWords(numbers),
    });
  }
}

/** The sizes that a typed array stands for: those of the parameter, or its length where there is one axis. */
function sizesOf(view: ArrayBufferView, { path, shape }: Target, fail: Fail): readonly number[] {
  const known = staticShape(shape);
  if (known) return known;
  if (shape.length === 1 && 'length' in view) return [Number(view.length)];
  throw fail(
    'PARAM_SHAPE',
    `parameter ${path} has the unknown shape ${formatShape(shape)}, a typed array does not tell it`,
    {
      expected: 'data with sizes',
      actual: inWords(view),
      hint: 'give nested arrays, or { dims, data }',
    },
  );
}

/** The element types that JavaScript's typed arrays have by their names. */
const VIEWS: Readonly<Record<string, DType>> = {
  Float16Array: 'float16',
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Int32Array: 'int32',
  Uint32Array: 'uint32',
  BigInt64Array: 'int64',
  BigUint64Array: 'uint64',
};

interface ViewCall {
  readonly type?: string | undefined;
  readonly target: Target;
  readonly fail: Fail;
}

function fromView(view: ArrayBufferView, shape: readonly number[], { type, target, fail }: ViewCall): TensorData {
  const dtype = type ?? VIEWS[view.constructor.name];
  if (!isDType(dtype) || dtype === 'string') {
    throw fail(
      'DTYPE_MISMATCH',
      `parameter ${target.path} cannot take ${dtype ? `data of type ${dtype}` : inWords(view)}`,
      {
        expected: target.dtype ?? 'a float type',
        actual: dtype ?? view.constructor.name,
      },
    );
  }
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  const wanted = byteLength(dtype, elementCount(shape));
  if (bytes.length !== wanted) {
    const [expected, actual] = [`[${shape.join(', ')}]`, `${(bytes.length * 8) / DTYPES[dtype].bits} elements`];
    throw fail(
      'PARAM_SHAPE',
      `parameter ${target.path}: ${dtype}${expected} has ${elementCount(shape)} elements, the data has ${actual}`,
      {
        expected,
        actual,
      },
    );
  }
  return tensorFromBytes(dtype, shape, bytes);
}
