// The outputs of a run as they are given to the author.
import { dimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import type { ValueType } from '../ir/type.ts';
import type { ModelEdges } from './edges.ts';
import { isRunDType, type RunDType } from './elements.ts';
import { type OrtData, type OrtTensor, ortData } from './ort.ts';
import type { OutputArray, ReadyOutput } from './output-arrays.ts';
import { setOwn } from './set-own.ts';

/** The array that holds elements of each type; float16 is its bits, bool is 0 and 1. */
export interface ArrayOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly float16: Uint16Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly int16: Int16Array;
  readonly uint16: Uint16Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly int64: BigInt64Array;
  readonly uint64: BigUint64Array;
  readonly bool: Uint8Array;
  readonly string: readonly string[];
}

/** What a run gives for one output; a union over the element types, so that `dtype` tells what `data` is. */
export type RunTensor = {
  readonly [D in RunDType]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: ArrayOf[D] };
}[RunDType];

/** The outputs of a run by name. */
export type RunOutputs = Readonly<Record<string, RunTensor>>;

/** Reads what runs of one model give. */
export class OutputReader {
  /** The outputs of the model. */
  readonly names: readonly string[];
  /** Their element types, in the same order. */
  readonly #dtypes: readonly (RunDType | undefined)[];
  readonly #inputs: ReadonlyMap<string, ValueType>;

  constructor({ inputs, outputs }: Pick<ModelEdges, 'inputs' | 'outputs'>) {
    this.#inputs = inputs;
    this.names = [...outputs.keys()];
    this.#dtypes = [...outputs.values()].map((type) =>
      type.kind === 'tensor' && isRunDType(type.dtype) ? type.dtype : undefined,
    );
  }

  /** @throws OUTPUT_UNKNOWN when an output is asked for that the model does not have */
  checkNames(fetches: readonly string[]): void {
    for (const name of fetches) if (!this.names.includes(name)) throw unknownOutput(name, this.names);
  }

  /** Whether an output is an input of the graph itself: ONNX Runtime writes it into no array that is given for it. */
  isPassed(name: string): boolean {
    return this.#inputs.has(name);
  }

  /**
   * The outputs of a run, with the author's own arrays where the run wrote into them.
   *
   * @throws RUNTIME_FAILED when ONNX Runtime gives what is no tensor of a known type
   */
  read(
    results: Readonly<Record<string, OrtTensor>>,
    fetches: readonly string[],
    into: ReadonlyMap<string, ReadyOutput> | undefined,
  ): RunOutputs {
    const outputs: Record<string, RunTensor> = {};
    for (let i = 0; i < fetches.length; i++) {
      const name = fetches[i] ?? '';
      const tensor = results[name];
      // The type that the model states is compared first: looking one up by a text that comes from outside takes microseconds.
      const stated = fetches === this.names ? this.#dtypes[i] : undefined;
      const dtype = tensor && tensor.type === stated ? stated : dtypeOf(name, tensor);
      const target = into?.get(name);
      // An output that is an input itself is written by nobody.
      if (tensor && target && this.isPassed(name)) copyInto(target.data, ortData(tensor));
      if (tensor) setOwn(outputs, name, typed(dtype, tensor.dims, target?.data ?? ortData(tensor)));
    }
    return outputs;
  }
}

/** Both are of one element type, which the check of the arrays made sure of. */
function copyInto({ buffer, byteOffset, byteLength }: OutputArray, data: OrtData): void {
  if (!ArrayBuffer.isView(data)) return;
  new Uint8Array(buffer, byteOffset, byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function dtypeOf(name: string, tensor: OrtTensor | undefined): RunDType {
  if (tensor && isRunDType(tensor.type)) return tensor.type;
  throw dimwiseError({
    code: 'RUNTIME_FAILED',
    message: `ONNX Runtime gives output "${name}" as ${tensor?.type ?? 'nothing'}`,
    origin: { what: `output "${name}"` },
    actual: tensor?.type,
  });
}

/** ONNX Runtime pairs types and arrays as {@link ArrayOf} lists them. */
const typed = (dtype: RunDType, shape: readonly number[], data: OrtData): RunTensor =>
  ({ dtype, shape, data }) as RunTensor;

/** The sizes of outputs by name. */
export const shapesOf = (outputs: RunOutputs): ReadonlyMap<string, readonly number[]> =>
  new Map(Object.entries(outputs).map(([name, { shape }]) => [name, shape]));

/** The error for an output that a model does not have. */
export function unknownOutput(name: string, known: readonly string[]) {
  const near = nearest(name, known);
  return dimwiseError({
    code: 'OUTPUT_UNKNOWN',
    message: `the model has no output "${name}"; its outputs are ${known.map((each) => `"${each}"`).join(', ')}`,
    origin: { site: captureSite() },
    actual: name,
    hint: near && `did you mean "${near}"?`,
  });
}
