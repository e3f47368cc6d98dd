// Reads JSON (RFC 8259) piece by piece from a file: nothing is built that the caller does not ask for, nothing recurses.
import type { DimwiseError } from '../../src/base/errors.ts';
import type { PositionedBytes } from './positioned-bytes.ts';

/** The text that is read. */
export interface JsonText {
  readonly file: PositionedBytes;
  /** The first byte of the text. */
  readonly start: number;
  /** The byte behind it. */
  readonly end: number;
  /** Makes the error of text that is no such JSON; the fact is a clause: `its header has no name at byte 17`. */
  readonly fail: (fact: string) => DimwiseError;
  /** Makes the error of a text of more bytes than were allowed. */
  readonly failLong: (most: number) => DimwiseError;
}

/** So many bytes are read at a time. */
const WINDOW_BYTES = 2 ** 16;
/** Values that nobody asks for are skipped to this depth. */
const MOST_DEPTH = 100;
/** So many of them are skipped; nobody writes any. */
const MOST_SKIPPED = 10_000;

/** Texts of so many bytes are looked for among those that were read before, by a place that a few bytes tell. */
const SHORT = 16;
const KNOWN_TEXTS = 64;

const code = (character: string): number => character.charCodeAt(0);
const [QUOTE, BACKSLASH, COMMA, COLON] = [code('"'), code('\\'), code(','), code(':')];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [code('{'), code('}'), code('['), code(']')];
const [ZERO, NINE] = [code('0'), code('9')];

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What stands next in JSON that cannot be read; a byte as its character where it has one. */
const inWords = (byte: number): string =>
  byte < 0 ? 'its end' : byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${byte.toString(16)}`;

/** A reader of one JSON text. */
export class JsonScanner {
  readonly #text: JsonText;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart: number;
  #at = 0;
  #skipped = 0;
  /** Of the string that was found last. */
  #isEscaped = false;
  #isAscii = false;
  readonly #known: string[] = [];

  constructor(text: JsonText) {
    this.#text = text;
    this.#windowStart = text.start;
  }

  /** The position of the next byte, from the start of the text. */
  get position(): number {
    return this.#windowStart + this.#at - this.#text.start;
  }

  /**
   * Reads an object.
   *
   * @param most the most bytes of a name
   * @param onName gets each name as it comes, also for the second time, and reads the value
   */
  object(most: number, onName: (name: string) => void): void {
    this.#expect(OPEN_BRACE, 'an object');
    if (this.#takes(CLOSE_BRACE)) return;
    do {
      const name = this.string(most);
      this.#expect(COLON, "':'");
      onName(name);
    } while (this.#takes(COMMA));
    this.#expect(CLOSE_BRACE, "',' or '}'");
  }

  /** Reads an array; `onItem` reads each item. */
  array(onItem: () => void): void {
    this.#expect(OPEN_BRACKET, 'an array');
    if (this.#takes(CLOSE_BRACKET)) return;
    do onItem();
    while (this.#takes(COMMA));
    this.#expect(CLOSE_BRACKET, "',' or ']'");
  }

  /** Reads a string of at most so many bytes. */
  string(most: number): string {
    this.#expect(QUOTE, 'a text in quotes');
    const length = this.#stringEnd(most);
    const at = this.#at;
    this.#at += length + 1;
    if (length <= SHORT && this.#isAscii && !this.#isEscaped) return this.#shortText(at, length);
    const bytes = this.#window.subarray(at, at + length);
    const from = this.position - length - 1;
    const text = this.#isAscii ? asciiText(bytes) : this.#decode(bytes, from);
    return this.#isEscaped ? this.#unescape(text, from) : text;
  }

  /** A short text, the one that was read before where it is the same: names of fields and types stand in each entry. */
  #shortText(at: number, length: number): string {
    const window = this.#window;
    const place = ((window[at] ?? 0) * 5 + (window[at + length - 1] ?? 0) + length) % KNOWN_TEXTS;
    const known = this.#known[place];
    if (known !== undefined && known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === window[at + i]) i++;
      if (i === length) return known;
    }
    const text = asciiText(window.subarray(at, at + length));
    this.#known[place] = text;
    return text;
  }

  #decode(bytes: Uint8Array, from: number): string {
    try {
      return decoder.decode(bytes);
    } catch {
      throw this.#text.fail(`the text at byte ${from} is no UTF-8`);
    }
  }

  /** Reads an integer from 0 to 2^53 - 1. */
  integer(): number {
    this.#skipSpace();
    const from = this.position;
    let value = 0;
    let digits = 0;
    for (let byte = this.#peek(); byte >= ZERO && byte <= NINE; byte = this.#peek()) {
      if (digits > 0 && value === 0) throw this.#text.fail(`the number at byte ${from} starts with 0`);
      value = value * 10 + (byte - ZERO);
      if (value > Number.MAX_SAFE_INTEGER) throw this.#text.fail(`the number at byte ${from} is beyond 2^53 - 1`);
      digits++;
      this.#at++;
    }
    const next = this.#peek();
    if (digits > 0 && !goesOnAsNumber(next)) return value;
    throw this.#text.fail(`at byte ${from} stands ${inWords(next)} in place of a whole number from 0 on`);
  }

  /** Goes behind `null` where it stands next. */
  takesNull(): boolean {
    this.#skipSpace();
    if (this.#peek() !== code('n')) return false;
    this.#skipWord();
    return true;
  }

  /**
   * Goes behind a value of any kind.
   *
   * @param most the most bytes of a text in it
   */
  skip(most: number, depth = 0): void {
    if (++this.#skipped > MOST_SKIPPED)
      throw this.#text.fail(`it has more than ${MOST_SKIPPED} values that are no part of the format`);
    this.#skipSpace();
    const byte = this.#peek();
    if (byte === QUOTE) this.string(most);
    else if (byte !== OPEN_BRACE && byte !== OPEN_BRACKET) this.#skipWord();
    else if (depth === MOST_DEPTH) throw this.#text.fail(`at byte ${this.position} it is nested ${MOST_DEPTH} deep`);
    else if (byte === OPEN_BRACE) this.object(most, () => this.skip(most, depth + 1));
    else this.array(() => this.skip(most, depth + 1));
  }

  /** Makes sure that only spaces are left. */
  end(): void {
    this.#skipSpace();
    const byte = this.#peek();
    if (byte >= 0) throw this.#text.fail(`at byte ${this.position} ${inWords(byte)} follows its end`);
  }

  /** Goes behind a number, true, false or null. */
  #skipWord(): void {
    const from = this.position;
    let word = '';
    for (let byte = this.#peek(); byte >= 0 && WORD.test(String.fromCharCode(byte)); byte = this.#peek()) {
      if (word.length === MOST_WORD) break;
      word += String.fromCharCode(byte);
      this.#at++;
    }
    if (!/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(word))
      throw this.#text.fail(
        `at byte ${from} stands ${word === '' ? inWords(this.#peek()) : `"${word}"`}, which is no value`,
      );
  }

  /** Finds the length of the string that starts here, and what is in it, and makes the window hold it whole. */
  #stringEnd(most: number): number {
    let high = 0;
    this.#isEscaped = false;
    let window = this.#window;
    for (let length = 0; ; length++) {
      if (this.#at + length >= window.length) {
        this.#more();
        window = this.#window;
      }
      const byte = window[this.#at + length];
      if (byte === undefined) throw this.#text.fail(`the text at byte ${this.position} has no end`);
      if (byte === QUOTE) {
        this.#isAscii = high < 0x80;
        return length;
      }
      if (length >= most) throw this.#text.failLong(most);
      if (byte < 0x20) {
        throw this.#text.fail(`the text at byte ${this.position} has the control character ${inWords(byte)}`);
      }
      high |= byte;
      if (byte !== BACKSLASH) continue;
      this.#isEscaped = true;
      // What is escaped may be a quote.
      length++;
    }
  }

  #unescape(text: string, from: number): string {
    try {
      const plain: unknown = JSON.parse(`"${text}"`);
      // Half of a surrogate pair is no character, and could not be written again.
      if (typeof plain === 'string' && !/\p{Surrogate}/u.test(plain)) return plain;
    } catch {
      // An escape that JSON does not have; told below.
    }
    throw this.#text.fail(`the text at byte ${from} has an escape that is none of JSON`);
  }

  #expect(wanted: number, what: string): void {
    this.#skipSpace();
    const byte = this.#peek();
    if (byte !== wanted) throw this.#text.fail(`at byte ${this.position} stands ${inWords(byte)} in place of ${what}`);
    this.#at++;
  }

  #takes(wanted: number): boolean {
    this.#skipSpace();
    if (this.#peek() !== wanted) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    do {
      const window = this.#window;
      let at = this.#at;
      while (at < window.length && isSpace(window[at])) at++;
      this.#at = at;
      // Behind the last byte of the window there may be more.
    } while (this.#at === this.#window.length && this.#more());
  }

  /** The next byte; -1 at the end. */
  #peek(): number {
    if (this.#at === this.#window.length) this.#more();
    return this.#window[this.#at] ?? -1;
  }

  /** Reads on; what was not taken yet stays in the window. @returns false at the end */
  #more(): boolean {
    const { file, end } = this.#text;
    const kept = this.#window.subarray(this.#at);
    const from = this.#windowStart + this.#window.length;
    // A text that goes on and on is read with ever larger steps.
    const length = Math.min(Math.max(WINDOW_BYTES, kept.length), end - from);
    if (length <= 0) return false;
    const window = new Uint8Array(kept.length + length);
    window.set(kept);
    file.read(window.subarray(kept.length), from);
    this.#windowStart += this.#at;
    this.#at = 0;
    this.#window = window;
    return true;
  }
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Texts of more characters are made in pieces: a call takes so many arguments. */
const PIECE = 4096;

/** Short texts are made faster so than by a decoder. */
function asciiText(bytes: Uint8Array): string {
  if (bytes.length <= PIECE) return Reflect.apply(String.fromCharCode, undefined, bytes);
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += asciiText(bytes.subarray(at, at + PIECE));
  return text;
}

/** What makes a number out of digits that is no whole number. */
const goesOnAsNumber = (byte: number): boolean => byte === code('.') || byte === code('e') || byte === code('E');
const WORD = /[\w+.-]/;
/** No number needs more characters. */
const MOST_WORD = 64;
