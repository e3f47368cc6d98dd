// Reads the tokens of graph text: names, numbers, quoted texts, punctuation; knows where it stands.
import { dimwiseError } from '../base/errors.ts';

/** A place in a text that is read from left to right; white space and comments are skipped before each token. */
export class TextScanner {
  readonly #text: string;
  /** The index of the next character. */
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether nothing is left. */
  get atEnd(): boolean {
    this.#skip();
    return this.at >= this.#text.length;
  }

  /** Whether the next token is `token`, which stays. */
  sees(token: string): boolean {
    this.#skip();
    return this.#text.startsWith(token, this.at);
  }

  /** Whether `token` follows at once, without space. */
  touches(token: string): boolean {
    return this.#text.startsWith(token, this.at);
  }

  /** Takes `token` where it is next. */
  take(token: string): boolean {
    if (!this.sees(token)) return false;
    this.at += token.length;
    return true;
  }

  /** @throws GRAPH_TEXT_SYNTAX unless `token` is next */
  expect(token: string): void {
    if (!this.take(token)) this.fail(`"${token}"`);
  }

  /** Takes what a sticky pattern matches; undefined where it does not match here. */
  match(pattern: RegExp): string | undefined {
    this.#skip();
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined || found === '') return undefined;
    this.at += found.length;
    return found;
  }

  /** A bare word of letters, digits and underscores. */
  word(): string | undefined {
    return this.match(/[A-Za-z_]\w*/y);
  }

  /** A text in double quotes; undefined where none stands here. */
  quoted(): string | undefined {
    const found = this.match(/"(?:[^"\\]|\\[^])*"/y);
    return found?.slice(1, -1).replaceAll(/\\([^])/g, (_, char: string) => (char === 'n' ? '\n' : char));
  }

  /** A name: a word, a quoted text, or a number behind `%`; undefined where none stands here. */
  maybeName(): string | undefined {
    return this.match(/%\d+/y) ?? this.word() ?? this.quoted();
  }

  /** @throws GRAPH_TEXT_SYNTAX where no name is next */
  name(what: string): string {
    return this.maybeName() ?? this.fail(what);
  }

  /** A number as it is written, signs, infinities and NaN included. */
  number(): string | undefined {
    return this.match(/-?(?:inf|nan)\b|[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?/y);
  }

  /** The text of a comment that ends the line at hand; undefined where the line ends otherwise. */
  lineComment(): string | undefined {
    const pattern = /[ \t]*#([^\n]*)/y;
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.at += match[0].length;
    return match[1]?.trim();
  }

  /** Elements between `open` and `close`, with commas between them. */
  list<T>(open: string, close: string, element: () => T): T[] {
    this.expect(open);
    const elements: T[] = [];
    while (!this.take(close)) {
      if (elements.length > 0) this.expect(',');
      elements.push(element());
    }
    return elements;
  }

  /** @throws GRAPH_TEXT_SYNTAX always, with line and column */
  fail(expected: string): never {
    this.#skip();
    const before = this.#text.slice(0, this.at);
    const line = before.split('\n').length;
    const column = before.length - before.lastIndexOf('\n');
    const found = this.#text.slice(this.at, this.at + 20).split('\n')[0] || 'the end';
    throw dimwiseError({
      code: 'GRAPH_TEXT_SYNTAX',
      message: `graph text, line ${line}, column ${column}: expected ${expected}, found ${found === 'the end' ? found : `"${found}"`}`,
      expected,
      actual: found,
    });
  }

  #skip(): void {
    const pattern = /(?:\s|#[^\n]*)*/y;
    pattern.lastIndex = this.at;
    pattern.exec(this.#text);
    this.at = pattern.lastIndex;
  }
}
