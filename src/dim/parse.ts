// The parser of dims and of the relations between them.
import { dimwiseError } from '../base/errors.ts';
import { add, broadcast, ceilDiv, floorDiv, maxOf, minOf, mod, mul, neg } from './arithmetic.ts';
import { constant, type Dim, symbol } from './dim.ts';

const MAX_NESTING = 200;
/** Longer texts are refused: hostile ones would take long to normalise. */
const MAX_TOKENS = 4096;
const TOKEN = /\s*(?:(\d+)|([A-Za-z_][A-Za-z0-9_]*)|"((?:[^"\\]|\\["\\])*)"|(\/\/|==|<=|>=|[-+*%(),|]))/y;

interface Token {
  readonly kind: 'number' | 'word' | 'quoted' | 'sign' | 'end';
  readonly text: string;
  /** Counted from 1. */
  readonly position: number;
}

/** Reads the tokens of one text; constraints are read with it too. */
export class DimParser {
  readonly #text: string;
  readonly #pattern = new RegExp(TOKEN);
  #token: Token;
  #depth = 0;
  #count = 0;

  constructor(text: string) {
    this.#text = text;
    this.#token = this.#read();
  }

  /** The end of the text must have come. */
  finish(): void {
    if (this.#token.kind !== 'end') throw this.unexpected('the end');
  }

  /** Reads an expression. */
  sum(): Dim {
    this.#depth += 1;
    if (this.#depth > MAX_NESTING)
      throw this.#error(`an expression nested at most ${MAX_NESTING} deep`, 'a deeper one');
    const addends = [this.#product()];
    for (;;) {
      if (this.take('+')) addends.push(this.#product());
      else if (this.take('-')) addends.push(neg(this.#product()));
      else break;
    }
    this.#depth -= 1;
    return addends.length === 1 ? (addends[0] ?? constant(0)) : add(...addends);
  }

  /** Reads a word where it comes next and is the given one. */
  takeWord(word: string): boolean {
    if (this.#token.kind !== 'word' || this.#token.text !== word) return false;
    this.#advance();
    return true;
  }

  #product(): Dim {
    let result = this.#signed();
    for (;;) {
      if (this.take('*')) result = mul(result, this.#signed());
      else if (this.take('//')) result = floorDiv(result, this.#signed());
      else if (this.take('%')) result = mod(result, this.#signed());
      else return result;
    }
  }

  #signed(): Dim {
    let negative = false;
    while (this.take('-')) negative = !negative;
    const result = this.#atom();
    return negative ? neg(result) : result;
  }

  #atom(): Dim {
    const token = this.#token;
    if (token.kind === 'number') {
      this.#advance();
      return constant(Number(token.text));
    }
    if (token.kind === 'quoted') {
      this.#advance();
      return symbol(token.text);
    }
    if (token.kind === 'word') {
      this.#advance();
      return this.#word(token);
    }
    if (!this.take('(')) throw this.unexpected('a number, a name or "("');
    const inner = this.sum();
    this.expect(')');
    return inner;
  }

  #word(word: Token): Dim {
    switch (word.text) {
      case 'min':
        return minOf(...this.arguments());
      case 'max':
        return maxOf(...this.arguments());
      case 'broadcast':
        return broadcast(...this.arguments());
      case 'ceildiv': {
        const [a, b, ...rest] = this.arguments();
        if (a && b && rest.length === 0) return ceilDiv(a, b);
        throw syntaxError(
          this.#text,
          word.position,
          'two arguments of ceildiv',
          `${[a, b, ...rest].filter(Boolean).length}`,
        );
      }
      default:
        return symbol(word.text);
    }
  }

  /** Reads arguments in parentheses. */
  arguments(): Dim[] {
    this.expect('(');
    const dims = [this.sum()];
    while (this.take(',')) dims.push(this.sum());
    this.expect(')');
    return dims;
  }

  /** Reads a sign where it comes next. */
  take(sign: string): boolean {
    if (this.#token.kind !== 'sign' || this.#token.text !== sign) return false;
    this.#advance();
    return true;
  }

  /** Reads a sign that must come next. */
  expect(sign: string): void {
    if (!this.take(sign)) throw this.unexpected(`"${sign}"`);
  }

  #advance(): void {
    this.#token = this.#read();
  }

  #read(): Token {
    this.#count += 1;
    if (this.#count > MAX_TOKENS)
      throw syntaxError(this.#text, this.#pattern.lastIndex + 1, `at most ${MAX_TOKENS} words and signs`, 'more');
    const from = this.#pattern.lastIndex;
    const match = this.#pattern.exec(this.#text);
    if (!match) {
      const rest = this.#text.slice(from);
      const position = from + rest.length - rest.trimStart().length + 1;
      if (rest.trim() === '') return { kind: 'end', text: '', position };
      throw syntaxError(this.#text, position, 'a number, a name or a sign', JSON.stringify(rest.trim().slice(0, 1)));
    }
    const [whole, number, word, quoted, sign] = match;
    const position = this.#pattern.lastIndex - whole.trimStart().length + 1;
    if (number !== undefined) return { kind: 'number', text: number, position };
    if (word !== undefined) return { kind: 'word', text: word, position };
    if (quoted !== undefined) return { kind: 'quoted', text: quoted.replaceAll(/\\(["\\])/g, '$1'), position };
    return { kind: 'sign', text: sign ?? '', position };
  }

  /** The error that something else should have come next. */
  unexpected(expected: string): Error {
    return this.#error(expected, this.#token.kind === 'end' ? 'the end' : JSON.stringify(this.#token.text));
  }

  #error(expected: string, actual: string): Error {
    return syntaxError(this.#text, this.#token.position, expected, actual);
  }
}

function syntaxError(text: string, position: number, expected: string, actual: string): Error {
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return dimwiseError({
    code: 'DIM_SYNTAX',
    message: `expected ${expected} at position ${position} of dim ${JSON.stringify(shown)}, found ${actual}`,
    expected,
    actual,
  });
}
