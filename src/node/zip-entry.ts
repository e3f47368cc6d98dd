// The content of one entry of a zip archive: read in place where it is stored, inflated within bounds where it is deflated.
import { constants, crc32, inflateRawSync } from 'node:zlib';
import { malformedCheckpoint } from '../../codegen/weights/malformed-checkpoint.ts';
import { bytesInMemory, type PositionedBytes, readRange } from '../../codegen/weights/positioned-bytes.ts';
import type { NpyPlace } from '../../codegen/weights/read-npy.ts';

/** The method number of deflated entries (APPNOTE.TXT 6.3.10, 4.4.5). */
export const DEFLATED = 8;

/** Where an entry lies in its archive, in bytes. */
export interface ZipPlace {
  /** The first byte of its local header. */
  readonly headerStart: number;
  /** The first byte of its content. */
  readonly dataStart: number;
  /** The bytes that it takes in the archive. */
  readonly compressed: number;
  /** The bytes of the content itself, as the archive says. */
  readonly bytes: number;
  readonly isDeflated: boolean;
  /** The CRC-32 of the content, as the archive says. */
  readonly checksum: number;
}

/** So many bytes of a deflated entry hold the header of any array that NumPy writes; if not, the second number does. */
const HEAD_BYTES = [2 ** 12, 2 ** 17] as const;
/** No header of a .npy file that is read is longer. */
const MOST_HEADER_BYTES = 65_536 + 12;

/**
 * The .npy file of an entry.
 *
 * @throws CHECKPOINT_MALFORMED when it does not lie in the archive, or its start cannot be inflated
 */
export function npyOfEntry(archive: PositionedBytes, place: ZipPlace, name: string): Omit<NpyPlace, 'name'> {
  const { dataStart, compressed, bytes, isDeflated } = place;
  if (dataStart + compressed > archive.size) {
    const fact = `lies at bytes ${dataStart} to ${dataStart + compressed}, the archive has ${archive.size}`;
    throw malformedCheckpoint(archive.source, fact, { tensor: name, hint: 'the file was cut' });
  }
  if (!isDeflated) return { file: sliceOf(archive, dataStart, compressed) };
  return { file: startOf(archive, place, name), size: bytes, whole: () => inflate(archive, place, name) };
}

/** A range of a file as a file of its own. */
function sliceOf(file: PositionedBytes, start: number, size: number): PositionedBytes {
  return { source: file.source, size, read: (into, at) => file.read(into, start + at) };
}

function startOf(archive: PositionedBytes, { dataStart, compressed, bytes }: ZipPlace, name: string): PositionedBytes {
  const wanted = Math.min(bytes, MOST_HEADER_BYTES);
  let head = new Uint8Array(0);
  for (const most of HEAD_BYTES) {
    const start = readRange(archive, dataStart, Math.min(compressed, most));
    try {
      // The end of the content is not there yet, which is no mistake. What comes of it is 1,032 times as much at the most.
      head = new Uint8Array(inflateRawSync(start, { finishFlush: constants.Z_SYNC_FLUSH }));
    } catch (cause) {
      throw notInflated(archive, name, cause);
    }
    if (head.length >= wanted || isHeaderIn(head)) break;
  }
  return bytesInMemory(head, archive.source);
}

/** Whether the start of a .npy file holds its whole header. */
function isHeaderIn(head: Uint8Array): boolean {
  if (head.length < 12) return false;
  const view = new DataView(head.buffer, head.byteOffset);
  const end = (head[6] ?? 0) >= 2 ? 12 + view.getUint32(8, true) : 10 + view.getUint16(8, true);
  return end <= head.length;
}

function inflate(
  archive: PositionedBytes,
  { dataStart, compressed, bytes, checksum }: ZipPlace,
  name: string,
): Uint8Array {
  let content: Uint8Array;
  try {
    content = inflateRawSync(readRange(archive, dataStart, compressed), { maxOutputLength: Math.max(1, bytes) });
  } catch (cause) {
    throw notInflated(archive, name, cause);
  }
  if (content.length !== bytes) {
    throw malformedCheckpoint(archive.source, `has ${content.length} bytes, the archive says ${bytes}`, {
      tensor: name,
    });
  }
  if (crc32(content) !== checksum) {
    throw malformedCheckpoint(archive.source, 'is damaged: its checksum is another one', { tensor: name });
  }
  return content;
}

function notInflated(archive: PositionedBytes, name: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return malformedCheckpoint(archive.source, `cannot be inflated: ${reason}`, { tensor: name, cause });
}
