// Compares sizes where models of an ensemble meet: what is certain is checked, the rest is told.
import type { Diagnostic } from '../../src/base/errors.ts';
import { checkConstraint, constraintDims, parseConstraint } from '../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { parseDim } from '../../src/dim/text.ts';
import type { Contract } from '../../src/ir/contract.ts';

type Shape = readonly (number | string)[];

/** The sizes of a model's input or output, and whose they are. */
type Side = readonly [model: string, shape: Shape];

/** Sizes of several models; a symbol of one model is not that of another. */
export class EnsembleSizes {
  /** What must be equal in every request, as far as numbers do not tell. */
  readonly open: string[] = [];
  readonly #contracts: ReadonlyMap<string, Contract>;
  /** Symbols of models that connections make sizes of other models, by what those are called. */
  readonly #named = new Map<string, string>();
  /** Symbols of models that connections make numbers. */
  readonly #settled = new Map<string, number>();

  constructor(models: readonly (readonly [name: string, contract: Contract])[]) {
    this.#contracts = new Map(models);
  }

  /**
   * Compares two shapes that meet.
   *
   * @param first the first axis that is compared: 1 where axis 0 is the batch of the whole ensemble
   * @returns what cannot be
   */
  meet(place: string, from: Side, to: Side, first = 0): readonly Diagnostic[] {
    const [a, b] = [from[1], to[1]];
    if (a.length !== b.length) {
      return [mismatch(`${place} have ${a.length} and ${b.length} axes`, `[${b.join(', ')}]`, `[${a.join(', ')}]`)];
    }
    return a.flatMap((size, axis) =>
      axis < first ? [] : this.#axis(`${place} at axis ${axis}`, [from[0], size], [to[0], b[axis] ?? '?']),
    );
  }

  #axis(place: string, from: SideSize, to: SideSize): readonly Diagnostic[] {
    const known = [this.#known(from), this.#known(to)];
    const [a, b] = known;
    if (a !== undefined && b !== undefined) {
      return a === b ? [] : [mismatch(`${place} differ: ${a} and ${b}`, String(b), String(a))];
    }
    if (a === undefined && b === undefined) {
      // A symbol takes the first size that it meets; only a second one is a condition.
      const own = symbolKey(to);
      const before = own === undefined ? sizeText(to) : this.#named.get(own);
      if (own !== undefined && before === undefined) this.#named.set(own, sizeText(from));
      else if (before !== sizeText(from)) this.open.push(`${sizeText(from)} is ${before}`);
      return [];
    }
    if (a !== undefined) return this.#settle(place, to, a);
    // Requests choose the sizes that come first, so there this is a condition.
    if (symbolKey(from) !== undefined) this.open.push(`${sizeText(from)} is ${b}`);
    return this.#settle(place, from, b ?? 0);
  }

  #known([model, size]: SideSize): number | undefined {
    if (typeof size === 'number') return size;
    if (size === '?') return undefined;
    const dim = parseDim(size);
    const sizes = [...symbolsOf(dim)].map(({ name }) => this.#settled.get(`${model}.${name}`));
    if (sizes.includes(undefined)) return undefined;
    return evaluate(dim, ({ name }: SymbolDim) => this.#settled.get(`${model}.${name}`));
  }

  #settle(place: string, [model, size]: SideSize, value: number): readonly Diagnostic[] {
    const dim = typeof size === 'string' && size !== '?' ? parseDim(size) : undefined;
    if (dim?.kind !== 'symbol') {
      this.open.push(`${sizeText([model, size])} is ${value}`);
      return [];
    }
    const named = this.#named.get(`${model}.${dim.name}`);
    if (named !== undefined) this.open.push(`${named} is ${value}`);
    this.#settled.set(`${model}.${dim.name}`, value);
    return this.#broken(model, dim).map((rule) =>
      mismatch(`${place}: ${model} takes ${rule}, and ${dim.name} is ${value}`, rule, `${dim.name} = ${value}`),
    );
  }

  /** What of a model's contract a symbol breaks by now. */
  #broken(model: string, symbol: SymbolDim): string[] {
    const contract = this.#contracts.get(model);
    if (!contract) return [];
    const sizeOf = ({ name }: SymbolDim): number | undefined => this.#settled.get(`${model}.${name}`);
    const value = sizeOf(symbol) ?? 0;
    const bounds = Object.hasOwn(contract.symbols, symbol.name) ? contract.symbols[symbol.name] : undefined;
    const { min = 0, max = Number.POSITIVE_INFINITY } = bounds ?? {};
    if (value < min) return [`${symbol.name} >= ${min}`];
    if (value > max) return [`${symbol.name} <= ${max}`];
    return contract.constraints.flatMap(({ expr, scope }) => {
      const constraint = parseConstraint(expr);
      const symbols = constraintDims(constraint).flatMap((dim: Dim) => [...symbolsOf(dim)]);
      const isReady =
        scope === 'feed' && symbols.includes(symbol) && symbols.every((each) => sizeOf(each) !== undefined);
      return isReady && !checkConstraint(constraint, sizeOf) ? [expr] : [];
    });
  }
}

type SideSize = readonly [model: string, size: number | string];

/** A size that is a symbol alone, told from those of other models. */
function symbolKey([model, size]: SideSize): string | undefined {
  const dim = typeof size === 'string' && size !== '?' ? parseDim(size) : undefined;
  return dim?.kind === 'symbol' ? `${model}.${dim.name}` : undefined;
}

const sizeText = ([model, size]: SideSize): string => `${size} of ${model}`;

const mismatch = (message: string, expected: string, actual: string): Diagnostic => ({
  code: 'JOIN_MISMATCH',
  message,
  expected,
  actual,
});
