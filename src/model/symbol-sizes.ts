// Solves symbols from the sizes that a batch or a feed brings: plain symbols first, then expressions are checked.
import type { Diagnostic } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { constant, type Dim, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { evaluate } from '../dim/evaluate.ts';
import { Facts } from '../dim/facts.ts';
import { formatDim } from '../dim/text.ts';

interface Meeting {
  readonly dim: Dim;
  readonly size: number;
  readonly where: string;
}

/** Collects what each declared dim met. */
export class SymbolSizes {
  readonly #meetings: Meeting[] = [];

  /** A declared dim met a size. */
  meet(dim: Dim, size: number, where: string): void {
    this.#meetings.push({ dim, size, where });
  }

  /** The size of each symbol, and the contradictions between the meetings. */
  solve(): { readonly sizes: ReadonlyMap<SymbolDim, number>; readonly mistakes: readonly Diagnostic[] } {
    const sizes = new Map<SymbolDim, { size: number; where: string }>();
    const mistakes: Diagnostic[] = [];
    for (const { dim, size, where } of this.#meetings) {
      if (dim.kind !== 'symbol') continue;
      const known = sizes.get(dim);
      if (!known) sizes.set(dim, { size, where });
      else if (known.size !== size) mistakes.push(contradiction(dim, { size, where }, known));
    }
    this.#invert(sizes);
    for (const { dim, size, where } of this.#meetings) {
      if (dim.kind === 'symbol' || dim.kind === 'const') continue;
      const value = [...symbolsOf(dim)].every((s) => sizes.has(s))
        ? evaluate(dim, (s) => sizes.get(s)?.size)
        : undefined;
      if (value !== size) mistakes.push(mismatch(dim, size, where, value));
    }
    return { sizes: new Map([...sizes].map(([s, { size }]) => [s, size])), mistakes };
  }

  /** Finds symbols that stand only inside expressions, `2*n` met by 14. */
  #invert(sizes: Map<SymbolDim, { size: number; where: string }>): void {
    for (const { dim, size, where } of this.#meetings) {
      const open = [...symbolsOf(dim)].filter((s) => !sizes.has(s));
      const [only] = open;
      if (open.length !== 1 || !only) continue;
      const facts = new Facts();
      for (const s of symbolsOf(dim)) {
        const known = sizes.get(s);
        if (known) facts.unify(s, constant(known.size));
      }
      if (facts.unify(dim, constant(size)) === 'false') continue;
      const solved = facts.simplify(only);
      if (solved.kind === 'const') sizes.set(only, { size: solved.value, where });
    }
  }
}

function contradiction(
  dim: Dim,
  now: { size: number; where: string },
  before: { size: number; where: string },
): Diagnostic {
  const name = formatDim(dim);
  return {
    code: 'BIND_MISMATCH',
    message: `symbol ${name} is ${before.size} at ${before.where} and ${now.size} at ${now.where}`,
    origin: { site: captureSite() },
    expected: String(before.size),
    actual: String(now.size),
    hint: `give both axes one size, or declare them with different symbols`,
  };
}

function mismatch(dim: Dim, size: number, where: string, value: number | undefined): Diagnostic {
  const text = formatDim(dim);
  return {
    code: 'BIND_MISMATCH',
    message:
      value === undefined
        ? `${where} is declared as ${text}, which no size of its symbols makes ${size}`
        : `${where} is declared as ${text} = ${value}, this batch brings ${size}`,
    origin: { site: captureSite() },
    expected: value === undefined ? text : `${text} = ${value}`,
    actual: String(size),
  };
}
