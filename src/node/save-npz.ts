// Saves .npz files: zip archives of NumPy's arrays, stored, so that they can be mapped. Elements are drawn or read while they are written.
import { Readable } from 'node:stream';
import yazl from 'yazl';
import { unfitForCheckpoint } from '../../codegen/weights/malformed-checkpoint.ts';
import { npyHeaderBytes } from '../../codegen/weights/npy.ts';
import { tensorByteLength, tensorChunks } from '../ir/tensor-chunks.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import type { SavedCheckpoint } from './save-safetensors.ts';
import { type SavableTensors, tensorsToSave } from './tensors-to-save.ts';
import { writeAtomic } from './write-atomic.ts';

/** The time of every entry, as Python's zipfile has it by default: equal arrays give equal files. */
const TIME = new Date(1980, 0, 1);

/**
 * Saves tensors as `.npz`, which `numpy.load` reads. Nothing is held whole; equal tensors in equal order give equal bytes.
 *
 * @param path the `.npz` file; its folder must exist
 * @param tensors tensors by name, `model.parameters()`, or a checkpoint; a shared parameter is saved once
 * @throws CHECKPOINT_VALUE when NumPy has no such elements (bfloat16, float8 and smaller ones), or an archive cannot have the name
 * @throws PARAM_NOT_INITIALIZED, PARAM_DEFERRED when a parameter has no data yet
 * @throws FILE_WRITE when the file cannot be written
 * @example await saveNpz('weights.npz', net.parameters());
 */
export async function saveNpz(path: string, tensors: SavableTensors): Promise<SavedCheckpoint> {
  const all = tensorsToSave('saveNpz', tensors);
  const entries = [...all].map(([name, data]) => entryOf(name, data, path));
  let bytes = 0;
  await writeAtomic(
    path,
    counted(archiveOf(entries), (length) => (bytes += length)),
  );
  return { path, files: [{ path, bytes }], tensors: all.size };
}

interface NpzEntry {
  readonly name: string;
  readonly header: Uint8Array;
  readonly data: TensorData;
}

function entryOf(name: string, data: TensorData, target: string): NpzEntry {
  const header = data.storage.kind === 'strings' ? undefined : npyHeaderBytes(data.dtype, data.shape);
  if (!header) {
    throw unfitForCheckpoint(target, `has elements of ${data.dtype}, which NumPy does not have`, {
      tensor: name,
      actual: data.dtype,
      hint: 'save as safetensors, or cast the tensor',
    });
  }
  // The rules of APPNOTE.TXT 4.4.17, and UTF-8.
  if (
    /^\/|^[A-Za-z]:\/|\\|\0|(?:^|\/)\.\.(?:\/|$)|\p{Surrogate}/u.test(name) ||
    new TextEncoder().encode(name).length > MOST_NAME_BYTES
  )
    throw unfitForCheckpoint(target, 'has a name that no zip archive can have', {
      tensor: name,
      hint: 'rename it, or save as safetensors',
    });
  return { name, header, data };
}

const MOST_NAME_BYTES = 0xffff - '.npy'.length;

async function* archiveOf(entries: readonly NpzEntry[]): AsyncGenerator<Uint8Array, void, undefined> {
  const zip = new yazl.ZipFile();
  const { outputStream } = zip;
  // An entry that cannot be read would leave the stream without an end: yazl passes no error of an entry on.
  const stop = (error: Error): unknown => outputStream instanceof Readable && outputStream.destroy(error);
  zip.on('error', stop);
  for (const { name, header, data } of entries) {
    const size = header.length + tensorByteLength(data);
    const options = { compress: false, size, mtime: TIME, forceDosTimestamp: true };
    zip.addReadStreamLazy(`${name}.npy`, options, (use) => {
      const content = Readable.from(contentOf(header, data), { objectMode: false });
      content.on('error', stop);
      use(null, content);
    });
  }
  zip.end();
  for await (const chunk of outputStream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

function* contentOf(header: Uint8Array, data: TensorData): Generator<Uint8Array, void, undefined> {
  yield Buffer.from(header);
  for (const chunk of tensorChunks(data, undefined))
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  count: (length: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}
