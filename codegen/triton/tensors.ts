// The inputs and outputs of a model as Triton's configuration has them.
import { type Diagnostic, dimwiseError, throwDiagnostics } from '../../src/base/errors.ts';
import type { Contract, ContractInput } from '../../src/ir/contract.ts';
import type { Batching } from './batching.ts';
import { enumName, field, nested, type TextMessage } from './text-format.ts';

/** Triton's names of element types that its ONNX Runtime backend takes; bfloat16 is one of Triton's, but not of that backend. */
const TYPES: Readonly<Record<string, string>> = {
  bool: 'TYPE_BOOL',
  uint8: 'TYPE_UINT8',
  uint16: 'TYPE_UINT16',
  uint32: 'TYPE_UINT32',
  uint64: 'TYPE_UINT64',
  int8: 'TYPE_INT8',
  int16: 'TYPE_INT16',
  int32: 'TYPE_INT32',
  int64: 'TYPE_INT64',
  float16: 'TYPE_FP16',
  float32: 'TYPE_FP32',
  float64: 'TYPE_FP64',
  string: 'TYPE_STRING',
};

/** One input or output. */
export interface TritonTensor {
  readonly name: string;
  /** `TYPE_FP32`. */
  readonly type: string;
  /** The sizes of a request, without the batch axis where there is one; -1 for sizes that vary. */
  readonly dims: readonly number[];
  /** The sizes that the model has in their place, where they differ. */
  readonly reshape: readonly number[] | undefined;
}

/** The inputs and outputs of a model. */
export interface TritonTensors {
  readonly inputs: readonly TritonTensor[];
  readonly outputs: readonly TritonTensor[];
}

/**
 * The inputs and outputs of a contract; -1 stands exactly where the contract has no number.
 *
 * @throws EXPORT_UNSUPPORTED when Triton or its ONNX Runtime backend cannot pass some of them; all are told
 */
export function tritonTensors(contract: Contract, batching: Batching): TritonTensors {
  const mistakes: Diagnostic[] = [];
  const read = (what: string, edges: Readonly<Record<string, ContractInput>>): TritonTensor[] =>
    Object.entries(edges).flatMap(([name, edge]) => {
      const found = tensorOf(`${what} "${name}"`, name, edge, batching);
      if ('dims' in found) return [found];
      mistakes.push(found);
      return [];
    });
  const tensors = { inputs: read('input', contract.inputs), outputs: read('output', contract.outputs ?? {}) };
  throwDiagnostics(mistakes);
  if (tensors.outputs.length === 0) {
    throw dimwiseError(unsupported('the model', 'has no outputs, and Triton asks for one at least'));
  }
  return tensors;
}

function tensorOf(
  what: string,
  name: string,
  { kind, dtype, shape }: ContractInput,
  batching: Batching,
): TritonTensor | Diagnostic {
  if (name === '') return unsupported(what, 'has no name');
  if (kind !== 'tensor') return unsupported(what, `is of kind ${kind}, and Triton passes tensors only`);
  const type = dtype !== undefined && Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined;
  if (type === undefined) {
    const why = `is of ${dtype ?? 'an unknown element type'}, which Triton's ONNX Runtime backend lacks`;
    return unsupported(what, why, { expected: Object.keys(TYPES).join(', '), actual: dtype });
  }
  if (!shape) return unsupported(what, 'has a rank that is not known, and Triton asks for one', { hint: RANK_HINT });
  const zero = shape.indexOf(0);
  if (zero >= 0) return unsupported(what, `has the size 0 at axis ${zero}, and Triton takes sizes from 1 on`);
  const sizes = shape.map((size) => (typeof size === 'number' ? size : -1));
  const own = batching.kind === 'batch' ? sizes.slice(1) : sizes;
  // A configuration has at least one size. Scalars of models without batches are [1] to the backend as they stand.
  if (own.length > 0) return { name, type, dims: own, reshape: undefined };
  return { name, type, dims: [1], reshape: batching.kind === 'batch' ? [] : undefined };
}

const RANK_HINT = 'give its sizes: --bind x=[batch,20], or declare the shape in the model';

const unsupported = (
  what: string,
  why: string,
  rest: Pick<Diagnostic, 'expected' | 'actual' | 'hint'> = {},
): Diagnostic => ({ code: 'EXPORT_UNSUPPORTED', message: `${what} ${why}`, ...rest });

/** The fields of an input or output. */
export const tensorMessage = ({ name, type, dims, reshape }: TritonTensor, labels?: string): TextMessage => [
  field('name', name),
  field('data_type', enumName(type)),
  field('dims', dims),
  reshape && nested('reshape', [field('shape', reshape)]),
  labels === undefined ? undefined : field('label_filename', labels),
];
