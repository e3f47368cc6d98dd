// Writes safetensors files as the reference writer does: equal tensors, equal bytes. Elements are drawn when they are written.
import { printable } from '../../src/base/printable.ts';
import { DTYPES } from '../../src/ir/dtype.ts';
import { type FileBytes, tensorByteLength, tensorChunks } from '../../src/ir/tensor-chunks.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import { compareCodePoints } from './compare-code-points.ts';
import { unfitForCheckpoint } from './malformed-checkpoint.ts';
import { SAFETENSORS_DTYPES, safetensorsOfDType } from './safetensors-dtypes.ts';
import { METADATA_NAME } from './safetensors-header.ts';

/** The header ends at a multiple of so many bytes, and so any element type is aligned. */
const ALIGNMENT = 8;

/** How a safetensors file is written. */
export interface SafetensorsPlanOptions {
  /** Texts in the header; none by default. */
  readonly metadata?: ReadonlyMap<string, string> | undefined;
  /** What messages call the file; `safetensors` by default. */
  readonly target?: string | undefined;
  /** Reads tensors that lie in files; needed where there are such. */
  readonly fileBytes?: FileBytes | undefined;
}

/** A safetensors file that is not written yet. */
export interface SafetensorsPlan {
  /** The size of the file. */
  readonly bytes: number;
  /** The content in order; it can be gone through any number of times. */
  readonly chunks: Iterable<Uint8Array>;
}

interface Placed {
  readonly name: string;
  readonly data: TensorData;
  readonly dtype: string;
  readonly rank: number;
  readonly bytes: number;
}

/**
 * Lays out a safetensors file. Tensors stand in the order of the reference writer: wider element types first (the order of its enum), then by
 * name.
 *
 * @param tensors the tensors by name
 * @throws CHECKPOINT_VALUE when a name or an element type is none that safetensors has
 */
export function planSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  { metadata = new Map(), target = 'safetensors', fileBytes }: SafetensorsPlanOptions = {},
): SafetensorsPlan {
  const placed = [...tensors].map(([name, data]) => place(name, data, target));
  placed.sort((a, b) => b.rank - a.rank || compareCodePoints(a.name, b.name));
  const header = encodeHeader(placed, metadata, target);
  const bytes = placed.reduce((sum, each) => sum + each.bytes, header.length);
  return { bytes, chunks: { [Symbol.iterator]: () => chunksOf(header, placed, fileBytes) } };
}

function place(name: string, data: TensorData, target: string): Placed {
  if (name === METADATA_NAME)
    throw unfitForCheckpoint(target, 'has the name that safetensors keeps for texts', { tensor: name });
  checkText(name, target);
  const dtype = safetensorsOfDType(data.dtype);
  if (!dtype) {
    throw unfitForCheckpoint(target, `has elements of ${data.dtype}, which safetensors does not have`, {
      tensor: name,
      expected: SAFETENSORS_DTYPES.join(', '),
      actual: data.dtype,
    });
  }
  const bytes = tensorByteLength(data);
  // Its reader counts elements of 4 and 6 bits, which must end with a byte.
  const count = data.shape.reduce((product, size) => product * size, 1);
  if ((count * DTYPES[data.dtype].bits) % 8 !== 0) {
    throw unfitForCheckpoint(target, `is ${data.dtype}[${data.shape.join(', ')}], which ends inside of a byte`, {
      tensor: name,
    });
  }
  return { name, data, dtype: dtype.name, rank: dtype.rank, bytes };
}

/** Half of a surrogate pair is no character: UTF-8 has no bytes for it. */
function checkText(text: string, target: string): void {
  if (/\p{Surrogate}/u.test(text))
    throw unfitForCheckpoint(target, `the text "${printable(text)}" is no valid Unicode`);
}

function encodeHeader(placed: readonly Placed[], metadata: ReadonlyMap<string, string>, target: string): Uint8Array {
  const entries: string[] = [];
  const texts: string[] = [];
  for (const [key, text] of metadata) {
    checkText(key, target);
    checkText(text, target);
    texts.push(`${JSON.stringify(key)}:${JSON.stringify(text)}`);
  }
  if (texts.length > 0) entries.push(`"${METADATA_NAME}":{${texts.join(',')}}`);
  let at = 0;
  for (const { name, data, dtype, bytes } of placed) {
    const offsets = `[${at},${at + bytes}]`;
    entries.push(
      `${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${data.shape.join(',')}],"data_offsets":${offsets}}`,
    );
    at += bytes;
  }
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(ALIGNMENT + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, ALIGNMENT);
  return header;
}

function* chunksOf(
  header: Uint8Array,
  placed: readonly Placed[],
  fileBytes: FileBytes | undefined,
): Generator<Uint8Array> {
  yield header;
  for (const { name, data, bytes } of placed) {
    let given = 0;
    for (const chunk of tensorChunks(data, fileBytes)) {
      given += chunk.length;
      if (given > bytes) break;
      yield chunk;
    }
    // A surplus, or too little, would shift every tensor behind it.
    if (given !== bytes)
      throw unfitForCheckpoint(`tensor "${name}"`, `its data gave ${given} bytes in place of ${bytes}`);
  }
}
