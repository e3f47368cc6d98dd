// Reads the loader's cache of libraries on Linux, /etc/ld.so.cache: which file a library's name stands for.

const MAGIC = 'glibc-ld.so.cache1.1';
const [HEADER, ENTRY] = [48, 24];
/** Entries are read up to so many; a machine has some thousands. */
const MOST_ENTRIES = 100_000;
/** Bits of an entry's flags that tell the processor, and what they are for 64-bit libraries of the platforms that ONNX Runtime has. */
const PROCESSOR_BITS = 0xff00;
const PROCESSORS: Readonly<Record<string, number>> = { x64: 0x0300, arm64: 0x0a00 };

/**
 * The paths of libraries by name; empty where the bytes are no cache, or of another processor only.
 * Source: glibc, sysdeps/generic/dl-cache.h (struct cache_file_new).
 *
 * @param architecture the processor as Node names it: `x64`
 */
export function readLoaderCache(bytes: Uint8Array, architecture: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const start = startOf(bytes);
  if (start < 0 || bytes.length < start + HEADER) return found;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const count = Math.min(view.getUint32(20, true), MOST_ENTRIES, Math.floor((view.byteLength - HEADER) / ENTRY));
  const textAt = (at: number): string | undefined => {
    const from = start + at;
    const end = bytes.indexOf(0, from);
    return from >= bytes.length || end < 0 ? undefined : new TextDecoder().decode(bytes.subarray(from, end));
  };
  for (let i = 0; i < count; i++) {
    const at = HEADER + i * ENTRY;
    if ((view.getUint32(at, true) & PROCESSOR_BITS) !== PROCESSORS[architecture]) continue;
    const [name, path] = [textAt(view.getUint32(at + 4, true)), textAt(view.getUint32(at + 8, true))];
    // The loader takes the first that fits.
    if (name !== undefined && path !== undefined && !found.has(name)) found.set(name, path);
  }
  return found;
}

/** Where the cache begins: at the front, or behind one of the older form. */
function startOf(bytes: Uint8Array): number {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 4096));
  if (head.startsWith(MAGIC)) return 0;
  if (!head.startsWith('ld.so-1.7.0') || bytes.length < 16) return -1;
  const older = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(12, true);
  // Entries of 12 bytes behind 16, then the newer form at a multiple of 8.
  const at = Math.ceil((16 + 12 * older) / 8) * 8;
  const magic = new TextDecoder('latin1').decode(bytes.subarray(at, at + MAGIC.length));
  return magic === MAGIC ? at : -1;
}
