// One level of a recurrent layer as ONNX's RNN, LSTM or GRU.
import { invariant } from '../../base/assert-never.ts';
import { op } from '../../build/op.ts';
import { traceOf } from '../../build/trace.ts';
import type { Value } from '../../ir/graph.ts';
import { filled } from '../layer-values.ts';
import { OPERATOR_ACTIVATIONS, type OperatorActivation, RECURRENT, type RecurrentActivation } from './kinds.ts';
import type { DirectionWeights, LevelOutput, LoweredLayer, LoweredLevel } from './lowered.ts';
import { type RowBlock, stackRows } from './stack-rows.ts';

/** The operator, between what brings our layouts into its own and back. It computes time first: ONNX Runtime has no other on the CPU. */
export function operatorLevel(layer: LoweredLayer, level: LoweredLevel): LevelOutput {
  const { directions, batchFirst } = level;
  const isProjected = directions.some(({ weightProjection }) => weightProjection);
  const projection = isProjected ? projectionsOf(layer, directions) : undefined;
  const [y, h, c] = callOperator(layer, level, projection);
  invariant(y && h, 'a recurrent operator has its outputs');
  // From [directions, hidden, units] to what a row on the left is multiplied by.
  const back = projection && op.Transpose(projection, { perm: [0, 2, 1] });
  const [sequence, hidden] = back ? [op.MatMul(y, back), op.MatMul(h, back)] : [y, h];
  return { sequence: joinDirections(sequence, directions.length, batchFirst), state: c ? [hidden, c] : [hidden] };
}

function callOperator(layer: LoweredLayer, level: LoweredLevel, projection: Value | undefined): readonly Value[] {
  const { input, directions, state } = level;
  const [first] = directions;
  invariant(first, 'a level has a direction');
  const named = (name: string): string | undefined => first.weightInput.name?.replace(/[^.]+$/, name);
  const count = directions.length;
  const { gates } = RECURRENT[layer.kind];
  const leading = [count, gates * layer.units];
  const gateRows = (values: readonly Value[], name: string): Value =>
    stackRows(
      values.flatMap((value) => gateBlocks(layer, value)),
      { leading, name: named(name) },
    );
  const w = gateRows(
    directions.map(({ weightInput }) => weightInput),
    'W',
  );
  const hidden = gateRows(
    directions.map(({ weightHidden }) => weightHidden),
    'R',
  );
  // The state that is fed back is the projected one: R (P m) = (R P) m.
  const r = projection ? op.MatMul(hidden, projection) : hidden;
  const b = biasesOf(layer, directions, named('B'));
  const lengths = layer.lengths && op.Cast(layer.lengths, { to: 'int32' });
  const attributes = attributesOf(layer, count);
  switch (layer.kind) {
    case 'rnn':
      return op.RNN(input, w, r, b, lengths, state[0], attributes);
    case 'gru': {
      const order = { linear_before_reset: layer.resetAfter ? 1 : 0 };
      return op.GRU(input, w, r, b, lengths, state[0], { ...attributes, ...order });
    }
    case 'lstm': {
      const p = peepholesOf(layer, directions, named('P'));
      return op.LSTM(input, w, r, b, lengths, state[0], state[1], p, attributes);
    }
  }
}

/** The rows of one weight or bias in ONNX's order of gates. */
function gateBlocks({ kind, units }: LoweredLayer, value: Value): readonly RowBlock[] {
  return RECURRENT[kind].order.map((gate) => ({ value, start: gate * units, stop: (gate + 1) * units }));
}

/** Both biases of each direction, `[directions, 2*gates*units]`; a missing one is zeros, undefined where all are missing. */
function biasesOf(layer: LoweredLayer, directions: readonly DirectionWeights[], name?: string): Value | undefined {
  if (directions.every(({ biasInput, biasHidden }) => !biasInput && !biasHidden)) return undefined;
  const rows = RECURRENT[layer.kind].gates * layer.units;
  const { root } = traceOf([]);
  const blocks = directions.flatMap(({ weightInput, biasInput, biasHidden }) =>
    [biasInput, biasHidden].flatMap((bias) =>
      gateBlocks(layer, bias ?? root.addConstant(filled(weightInput.dtype, [rows], 0))),
    ),
  );
  return stackRows(blocks, { leading: [directions.length, 2 * rows], name });
}

/** `[directions, 3*units]`, from i, f, o to ONNX's i, o, f. */
function peepholesOf(
  { units }: LoweredLayer,
  directions: readonly DirectionWeights[],
  name?: string,
): Value | undefined {
  const blocks = directions.flatMap(({ weightPeephole: value }) =>
    value ? [0, 2, 1].map((gate) => ({ value, start: gate * units, stop: (gate + 1) * units })) : [],
  );
  return blocks.length === 0 ? undefined : stackRows(blocks, { leading: [directions.length, 3 * units], name });
}

/** `[directions, hidden, units]`. */
function projectionsOf({ units }: LoweredLayer, directions: readonly DirectionWeights[]): Value {
  const parts = directions.flatMap(({ weightProjection: value }) => (value ? [op.Unsqueeze(value, [0])] : []));
  const [only] = parts;
  invariant(only && parts.length === directions.length, `all directions of ${units} units are projected`);
  return parts.length === 1 ? only : op.Concat(parts, { axis: 0 });
}

/** What differs from the operator's defaults. */
function attributesOf(layer: LoweredLayer, directions: number) {
  const { kind, units, clip, activation, recurrentActivation } = layer;
  const isPlain = activation === undefined && recurrentActivation === undefined;
  return {
    hidden_size: units,
    ...(directions === 2 ? { direction: 'bidirectional' as const } : {}),
    ...(clip === undefined ? {} : { clip }),
    ...(isPlain ? {} : activationAttributes(kind, directions, activation ?? 'tanh', recurrentActivation ?? 'sigmoid')),
  };
}

function activationAttributes(
  kind: LoweredLayer['kind'],
  directions: number,
  activation: RecurrentActivation,
  recurrent: RecurrentActivation,
) {
  const names = { rnn: [activation], gru: [recurrent, activation], lstm: [recurrent, activation, activation] }[kind];
  const all = Array.from({ length: directions }, () => names).flat();
  const rows: readonly OperatorActivation[] = all.map((name) => OPERATOR_ACTIVATIONS[name]);
  const alpha = rows.flatMap((row) => row.alpha ?? []);
  const beta = rows.flatMap((row) => row.beta ?? []);
  return {
    activations: rows.map(({ name }) => name),
    ...(alpha.length > 0 ? { activation_alpha: alpha } : {}),
    ...(beta.length > 0 ? { activation_beta: beta } : {}),
  };
}

/** `[s, directions, n, h]` as `[s, n, directions*h]`, or `[n, s, directions*h]`. */
function joinDirections(y: Value, directions: number, batchFirst: boolean): Value {
  if (directions === 1) {
    const sequence = op.Squeeze(y, [1]);
    return batchFirst ? op.Transpose(sequence, { perm: [1, 0, 2] }) : sequence;
  }
  const features = op.Transpose(y, { perm: batchFirst ? [2, 0, 1, 3] : [0, 2, 1, 3] });
  return op.Reshape(features, [0, 0, -1]);
}
