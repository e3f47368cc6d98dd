// Reads the tokens of ONNX's own textual syntax, whose quoted texts and numbers differ from those of graph text.
import { TextScanner } from '../../../src/ir/text-scanner.ts';
import type { Int64 } from '../proto/int64.ts';

/** Bodies and types inside each other; protobuf's own parsers take no deeper message. */
const MAX_DEPTH = 50;

/** A place in the text of a model. */
export class OnnxScanner extends TextScanner {
  #depth = 0;

  /** A text in double quotes; `\` takes the next character as it is, line ends included. */
  override quoted(): string | undefined {
    return this.match(/"(?:[^"\\]|\\[^])*"/y)
      ?.slice(1, -1)
      .replaceAll(/\\([^])/g, '$1');
  }

  /** A name: a word or a quoted text. */
  override maybeName(): string | undefined {
    return this.word() ?? this.quoted();
  }

  /** A number as it is written, signs, infinities and NaN included. */
  override number(): string | undefined {
    return this.match(/-?(?:inf(?:inity)?|nan)\b|-?\d+(?:\.\d*)?(?:e[-+]?\d+)?/iy);
  }

  /** @throws GRAPH_TEXT_SYNTAX where no text in quotes is next */
  text(): string {
    return this.quoted() ?? this.fail('a text in quotes');
  }

  /** @throws GRAPH_TEXT_SYNTAX where no integer of 64 bits is next, signed or unsigned */
  integer(): Int64 {
    const start = this.at;
    const found = this.number() ?? '';
    if (/^-?\d+$/.test(found)) {
      const small = Number(found);
      if (Number.isSafeInteger(small)) return small;
      const value = BigInt(found);
      if (value >= -(2n ** 63n) && value < 2n ** 64n) return value;
    }
    this.at = start;
    return this.fail('an integer of 64 bits');
  }

  /** @throws GRAPH_TEXT_SYNTAX where no number is next */
  real(): number {
    const found = this.number() ?? this.fail('a number');
    if (/nan/i.test(found)) return Number.NaN;
    if (/inf/i.test(found)) return found.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return Number(found);
  }

  /** Reads what may stand inside itself. @throws GRAPH_TEXT_SYNTAX where it is nested too deep */
  nested<T>(read: () => T): T {
    if (this.#depth >= MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} bodies or types inside each other`);
    this.#depth++;
    const value = read();
    this.#depth--;
    return value;
  }
}
