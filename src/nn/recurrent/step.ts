// One step of a recurrent cell: from what its input and its state bring to the gates, to the next state.
import { invariant } from '../../base/assert-never.ts';
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import type { CellActivations, RecurrentKind } from './kinds.ts';

/** The maps from the hidden state `[n, u, ...]` to what it adds to the gates. */
export interface HiddenMaps {
  /** To all gates, `[n, gates*u, ...]`; to the gates r and z of a GRU whose reset gate comes before the map of the candidate. */
  readonly gates: (hidden: Value) => Value;
  /** To the candidate of such a GRU. */
  readonly candidate?: ((hidden: Value) => Value) | undefined;
}

/** `x W^T + b`, or a convolution: what a cell's weights do. */
export type CellMap = (x: Value, weight: Value, bias?: Value) => Value;

/**
 * The maps of the hidden state.
 *
 * @param units those of a GRU whose reset gate comes before the map of the candidate, which is then a map of its own
 */
export function hiddenMaps(
  { weightHidden, biasHidden }: { readonly weightHidden: Value; readonly biasHidden?: Value | undefined },
  map: CellMap,
  units?: number,
): HiddenMaps {
  if (units === undefined) return { gates: (hidden) => map(hidden, weightHidden, biasHidden) };
  const sizes = [2 * units, units];
  const [gates, candidate] = parts(weightHidden, sizes, 0);
  const [gatesBias, candidateBias] = biasHidden ? parts(biasHidden, sizes, 0) : [];
  invariant(gates && candidate, 'a split in two has two parts');
  return {
    gates: (hidden) => map(hidden, gates, gatesBias),
    candidate: (hidden) => map(hidden, candidate, candidateBias),
  };
}

/** What a cell computes beside its maps. */
export interface StepOptions {
  readonly kind: RecurrentKind;
  /** Features of the gates and of the inner state. */
  readonly units: number;
  readonly activations: CellActivations;
  /** Bounds what goes into the activations of the gates to [-clip, clip]; no bound where undefined. */
  readonly clip?: number | undefined;
  /** Weights `[3*u]` of the cell state in the gates i, f, o of an LSTM. */
  readonly peephole?: Value | undefined;
  /** Applied to the hidden state of an LSTM; nothing by default. */
  readonly project?: ((hidden: Value) => Value) | undefined;
}

/**
 * One step.
 *
 * @param gates what the input adds to the gates, `[n, gates*u, ...]`, biases included
 * @param hidden the map of the hidden state, biases included
 * @param state the state before: h, and c of an LSTM
 * @returns the state after
 */
export function recurrentStep(
  options: StepOptions,
  gates: Value,
  hidden: HiddenMaps,
  state: readonly Value[],
): readonly Value[] {
  const [h, c] = state;
  invariant(h, 'a recurrent cell has a hidden state');
  switch (options.kind) {
    case 'rnn':
      return [options.activations.activation(clipped(options, op.Add(gates, hidden.gates(h))))];
    case 'gru':
      return [gruStep(options, gates, hidden, h)];
    case 'lstm':
      invariant(c, 'an LSTM has a cell state');
      return lstmStep(options, op.Add(gates, hidden.gates(h)), c);
  }
}

/** `c' = f*c + i*g, h' = o*tanh(c')` (Hochreiter and Schmidhuber, 1997, with the forget gate of Gers et al., 2000). */
function lstmStep(options: StepOptions, gates: Value, c: Value): readonly Value[] {
  const { units, activations, peephole, project } = options;
  const { activation, recurrent } = activations;
  const [i, f, g, o] = parts(gates, [units, units, units, units]);
  const [pi, pf, po] = peephole ? parts(peephole, [units, units, units], 0) : [];
  invariant(i && f && g && o, 'an LSTM has four gates');
  const gate = (x: Value, weight: Value | undefined, state: Value): Value =>
    recurrent(clipped(options, weight ? op.Add(x, op.Mul(weight, state)) : x));
  const kept = op.Mul(gate(f, pf, c), c);
  const cell = op.Add(kept, op.Mul(gate(i, pi, c), activation(clipped(options, g))));
  const output = op.Mul(gate(o, po, cell), activation(cell));
  return [project ? project(output) : output, cell];
}

/**
 * `h' = (1 - z)*n + z*h` with `n = tanh(x_n + r*(W h + b))`, or `n = tanh(x_n + W (r*h) + b)` where the reset gate comes first
 * (Cho et al., 2014, v3 and v1 of the paper).
 */
function gruStep(options: StepOptions, gates: Value, hidden: HiddenMaps, h: Value): Value {
  const { units, activations } = options;
  const { activation, recurrent } = activations;
  const [xr, xz, xn] = parts(gates, [units, units, units]);
  const [hr, hz, hn] = parts(hidden.gates(h), hidden.candidate ? [units, units] : [units, units, units]);
  invariant(xr && xz && xn && hr && hz, 'a GRU has three gates');
  const r = recurrent(clipped(options, op.Add(xr, hr)));
  const z = recurrent(clipped(options, op.Add(xz, hz)));
  const candidate = hn ? op.Mul(r, hn) : hidden.candidate?.(op.Mul(r, h));
  invariant(candidate, 'a GRU has a candidate');
  const n = activation(clipped(options, op.Add(xn, candidate)));
  // (1 - z)*n + z*h in one operation less.
  return op.Add(n, op.Mul(z, op.Sub(h, n)));
}

/** The parts of a value along an axis. */
function parts(x: Value, sizes: readonly number[], axis = 1): readonly Value[] {
  return op.Split(x, sizes, { axis });
}

/** A value within the bounds of the cell. */
function clipped({ clip }: StepOptions, x: Value): Value {
  return clip === undefined ? x : op.Clip(x, -clip, clip);
}
