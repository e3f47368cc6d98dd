// Recurrent layers in ONNX operators, level by level: RNN, LSTM or GRU, or a Scan where these do not reach.
import { invariant } from '../../base/assert-never.ts';
import { op } from '../../build/op.ts';
import type { Node, Value } from '../../ir/graph.ts';
import type { Target } from '../../ir/target.ts';
import { inputOf } from '../layer-node.ts';
import { numberOf } from '../layer-values.ts';
import { isRecurrentActivation, RECURRENT, type RecurrentActivation, type RecurrentKind } from './kinds.ts';
import type { DirectionWeights, LoweredLayer, LoweredLevel } from './lowered.ts';
import { operatorLevel } from './operator-level.ts';
import { scanLevel } from './scan-level.ts';
import { directionSlots, SLOT, STATE } from './slots.ts';

/** The operators of a recurrent node. */
export function lowerRecurrent(node: Node, kind: RecurrentKind, target: Target): readonly Value[] {
  const layer = layerOf(node, kind);
  const [levels, directions] = [numberOf(node, 'levels'), numberOf(node, 'directions')];
  const batchFirst = numberOf(node, 'batchFirst') !== 0;
  const x = inputOf(node, 0);
  const slots = directionSlots(levels, directions);
  const given = [node.inputs[STATE.hidden], node.inputs[STATE.cell]];
  const states: (readonly Value[])[] = [];
  let input = batchFirst ? op.Transpose(x, { perm: [1, 0, 2] }) : x;
  for (let level = 0; level < levels; level++) {
    const weights = slots.filter((slot) => slot.level === level).map(({ first }) => weightsOf(node, first));
    const state = given.map((value) => value && rowsOf(value, level, { levels, directions }));
    const one = { input, directions: weights, state, batchFirst: batchFirst && level === levels - 1 };
    const result = hasOperator(one, target) ? operatorLevel(layer, one) : scanLevel(layer, one);
    input = result.sequence;
    states.push(result.state);
  }
  const final = Array.from({ length: RECURRENT[kind].states }, (_, i) => joined(states.flatMap((all) => all[i] ?? [])));
  return [input, ...final];
}

/**
 * Whether ONNX's operator computes a level: it has no projection, but takes one that is folded into its weights, unless it starts from
 * a projected state; ONNX Runtime has it in single and half precision only.
 */
function hasOperator({ input, directions, state }: LoweredLevel, target: Target): boolean {
  const isProjected = directions.some(({ weightProjection }) => weightProjection !== undefined);
  if (isProjected && state[0] !== undefined) return false;
  const { dtype } = input;
  return dtype === 'float32' || dtype === 'float16' || (target.runtime === 'onnx' && dtype === 'float64');
}

function layerOf(node: Node, kind: RecurrentKind): LoweredLayer {
  return {
    kind,
    units: numberOf(node, 'units'),
    lengths: node.inputs[STATE.lengths],
    clip: node.attribute('clip') && numberOf(node, 'clip'),
    resetAfter: !node.attribute('resetAfter') || numberOf(node, 'resetAfter') !== 0,
    activation: activationOf(node, 'activation'),
    recurrentActivation: activationOf(node, 'recurrentActivation'),
  };
}

function activationOf(node: Node, name: string): RecurrentActivation | undefined {
  const attribute = node.attribute(name);
  if (!attribute) return undefined;
  invariant(attribute.kind === 'string' && isRecurrentActivation(attribute.value), `${node.op} has an activation`);
  return attribute.value;
}

function weightsOf(node: Node, first: number): DirectionWeights {
  return {
    weightInput: inputOf(node, first + SLOT.weightInput),
    weightHidden: inputOf(node, first + SLOT.weightHidden),
    biasInput: node.inputs[first + SLOT.biasInput],
    biasHidden: node.inputs[first + SLOT.biasHidden],
    weightPeephole: node.inputs[first + SLOT.peephole],
    weightProjection: node.inputs[first + SLOT.projection],
  };
}

/** The initial state of one level. */
function rowsOf(value: Value, level: number, of: { levels: number; directions: number }): Value {
  if (of.levels === 1) return value;
  return op.Slice(value, [level * of.directions], [(level + 1) * of.directions], [0]);
}

function joined(values: readonly Value[]): Value {
  const [only] = values;
  invariant(only, 'a recurrent layer has a level');
  return values.length === 1 ? only : op.Concat(values, { axis: 0 });
}
