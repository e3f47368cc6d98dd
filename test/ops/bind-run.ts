// Finds numbers for the symbols of a case, and compares the case under them with its symbolic result.
import { expect } from 'vitest';
import { checkConstraint, parseConstraint } from '../../src/dim/constraint.ts';
import { constant, type Dim, hasFresh, type SymbolDim } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { dimOf, makeContent } from '../../src/ir/content.ts';
import { formatType, mapDims } from '../../src/ir/type.ts';
import type { TypeText } from '../../src/ir/type-text.ts';
import { type Case, dimsOf, type ExampleInputs, type ExampleRun, inputSymbols } from './run-example.ts';

/** The number of a symbol. */
export type Binding = (s: SymbolDim) => number | undefined;

const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 24, 36, 48];
const TRIES = 20_000;

/** Two different bindings of the symbols of a case that meet its constraints; fewer where the search finds no more. */
export function bindingsOf({ example }: Case, run: ExampleRun): Binding[] {
  const { facts } = run.graph;
  const free = inputSymbols(run.inputs);
  const constraints = [...facts.constraints(), ...(example.given ?? []).map((text) => parseConstraint(text))];
  const found = new Map<string, Binding>();
  let seed = 1;
  for (let tried = 0; tried < TRIES && found.size < 2; tried++) {
    const drawn = new Map<SymbolDim, number>();
    for (const s of free) {
      // A multiplicative congruential generator, modulus 2^31 - 1 and multiplier 48271 (Park and Miller, 1993).
      seed = (seed * 48_271) % 2_147_483_647;
      drawn.set(s, SIZES[seed % SIZES.length] ?? 1);
    }
    // An unknown that the facts solve has the value of its solution.
    const binding = (s: SymbolDim): number | undefined => {
      const solved = s.role === 'unknown' ? facts.simplify(s) : s;
      return solved === s ? drawn.get(s) : evaluate(solved, (inner) => drawn.get(inner));
    };
    if (constraints.every((constraint) => meets(constraint, binding))) {
      found.set(free.map((s) => binding(s)).join(), binding);
    }
  }
  return [...found.values()];
}

/** Tells whether numbers meet a constraint; one on sizes that depend on data is left to the run. */
function meets(constraint: Parameters<typeof checkConstraint>[0], binding: Binding): boolean {
  const dims = Object.values(constraint).filter((part): part is Dim => typeof part === 'object' && 'kind' in part);
  return dims.some(hasFresh) || checkConstraint(constraint, binding);
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
      return dim ? number(dim) : element;
    });
    const made = makeContent(content.dtype, content.shape, elements);
    return made ? { type, content: made } : { type };
  });
}

/** Expects that the run under numbers gave what the symbolic one gives when it is evaluated. */
export function expectEvaluated(symbolic: ExampleRun, bound: ExampleRun, binding: Binding): void {
  symbolic.node.outputs.forEach((output, i) => {
    const found = bound.node.outputs[i];
    const foundDims = found ? dimsOf(found.type) : [];
    let at = 0;
    // A size that depends on data can be anything in one run; the numbers may even tell it.
    const wanted = mapDims(output.type, (dim) => {
      const other = foundDims[at++];
      return hasFresh(dim) && other ? other : constant(evaluate(dim, binding));
    });
    expect(found && formatType(found.type)).toBe(formatType(wanted));
    output.content?.elements.forEach((element, k) => {
      const [dim, other] = [dimOf(element), found?.content?.elements[k]];
      if (dim && !hasFresh(dim)) expect(dimOf(other)).toBe(constant(evaluate(dim, binding)));
      else if (element !== undefined && !dim && typeof element !== 'object') expect(other).toBe(element);
    });
  });
}
