// The ranges of symbols as an author declares them, told of what a batch puts in their place.
import { captureSite } from '../base/origin.ts';
import type { SymbolRange } from '../build/declare.ts';
import type { Trace } from '../build/trace.ts';
import { constant, type Dim, type SymbolDim, symbol } from '../dim/dim.ts';
import { formatDim } from '../dim/text.ts';

/** Takes the declared ranges of one trace. */
export class DeclaredSymbols {
  /** The ranges by the author's own symbols. */
  readonly ranges = new Map<SymbolDim, SymbolRange>();
  readonly #trace: Trace;
  readonly #rename: ReadonlyMap<SymbolDim, Dim>;

  /** @param rename what stands in the place of declared symbols; nothing by default */
  constructor(trace: Trace, rename: ReadonlyMap<SymbolDim, Dim> = new Map()) {
    this.#trace = trace;
    this.#rename = rename;
  }

  /** Declares a symbol's range; a range that no size meets, or not the size of the batch, is reported. */
  declare(name: string, range: SymbolRange): void {
    const own = symbol(name);
    this.#trace.symbols.add(own);
    this.ranges.set(own, { ...this.ranges.get(own), ...range });
    this.#require(own, range);
  }

  /** Holds what the batch puts in the place of symbols without a declared range to the least size of all symbols, 1. */
  finish(): void {
    for (const own of this.#rename.keys()) if (!this.ranges.has(own)) this.#require(own, {});
  }

  #require(own: SymbolDim, range: SymbolRange): void {
    const dim = this.#rename.get(own) ?? own;
    // The size of a batch that is 0 is reported with all other sizes of the batch.
    if (dim.kind === 'const' && dim.value === 0) return;
    const { facts } = this.#trace.root;
    const origin = { site: captureSite() };
    const answers = [];
    if (dim === own) answers.push(facts.declare(own, range, origin));
    else if (dim.kind === 'symbol') answers.push(facts.declare(dim, { ...range, min: range.min ?? 1 }, origin));
    else {
      const { min = 1, max, divisibleBy } = range;
      answers.push(facts.require({ kind: 'range', dim, min, max, origins: [origin] }));
      if (divisibleBy !== undefined)
        answers.push(facts.require({ kind: 'divides', divisor: constant(divisibleBy), dim, origins: [origin] }));
    }
    if (!answers.some((answer) => answer === 'false' || answer === 'contradiction')) return;
    const [name, wanted] = [formatDim(own), rangeText(range)];
    this.#trace.report(
      dim === own
        ? { code: 'DIM_CONTRADICTION', message: `no size of symbol ${name} is ${wanted}`, origin, actual: wanted }
        : {
            code: 'BIND_MISMATCH',
            message: `symbol ${name} is declared as ${wanted}, this batch makes it ${formatDim(dim)}`,
            origin,
            expected: wanted,
            actual: formatDim(dim),
          },
    );
  }
}

/** A range in words: `>= 2, <= 512, a multiple of 4`. */
function rangeText({ min = 1, max, divisibleBy }: SymbolRange): string {
  const parts = [`>= ${min}`];
  if (max !== undefined) parts.push(`<= ${max}`);
  if (divisibleBy !== undefined) parts.push(`a multiple of ${divisibleBy}`);
  return parts.join(', ');
}
