// What the lowering of a recurrent layer works with: the layer, its levels, their directions.
import type { Value } from '../../ir/graph.ts';
import type { RecurrentActivation, RecurrentKind } from './kinds.ts';

/** The weights of one direction of one level, rows in PyTorch's order of gates. */
export interface DirectionWeights {
  readonly weightInput: Value;
  readonly weightHidden: Value;
  readonly biasInput?: Value | undefined;
  readonly biasHidden?: Value | undefined;
  readonly weightPeephole?: Value | undefined;
  readonly weightProjection?: Value | undefined;
}

/** What all levels of a layer share. */
export interface LoweredLayer {
  readonly kind: RecurrentKind;
  readonly units: number;
  readonly lengths: Value | undefined;
  readonly clip: number | undefined;
  readonly resetAfter: boolean;
  readonly activation: RecurrentActivation | undefined;
  readonly recurrentActivation: RecurrentActivation | undefined;
}

/** One level: its input `[s, n, k]`, its directions, and its initial state `[directions, n, ...]` where it is given. */
export interface LoweredLevel {
  readonly input: Value;
  readonly directions: readonly DirectionWeights[];
  readonly state: readonly (Value | undefined)[];
  /** Whether the output is to be `[n, s, ...]`, not `[s, n, ...]`. */
  readonly batchFirst: boolean;
}

/** What a level gives: the sequence, and final states `[directions, n, ...]`. */
export interface LevelOutput {
  readonly sequence: Value;
  readonly state: readonly Value[];
}
