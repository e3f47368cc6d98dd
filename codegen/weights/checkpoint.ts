// A checkpoint: named tensors of a file, not read before they are used.
import type { TensorData } from '../../src/ir/tensor-data.ts';

/** Named tensors, as a checkpoint's file or files hold them. */
export interface Checkpoint {
  /** What messages call it: the file, the folder, or `bytes`. */
  readonly source: string;
  /** The tensors by name, in the order of the file; their elements are read when they are used. */
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** What else the file says, as texts; empty where its format has no place for it. */
  readonly metadata: ReadonlyMap<string, string>;
}
