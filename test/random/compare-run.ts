// Compares what inference claims of the values of a graph with the tensors of one run.
import type { Tensor } from 'onnxruntime-node';
import { isDimwiseError } from '../../src/base/errors.ts';
import { type Constraint, checkConstraint, constraintDims, formatConstraint } from '../../src/dim/constraint.ts';
import { type Dim, hasFresh, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import type { Facts } from '../../src/dim/facts.ts';
import { formatDim } from '../../src/dim/text.ts';
import { dimOf, intOf, type Scalar } from '../../src/ir/content.ts';
import type { Value } from '../../src/ir/graph.ts';
import { formatShape } from '../../src/ir/type.ts';

/** What a run contradicts. */
export interface Contradiction {
  readonly kind: 'dtype' | 'rank' | 'size' | 'element' | 'contract' | 'range';
  /** The value; empty for the contract. */
  readonly value: string;
  readonly text: string;
}

/** Judges the values of one run; a size that only the run tells is taken from its first place and must hold at the others. */
export class RunComparison {
  readonly found: Contradiction[] = [];
  /** Whether the run breaks a condition on sizes that only a run tells, so that nothing was promised of it. */
  breached = false;
  /** Sizes and elements that were compared. */
  sizes = 0;
  elements = 0;
  readonly #facts: Facts;
  readonly #told = new Map<SymbolDim, number>();
  readonly #given: ReadonlyMap<string, number>;
  readonly #later: (() => void)[] = [];

  /** @param given the sizes of the named symbols */
  constructor(facts: Facts, given: ReadonlyMap<string, number>) {
    this.#facts = facts;
    this.#given = given;
  }

  readonly #sizeOf = (asked: SymbolDim): number | undefined =>
    asked.role === 'named' ? this.#given.get(asked.name) : this.#told.get(asked);

  compare(name: string, value: Value, tensor: Tensor): void {
    const { type } = value;
    if (type.kind !== 'tensor') {
      if (type.kind !== 'unknown') this.#say('dtype', name, `is a tensor, not ${type.kind}`);
      return;
    }
    const { dtype, shape } = type;
    if (dtype !== 'undefined' && dtype !== tensor.type) this.#say('dtype', name, `is ${tensor.type}, not ${dtype}`);
    if (shape && shape.length !== tensor.dims.length) {
      this.#say('rank', name, `is [${tensor.dims.join(', ')}], not ${formatShape(shape)}`);
      return;
    }
    shape?.forEach((dim, axis) => {
      this.#compareSize(name, axis, { dim: this.#facts.simplify(dim), real: tensor.dims[axis] ?? -1 });
    });
    this.#compareContent(name, value, tensor);
  }

  /**
   * What had to wait until all sizes are known: expressions of fresh sizes, constraints, ranges.
   *
   * @param contract whether the constraints must hold
   */
  finish(contract: boolean): void {
    for (const check of this.#later) check();
    if (!contract) return;
    for (const constraint of this.#facts.constraints()) {
      if (this.#holds(constraint)) continue;
      if (constraintDims(constraint).some(hasFresh)) this.breached = true;
      else this.#say('contract', '', formatConstraint(constraint));
    }
    for (const bound of this.#facts.given()) {
      if (!this.#holds(bound)) this.#say('range', '', formatConstraint(bound));
    }
    for (const [symbol, size] of this.#told) {
      const { min, max } = this.#facts.range(symbol);
      if (size < min || size > max) this.#say('range', '', `${symbol.name} is ${size}, not in [${min}, ${max}]`);
    }
  }

  #holds(constraint: Constraint): boolean {
    return !constraintDims(constraint).every((dim) => this.#knows(dim)) || checkConstraint(constraint, this.#sizeOf);
  }

  #compareSize(name: string, axis: number, { dim, real }: { readonly dim: Dim; readonly real: number }): void {
    this.sizes++;
    if (dim.kind === 'symbol' && !dim.standsFor && dim.role !== 'named' && !this.#told.has(dim)) {
      this.#told.set(dim, real);
      return;
    }
    const check = (): void => {
      const stated = this.#evaluate(dim);
      if (stated !== real)
        this.#say('size', name, `axis ${axis} is ${real}, not ${formatDim(dim)} = ${stated ?? 'undefined'}`);
    };
    if (this.#knows(dim)) check();
    else this.#later.push(() => this.#knows(dim) && check());
  }

  #compareContent(name: string, { content }: Value, tensor: Tensor): void {
    // Halves come as bits.
    if (!content || tensor.type === 'float16') return;
    content.elements.forEach((element, k) => {
      if (element === undefined) return;
      this.#later.push(() => {
        const wanted = this.elementOf(element);
        if (wanted === undefined) return;
        this.elements++;
        const found = Number(tensor.data[k]);
        if (!Object.is(wanted, found) && wanted !== found)
          this.#say('element', name, `element ${k} is ${found}, not ${wanted}`);
      });
    });
  }

  /** The number that a known element is in this run; undefined where it is not certain. */
  elementOf(element: Scalar): number | undefined {
    const dim = dimOf(element);
    if (dim) return this.#knows(dim) ? this.#evaluate(dim) : undefined;
    if (typeof element === 'boolean') return Number(element);
    if (typeof element === 'number') return element;
    const known = intOf(element);
    return known === undefined ? undefined : Number(known);
  }

  #knows(dim: Dim): boolean {
    return [...symbolsOf(dim)].every(
      (asked) => this.#sizeOf(asked) !== undefined || (asked.standsFor !== undefined && this.#knows(asked.standsFor)),
    );
  }

  /** The size; undefined where the expression has none. */
  #evaluate(dim: Dim): number | undefined {
    try {
      return evaluate(dim, this.#sizeOf);
    } catch (error) {
      if (isDimwiseError(error)) return undefined;
      throw error;
    }
  }

  #say(kind: Contradiction['kind'], value: string, text: string): void {
    this.found.push({ kind, value, text });
  }
}
