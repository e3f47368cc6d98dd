// Makes GGUF files part by part, right or wrong.

/** A number or text of a header. */
export interface GgufPart {
  readonly bytes: (isLittle: boolean) => Uint8Array;
}

const made = (length: number, write: (view: DataView, isLittle: boolean) => void): GgufPart => ({
  bytes: (isLittle) => {
    const bytes = new Uint8Array(length);
    write(new DataView(bytes.buffer), isLittle);
    return bytes;
  },
});

export const u8 = (value: number): GgufPart => made(1, (view) => view.setUint8(0, value));
export const u32 = (value: number): GgufPart => made(4, (view, isLittle) => view.setUint32(0, value, isLittle));
export const u64 = (value: number | bigint): GgufPart =>
  made(8, (view, isLittle) => view.setBigUint64(0, BigInt(value), isLittle));
export const raw = (bytes: Uint8Array): GgufPart => ({ bytes: () => bytes });

/** A text with its length, or with one that is wrong. */
export const text = (value: string | Uint8Array, length?: number | bigint): GgufPart => {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return { bytes: (isLittle) => Buffer.concat([u64(length ?? bytes.length).bytes(isLittle), bytes]) };
};

/** What a file consists of. */
export interface GgufFileParts {
  readonly version?: number;
  readonly isBig?: boolean;
  /** Numbers of tensors and entries, where they are to be wrong. */
  readonly counts?: readonly [tensors: number | bigint, entries: number | bigint];
  readonly entries?: readonly (readonly GgufPart[])[];
  readonly tensors?: readonly (readonly GgufPart[])[];
  readonly alignment?: number;
  readonly data?: Uint8Array;
}

/** A file. */
export function ggufFile(parts: GgufFileParts): Uint8Array {
  const { version = 3, isBig = false, entries = [], tensors = [], alignment = 32, data = new Uint8Array(0) } = parts;
  const counts = parts.counts ?? [tensors.length, entries.length];
  const all = [u32(version), ...counts.map(u64), ...entries.flat(), ...tensors.flat()];
  const header = Buffer.concat([new TextEncoder().encode('GGUF'), ...all.map((part) => part.bytes(!isBig))]);
  const padding = (alignment - (header.length % alignment)) % alignment;
  return new Uint8Array(Buffer.concat([header, new Uint8Array(padding), data]));
}
