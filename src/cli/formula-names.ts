// Short names for what long formulas of one report repeat, so that people can read them.
import type { Count, CountFactor } from '../dim/count.ts';
import { formatCount } from '../dim/count-text.ts';
import { type Dim, symbolsOf } from '../dim/dim.ts';
import { formatDim, formatSymbolName, type NameOf } from '../dim/text.ts';

/** Formulas up to this length are printed as they are. */
const LONG = 100;
/** Of longer ones, with names for their parts, so much is printed. */
const MOST = 240;
/** Names of symbols from this length on are shortened too. */
const LONG_NAME = 12;

/** The formulas of one report. */
export class FormulaNames {
  readonly #nameOf: NameOf;
  readonly #names = new Map<Dim, string>();
  #isCut = false;

  /** @param counts the formulas that names are sought for: none where all of them are short */
  constructor(counts: readonly Count[], nameOf: NameOf) {
    this.#nameOf = nameOf;
    if (counts.every((count) => formatCount(count, nameOf).length <= LONG)) return;
    const uses = new Map<Dim, number>();
    for (const count of counts) countUses(count, uses);
    const free = freeLetters(uses.keys(), nameOf);
    for (const [part, times] of uses) {
      const isWorth = part.kind === 'symbol' ? formatDim(part, nameOf).length >= LONG_NAME : times > 1;
      const name = isWorth ? free.next().value : undefined;
      if (name !== undefined) this.#names.set(part, name);
    }
  }

  /** A formula by the short names, cut where it is long all the same. */
  text(count: Count): string {
    const text = formatCount(count, this.#short, (part) => this.#names.get(part));
    if (text.length <= MOST) return text;
    this.#isCut = true;
    // Words stay whole.
    return `${text.slice(0, MOST).replace(/[\w"]*$/, '')}...`;
  }

  /** What the names stand for, a line each, and a word on formulas that were cut. */
  lines(): readonly string[] {
    const lines = [...this.#names].map(([part, name], i) => {
      // A symbol stands for itself; the parts of others have names.
      const text = part.kind === 'symbol' ? formatDim(part, this.#nameOf) : formatDim(part, this.#short);
      return `${i === 0 ? 'where' : '     '} ${name} = ${text}`;
    });
    if (this.#isCut) lines.push('formulas are cut here: --json has them whole, --bind gives numbers');
    return lines;
  }

  readonly #short: NameOf = (symbol) => this.#names.get(symbol) ?? this.#nameOf(symbol);
}

/** Counts how often symbols and parts that are no product or sum stand in a formula. */
function countUses({ terms }: Count, uses: Map<Dim, number>): void {
  for (const { factors } of terms) for (const factor of factors) countFactor(factor, uses);
}

function countFactor(factor: CountFactor, uses: Map<Dim, number>): void {
  if (factor.kind === 'maximum') {
    for (const operand of factor.operands) countUses(operand, uses);
    return;
  }
  // Symbols come first, so that what they stand in is told in their names.
  for (const symbol of symbolsOf(factor)) uses.set(symbol, (uses.get(symbol) ?? 0) + 1);
  if (factor.kind !== 'symbol') uses.set(factor, (uses.get(factor) ?? 0) + 1);
}

/** Letters that no symbol is called. */
function* freeLetters(parts: Iterable<Dim>, nameOf: NameOf): Generator<string, undefined> {
  const taken = new Set([...parts].filter(({ kind }) => kind === 'symbol').map((part) => formatDim(part, nameOf)));
  for (const letter of 'abcdefghijklmnopqrstuvwxyz') if (!taken.has(formatSymbolName(letter))) yield letter;
  return undefined;
}
