// Reads the metadata of GGUF files: values of all kinds, as texts.
import type { DimwiseError } from '../../../src/base/errors.ts';
import { type AllCheckpointLimits, beyondCheckpointLimit } from '../checkpoint-limits.ts';
import { malformedCheckpoint, shortName } from '../malformed-checkpoint.ts';
import type { GgufScanner } from './scanner.ts';

/** One kind of value (enum gguf_type of ggml). */
interface ValueKind {
  readonly name: string;
  /** The fewest bytes that a value takes. */
  readonly bytes: number;
  /** Reads a value as JSON; those that JSON does not have as a word. */
  readonly read: (reader: MetadataReader) => string;
}

const number = (name: string, bytes: number, read: (scanner: GgufScanner) => number | bigint): ValueKind => ({
  name,
  bytes,
  read: ({ scanner }) => String(read(scanner)),
});

const STRING = 8;

/** Every kind by its number. */
const KINDS: readonly ValueKind[] = [
  number('UINT8', 1, (scanner) => scanner.uint8()),
  number('INT8', 1, (scanner) => scanner.int8()),
  number('UINT16', 2, (scanner) => scanner.uint16()),
  number('INT16', 2, (scanner) => scanner.int16()),
  number('UINT32', 4, (scanner) => scanner.uint32()),
  number('INT32', 4, (scanner) => scanner.int32()),
  { name: 'FLOAT32', bytes: 4, read: ({ scanner }) => shortestFloat32(scanner.float32()) },
  { name: 'BOOL', bytes: 1, read: (reader) => reader.bool() },
  { name: 'STRING', bytes: 8, read: (reader) => JSON.stringify(reader.text('textBytes')) },
  { name: 'ARRAY', bytes: 12, read: (reader) => reader.array() },
  number('UINT64', 8, (scanner) => scanner.uint64()),
  number('INT64', 8, (scanner) => scanner.int64()),
  number('FLOAT64', 8, (scanner) => scanner.float64()),
];

/** Characters that a value of an array counts for at least: short ones take time and memory too. */
const LEAST_CHARACTERS = 8;

/** Arrays inside of arrays. */
const MOST_DEEP = 100;

/** The shortest decimal that gives a float32 again: 1e-5, not 0.000009999999747378752. */
function shortestFloat32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

/** An entry of metadata. */
export interface MetadataEntry {
  readonly key: string;
  /** The name of its kind: `UINT32`. */
  readonly kind: string;
  /** Texts as they are; numbers, `true`, `false` and arrays as JSON. */
  readonly text: string;
}

/** Reads entry after entry. */
export class MetadataReader {
  readonly scanner: GgufScanner;
  readonly #source: string;
  readonly #limits: AllCheckpointLimits;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #key = '';
  #depth = 0;
  /** Characters of the entry that is being read. */
  #length = 0;

  constructor(scanner: GgufScanner, source: string, limits: AllCheckpointLimits) {
    this.scanner = scanner;
    this.#source = source;
    this.#limits = limits;
  }

  /** @throws CHECKPOINT_MALFORMED, CHECKPOINT_LIMIT when there is no entry, or none that can be */
  entry(): MetadataEntry {
    this.#key = '';
    this.#length = 0;
    this.#key = this.text('nameBytes');
    const kind = this.scanner.uint32();
    if (kind === STRING) return { key: this.#key, kind: 'STRING', text: this.text('textBytes') };
    const row = this.#kind(kind);
    return { key: this.#key, kind: row.name, text: row.read(this) };
  }

  /** A text behind its length. Bytes that are no UTF-8, as tokens may have them, become U+FFFD. */
  text(limit: 'nameBytes' | 'textBytes'): string {
    const length = this.scanner.uint64();
    if (length > BigInt(this.#limits[limit]))
      throw beyondCheckpointLimit(limit, this.#limits[limit], {
        source: this.#source,
        what: `the text at byte ${this.scanner.position}${this.#of()} has ${length} bytes`,
      });
    if (length > BigInt(this.scanner.left)) throw this.scanner.ended();
    return this.#decoder.decode(this.scanner.bytes(Number(length)));
  }

  bool(): string {
    const byte = this.scanner.uint8();
    if (byte > 1) throw this.#malformed(`has the truth value ${byte}, which is neither 0 nor 1`);
    return byte === 1 ? 'true' : 'false';
  }

  /** An array as JSON. */
  array(): string {
    if (this.#depth === MOST_DEEP) throw this.#malformed(`has arrays nested ${MOST_DEEP} deep`);
    this.#depth += 1;
    const kind = this.#kind(this.scanner.uint32());
    const count = this.scanner.uint64();
    if (count * BigInt(kind.bytes) > BigInt(this.scanner.left))
      throw this.#malformed(
        `is an array of ${count} values of ${kind.name}, the file has ${this.scanner.left} bytes left`,
      );
    this.#requireRoom(Number(count) * LEAST_CHARACTERS);
    const values: string[] = [];
    for (let i = Number(count); i > 0; i--) {
      const value = kind.read(this);
      this.#length += Math.max(LEAST_CHARACTERS, value.length + 1);
      this.#requireRoom(0);
      values.push(value);
    }
    this.#depth -= 1;
    return `[${values.join(',')}]`;
  }

  #requireRoom(more: number): void {
    const { textBytes } = this.#limits;
    if (this.#length + more <= textBytes) return;
    throw beyondCheckpointLimit('textBytes', textBytes, {
      source: this.#source,
      what: `its metadata "${shortName(this.#key)}" is longer as a text`,
    });
  }

  #kind(kind: number): ValueKind {
    const row = KINDS[kind];
    if (row) return row;
    throw this.#malformed(`has a value of kind ${kind}; the kinds are 0 to ${KINDS.length - 1}`);
  }

  #of(): string {
    return this.#key === '' ? '' : ` of metadata "${shortName(this.#key)}"`;
  }

  #malformed(fact: string): DimwiseError {
    return malformedCheckpoint(this.#source, `its metadata "${shortName(this.#key)}" ${fact}`);
  }
}
