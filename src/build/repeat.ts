// repeat(): steps that carry a state from one to the next, as one Loop inside of the graph.
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import type { Value } from '../ir/graph.ts';
import { formatType, type TensorType } from '../ir/type.ts';
import { inWords } from './in-words.ts';
import { flattenValues, type NamedValue, unflattenValues } from './nested-values.ts';
import { op } from './op.ts';

/** What one step gives. */
export interface StepResult<S extends object, O extends object> {
  /** The state of the next step: the same names and lists as the first state, with the same ranks and element types. */
  readonly state: S;
  /** What is kept of this step. */
  readonly outputs?: O | undefined;
  /** bool of one element: true where this step is the last. */
  readonly stop?: Value | undefined;
}

/** What {@link repeat} does. */
export interface RepeatSteps<S extends object, O extends object> {
  /** The steps at most: a number, or int64 of one element. Without it the step's `stop` ends the loop. */
  readonly steps?: number | bigint | Value | undefined;
  /** The first state: a value, or lists and objects of values to any depth. */
  readonly state: S;
  /** Computes one step from the state and the number of the step, int64 `[]` from 0 on. Traced, not run: maybe more than once. */
  readonly step: (state: S, index: Value<'int64'>) => StepResult<S, O>;
}

/** What is left after the last step. */
export interface Repeated<S extends object, O extends object> {
  readonly state: S;
  /** What each step kept, stacked along a new first axis of as many steps as were done. */
  readonly outputs: O;
}

/**
 * Repeats a step inside of the graph: a decoder that feeds its own token back, a recurrent cell, a solver. One run then does all steps,
 * and the state stays on the device. It is one ONNX Loop; layers that the step calls have their parameters once, outside of it.
 *
 * A state may grow: what a step appends to (a cache of keys) has the size `a + i*k` in step i and `a + n*k` after n steps.
 *
 * @throws OP_INVALID when the state or what a step returns is not made of values, a step returns another structure than it was given or
 *   keeps another one than before, `steps` is no count, or neither `steps` nor `stop` ends the loop
 * @throws DTYPE_MISMATCH, RANK_MISMATCH when a step returns a state of another element type or rank
 * @throws GRAPH_FOREIGN_VALUE outside of the values' model
 * @example
 * const { state, outputs } = repeat({
 *   steps: 20,
 *   state: { x: first, hidden },
 *   step: ({ x, hidden }) => {
 *     const next = cell(x, hidden);
 *     return { state: { x: readout(next), hidden: next }, outputs: next };
 *   },
 * });
 */
export function repeat<S extends object, O extends object = readonly []>({
  steps,
  state,
  step,
}: RepeatSteps<S, O>): Repeated<S, O> {
  const first = valuesOf(state, 'the state');
  if (first.length === 0) throw invalid('the state holds no value', 'a value, or lists and objects of values', 'none');
  if (typeof step !== 'function') throw invalid(`step is ${inWords(step)}`, 'a function', inWords(step));
  const limit = stepLimit(steps);
  let kept: O | undefined;
  const results = op.Loop(
    limit,
    true,
    first.map(({ value }) => value),
    {
      body: (index, condition, ...carried) => {
        if (!index || !condition) return [];
        const result = step(unflattenValues(state, carried), index as Value<'int64'>);
        if (typeof result !== 'object' || result === null || !('state' in result)) throw noResult(result);
        const next = valuesOf(result.state, 'the state that a step returns');
        checkSame(first, next, carried);
        if (limit === undefined && result.stop === undefined) throw endless();
        const rows = result.outputs === undefined ? [] : valuesOf(result.outputs, 'what a step keeps');
        kept = result.outputs;
        return [
          continues(result.stop, condition),
          ...next.map(({ value }) => value),
          ...rows.map(({ value }) => value),
        ];
      },
    },
  );
  const states = results.slice(0, first.length);
  return {
    state: unflattenValues(state, states),
    // A step that keeps nothing has nothing stacked.
    outputs:
      kept === undefined ? ([] as readonly [] as unknown as O) : unflattenValues(kept, results.slice(first.length)),
  };
}

function stepLimit(steps: number | bigint | Value | undefined): Value | bigint | undefined {
  if (typeof steps !== 'number' && typeof steps !== 'bigint') return steps;
  if (steps >= 0 && Number.isSafeInteger(Number(steps))) return BigInt(steps);
  throw invalid(`steps is ${steps}`, 'a whole number from 0 on', String(steps));
}

/** The condition of the next step. */
function continues(stop: Value | undefined, condition: Value): Value {
  if (stop === undefined) return condition;
  const { type } = stop;
  // ONNX's condition has no axes; one of a single element is taken too.
  return op.Not(type.kind === 'tensor' && type.shape?.length === 0 ? stop : op.Reshape(stop, []));
}

function valuesOf(nested: unknown, what: string): readonly NamedValue[] {
  const found = flattenValues(nested);
  if (!('given' in found)) return found;
  const where = found.path === '' ? what : `${found.path} of ${what}`;
  throw invalid(`${where} is ${found.given}, not a value`, 'a value, or lists and objects of values', found.given);
}

/** Makes sure that a step returns the structure, the element types and the ranks that it was given. */
function checkSame(first: readonly NamedValue[], next: readonly NamedValue[], carried: readonly Value[]): void {
  const names = (values: readonly NamedValue[]): string => values.map(({ path }) => path || 'one value').join(', ');
  const [expected, actual] = [names(first), names(next)];
  if (expected !== actual) throw invalid(`a step takes the state ${expected} and returns ${actual}`, expected, actual);
  for (const [i, { path, value }] of next.entries()) {
    const [before, after] = [carried[i]?.type, value.type];
    if (before?.kind !== 'tensor' || after.kind !== 'tensor' || value.poisoned) continue;
    const code = clash(before, after);
    if (!code) continue;
    throw dimwiseError({
      code,
      message: `repeat: a step takes ${path || 'the state'} as ${formatType(before)} and returns ${formatType(after)}`,
      origin: value.origin ?? { site: captureSite() },
      expected: formatType(before),
      actual: formatType(after),
      hint: code === 'DTYPE_MISMATCH' ? 'cast what the step returns' : 'return the state with as many axes as it came',
    });
  }
}

/** How two types of a state cannot follow each other; what is not known may agree. */
function clash(before: TensorType, after: TensorType): 'DTYPE_MISMATCH' | 'RANK_MISMATCH' | undefined {
  const isOpen = before.dtype === 'undefined' || after.dtype === 'undefined';
  if (!isOpen && before.dtype !== after.dtype) return 'DTYPE_MISMATCH';
  const isRanked = before.shape !== null && after.shape !== null;
  return isRanked && before.shape.length !== after.shape.length ? 'RANK_MISMATCH' : undefined;
}

function noResult(given: unknown): DimwiseError {
  return invalid(`a step returns ${inWords(given)}`, '{ state, outputs?, stop? }', inWords(given));
}

function endless(): DimwiseError {
  return invalid('nothing ends the loop', 'steps, or a step that returns stop', 'neither');
}

function invalid(fact: string, expected: string, actual: string): DimwiseError {
  return dimwiseError({
    code: 'OP_INVALID',
    message: `repeat: ${fact}`,
    origin: { site: captureSite() },
    expected,
    actual,
    hint: 'repeat({ steps: 10, state: { x }, step: ({ x }) => ({ state: { x: next(x) }, outputs: x }) })',
  });
}
