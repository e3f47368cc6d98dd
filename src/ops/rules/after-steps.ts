// What a loop gives: its state after the last step, and the rows that its steps add.
import { sub } from '../../dim/arithmetic.ts';
import { constant, type Dim, type SymbolDim } from '../../dim/dim.ts';
import type { Interval } from '../../dim/interval.ts';
import { contentOf } from '../../dim/polynomial.ts';
import { type Content, dimOf } from '../../ir/content.ts';
import type { Graph, Value } from '../../ir/graph.ts';
import type { InferContext } from '../../ir/operator.ts';
import { tensorType, type ValueType } from '../../ir/type.ts';
import { mapCarried, type Steps } from './carried-state.ts';
import { Exporter } from './export-types.ts';
import { fitted } from './integer-elements.ts';
import { coveringSize, joinTypes } from './join-types.ts';
import { replaced, unrolled } from './recurrence.ts';
import type { Carried } from './widen-state.ts';

/** How often a loop runs. */
export interface Trips {
  readonly count: Dim;
  /** Whether every valid run does a step. */
  readonly certain: boolean;
}

/** The state after the last step; that before the first one where there may be none. */
export class FinalState {
  readonly #cx: InferContext;
  readonly #steps: Steps;
  readonly #trips: Trips;
  readonly #exporter: Exporter;
  readonly #unrolled: ReadonlyMap<SymbolDim, Dim> | undefined;
  readonly #sizes = new Map<SymbolDim, Dim>();

  constructor(cx: InferContext, steps: Steps, trips: Trips) {
    this.#cx = cx;
    this.#steps = steps;
    this.#trips = trips;
    const { isInner, step, any, slots } = steps;
    const { count, certain } = trips;
    const last = sub(count, 1);
    const known = (symbol: SymbolDim): Dim | undefined => (certain && symbol === step ? last : undefined);
    this.#exporter = new Exporter(cx, { isInner, facts: any.facts, known });
    this.#unrolled =
      count.kind === 'const'
        ? unrolled(slots.recurrences(), { step, isInner, facts: any.facts }, count.value)
        : undefined;
  }

  /** The values of the state. */
  values(offset: number): readonly Carried[] {
    const { state, first } = this.#steps;
    const finals = state.map((each, i) => {
      const after = mapCarried(each, this.#size, this.#element);
      const exported = { type: this.#exporter.type(after.type), content: this.#exporter.content(after.content) };
      return this.#kindOf(exported, first.outputs[i + offset]);
    });
    this.#exporter.tellGiven();
    return finals;
  }

  /** The kind of value that a step gives: an optional that comes in goes out as what the body returns (ONNX Loop-16). */
  #kindOf(after: Carried, given: Carried | undefined): Carried {
    if (after.type.kind !== 'optional' || !given || given.type.kind === 'optional' || given.type.kind === 'unknown') {
      return after;
    }
    return { type: after.type.element, content: undefined };
  }

  readonly #size = (dim: Dim): Dim => {
    const slot = this.#steps.slots.of(dim);
    if (!slot || dim.kind !== 'symbol') return dim;
    const known = this.#sizes.get(dim) ?? this.#sizeAfter(dim, slot);
    this.#sizes.set(dim, known);
    return known;
  };

  readonly #element = (dim: Dim, { dtype }: Content): Dim | undefined => {
    if (!this.#steps.slots.of(dim) || dim.kind !== 'symbol') return dim;
    const exact = this.#exact(dim);
    const element = exact && fitted(this.#cx, dtype, exact);
    return dimOf(element);
  };

  /** The value after the last step where it is known in every valid run. */
  #exact(symbol: SymbolDim): Dim | undefined {
    const { forms, step } = this.#steps;
    const { count, certain } = this.#trips;
    const form = forms.get(symbol);
    if (form?.always || (form && certain)) return this.#cx.facts.simplify(replaced(form.at, step, count));
    return this.#unrolled?.get(symbol);
  }

  #sizeAfter(symbol: SymbolDim, slot: NonNullable<ReturnType<Steps['slots']['of']>>): Dim {
    const exact = this.#exact(symbol);
    if (exact) return exact;
    const cx = this.#cx;
    const { forms, step, any } = this.#steps;
    const form = forms.get(symbol);
    const size = form
      ? coveringSize(cx, 'state')(slot.initial, replaced(form.at, step, this.#trips.count))
      : this.#openSize(slot, any.facts.range(slot.next ?? slot.initial));
    if (slot.grows) cx.facts.give({ kind: 'atMost', left: slot.initial, right: size, origins: [] });
    if (slot.shrinks) cx.facts.give({ kind: 'atMost', left: size, right: slot.initial, origins: [] });
    return size;
  }

  /** A size of which only bounds are known, and a number that divides it. */
  #openSize({ initial, next }: { initial: Dim; next: Dim | undefined }, after: Interval): Dim {
    const cx = this.#cx;
    const { certain } = this.#trips;
    const before = certain ? after : cx.facts.range(initial);
    const max = Math.max(before.max, after.max);
    const min = Math.max(Math.min(before.min, after.min), 0);
    const size = cx.fresh('state', { min, max: Number.isFinite(max) ? max : undefined });
    const divisor = certain && next ? contentOf(next.poly, false) : 1;
    if (divisor > 1) cx.facts.give({ kind: 'divides', divisor: constant(divisor), dim: size, origins: [] });
    return size;
  }
}

/**
 * The state after a loop that does one step at most.
 *
 * @param offset the position of the first state among the outputs of the body
 */
export function stateAfterOne(
  cx: InferContext,
  { first, isInner, step }: Steps,
  {
    initial,
    offset,
    certain,
  }: { readonly initial: readonly Carried[]; readonly offset: number; readonly certain: boolean },
): readonly Carried[] {
  const known = (symbol: SymbolDim): Dim | undefined => (symbol === step ? constant(0) : undefined);
  const exporter = new Exporter(cx, { isInner, facts: first.facts, known });
  const finals = initial.map((before, i): Carried => {
    const after = first.outputs[i + offset] ?? before;
    const exported = { type: exporter.type(after.type), content: exporter.content(after.content) };
    if (certain) return exported;
    const what = 'the state before and after the loop';
    return { type: joinTypes(cx, [before.type, exported.type], what, coveringSize(cx, 'state')), content: undefined };
  });
  exporter.tellGiven();
  return finals;
}

/** The rows of a loop. */
export interface Rows {
  readonly body: Graph;
  /** The position of the first row among the outputs of the body. */
  readonly from: number;
  /** Whether every valid run does a step. */
  readonly certain: boolean;
}

/** The rows that the first step gives, which all the others must match: their types without the axis of the steps. */
export function rowTypes(
  cx: InferContext,
  { first, isInner, step }: Steps,
  { body, from, certain }: Rows,
): readonly ValueType[] {
  const known = (symbol: SymbolDim): Dim | undefined => (symbol === step ? constant(0) : undefined);
  const exporter = new Exporter(cx, { isInner, facts: first.facts, known });
  const rows = first.outputs.slice(from).map(({ type }, i) => {
    const row = exporter.type(type);
    return certain ? row : emptyRow(cx, row, body.outputs[from + i]);
  });
  exporter.tellGiven();
  return rows;
}

/**
 * The row of a loop that may do no step. Without one ONNX Runtime goes by what the file states of the body's output and by what it infers
 * itself: it writes 0 for each size that it does not know as a number, and no axes where it does not know their number.
 */
function emptyRow(cx: InferContext, row: ValueType, output: Value | undefined): ValueType {
  if (row.kind !== 'tensor' || !row.shape) return row;
  // What dimwise writes states what holds in any step: a size that is a number in the first one alone is none there.
  const written = output?.type.kind === 'tensor' ? output.type.shape : undefined;
  const open = (size: Dim, axis: number): Dim =>
    size.kind === 'const' && (!written || written[axis]?.kind === 'const') ? size : cx.fresh('row');
  if (!output || !isFromFile(output.graph)) return tensorType(row.dtype, row.shape.map(open));
  const stated = output.graph.claims?.get(output)?.type;
  if (stated?.kind !== 'tensor' || stated.shape?.length !== row.shape.length) return tensorType(row.dtype, null);
  const sizes = row.shape.map((size, axis) => (stated.shape?.[axis] === size ? open(size, axis) : cx.fresh('row')));
  return tensorType(row.dtype, sizes);
}

/** Whether a graph was read from a file, which states at least the types of its outputs. */
function isFromFile({ root }: Graph): boolean {
  for (const { speaker } of root.claims?.values() ?? []) if (speaker === 'file') return true;
  return false;
}
