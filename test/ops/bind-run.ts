// Finds numbers for the symbols of a case, and compares the case under them with its symbolic result.
import { expect } from 'vitest';
import { type Constraint, checkConstraint, constraintDims, parseConstraint } from '../../src/dim/constraint.ts';
import { constant, type Dim, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { dimOf, makeContent } from '../../src/ir/content.ts';
import { formatType, mapDims, type ValueType } from '../../src/ir/type.ts';
import type { TypeText } from '../../src/ir/type-text.ts';
import { type Case, dimsOf, type ExampleInputs, type ExampleRun, inputSymbols } from './run-example.ts';

/** The number of a symbol. */
export type Binding = (s: SymbolDim) => number | undefined;

const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 24, 36, 48];
const SIZES_FROM_ZERO = [0, ...SIZES];
const TRIES = 20_000;

/**
 * Two different bindings of the symbols of a case that meet its constraints: one where the constraints leave no choice, fewer
 * where the search finds no more.
 *
 * @param most the greatest size to draw
 */
export function bindingsOf({ example }: Case, run: ExampleRun, most = Number.POSITIVE_INFINITY): Binding[] {
  const { facts } = run.graph;
  const free = inputSymbols(refinedInputs(run));
  const constraints = [...facts.constraints(), ...(example.given ?? []).map((text) => parseConstraint(text))];
  const found = new Map<string, Binding>();
  let seed = 1;
  for (let tried = 0; tried < TRIES && found.size < 2; tried++) {
    const drawn = new Map<SymbolDim, number>();
    for (const s of free) {
      // A multiplicative congruential generator, modulus 2^31 - 1 and multiplier 48271 (Park and Miller, 1993).
      seed = (seed * 48_271) % 2_147_483_647;
      const sizes = (facts.range(s).min > 0 ? SIZES : SIZES_FROM_ZERO).filter((size) => size <= most);
      drawn.set(s, sizes[seed % sizes.length] ?? 1);
    }
    // A symbol that the facts solve has the value of its solution.
    const binding = (s: SymbolDim): number | undefined => {
      const solved = facts.simplify(s);
      return solved === s ? drawn.get(s) : evaluate(solved, (inner) => drawn.get(inner));
    };
    if (constraints.every((constraint) => meets(constraint, binding))) {
      found.set(free.map((s) => binding(s)).join(), binding);
    }
    if (found.size === 1 && free.every((s) => facts.simplify(s).kind === 'const')) break;
  }
  return [...found.values()];
}

/** The inputs of a run with the ranks that inference gave them. */
export function refinedInputs(run: ExampleRun): ExampleInputs {
  return run.values.map((value): TypeText | null => {
    if (!value) return null;
    return value.content ? { type: value.type, content: value.content } : { type: value.type };
  });
}

/** Tells whether numbers meet a constraint; one on sizes that only a run tells is left to the run. */
export function meets(constraint: Constraint, binding: Binding): boolean {
  return !constraintDims(constraint).every((dim) => isBound(dim, binding)) || checkConstraint(constraint, binding);
}

/** Tells whether a dim has a value under a binding. */
export function isBound(dim: Dim, binding: Binding): boolean {
  return [...symbolsOf(dim)].every((s) => binding(s) !== undefined);
}

/** The inputs of a case with numbers in the place of symbols. */
export function bindInputs(inputs: ExampleInputs, binding: Binding): ExampleInputs {
  const number = (dim: Dim): Dim => constant(evaluate(dim, binding));
  return inputs.map((input): TypeText | null => {
    if (!input) return null;
    const type = mapDims(input.type, number);
    const { content } = input;
    if (!content) return { type };
    const elements = content.elements.map((element) => {
      const dim = dimOf(element);
      if (!dim) return element;
      return content.dtype === 'bool' ? evaluate(dim, binding) === 1 : number(dim);
    });
    const made = makeContent(content.dtype, content.shape, elements);
    return made ? { type, content: made } : { type };
  });
}

/** Expects that the run under numbers gave what the symbolic one gives when it is evaluated. */
export function expectEvaluated(symbolic: ExampleRun, bound: ExampleRun, binding: Binding): void {
  symbolic.node.outputs.forEach((output, i) => {
    const found = bound.node.outputs[i];
    if (!found) return;
    const foundDims = dimsOf(found.type);
    let at = 0;
    // A size that depends on data can be anything in one run; the numbers may even tell it.
    const wanted = mapDims(output.type, (dim) => {
      const other = foundDims[at++];
      return isBound(dim, binding) || !other ? constant(evaluate(dim, binding)) : other;
    });
    expect(formatType(ranked(found.type, wanted))).toBe(formatType(wanted));
    output.content?.elements.forEach((element, k) => {
      const [dim, other] = [dimOf(element), found.content?.elements[k]];
      if (dim && isBound(dim, binding)) {
        const value = evaluate(dim, binding);
        if (typeof other === 'boolean') expect(Number(other)).toBe(value);
        else expect(dimOf(other)).toBe(constant(value));
      }
      if (element !== undefined && typeof element !== 'object') expect(other).toBe(element);
    });
  });
}

/** A type without the rank that numbers told, where symbols did not tell it. */
function ranked(type: ValueType, like: ValueType): ValueType {
  if (type.kind === 'tensor' && like.kind === 'tensor') return like.shape ? type : { ...type, shape: null };
  const holds = type.kind === 'sequence' || type.kind === 'optional';
  return holds && like.kind === type.kind ? { ...type, element: ranked(type.element, like.element) } : type;
}
