// Reads the header of a safetensors file: which tensors it has, of which type and shape, and where.
import type { DimwiseError } from '../../src/base/errors.ts';
import { DTYPES, type DType } from '../../src/ir/dtype.ts';
import { type AllCheckpointLimits, beyondCheckpointLimit } from './checkpoint-limits.ts';
import { JsonScanner } from './json-scanner.ts';
import { malformedCheckpoint, shortName } from './malformed-checkpoint.ts';
import type { PositionedBytes } from './positioned-bytes.ts';
import { dtypeOfSafetensors, SAFETENSORS_DTYPES } from './safetensors-dtypes.ts';

/** What the header says of one tensor; positions count from the end of the header. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The first byte of its elements. */
  readonly begin: number;
  /** The byte behind them. */
  readonly end: number;
}

/** What a header says. */
export interface SafetensorsHeader {
  /** In the order of the file; each has a name of its own. */
  readonly entries: readonly HeaderEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** The name under which the header holds texts, not a tensor. */
export const METADATA_NAME = '__metadata__';

/** The axes that tensors may have on average, where there are as many as there may be. */
const MOST_AXES = 8;
/** Names and texts may have so many times the bytes of the longest text. */
const MOST_TEXTS = 2;

/** Where a header lies in its file. */
export interface HeaderPlace {
  readonly file: PositionedBytes;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a header. That every tensor's bytes fit its type and shape is checked; whether they lie in the file is not.
 *
 * @throws CHECKPOINT_MALFORMED when it is no such JSON, names a tensor twice, or says of one what cannot be
 * @throws CHECKPOINT_LIMIT when it has more tensors, or longer names, than the limits allow
 */
export function readSafetensorsHeader(place: HeaderPlace, limits: AllCheckpointLimits): SafetensorsHeader {
  return new HeaderReader(place, limits).read();
}

class HeaderReader {
  readonly #source: string;
  readonly #limits: AllCheckpointLimits;
  readonly #json: JsonScanner;
  readonly #entries: HeaderEntry[] = [];
  readonly #names = new Set<string>();
  readonly #metadata = new Map<string, string>();
  #hasMetadata = false;
  /** The characters of all names and texts. */
  #characters = 0;
  #axes = 0;
  #tensor: string | undefined;
  // The fields of the tensor that is being read; members, because there may be many tensors.
  #dtypeText: string | undefined;
  #shape: readonly number[] | undefined;
  #offsets: readonly number[] | undefined;
  readonly #sizes: number[] = [];
  #sizeCount = 0;
  #mostSizes = 0;

  constructor({ file, start, end }: HeaderPlace, limits: AllCheckpointLimits) {
    this.#source = file.source;
    this.#limits = limits;
    this.#json = new JsonScanner({
      file,
      start,
      end,
      fail: (fact) => this.#unreadable(fact),
      failLong: (most) => this.#failLong(most),
    });
  }

  read(): SafetensorsHeader {
    const { nameBytes } = this.#limits;
    this.#json.object(nameBytes, (name) => {
      if (name === METADATA_NAME) this.#texts();
      else this.#entry(name);
    });
    this.#json.end();
    return { entries: this.#entries, metadata: this.#metadata };
  }

  #texts(): void {
    const { nameBytes, textBytes } = this.#limits;
    if (this.#hasMetadata) throw this.#malformed(`its header has ${METADATA_NAME} twice`);
    this.#hasMetadata = true;
    if (this.#json.takesNull()) return;
    this.#json.object(nameBytes, (key) => {
      if (this.#metadata.has(key)) throw this.#malformed(`its metadata has "${shortName(key)}" twice`);
      const text = this.#json.string(textBytes);
      this.#metadata.set(key, text);
      this.#characters += key.length + text.length;
      this.#count('metadata has', key);
    });
  }

  #entry(name: string): void {
    if (this.#names.has(name)) throw this.#malformed('is in the header twice', name);
    this.#tensor = name;
    this.#forgetFields();
    this.#json.object(this.#limits.nameBytes, this.#field);
    const dtype = this.#dtypeText;
    const shape = this.#shape;
    const offsets = this.#offsets;
    const missing = dtype === undefined ? 'dtype' : shape ? 'data_offsets' : 'shape';
    if (dtype === undefined || !shape || !offsets) throw this.#malformed(`has no field ${missing}`, name);
    const begin = offsets[0];
    const end = offsets[1];
    if (begin === undefined || end === undefined) throw this.#malformed('has one offset in place of two', name);
    const entry = { name, dtype: this.#dtype(name, dtype), shape, begin, end };
    this.#checkBytes(entry);
    this.#entries.push(entry);
    this.#names.add(name);
    this.#characters += name.length;
    this.#axes += shape.length;
    this.#count('header has tensor', name);
    this.#tensor = undefined;
  }

  #forgetFields(): void {
    this.#dtypeText = undefined;
    this.#shape = undefined;
    this.#offsets = undefined;
  }

  readonly #field = (field: string): void => {
    const { nameBytes, rank, textBytes } = this.#limits;
    if (field === 'dtype' && this.#dtypeText === undefined) this.#dtypeText = this.#json.string(nameBytes);
    else if (field === 'shape' && !this.#shape) this.#shape = this.#readSizes(rank);
    else if (field === 'data_offsets' && !this.#offsets) this.#offsets = this.#readSizes(2);
    else if (field === 'dtype' || field === 'shape' || field === 'data_offsets')
      throw this.#malformed(`has the field ${field} twice`);
    else this.#json.skip(textBytes);
  };

  #readSizes(most: number): readonly number[] {
    this.#sizeCount = 0;
    this.#mostSizes = most;
    this.#json.array(this.#size);
    // A list that grew has room for more.
    return this.#sizes.slice(0, this.#sizeCount);
  }

  readonly #size = (): void => {
    if (this.#sizeCount === this.#mostSizes) throw this.#tooMany(this.#mostSizes);
    this.#sizes[this.#sizeCount++] = this.#json.integer();
  };

  #tooMany(most: number): DimwiseError {
    if (most === 2) return this.#malformed('has more than two offsets', this.#tensor);
    const what = `tensor "${shortName(this.#tensor ?? '')}" has more axes`;
    return beyondCheckpointLimit('rank', most, { source: this.#source, what, tensor: this.#tensor });
  }

  #dtype(name: string, text: string): DType {
    const dtype = dtypeOfSafetensors(text);
    if (dtype) return dtype;
    throw this.#malformed(`has elements of ${shortName(text)}, a type that safetensors 0.8 does not have`, name, {
      expected: SAFETENSORS_DTYPES.join(', '),
      actual: shortName(text),
      hint: `the types are ${SAFETENSORS_DTYPES.join(', ')}`,
    });
  }

  #checkBytes({ name, dtype, shape, begin, end }: HeaderEntry): void {
    const bits = bitsOf(dtype, shape);
    if (bits !== undefined && bits % 8 === 0 && begin <= end && end - begin === bits / 8) return;
    const sizes = `${dtype}[${shape.slice(0, 16).join(', ')}${shape.length > 16 ? ', ...' : ''}]`;
    if (bits === undefined) throw this.#malformed(`is ${sizes}, which has too many elements`, name);
    if (bits % 8 !== 0) throw this.#malformed(`is ${sizes}, which ends inside of a byte`, name);
    if (begin > end) throw this.#malformed(`lies at bytes ${begin} to ${end}, which end before they begin`, name);
    throw this.#malformed(
      `is ${sizes}, which takes ${bits / 8} bytes; its offsets ${begin} and ${end} hold ${end - begin}`,
      name,
      {
        expected: `${bits / 8} bytes`,
        actual: `${end - begin} bytes`,
      },
    );
  }

  /** Counts one more tensor or text: `header has tensor`, and its name. */
  #count(what: string, name: string): void {
    const { tensors, textBytes } = this.#limits;
    const source = this.#source;
    if (this.#entries.length + this.#metadata.size > tensors)
      throw beyondCheckpointLimit('tensors', tensors, {
        source,
        what: `its ${what} "${shortName(name)}" as number ${tensors + 1}`,
      });
    // Tensors of many axes, and long names, take memory as many tensors do.
    if (this.#axes > MOST_AXES * tensors)
      throw beyondCheckpointLimit('tensors', tensors, { source, what: `its tensors have ${this.#axes} axes together` });
    if (this.#characters > MOST_TEXTS * textBytes) {
      const long = `its names and texts have ${this.#characters} characters together`;
      throw beyondCheckpointLimit('textBytes', textBytes, { source, what: long });
    }
  }

  #failLong(most: number): DimwiseError {
    const name = most === this.#limits.nameBytes ? 'nameBytes' : 'textBytes';
    const what = `the text at byte ${this.#json.position} of its header is longer`;
    return beyondCheckpointLimit(name, most, { source: this.#source, what, tensor: this.#tensor });
  }

  #unreadable(fact: string): DimwiseError {
    const at = this.#tensor === undefined ? '' : ` at tensor "${shortName(this.#tensor)}"`;
    return malformedCheckpoint(this.#source, `its header cannot be read${at}: ${fact}`);
  }

  #malformed(fact: string, tensor = this.#tensor, facts: { expected?: string; actual?: string; hint?: string } = {}) {
    return malformedCheckpoint(this.#source, fact, { tensor, ...facts });
  }
}

/** The bits that the elements take; undefined where they are beyond the numbers of JavaScript. */
function bitsOf(dtype: DType, shape: readonly number[]): number | undefined {
  // A zero anywhere makes the tensor empty, whatever the other sizes multiply to.
  if (shape.includes(0)) return 0;
  let bits: number = DTYPES[dtype].bits;
  for (const size of shape) {
    bits *= size;
    if (bits > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return bits;
}
