// Carries types and contents out of a body: symbols that mean something only inside are replaced by symbols of the graph around it.
import type { Constraint } from '../../dim/constraint.ts';
import { constraintDims, mapConstraint } from '../../dim/constraint.ts';
import { type Dim, freshSymbol, type SymbolDim } from '../../dim/dim.ts';
import { substitute } from '../../dim/evaluate.ts';
import type { Facts } from '../../dim/facts.ts';
import { type Content, dimOf, makeContent, type Scalar } from '../../ir/content.ts';
import { holdsInner, type IsInner } from '../../ir/inner-symbols.ts';
import type { InferContext } from '../../ir/operator.ts';
import { mapDims, type ValueType } from '../../ir/type.ts';
import { elementsOf, mapElements, sequenceType } from './sequence-elements.ts';
import { isVarying, varyingDim } from './varying.ts';

/** What is known of the body whose values are carried out. */
export interface InnerScope {
  readonly isInner: IsInner;
  /** The facts of the body, which bound its symbols. */
  readonly facts: Facts;
  /** Dims for inner symbols that have a meaning outside: the number of the last step. */
  readonly known?: (symbol: SymbolDim) => Dim | undefined;
}

/** Carries what one step of a body gives out of it; the same inner symbol becomes the same outer one. */
export class Exporter {
  readonly #cx: InferContext;
  readonly #scope: InnerScope;
  readonly #renamed = new Map<SymbolDim, Dim>();

  constructor(cx: InferContext, scope: InnerScope) {
    this.#cx = cx;
    this.#scope = scope;
  }

  /** A type without inner symbols. */
  type(type: ValueType): ValueType {
    const elements = elementsOf(type);
    if (type.kind === 'sequence') {
      const element = this.type(type.element);
      const known = elements && mapElements(elements, (each) => this.type(each), this.dim);
      return element === type.element && known === elements ? type : sequenceType(element, known);
    }
    if (type.kind !== 'optional') return mapDims(type, this.dim);
    const element = this.type(type.element);
    return element === type.element ? type : { ...type, element };
  }

  /** A content without inner symbols. */
  content(content: Content | undefined): Content | undefined {
    if (!content) return undefined;
    let changed = false;
    const elements = content.elements.map((element) => {
      const outer = this.#element(element);
      if (outer !== element) changed = true;
      return outer;
    });
    return changed ? makeContent(content.dtype, content.shape, elements) : content;
  }

  #element(element: Scalar): Scalar {
    const dim = dimOf(element);
    if (dim) return this.dim(dim);
    // A ratio's limits speak of the body's sizes too; sizes that it would give are found again outside.
    if (typeof element !== 'object' || element.kind !== 'ratio') return element;
    const { isInner } = this.#scope;
    const dims = [element.numerator, element.denominator, ...element.limits.map(({ dim: limited }) => limited)];
    return dims.some((each) => holdsInner(each, isInner)) ? undefined : element;
  }

  /** A dim without inner symbols. */
  readonly dim = (dim: Dim): Dim => {
    const { isInner, known } = this.#scope;
    if (!holdsInner(dim, isInner)) return dim;
    const outer = substitute(dim, (symbol) =>
      isInner(symbol) ? (known?.(symbol) ?? this.#rename(symbol)) : undefined,
    );
    return this.#cx.facts.simplify(outer);
  };

  #rename(symbol: SymbolDim): Dim {
    const renamed = this.#renamed.get(symbol) ?? this.#outer(symbol);
    this.#renamed.set(symbol, renamed);
    return renamed;
  }

  #outer(symbol: SymbolDim): Dim {
    if (isVarying(symbol)) return varyingDim();
    if (symbol.standsFor) return freshSymbol(symbol.name, this.dim(symbol.standsFor));
    const { min, max } = this.#scope.facts.range(symbol);
    return this.#cx.fresh(symbol.name, { min, max: Number.isFinite(max) ? max : undefined });
  }

  /** Tells the outer facts what holds by construction among the symbols carried out so far; called last. */
  tellGiven(): void {
    if (this.#renamed.size === 0) return;
    const { facts, isInner, known } = this.#scope;
    const outer = (symbol: SymbolDim): Dim | undefined =>
      isInner(symbol) ? (known?.(symbol) ?? this.#renamed.get(symbol)) : undefined;
    const told: Constraint[] = [];
    for (const constraint of facts.given()) {
      const dims = constraintDims(constraint);
      if (!dims.some((dim) => holdsInner(dim, (symbol) => this.#renamed.has(symbol)))) continue;
      const all = dims.every((dim) => !holdsInner(dim, (symbol) => isInner(symbol) && !outer(symbol)));
      if (all) told.push(mapConstraint(constraint, (dim) => substitute(dim, outer)));
    }
    for (const constraint of told) this.#cx.facts.give(constraint);
  }
}
