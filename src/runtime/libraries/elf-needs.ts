// Reads from a shared library of Linux which others it needs, and where it looks for them: what the loader reads before it loads it.

/** What a library says about loading it. */
export interface ElfNeeds {
  /** The names of the libraries that it needs: `libcudart.so.12`. */
  readonly needed: readonly string[];
  /** The folders where it looks first, with `$ORIGIN` for its own. */
  readonly runPath: readonly string[];
  /** Its own name for others: `libonnxruntime.so.1`. */
  readonly soName: string | undefined;
}

/** Reads bytes of a file; fewer where it ends. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** Program headers, dynamic entries and bytes of names are read up to so many: a real library has far fewer. */
const MOST = { headers: 128, entries: 4096, names: 2 ** 22 };

const [PT_LOAD, PT_DYNAMIC] = [1, 2];
const [DT_NEEDED, DT_STRTAB, DT_STRSZ, DT_SONAME, DT_RPATH, DT_RUNPATH] = [1, 5, 10, 14, 15, 29];

/** A part of the file as it lies in memory. */
interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/**
 * The needs of a 64-bit little-endian ELF library; undefined where the file is none, or damaged.
 * Source: System V Application Binary Interface, chapter 5, "Dynamic linking".
 */
export function elfNeeds(readAt: ReadAt): ElfNeeds | undefined {
  const segments = segmentsOf(readAt);
  const dynamic = segments?.find(({ type }) => type === PT_DYNAMIC);
  if (!segments || !dynamic) return undefined;
  const entries = dynamicEntries(readAt(dynamic.offset, Math.min(dynamic.size, MOST.entries * 16)));
  const valueOf = (tag: number): number | undefined => entries.find(([each]) => each === tag)?.[1];
  const names = valueOf(DT_STRTAB);
  const home = segments.find(
    ({ type, address, size }) => type === PT_LOAD && names !== undefined && names >= address && names < address + size,
  );
  if (names === undefined || !home) return undefined;
  const text = readAt(home.offset + names - home.address, Math.min(valueOf(DT_STRSZ) ?? 0, MOST.names));
  const nameAt = (at: number): string | undefined => {
    const end = text.indexOf(0, at);
    return end < 0 ? undefined : new TextDecoder().decode(text.subarray(at, end));
  };
  const named = (tag: number): string[] =>
    entries.flatMap(([each, at]) => (each === tag ? [nameAt(at) ?? []].flat() : []));
  const runPath = [...named(DT_RUNPATH), ...named(DT_RPATH)].flatMap((path) => path.split(':').filter(Boolean));
  return { needed: named(DT_NEEDED), runPath, soName: named(DT_SONAME)[0] };
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** A 64-bit number; those beyond 2^53 are damage and lie in no file. */
const word = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

function segmentsOf(readAt: ReadAt): readonly Segment[] | undefined {
  const head = readAt(0, 64);
  // 0x7f "ELF", 64 bits, little-endian.
  if (head.length < 64 || ![0x7f, 0x45, 0x4c, 0x46, 2, 1].every((byte, i) => head[i] === byte)) return undefined;
  const view = viewOf(head);
  const [size, count] = [view.getUint16(54, true), Math.min(view.getUint16(56, true), MOST.headers)];
  if (size < 56) return undefined;
  const table = readAt(word(view, 32), size * count);
  if (table.length < size * count) return undefined;
  const rows = viewOf(table);
  return Array.from({ length: count }, (_, i) => {
    const at = i * size;
    const [offset, address, length] = [word(rows, at + 8), word(rows, at + 16), word(rows, at + 32)];
    return { type: rows.getUint32(at, true), offset, address, size: length };
  });
}

/** Tags and values up to the end mark. */
function dynamicEntries(bytes: Uint8Array): readonly (readonly [tag: number, value: number])[] {
  const view = viewOf(bytes);
  const entries: (readonly [number, number])[] = [];
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const tag = word(view, at);
    if (tag === 0) break;
    entries.push([tag, word(view, at + 8)]);
  }
  return entries;
}
