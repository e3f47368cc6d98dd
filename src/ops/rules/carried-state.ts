// State that a loop carries from step to step: the types that hold before every step, and what they are after the last one.
import { sub } from '../../dim/arithmetic.ts';
import { constant, type Dim, freshSymbol, type SymbolDim } from '../../dim/dim.ts';
import type { Facts } from '../../dim/facts.ts';
import { type Content, dimOf, makeContent } from '../../ir/content.ts';
import type { Graph } from '../../ir/graph.ts';
import { type IsInner, innerFromNow } from '../../ir/inner-symbols.ts';
import type { BodyOptions, InferContext } from '../../ir/operator.ts';
import { mapDims, type ValueType, withoutShape } from '../../ir/type.ts';
import { sameType } from './join-types.ts';
import { type ClosedForm, closedForms } from './recurrence.ts';
import { elementsOf, mapElements, sequenceType } from './sequence-elements.ts';
import { StateSlots } from './state-slots.ts';
import { type Carried, widenState } from './widen-state.ts';

/** So often a state may be widened size by size; after that all of it that changed is left without sizes. */
const MOST_ROUNDS = 4;
/** How often an outermost loop looks at its body and at those inside of it; after that, each is looked at once, so that depth costs no powers. */
const MOST_LOOKS = 2000;

/** A loop as its row sees it. */
export interface LoopCall {
  readonly body: Graph;
  /** The state before the first step. */
  readonly initial: readonly Carried[];
  /** The position of the first state among the outputs of the body. */
  readonly offset: number;
  /** The greatest number of steps, where it is known. */
  readonly most: Dim | undefined;
  /** Whether every valid run does a step. */
  readonly certain: boolean;
  /** Whether the body reads the number of its step. */
  readonly counted: boolean;
  /** Whether the state keeps its types, so that only elements may change. */
  readonly fixed?: boolean;
  /** Infers the body for a state and a step's number; all the outputs of the body come back. */
  readonly run: (state: readonly Carried[], step: Dim, options: BodyOptions) => readonly ValueType[];
  /** The number of steps, where what is known of the body tells that it is the greatest one. */
  readonly exact: () => Dim | undefined;
}

/** The outputs of a body in a step, and its facts then. */
export interface Look {
  readonly outputs: readonly Carried[];
  readonly facts: Facts;
}

/** What is known of a loop's body. */
export interface Steps {
  readonly isInner: IsInner;
  /** The number of a step, counted from 0. */
  readonly step: SymbolDim;
  /** The first step. */
  readonly first: Look;
  /** Any step. */
  readonly any: Look;
  /** The state before any step. */
  readonly state: readonly Carried[];
  readonly slots: StateSlots;
  readonly forms: ReadonlyMap<SymbolDim, ClosedForm>;
  /** Whether the state was followed until it held before every step. */
  readonly settled: boolean;
}

/** The looks left to the outermost loop under inference, and the loops inside of it that had none left. */
let allowance: { looks: number; abandoned: number } | undefined;

/** Infers the body of a loop under a state that holds before every step, and solves what changes. */
export function inferSteps(cx: InferContext, call: LoopCall): Steps {
  const outer = allowance;
  allowance ??= { looks: MOST_LOOKS, abandoned: 0 };
  try {
    const { isInner, close } = innerFromNow();
    const steps = new StepInference(cx, call, isInner, allowance).infer();
    close();
    return steps;
  } finally {
    allowance = outer;
  }
}

/** One loop under inference. */
class StepInference {
  readonly #cx: InferContext;
  readonly #call: LoopCall;
  readonly #isInner: IsInner;
  readonly #left: NonNullable<typeof allowance>;
  readonly #step = freshSymbol('i');
  readonly #slots = new StateSlots();

  constructor(cx: InferContext, call: LoopCall, isInner: IsInner, left: NonNullable<typeof allowance>) {
    this.#cx = cx;
    this.#call = call;
    this.#isInner = isInner;
    this.#left = left;
  }

  infer(): Steps {
    const { initial, most } = this.#call;
    const { abandoned } = this.#left;
    const first = this.#look(initial, () => this.#firstInstances(initial));
    let seen = { any: first, state: isConst(most, 1) ? initial : this.#widen(initial, first) };
    if (this.#slots.changed) {
      if (this.#left.looks <= 0) return this.#abandon(first);
      seen = this.#stabilise(seen.state);
    }
    return this.#solve(first, seen, this.#left.abandoned > abandoned);
  }

  /** Finds closed forms, and looks at the body once more where there is more to see. */
  #solve(first: Look, seen: { any: Look; state: readonly Carried[] }, again: boolean): Steps {
    const [step, isInner, slots] = [this.#step, this.#isInner, this.#slots];
    const solve = (any: Look) => closedForms(slots.recurrences(), { step, facts: any.facts, isInner });
    let { any, state } = seen;
    let forms = solve(any);
    const hasTrends = slots.findTrends(any.facts, (symbol) => forms.has(symbol));
    if (hasTrends) {
      // A size that never falls below the first one may now be one that grows by the same in each step.
      any = this.#look(state);
      state = this.#widen(state, any);
      if (slots.changed) ({ any, state } = this.#stabilise(state));
      forms = solve(any);
    }
    const hasForms = [...forms.values()].some(({ always }) => always);
    if (!again && !hasForms && !slots.hasElements)
      return { isInner, step, first, any, state, slots, forms, settled: true };
    const inForm = state.map((each) => this.#inForm(each, forms));
    const last = this.#look(inForm, () => this.#instances(forms));
    return { isInner, step, first, any: last, state, slots, forms, settled: true };
  }

  /** Infers the body once. */
  #look(state: readonly Carried[], instances?: BodyOptions['instances']): Look {
    const { body, most, certain, counted, run } = this.#call;
    // Only a body that reads its number, or a state that is written by it, has a use for its range.
    const inForm = instances !== undefined && this.#slots.size > 0;
    this.#left.looks -= 1;
    const step = isConst(most, 1) ? constant(0) : this.#step;
    const assume = (facts: Facts): void => {
      facts.declare(this.#step, { min: 0 });
      if (most && (counted || inForm))
        facts.give({ kind: 'atMost', left: this.#step, right: sub(most, 1), origins: [] });
      this.#slots.tell(facts);
    };
    // Looks at widened states find nothing to ask that the first and the last look do not.
    const runs = certain && instances !== undefined;
    const types = run(state, step, { runs, isInner: this.#isInner, assume, ...(instances ? { instances } : {}) });
    return { outputs: types.map((type, i) => ({ type, content: body.outputs[i]?.content })), facts: body.facts };
  }

  #widen(state: readonly Carried[], { outputs, facts }: Look): readonly Carried[] {
    const { offset, fixed, body } = this.#call;
    this.#slots.changed = false;
    // A mistake leaves nothing to widen to.
    if (body.outputs.some((output) => output.poisoned)) return state;
    const widening = { cx: this.#cx, slots: this.#slots, facts, isInner: this.#isInner };
    return state.map((before, i) => {
      const after = outputs[i + offset] ?? before;
      return widenState(before, fixed ? { ...after, type: before.type } : after, widening);
    });
  }

  #stabilise(widened: readonly Carried[]): { any: Look; state: readonly Carried[] } {
    let state = widened;
    for (let round = 1; ; round++) {
      const any = this.#look(state);
      const next = this.#widen(state, any);
      if (!this.#slots.changed) return { any, state };
      state = round < MOST_ROUNDS ? next : next.map((each, i) => (each === state[i] ? each : this.#withoutSizes(each)));
    }
  }

  /** A value without sizes and elements; its symbols are taken back. */
  #withoutSizes(carried: Carried): Carried {
    mapCarried(
      carried,
      (dim) => {
        this.#slots.drop(dim);
        return dim;
      },
      (dim) => {
        this.#slots.drop(dim);
        return undefined;
      },
    );
    return shapeless(carried);
  }

  /** One look at a state that changes tells its kinds and element types. */
  #abandon(first: Look): Steps {
    this.#left.abandoned += 1;
    return {
      isInner: this.#isInner,
      step: this.#step,
      first,
      any: { ...first, outputs: first.outputs.map(shapeless) },
      state: this.#call.initial.map(shapeless),
      slots: new StateSlots(),
      forms: new Map(),
      settled: false,
    };
  }

  /** The state with closed forms in the place of its symbols. */
  #inForm({ type, content }: Carried, forms: ReadonlyMap<SymbolDim, ClosedForm>): Carried {
    const ofDim = (dim: Dim): Dim => {
      const form = dim.kind === 'symbol' ? forms.get(dim) : undefined;
      return form?.always ? form.at : dim;
    };
    return mapCarried({ type, content }, ofDim, (dim) => (this.#slots.of(ofDim(dim)) ? undefined : ofDim(dim)));
  }

  /** The first step; and the last one, where its state is the first one's. */
  #firstInstances(initial: readonly Carried[]) {
    const { offset, body } = this.#call;
    const first = this.#atStep(constant(0), new Map());
    const keeps = initial.every(({ type, content }, i) => {
      const output = body.outputs[i + offset];
      return output !== undefined && !content && sameType(type, output.type);
    });
    const exact = keeps ? this.#call.exact() : undefined;
    return exact ? [first, this.#atStep(sub(exact, 1), new Map())] : [first];
  }

  /** The first step and the last one. */
  #instances(forms: ReadonlyMap<SymbolDim, ClosedForm>) {
    const exact = this.#call.exact();
    const first = this.#atStep(constant(0), forms);
    return exact ? [first, this.#atStep(sub(exact, 1), forms)] : [first];
  }

  /** Dims for the symbols of a step; in the first one, the state is the initial one. */
  #atStep(step: Dim, forms: ReadonlyMap<SymbolDim, ClosedForm>) {
    const isFirst = isConst(step, 0);
    return (symbol: SymbolDim): Dim | undefined => {
      if (symbol === this.#step) return step;
      return isFirst && !forms.get(symbol)?.always ? this.#slots.initial(symbol) : undefined;
    };
  }
}

function isConst(dim: Dim | undefined, value: number): boolean {
  return dim?.kind === 'const' && dim.value === value;
}

/** A value without sizes and elements. */
function shapeless({ type }: Carried): Carried {
  return { type: withoutShape(type), content: undefined };
}

/** A value of the state with its sizes and elements rewritten; an element of which nothing comes back is not known. */
export function mapCarried(
  { type, content }: Carried,
  ofDim: (dim: Dim) => Dim,
  ofElement: (dim: Dim, content: Content) => Dim | undefined,
): Carried {
  const elements = content?.elements.map((element) => {
    const dim = dimOf(element);
    return dim ? ofElement(dim, content) : element;
  });
  return {
    type: mapSizes(type, ofDim),
    content: content && elements && makeContent(content.dtype, content.shape, elements),
  };
}

/** A type with its sizes rewritten, and those of what is known of elements one by one. */
function mapSizes(type: ValueType, ofDim: (dim: Dim) => Dim): ValueType {
  if (type.kind === 'optional') {
    const element = mapSizes(type.element, ofDim);
    return element === type.element ? type : { ...type, element };
  }
  if (type.kind !== 'sequence') return mapDims(type, ofDim);
  const known = elementsOf(type);
  const elements = known && mapElements(known, (each) => mapSizes(each, ofDim), ofDim);
  const element = mapSizes(type.element, ofDim);
  return element === type.element && elements === known ? type : sequenceType(element, elements);
}
