// The layout of an external data file: which tensors lie in it, where, and the name that its content gives it.
import { dimwiseError } from '../../src/base/errors.ts';
import { Checksum } from '../../src/ir/checksum.ts';
import { type FileBytes, tensorByteLength } from '../../src/ir/tensor-chunks.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import type { ByteSource, Part } from './proto/parts.ts';
import { tensorSource } from './tensor-bytes.ts';

/** Large tensors start at multiples of a page, so that a runtime can map them. */
const PAGE_BYTES = 4096;
/** Smaller ones start where any element type is aligned. */
const SMALL_ALIGNMENT = 16;

/** Tensors below this size stay in the model file: runtimes read shapes and scalars from there while they infer. */
export const MIN_EXTERNAL_BYTES = 1024;

/** Where a tensor lies in the file, in bytes. */
export interface ExternalPlace {
  readonly offset: number;
  readonly length: number;
}

/** Takes the content of a file, chunk by chunk in its order, so that whoever writes it reads it for the name too. */
export interface ContentReader {
  add(chunk: Uint8Array): void;
}

/** The plan of one external data file. */
export interface ExternalFilePlan {
  /** `NAME.<checksum>.data`; read all content where neither that nor {@link ContentReader} was done before. */
  readonly fileName: string;
  /** Whether the name is known without reading any file. */
  readonly isNamed: boolean;
  /** A name as long as {@link fileName}, as long as that is not known. */
  readonly provisionalName: string;
  readonly bytes: number;
  /** The content in order, padding included. */
  readonly parts: readonly Part[];
  placeOf(data: TensorData): ExternalPlace | undefined;
  /** Begins a reading of the content; when it has come to the end, the name is known. */
  read(): ContentReader;
  /** Another name for the same content, as names must be where one is taken: `NAME-2.<checksum>.data`. */
  nameNumber(number: number): string;
  /** Whether a name is one of {@link nameNumber}, as far as that is known without reading any file. */
  couldBeNamed(fileName: string): boolean;
}

/** A tensor in the file. */
interface Section extends ExternalPlace {
  readonly data: TensorData;
  readonly source: ByteSource;
  /** What determines every byte of drawn data; undefined where only the bytes tell. */
  readonly description: string | undefined;
}

/**
 * Lays out the tensors of a model that are large enough for an external file. Nothing is read.
 *
 * The checksum in the name is of the layout and the content; of data that is drawn, the description stands for the content,
 * because it determines every bit. So the same weights give the same name, and other weights never overwrite the old file.
 *
 * @param name the name before the checksum, without a folder
 * @param tensors the tensors in the order of the file
 * @param fileBytes reads tensors that lie in other files
 * @returns undefined where no tensor is large enough
 */
export function planExternalFile(
  name: string,
  tensors: Iterable<TensorData>,
  fileBytes: FileBytes | undefined,
): ExternalFilePlan | undefined {
  const sections = new Map<TensorData, Section>();
  let end = 0;
  for (const data of tensors) {
    const length = tensorByteLength(data);
    if (length < MIN_EXTERNAL_BYTES || sections.has(data)) continue;
    const alignment = length >= PAGE_BYTES ? PAGE_BYTES : SMALL_ALIGNMENT;
    const offset = Math.ceil(end / alignment) * alignment;
    const source = tensorSource(data, fileBytes);
    sections.set(data, { data, offset, length, source, description: describedBy(data) });
    end = offset + length;
  }
  return sections.size === 0 ? undefined : new SectionedFile(fileStem(name), sections, end);
}

/** The plan; it remembers the checksum once somebody has read the content. */
class SectionedFile implements ExternalFilePlan {
  readonly bytes: number;
  readonly isNamed: boolean;
  readonly parts: readonly Part[];
  readonly #stem: string;
  readonly #sections: ReadonlyMap<TensorData, Section>;
  #digest: string | undefined;

  constructor(stem: string, sections: ReadonlyMap<TensorData, Section>, bytes: number) {
    this.#stem = stem;
    this.#sections = sections;
    this.bytes = bytes;
    this.isNamed = [...sections.values()].every(
      ({ data, description }) => data.storage.kind === 'bytes' || description !== undefined,
    );
    const parts: Part[] = [];
    let end = 0;
    for (const { offset, length, data, source } of sections.values()) {
      if (offset > end) parts.push(new Uint8Array(offset - end));
      parts.push(data.storage.kind === 'bytes' ? data.storage.bytes : source);
      end = offset + length;
    }
    this.parts = parts;
  }

  get fileName(): string {
    return this.nameNumber(1);
  }

  get provisionalName(): string {
    return `${this.#stem}.${'0'.repeat(16)}.data`;
  }

  nameNumber(number: number): string {
    return `${this.#stem}${number === 1 ? '' : `-${number}`}.${this.#checksum()}.data`;
  }

  couldBeNamed(fileName: string): boolean {
    if (!fileName.startsWith(this.#stem)) return false;
    const digest = this.isNamed ? this.#checksum() : this.#digest;
    const [, found] = /^(?:-\d+)?\.([0-9a-f]{16})\.data$/.exec(fileName.slice(this.#stem.length)) ?? [];
    return found !== undefined && (digest === undefined || found === digest);
  }

  placeOf(data: TensorData): ExternalPlace | undefined {
    return this.#sections.get(data);
  }

  read(): ContentReader {
    return new SectionReader([...this.#sections.values()], (digest) => {
      this.#digest ??= digest;
    });
  }

  #checksum(): string {
    if (this.#digest === undefined) {
      const checksum = new Checksum();
      for (const section of this.#sections.values()) {
        beginSection(checksum, section);
        if (section.description === undefined) for (const chunk of syncChunks(section.source)) checksum.add(chunk);
      }
      this.#digest = checksum.digest();
    }
    return this.#digest;
  }
}

/** Adds to the checksum what comes of a tensor before its content, and in place of that where it is described. */
function beginSection(checksum: Checksum, { offset, data, description }: Section): void {
  checksum.addNumber(offset).addText(`${data.dtype}[${data.shape.join(', ')}]`);
  if (description !== undefined) checksum.addText(description);
}

/** Finds the sections in chunks of the whole file, which may end anywhere. */
class SectionReader implements ContentReader {
  readonly #checksum = new Checksum();
  readonly #sections: readonly Section[];
  readonly #done: (digest: string) => void;
  #at = 0;
  #next = 0;

  constructor(sections: readonly Section[], done: (digest: string) => void) {
    this.#sections = sections;
    this.#done = done;
  }

  add(chunk: Uint8Array): void {
    const [start, end] = [this.#at, this.#at + chunk.length];
    this.#at = end;
    for (;;) {
      const section = this.#sections[this.#next];
      if (!section || section.offset >= end) return;
      if (section.offset >= start) beginSection(this.#checksum, section);
      const [from, to] = [Math.max(section.offset, start), Math.min(section.offset + section.length, end)];
      if (section.description === undefined) this.#checksum.add(chunk.subarray(from - start, to - start));
      if (section.offset + section.length > end) return;
      this.#next++;
      if (this.#next === this.#sections.length) this.#done(this.#checksum.digest());
    }
  }
}

/** What determines every byte of drawn data. */
function describedBy({ storage }: TensorData): string | undefined {
  if (storage.kind === 'lazy') return storage.source.description;
  return storage.kind === 'bytes' ? storage.description : undefined;
}

/** The chunks of a source of tensor data, which never gives them asynchronously. */
export function syncChunks({ write }: ByteSource): Iterable<Uint8Array> {
  if (Symbol.iterator in write) return write;
  throw dimwiseError({ code: 'INTERNAL_INVARIANT', message: 'tensor data is read in synchronous chunks' });
}

/** A text that is safe as the start of a file name on every platform. */
function fileStem(name: string): string {
  return name.replace(/[^\w.-]+/g, '_').replace(/^[.-]+/, '_') || 'model';
}
