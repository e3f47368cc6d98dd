// Sequence batching: requests of one sequence go to one place, and Triton keeps the state between them.
import { type Diagnostic, throwDiagnostics } from '../../src/base/errors.ts';
import { checkConstraint, constraintDims, parseConstraint } from '../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';
import type { Contract, SymbolBounds } from '../../src/ir/contract.ts';
import { knownNames, optionError } from './check-option.ts';
import type { TritonSequence } from './model-options.ts';
import type { BatchLimit } from './scheduling.ts';
import { controlInputs } from './sequence-controls.ts';
import { sequenceStrategy } from './sequence-strategy.ts';
import type { TritonTensor, TritonTensors } from './tensors.ts';
import { enumName, field, nested, repeated, type TextField, type TextMessage } from './text-format.ts';

/** What is left for requests where Triton keeps states, and how it keeps them. */
export interface SequencePlan extends TritonTensors {
  readonly limit: BatchLimit;
  /** `sequence_batching`. */
  readonly field: TextField;
  /** What clients must keep, as sentences without an end. */
  readonly conditions: readonly string[];
}

/** What a sequence is made from: the configuration as it would be without one. */
export interface SequenceContext {
  readonly contract: Contract;
  readonly limit: BatchLimit;
  /** Whether the user said how many rows a batch has. */
  readonly isLimitAsked: boolean;
  readonly tensors: TritonTensors;
}

/** An input, and the output that is its next value. */
interface StatePair {
  readonly input: TritonTensor;
  readonly output: TritonTensor;
}

/**
 * `sequence_batching` of a model. Triton starts each sequence with zeros, and with 1 for sizes that vary (its sequence_state.cc), so
 * the contract must allow 1 there. It lays the states of a batch side by side, so states of sizes that vary allow one row at a time.
 *
 * @throws EXPORT_OPTION when states, controls or numbers do not fit the contract or each other; all pairs of states are told
 */
export function sequencePlan(sequence: TritonSequence, context: SequenceContext): SequencePlan {
  knownNames('a sequence', Object.keys(sequence), OPTIONS);
  const { contract, tensors } = context;
  const pairs = statePairs(sequence, tensors);
  const limit = sequenceLimit(pairs, context);
  throwDiagnostics(pairs.flatMap((pair) => pairMistakes(pair, contract, limit)));
  const started = startSizes(pairs, contract, limit);
  const controls = controlInputs(sequence.controls, contract, limit, new Set(pairs.map(({ input }) => input.name)));
  const hidden = new Set([...pairs.map(({ input }) => input.name), ...controls.names]);
  const kept = sequence.keepOutputs ?? [];
  const states = pairs.map(({ output }) => output.name);
  knownNames('the list of states', kept, states);
  const inputs = tensors.inputs.filter(({ name }) => !hidden.has(name));
  const outputs = tensors.outputs.filter(({ name }) => !states.includes(name) || kept.includes(name));
  if (inputs.length === 0) throw optionError('every input is a state or a control, and a request brings one at least');
  if (outputs.length === 0) {
    throw optionError('every output is a state, and Triton asks for one that is given back', {
      hint: `keep one of ${states.join(', ')}`,
    });
  }
  const message: TextMessage = [
    ...sequenceStrategy(sequence, limit),
    controls.field,
    { ...repeated('state', pairs.map(stateMessage)), comment: STATE_COMMENT },
  ];
  const conditions = [...started].map((name) => `in the first request of a sequence, ${name} is 1`);
  return { inputs, outputs, limit, field: nested('sequence_batching', message), conditions };
}

const OPTIONS = [
  'states',
  'strategy',
  'controls',
  'keepOutputs',
  'idle',
  'candidates',
  'preferred',
  'delay',
  'preserveOrder',
];

const STATE_COMMENT = ['Triton keeps these: clients neither send nor get them.'];

function statePairs({ states }: TritonSequence, { inputs, outputs }: TritonTensors): readonly StatePair[] {
  const pairs = Object.entries(states);
  if (pairs.length === 0) throw optionError('a sequence has no states', { hint: 'name one: state_in=state_out' });
  const names = (tensors: readonly TritonTensor[]) => tensors.map(({ name }) => name);
  knownNames('the list of inputs', Object.keys(states), names(inputs));
  knownNames('the list of outputs', Object.values(states), names(outputs));
  const twice = pairs.find(([, output], i) => pairs.findIndex(([, each]) => each === output) !== i);
  if (twice) throw optionError(`output "${twice[1]}" is the next value of two states`, { actual: twice[1] });
  return pairs.flatMap(([from, to]) => {
    const input = inputs.find(({ name }) => name === from);
    const output = outputs.find(({ name }) => name === to);
    return input && output ? [{ input, output }] : [];
  });
}

/** The rows of a batch: requests of sequences have one each. */
function sequenceLimit(pairs: readonly StatePair[], { limit, isLimitAsked }: SequenceContext): BatchLimit {
  const { batching, most } = limit;
  if (batching.kind === 'none') return limit;
  if (batching.min > 1 || batching.divisor > 1) {
    const expr =
      batching.min > 1 ? `${batching.symbol} >= ${batching.min}` : `${batching.divisor} | ${batching.symbol}`;
    throw optionError(`requests of a sequence have one row each, and the contract has ${expr}`, { actual: expr });
  }
  const open = pairs.find(({ input }) => input.dims.includes(-1));
  if (!open || most === 1) return limit;
  if (isLimitAsked) {
    throw optionError(
      `the largest batch is ${most}, and state "${open.input.name}" has sizes that vary from sequence to sequence, so rows cannot be joined`,
      { expected: '1, or a state of fixed sizes', actual: String(most), hint: 'leave the largest batch out' },
    );
  }
  return { batching, most: 1 };
}

function pairMistakes({ input, output }: StatePair, contract: Contract, limit: BatchLimit): readonly Diagnostic[] {
  const place = `state "${input.name}" and its next value "${output.name}"`;
  const mistake = (message: string, expected: string, actual: string): Diagnostic => ({
    code: 'EXPORT_OPTION',
    message: `${place}${message}`,
    expected,
    actual,
  });
  if (input.type !== output.type) {
    return [mistake(` are of different types: ${input.type} and ${output.type}`, input.type, output.type)];
  }
  const [from, to] = [ownSizes(contract.inputs, input, limit), ownSizes(contract.outputs ?? {}, output, limit)];
  if (from.length !== to.length) {
    return [mistake(` have ${from.length} and ${to.length} axes`, `[${from.join(', ')}]`, `[${to.join(', ')}]`)];
  }
  if (from.length === 0) {
    const hint = 'give it an axis of 1 in the model';
    return [
      { ...mistake(' have no axes beside the batch, and Triton keeps states that have some', '[1]', '[]'), hint },
    ];
  }
  return from.flatMap((size, i) => {
    const next = to[i] ?? '?';
    if (typeof size === 'number' ? size === next : typeof next === 'string' || fits(size, next, contract)) return [];
    const axis = i + (limit.batching.kind === 'batch' ? 1 : 0);
    return [mistake(` differ at axis ${axis}: ${size} and ${next}`, String(size), String(next))];
  });
}

/** Whether a size that varies may be a number. */
function fits(size: string, value: number, { symbols }: Contract): boolean {
  const dim = size === '?' ? undefined : parseDim(size);
  if (dim?.kind !== 'symbol') return true;
  const { min, max } = boundsOf(dim, symbols);
  return value >= min && value <= (max ?? value);
}

const boundsOf = ({ name }: SymbolDim, symbols: Contract['symbols']): SymbolBounds =>
  (Object.hasOwn(symbols, name) ? symbols[name] : undefined) ?? { min: 0 };

const ownSizes = (
  edges: Contract['inputs'],
  { name }: TritonTensor,
  { batching }: BatchLimit,
): readonly (number | string)[] => edges[name]?.shape?.slice(batching.kind === 'batch' ? 1 : 0) ?? [];

/**
 * The symbols that are 1 when a sequence begins, as they are printed.
 *
 * @throws EXPORT_OPTION when the contract does not allow that
 */
function startSizes(pairs: readonly StatePair[], contract: Contract, limit: BatchLimit): ReadonlySet<string> {
  const one = new Map<string, Dim>();
  const sizes: (readonly [name: string, dim: Dim])[] = pairs.flatMap(({ input }) =>
    ownSizes(contract.inputs, input, limit).flatMap((size) =>
      typeof size === 'number' || size === '?' ? [] : [[input.name, parseDim(size)] as const],
    ),
  );
  for (const [, dim] of sizes) if (dim.kind === 'symbol') one.set(dim.name, dim);
  const sizeOf = ({ name }: SymbolDim): number | undefined => (one.has(name) ? 1 : undefined);
  const refuse = (name: string, rule: string) =>
    optionError(`a sequence begins with 1 for sizes of state "${name}" that vary, and the contract has ${rule}`, {
      expected: rule,
      hint: 'give the state fixed sizes, or let the model take a size of 1 there',
    });
  for (const [name, dim] of sizes) {
    if (dim.kind === 'symbol') {
      const { min, max } = boundsOf(dim, contract.symbols);
      if (min > 1) throw refuse(name, `${formatDim(dim)} >= ${min}`);
      if (max === 0) throw refuse(name, `${formatDim(dim)} <= 0`);
    } else if ([...symbolsOf(dim)].some((each) => sizeOf(each) === undefined) || evaluate(dim, sizeOf) !== 1) {
      throw refuse(name, `the size ${formatDim(dim)} there`);
    }
  }
  for (const { expr, scope } of contract.constraints) {
    const constraint = parseConstraint(expr);
    const symbols = constraintDims(constraint).flatMap((dim) => [...symbolsOf(dim)]);
    const isSettled = scope === 'feed' && symbols.length > 0 && symbols.every((each) => sizeOf(each) !== undefined);
    if (isSettled && !checkConstraint(constraint, sizeOf)) {
      const owner = sizes.find(([, dim]) => [...symbolsOf(dim)].some((each) => symbols.includes(each)));
      throw refuse(owner?.[0] ?? '', expr);
    }
  }
  return new Set(Array.from(one.values(), (dim) => formatDim(dim)));
}

const stateMessage = ({ input, output }: StatePair): TextMessage => [
  field('input_name', input.name),
  field('output_name', output.name),
  field('data_type', enumName(input.type)),
  field('dims', input.dims),
  repeated('initial_state', [
    [
      field('data_type', enumName(input.type)),
      field(
        'dims',
        input.dims.map((size) => Math.max(size, 1)),
      ),
      field('zero_data', true),
      field('name', 'zeros'),
    ],
  ]),
];
