// One level of a recurrent layer as a Scan: for what ONNX's operators do not compute.
import { invariant } from '../../base/assert-never.ts';
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import type { CellStep } from './cell.ts';
import { cellActivations, RECURRENT } from './kinds.ts';
import type { DirectionWeights, LevelOutput, LoweredLayer, LoweredLevel } from './lowered.ts';
import { scanTime } from './scan-time.ts';
import { hiddenMaps, recurrentStep } from './step.ts';
import { zerosFor } from './zeros.ts';

/** The directions one after the other; the products with the input are taken outside of the Scan, for all steps at once. */
export function scanLevel(layer: LoweredLayer, level: LoweredLevel): LevelOutput {
  const runs = level.directions.map((weights, i) => scanDirection(layer, level, { weights, index: i }));
  const outputs = runs.map(({ output }) => output);
  const [only] = outputs;
  invariant(only, 'a level has a direction');
  const sequence = outputs.length === 1 ? only : op.Concat(outputs, { axis: -1 });
  const state = Array.from({ length: RECURRENT[layer.kind].states }, (_, i) => {
    const rows = runs.flatMap((run) => (run.state[i] ? [op.Unsqueeze(run.state[i], [0])] : []));
    return rows.length === 1 && rows[0] ? rows[0] : op.Concat(rows, { axis: 0 });
  });
  return { sequence: level.batchFirst ? op.Transpose(sequence, { perm: [1, 0, 2] }) : sequence, state };
}

interface DirectionRun {
  readonly weights: DirectionWeights;
  readonly index: number;
}

function scanDirection(layer: LoweredLayer, level: LoweredLevel, { weights, index }: DirectionRun): CellStep {
  const { kind, units, lengths, clip } = layer;
  const { weightInput, biasInput, weightPeephole, weightProjection } = weights;
  const options = {
    kind,
    units,
    clip,
    activations: cellActivations(layer.activation, layer.recurrentActivation),
    peephole: weightPeephole,
    project: weightProjection && ((hidden: Value): Value => affine(hidden, weightProjection)),
  };
  const gates = affine(level.input, weightInput, biasInput);
  const hidden = hiddenMaps(weights, affine, kind === 'gru' && !layer.resetAfter ? units : undefined);
  return scanTime({
    sequence: gates,
    axis: 0,
    state: initialState(layer, level, { weights, index, gates }),
    lengths,
    reverse: index === 1,
    step: (slice, before) => {
      const state = recurrentStep(options, slice, hidden, before);
      const [output] = state;
      invariant(output, 'a recurrent cell has a hidden state');
      return { output, state };
    },
  });
}

/** The given state of a direction, or zeros for the batch of its gates `[s, n, ...]`. */
function initialState(
  { kind, units }: LoweredLayer,
  { state }: LoweredLevel,
  { weights, index, gates }: DirectionRun & { readonly gates: Value },
): readonly Value[] {
  const projected = weights.weightProjection?.shape[0];
  const hidden = projected?.kind === 'const' ? projected.value : units;
  return [hidden, units].slice(0, RECURRENT[kind].states).map((size, i) => {
    const given = state[i];
    if (!given) return zerosFor(gates, [{ axis: 1 }, size]);
    return op.Squeeze(op.Slice(given, [index], [index + 1], [0]), [0]);
  });
}

/** `x W^T + b` in operators. */
function affine(x: Value, weight: Value, bias?: Value): Value {
  if (x.rank === 2) return op.Gemm(x, weight, bias, { transB: 1 });
  const product = op.MatMul(x, op.Transpose(weight, { perm: [1, 0] }));
  return bias ? op.Add(product, bias) : product;
}
