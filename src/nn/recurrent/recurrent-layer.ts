// Recurrent layers: what rnn, lstm and gru have in common.
import { invariant } from '../../base/assert-never.ts';
import type { Value } from '../../ir/graph.ts';
import { positiveInteger } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions } from '../option-names.ts';
import type { Parameter } from '../parameter.ts';
import type { CellState, CellStep } from './cell.ts';
import { type CellParameters, cellParameters, checkCellOptions, type LstmWeightOptions } from './cell-weights.ts';
import type { RecurrentActivation, RecurrentKind } from './kinds.ts';
import type { DirectionWeights } from './lowered.ts';
import { lastOutput, recurrentOf } from './recurrent-of.ts';
import { checkRecurrentOptions, LAYER_OPTIONS, type RecurrentOptions } from './recurrent-options.ts';

/** What a recurrent layer is called with: the sequence, a state (zeros where left out), the valid steps of each row (all where left out). */
export type RecurrentInputs = [x: Value, state?: CellState | undefined, lengths?: Value | undefined];

/** The options of all kinds. */
export interface AnyRecurrentOptions extends RecurrentOptions, LstmWeightOptions {
  readonly recurrentActivation?: RecurrentActivation | undefined;
  readonly resetAfter?: boolean | undefined;
}

/** The names of a cell's parameters. */
const NAMES = [
  'weightInput',
  'weightHidden',
  'biasInput',
  'biasHidden',
  'weightPeephole',
  'weightProjection',
] as const satisfies readonly (keyof CellParameters)[];

/**
 * Makes a recurrent layer.
 *
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 */
export function recurrentLayer(
  kind: RecurrentKind,
  units: number,
  options: AnyRecurrentOptions,
): Layer<RecurrentInputs, Value | CellStep> {
  checkOptions(kind, options, LAYER_OPTIONS[kind]);
  positiveInteger(kind, 'units', units);
  checkRecurrentOptions(kind, options);
  checkCellOptions(kind, options);
  const { layers = 1, returnSequences = true, returnState = false, layout, activation, clip } = options;
  const { recurrentActivation, resetAfter } = options;
  const suffixes = options.bidirectional ? ['', 'Reverse'] : [''];
  return defineLayer({
    kind,
    name: options.name,
    parameters: layerParameters(kind, units, options, suffixes),
    apply: ({ parameters }, x: Value, state?: CellState, lengths?: Value): Value | CellStep => {
      const weights = Array.from({ length: layers }, (_, level) =>
        suffixes.map((suffix) => weightsOf(parameters, level, suffix)),
      );
      const given = { state, lengths, layout, activation, recurrentActivation, clip, resetAfter };
      const result = recurrentOf(kind, x, weights, given);
      const output = returnSequences ? result.sequence : lastOutput(result, layers);
      return returnState ? { output, state: result.state } : output;
    },
  });
}

/** The parameters of all levels and directions: `0.weightInput`, `0.weightInputReverse`, `1.weightInput`. */
function layerParameters(
  kind: RecurrentKind,
  units: number,
  options: AnyRecurrentOptions,
  suffixes: readonly string[],
): Readonly<Record<string, Parameter | undefined>> {
  const width = (options.projection ?? units) * suffixes.length;
  const found: Record<string, Parameter | undefined> = {};
  for (let level = 0; level < (options.layers ?? 1); level++) {
    const features = level > 0 ? width : (options.inFeatures ?? '?');
    for (const suffix of suffixes) {
      const cell = cellParameters({ kind, units, features }, options);
      for (const name of NAMES) found[`${level}.${name}${suffix}`] = cell[name];
    }
  }
  return found;
}

function weightsOf(
  parameters: Readonly<Record<string, Value | undefined>>,
  level: number,
  suffix: string,
): DirectionWeights {
  const read = (name: (typeof NAMES)[number]): Value | undefined => parameters[`${level}.${name}${suffix}`];
  const [weightInput, weightHidden] = [read('weightInput'), read('weightHidden')];
  invariant(weightInput && weightHidden, `level ${level} has its weights`);
  return {
    weightInput,
    weightHidden,
    biasInput: read('biasInput'),
    biasHidden: read('biasHidden'),
    weightPeephole: read('weightPeephole'),
    weightProjection: read('weightProjection'),
  };
}
