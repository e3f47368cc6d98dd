// Batches as a caller gives them for binding: shapes, declarations or tensors, brought to one form.
import { dimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { noDType, noSizes } from '../build/declare.ts';
import { inWords } from '../build/in-words.ts';
import { type DType, isDType } from '../ir/dtype.ts';
import type { ShapeSpec } from '../ir/graph.ts';
import type { DeclaredInput } from './program.ts';

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
  if (typeof batch !== 'object' || batch === null) throw missing(names, names, batch);
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
  const absent = names.filter((name) => byName.get(name) === undefined);
  if (absent.length > 0) throw missing(absent, names);
  return new Map([...byName].map(([name, given]) => [name, entryOf(name, given)]));
}

/**
 * The entries of a bind without a batch: each input as it is declared.
 *
 * @throws BIND_INPUT_MISSING when a declaration leaves a size or the rank of an input open
 */
export function declaredEntries(inputs: readonly DeclaredInput[]): ReadonlyMap<string, BatchEntry> {
  const entries = new Map<string, BatchEntry>();
  for (const { name, spec } of inputs) {
    const isWhole = spec.shape?.every((size) => size !== null && size !== '?');
    if (isWhole) entries.set(name, { dtype: undefined, sizes: spec.shape ?? [] });
  }
  const names = inputs.map(({ name }) => name);
  const open = names.filter((name) => !entries.has(name));
  if (open.length > 0) throw missing(open, names);
  return entries;
}

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ') || 'none';

function single(batch: BatchInput, names: readonly string[]): Map<string, BatchInput> {
  const [only] = names;
  if (names.length !== 1 || only === undefined) throw missing(names, names);
  return new Map([[only, batch]]);
}

function missing(absent: readonly string[], names: readonly string[], given?: unknown) {
  const [first = 'x'] = absent;
  const instead = given === undefined ? '' : ` and is ${inWords(given)}`;
  return dimwiseError({
    code: 'BIND_INPUT_MISSING',
    message: `the batch lacks ${absent.length > 1 ? 'inputs' : 'input'} ${list(absent)}${instead}; the model has ${list(names)}`,
    origin: { site: captureSite() },
    expected: list(names),
    actual: given === undefined ? 'nothing' : inWords(given),
    hint: `give each input by name: bind({ ${first}: [2, 20] })`,
  });
}

function isInput(batch: Batch): batch is BatchInput {
  if (Array.isArray(batch)) return true;
  // An input may be named `dims` or `dtype`: its entry is never a text.
  const mark = 'dims' in batch ? batch['type'] : 'dtype' in batch ? batch['dtype'] : undefined;
  return typeof mark === 'string';
}

function entryOf(name: string, given: BatchInput): BatchEntry {
  if (isSizes(given)) return { dtype: undefined, sizes: given };
  if (typeof given !== 'object' || given === null) throw noSizes(`what input "${name}" is bound with`, given);
  if ('dims' in given) {
    if (!isDType(given.type)) throw noDType(given.type, `of the tensor for input "${name}"`);
    return { dtype: given.type, sizes: given.dims };
  }
  // Code without types may misspell it; as undefined it is left to the declaration.
  if (given.dtype !== undefined && !isDType(given.dtype)) throw noDType(given.dtype, `for input "${name}"`);
  return { dtype: given.dtype, sizes: given.shape ?? [] };
}

const isSizes = (given: BatchInput): given is ShapeSpec => Array.isArray(given);
