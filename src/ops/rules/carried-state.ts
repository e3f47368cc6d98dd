// State that a loop carries from step to step: the types that hold at every step, found by joining until nothing changes.
import { type Dim, type SymbolDim, symbolsOf } from '../../dim/dim.ts';
import { substitute } from '../../dim/evaluate.ts';
import type { InferContext } from '../../ir/operator.ts';
import { mapDims, type ValueType, withoutShape } from '../../ir/type.ts';
import { joinTypes, sameType } from './join-types.ts';
import { withoutElements } from './sequence-elements.ts';

/** Joins are repeated so often before a state that still changes is left without sizes; each one frees at least one size. */
const MOST_ROUNDS = 16;

/** What a loop's body does in any one step. */
export interface Steps {
  /** The outputs of the body in a step. */
  readonly outputs: readonly ValueType[];
  /** Sizes of the state that may change from step to step, as the step sees them. */
  readonly stepSizes: ReadonlySet<Dim>;
}

/**
 * Infers a body under state types that hold at every step.
 *
 * @param initial the state before the first step
 * @param run infers the body for a state; the new state is its first outputs from `offset` on
 */
export function inferSteps(
  cx: InferContext,
  initial: readonly ValueType[],
  run: (state: readonly ValueType[]) => readonly ValueType[],
  offset: number,
): Steps {
  const stepSizes = new Set<Dim>();
  const differ = (a: Dim): Dim => {
    if (stepSizes.has(a)) return a;
    const size = cx.fresh('step');
    stepSizes.add(size);
    return size;
  };
  let state = initial.map(withoutElements);
  for (let round = 0; ; round++) {
    const outputs = run(state);
    const next = state.map((type, i) =>
      joinTypes(cx, [type, outputs[i + offset] ?? type], 'the state before and after a step', differ),
    );
    if (next.every((type, i) => sameType(type, state[i] ?? type))) return { outputs, stepSizes };
    state = round < MOST_ROUNDS ? next : next.map(withoutShape);
  }
}

/** A type after the last step: each size of the state that may change is one of its own. */
export function afterSteps(cx: InferContext, type: ValueType, { stepSizes }: Steps): ValueType {
  const renamed = new Map<SymbolDim, Dim>();
  const rename = (symbol: SymbolDim): Dim | undefined => {
    if (!stepSizes.has(symbol)) return undefined;
    const known = renamed.get(symbol) ?? cx.fresh('step');
    renamed.set(symbol, known);
    return known;
  };
  return mapDims(type, (dim) => (symbolsOf(dim).size > 0 ? substitute(dim, rename) : dim));
}
