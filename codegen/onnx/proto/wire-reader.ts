// The reader of protobufjs made strict: every length, varint and text is checked, and an error names field and byte.
import { dimwiseError } from '../../../src/base/errors.ts';
import type { FieldPath } from './field-path.ts';
import type { Gap, LazyBytes, PiecedBytes } from './lazy-bytes.ts';
import { Reader } from './protobuf.ts';

/** The wire types of protobuf. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

const WIRE_NAMES = ['a varint', '8 bytes', 'bytes with their length', 'a group', 'the end of a group', '4 bytes'];

/** Names a wire type for an error message. */
export const wireName = (wire: number): string => WIRE_NAMES[wire] ?? `wire type ${wire}`;

// A byte order mark is part of the text: dropping it would lose it.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Texts of up to so many bytes are taken for names. */
const MAX_NAME = 64;
/** How many of the last names are kept; a power of two. */
const RECENT_TEXTS = 4096;
/** Lists of character codes by length, used again and again: what is made of one is a flat text, which maps find fast. */
const CODES: readonly number[][] = Array.from({ length: MAX_NAME + 1 }, (_, length) => Array<number>(length).fill(0));

/**
 * Reads the wire format from `pos` to `len`, which is the end of the message being read.
 *
 * protobufjs 6 itself accepts a varint cut off at the end of its input, takes lengths modulo 2^32, replaces
 * invalid UTF-8 and skips groups of any depth; the methods here do not.
 */
export class WireReader extends Reader {
  /** The field being read, for error messages. */
  readonly path: FieldPath;
  /** The lower 32 bits of the last varint, with sign. */
  low = 0;
  /** The upper 32 bits of the last varint, with sign. */
  high = 0;

  /** The byte of the whole input at which `buf` starts; another one behind each gap. */
  base = 0;
  readonly #gaps: readonly Gap[];
  #nextGap = 0;
  readonly #recent: (string | undefined)[] = Array<undefined>(RECENT_TEXTS).fill(undefined);

  /**
   * @param input the whole input, or all but the raw data of some tensors
   * @param path the place to name in errors
   */
  constructor(input: Uint8Array | PiecedBytes, path: FieldPath) {
    super(input instanceof Uint8Array ? input : input.first);
    this.path = path;
    this.len = input.length;
    this.#gaps = input instanceof Uint8Array ? [] : input.gaps;
  }

  /** Whether all of the input was looked at. */
  get isThrough(): boolean {
    return this.#nextGap === this.#gaps.length;
  }

  /**
   * Throws for malformed input.
   *
   * @param fault what is wrong, in words that follow the name of a field
   * @param at the byte offset
   * @throws ONNX_MALFORMED always
   */
  fail(fault: string, at: number = this.pos, facts: { expected?: string; actual?: string; hint?: string } = {}): never {
    throw dimwiseError({
      code: 'ONNX_MALFORMED',
      message: `${this.path}: ${fault} at byte ${this.base + at}`,
      ...facts,
    });
  }

  /** Checks that so many bytes of the message are left. */
  need(bytes: number): void {
    const left = this.len - this.pos;
    if (bytes > left) {
      this.fail(`needs ${bytes} bytes, its message has ${left} left`, this.pos, {
        expected: `${bytes} bytes`,
        actual: `${left} bytes`,
      });
    }
  }

  /** Reads a varint of up to 64 bits into `low` and `high`; one that is longer than it need be is fine. */
  varint(): void {
    const { buf, len } = this;
    const start = this.pos;
    let low = 0;
    let high = 0;
    for (let place = 0; place < 10; place++) {
      if (this.pos >= len) this.fail('varint is cut off', start);
      const byte = buf[this.pos++] ?? 0;
      const bits = byte & 0x7f;
      if (place < 4) {
        low |= bits << (7 * place);
      } else if (place === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else {
        if (place === 9 && byte > 1) this.fail('varint exceeds 64 bits', start);
        high |= bits << (7 * place - 32);
      }
      if (byte < 0x80) break;
    }
    this.low = low;
    this.high = high;
  }

  /** Reads a tag: field number times 8 plus wire type. */
  tag(): number {
    const start = this.pos;
    this.varint();
    const tag = this.low >>> 0;
    if (this.high !== 0 || tag < 8) this.fail('tag has no valid field number', start);
    if ((tag & 7) > WIRE.fixed32) this.fail(`tag has the undefined wire type ${tag & 7}`, start);
    return tag;
  }

  /** Reads a length and checks that so many bytes follow. */
  length(): number {
    const start = this.pos;
    this.varint();
    const length = (this.high >>> 0) * 0x100000000 + (this.low >>> 0);
    const left = this.len - this.pos;
    if (length > left) {
      this.fail(`declares ${length} bytes, its message has ${left} left`, start, {
        expected: `at most ${left} bytes`,
        actual: `${length} bytes`,
      });
    }
    return length;
  }

  /** Reads a varint as a signed integer of 32 bits; bits above are dropped, as protobuf prescribes. */
  override int32(): number {
    this.varint();
    return this.low;
  }

  /** Reads a float. */
  override float(): number {
    this.need(4);
    return super.float();
  }

  /** Reads bytes as a view of the input. */
  override bytes(): Uint8Array {
    const length = this.length();
    const start = this.pos;
    this.pos += length;
    return this.buf.subarray(start, this.pos);
  }

  /** Reads the raw data of a tensor: a view of the input, or what stands for a range that was left in its file. */
  rawData(): Uint8Array | LazyBytes {
    const gap = this.#gaps[this.#nextGap];
    const tagEnd = this.pos;
    const length = this.length();
    const start = this.pos;
    this.pos += length;
    if (gap === undefined || this.base + start !== gap.start) return this.buf.subarray(start, this.pos);
    if (length !== gap.data.length) this.fail('is not where it was found', tagEnd);
    // From here on all places are counted from the end of the gap.
    this.#nextGap++;
    this.len -= this.pos;
    this.base += this.pos;
    this.pos = 0;
    this.buf = gap.next;
    return gap.data;
  }

  /** Reads a text in UTF-8. */
  override string(): string {
    const length = this.length();
    const start = this.pos;
    this.pos += length;
    if (length <= MAX_NAME) {
      const text = this.#ascii(start);
      if (text !== undefined) return text;
    }
    try {
      return UTF8.decode(this.buf.subarray(start, this.pos));
    } catch {
      return this.fail('is not valid UTF-8', start);
    }
  }

  /** Reads the bytes from a start to `pos` if they are all ASCII: faster for names than a decoder. */
  #ascii(start: number): string | undefined {
    const { buf, pos } = this;
    // A name occurs where it is made and where it is read: the text made first serves both, and is found by identity.
    let hash = pos - start;
    for (let at = start; at < pos; at++) {
      const byte = buf[at] ?? 0;
      if (byte > 0x7f) return undefined;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const slot = (hash ^ (hash >>> 15)) & (RECENT_TEXTS - 1);
    const recent = this.#recent[slot];
    if (recent !== undefined && this.#isText(recent, start)) return recent;
    const codes = CODES[pos - start] ?? [];
    for (let at = start; at < pos; at++) codes[at - start] = buf[at] ?? 0;
    const text = String.fromCharCode.apply(undefined, codes);
    this.#recent[slot] = text;
    return text;
  }

  #isText(text: string, start: number): boolean {
    const { buf, pos } = this;
    if (text.length !== pos - start) return false;
    for (let at = start; at < pos; at++) if (text.charCodeAt(at - start) !== buf[at]) return false;
    return true;
  }

  /**
   * Skips the value of a field, whose tag is read already.
   *
   * @param tag the tag
   * @param depth how many groups may be open at once
   */
  skipField(tag: number, depth: number): void {
    const open: number[] = [];
    for (let current = tag; ; current = this.tag()) {
      const at = this.pos;
      switch (current & 7) {
        case WIRE.varint:
          this.varint();
          break;
        case WIRE.fixed64:
          this.need(8);
          this.pos += 8;
          break;
        case WIRE.bytes:
          this.bytes();
          break;
        case WIRE.fixed32:
          this.need(4);
          this.pos += 4;
          break;
        case WIRE.groupStart:
          if (open.length >= depth) this.fail('unknown groups are nested too deep', at);
          open.push(current >>> 3);
          break;
        default:
          if (open.pop() !== current >>> 3) this.fail(`group ${current >>> 3} ends without a start`, at);
      }
      if (open.length === 0) return;
    }
  }
}
