// Zip archives made by hand (APPNOTE.TXT 6.3.10), so that any field of them can lie.
import { crc32, deflateRawSync } from 'node:zlib';

/** An entry, and what it says that is not so. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array;
  readonly isDeflated?: boolean;
  /** What the archive says of it in place of the truth. */
  readonly lies?: {
    readonly bytes?: number;
    readonly compressed?: number;
    readonly method?: number;
    readonly flags?: number;
    readonly checksum?: number;
    readonly localName?: string;
    /** The local header that it points to. */
    readonly offset?: number;
  };
}

/** The bytes of an archive. */
export function zipOf(entries: readonly ZipEntry[], count = entries.length): Uint8Array {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, content, isDeflated = false, lies = {} } of entries) {
    const data = isDeflated ? deflateRawSync(content) : Buffer.from(content);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(lies.flags ?? 0x800, 2);
    shared.writeUInt16LE(lies.method ?? (isDeflated ? 8 : 0), 4);
    shared.writeUInt32LE(lies.checksum ?? crc32(content), 10);
    shared.writeUInt32LE(lies.compressed ?? data.length, 14);
    shared.writeUInt32LE(lies.bytes ?? content.length, 18);
    const local = Buffer.from(lies.localName ?? name);
    const localFields = Buffer.from(shared);
    localFields.writeUInt16LE(local.length, 22);
    parts.push(Buffer.from('PK\x03\x04'), localFields, local, data);
    const own = Buffer.from(name);
    const fields = Buffer.from(shared);
    fields.writeUInt16LE(own.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(lies.offset ?? at, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, tail, own);
    at += 30 + local.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return new Uint8Array(Buffer.concat([...parts, directory, Buffer.from('PK\x05\x06'), end]));
}
