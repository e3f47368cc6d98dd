// Reads .npz files: zip archives of NumPy's arrays. Stored arrays stay where they are, compressed ones are inflated when they are used.
import { closeSync, fstatSync, openSync } from 'node:fs';
import yauzl, { type Entry } from 'yauzl';
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import { type AllCheckpointLimits, beyondCheckpointLimit } from '../../codegen/weights/checkpoint-limits.ts';
import { malformedCheckpoint, shortName } from '../../codegen/weights/malformed-checkpoint.ts';
import { LastArray, npyTensor } from '../../codegen/weights/read-npy.ts';
import { dimwiseError, isDimwiseError } from '../base/errors.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import type { KnownFile } from './known-file.ts';
import { DEFLATED, npyOfEntry, type ZipPlace } from './zip-entry.ts';

/** Arrays are entries of the name and this ending. */
const ENDING = '.npy';

/** Entries that tell archives of other tools, and what to do with those. */
const OTHER_ARCHIVES: readonly { readonly entry: RegExp; readonly what: string; readonly hint: string }[] = [
  {
    entry: /(?:^|\/)data\.pkl$/,
    what: 'a file of torch.save, which holds a pickle',
    hint: "a pickle runs code when it is read: convert it in Python, safetensors.torch.save_file(torch.load(path, weights_only=True), 'model.safetensors')",
  },
  {
    entry: /(?:^|\/)(?:model\.weights\.h5|config\.json)$/,
    what: 'a model of Keras, whose weights are HDF5',
    hint: "save its weights from Python: numpy.savez('weights.npz', **{w.path: w.numpy() for w in model.weights})",
  },
];

/**
 * Reads a .npz file.
 *
 * @throws CHECKPOINT_MALFORMED when the archive is damaged, has an entry twice, entries that overlap, or one that is no array
 * @throws CHECKPOINT_LIMIT when it asks for more than a limit allows
 * @throws FILE_FORMAT when it is an archive of another tool
 */
export async function npzOf(file: KnownFile, limits: AllCheckpointLimits): Promise<Checkpoint> {
  const { source } = file;
  const places = await placesOf(file, limits);
  checkOverlap(places, source);
  const last = new LastArray();
  const tensors = new Map<string, TensorData>();
  for (const { place, name } of places) {
    if (tensors.has(name)) throw malformedCheckpoint(source, 'is in the archive twice', { tensor: name });
    tensors.set(name, npyTensor({ name, ...npyOfEntry(file, place, name) }, limits, last));
  }
  return { source, tensors, metadata: new Map() };
}

interface NamedPlace {
  readonly name: string;
  readonly place: ZipPlace;
}

async function placesOf(file: KnownFile, limits: AllCheckpointLimits): Promise<NamedPlace[]> {
  const { source } = file;
  const descriptor = openSync(file.absolute, 'r');
  try {
    file.requireSame(fstatSync(descriptor));
    const zip = await yauzl.fromFdPromise(descriptor, { autoClose: false, strictFileNames: true });
    if (zip.entryCount > limits.tensors)
      throw beyondCheckpointLimit('tensors', limits.tensors, { source, what: `it has ${zip.entryCount} entries` });
    const places: NamedPlace[] = [];
    for await (const entry of zip.eachEntry()) {
      // A folder has no content.
      if (entry.fileName.endsWith('/')) continue;
      const name = checkedName(entry, source);
      const local = await zip.readLocalFileHeaderPromise(entry);
      if (!local.fileName.equals(entry.fileNameRaw))
        throw malformedCheckpoint(source, 'has another name where its data lies', { tensor: name });
      places.push({ name, place: placeOf(entry, local.fileDataStart) });
    }
    return places;
  } catch (error) {
    if (isDimwiseError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw malformedCheckpoint(source, `it is no zip archive that can be read: ${reason}`, { cause: error });
  } finally {
    closeSync(descriptor);
  }
}

const placeOf = (entry: Entry, dataStart: number): ZipPlace => ({
  headerStart: entry.relativeOffsetOfLocalHeader,
  dataStart,
  compressed: entry.compressedSize,
  bytes: entry.uncompressedSize,
  isDeflated: entry.compressionMethod === DEFLATED,
  checksum: entry.crc32,
});

/** The name of the tensor of an entry. @throws where the entry is none */
function checkedName(entry: Entry, source: string): string {
  const { fileName } = entry;
  const other = OTHER_ARCHIVES.find((each) => each.entry.test(fileName));
  if (other) {
    throw dimwiseError({
      code: 'FILE_FORMAT',
      message: `${source} is ${other.what}, no .npz file`,
      expected: 'an archive of .npy files',
      actual: shortName(fileName),
      hint: other.hint,
    });
  }
  if (!fileName.endsWith(ENDING))
    throw malformedCheckpoint(source, `its entry "${shortName(fileName)}" is no ${ENDING} file`);
  const name = fileName.slice(0, -ENDING.length);
  if (!entry.canDecodeFileData()) {
    const how = entry.isEncrypted() ? 'encrypted' : `compressed by method ${entry.compressionMethod}`;
    throw malformedCheckpoint(source, `is ${how}, which is not read`, { tensor: name });
  }
  return name;
}

/** Entries that share bytes make a small file stand for endless data (D. Fifield, *A better zip bomb*, 2019). */
function checkOverlap(places: readonly NamedPlace[], source: string): void {
  const sorted = [...places].sort((a, b) => a.place.headerStart - b.place.headerStart);
  let end = 0;
  let before = '';
  for (const { name, place } of sorted) {
    if (place.headerStart < end)
      throw malformedCheckpoint(source, `lies where "${shortName(before)}" lies too`, { tensor: name });
    end = place.dataStart + place.compressed;
    before = name;
  }
}
