// Batches as a caller gives them for binding: shapes, declarations or tensors, brought to one form.
import { dimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { type DType, isDType } from '../ir/dtype.ts';
import type { ShapeSpec } from '../ir/graph.ts';

/** A tensor as ONNX Runtime has it: `type`, `dims` and elements. */
export interface TensorLike {
  readonly type: string;
  readonly dims: readonly number[];
}

/** What one input is bound with: its sizes (numbers or symbol names), a declaration, tensor data, or a tensor. */
export type BatchInput = ShapeSpec | { readonly dtype: DType; readonly shape: ShapeSpec | undefined } | TensorLike;

/** What a model is bound with: one input's, or all inputs' by name. */
export type Batch = BatchInput | { readonly [input: string]: BatchInput };

/** One input of a batch: its sizes, and its element type where the caller gave a tensor or a declaration. */
export interface BatchEntry {
  readonly dtype: DType | undefined;
  readonly sizes: ShapeSpec;
}

/**
 * The entries of a batch by input name.
 *
 * @throws BIND_INPUT_MISSING, BIND_INPUT_UNKNOWN when names and inputs differ
 * @throws DTYPE_MISMATCH when a tensor is of a type that ONNX does not know
 */
export function batchEntries(batch: Batch, names: readonly string[]): ReadonlyMap<string, BatchEntry> {
  const byName = isInput(batch) ? single(batch, names) : new Map(Object.entries(batch));
  for (const name of byName.keys()) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw dimwiseError({
      code: 'BIND_INPUT_UNKNOWN',
      message: `the model has no input "${name}"; it has ${list(names)}`,
      origin: { site: captureSite() },
      expected: list(names),
      actual: name,
      hint: near && `did you mean "${near}"?`,
    });
  }
  const entries = new Map<string, BatchEntry>();
  for (const name of names) {
    const given = byName.get(name);
    if (given === undefined) throw missing([name], names);
    entries.set(name, entryOf(name, given));
  }
  return entries;
}

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ') || 'none';

function single(batch: BatchInput, names: readonly string[]): Map<string, BatchInput> {
  const [only] = names;
  if (names.length !== 1 || only === undefined) throw missing(names, names);
  return new Map([[only, batch]]);
}

function missing(absent: readonly string[], names: readonly string[]) {
  const [first = 'x'] = absent;
  return dimwiseError({
    code: 'BIND_INPUT_MISSING',
    message: `the batch lacks input ${list(absent)}; the model has ${list(names)}`,
    origin: { site: captureSite() },
    expected: list(names),
    hint: `give each input by name: bind({ ${first}: [2, 20] })`,
  });
}

function isInput(batch: Batch): batch is BatchInput {
  if (Array.isArray(batch)) return true;
  return ('dims' in batch && Array.isArray(batch['dims'])) || ('dtype' in batch && typeof batch['dtype'] === 'string');
}

function entryOf(name: string, given: BatchInput): BatchEntry {
  if (isSizes(given)) return { dtype: undefined, sizes: given };
  if ('dims' in given) {
    if (!isDType(given.type)) {
      throw dimwiseError({
        code: 'DTYPE_MISMATCH',
        message: `the tensor for input "${name}" has the unknown type ${given.type}`,
        actual: given.type,
      });
    }
    return { dtype: given.type, sizes: given.dims };
  }
  return { dtype: given.dtype, sizes: given.shape ?? [] };
}

const isSizes = (given: BatchInput): given is ShapeSpec => Array.isArray(given);
