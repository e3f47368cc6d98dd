// A model with feeds and the numbers that must come out: what a provider is judged by, frozen so that it also travels as a file.

/** A tensor: elements as bytes in the machine's order, as base64; texts as they are. */
export interface FrozenTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly bytes?: string;
  readonly texts?: readonly string[];
}

/** One case. */
export interface RunCase {
  readonly name: string;
  /** The `.onnx` file as base64. */
  readonly model: string;
  readonly feeds: Readonly<Record<string, FrozenTensor>>;
  /** Recorded outputs; where there are none, the CPU of the machine says what is right. */
  readonly expected?: Readonly<Record<string, FrozenTensor>>;
  /** How far numbers may be apart, as a share of the greatest; with TF32 at least {@link TF32_TOLERANCE}. */
  readonly tolerance: number;
  /** Whether outputs are chosen by comparing sums, tokens for one: with TF32 another one may be chosen, so that the case is not run then. */
  readonly isExact?: true;
}

/** Factors of 10 bits after the point, through some layers. */
export const TF32_TOLERANCE = 2e-2;

/** What the runner needs of a tensor of ONNX Runtime, or of an array with sizes. */
export interface Thawed {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView | readonly string[];
}

/** A tensor in its frozen form. */
export function freeze({ type, dims, data }: Thawed): FrozenTensor {
  if (!ArrayBuffer.isView(data)) return { type, dims: [...dims], texts: [...data] };
  return {
    type,
    dims: [...dims],
    bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
  };
}

/** Freezes tensors by name. */
export const freezeAll = (tensors: Readonly<Record<string, Thawed>>): Record<string, FrozenTensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, freeze(tensor)]));
