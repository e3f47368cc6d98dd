// The parameters of a recurrent cell, or of one direction of one level of a recurrent layer.
import type { DType } from '../../ir/dtype.ts';
import type { SizeSpec } from '../../ir/graph.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import type { OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';
import { RECURRENT, type RecurrentKind } from './kinds.ts';

/** Options that say how the parameters of recurrent cells and layers are made. */
export interface RecurrentWeightOptions {
  /** Whether biases are added, one with the input and one with the state, as in PyTorch; true by default. */
  readonly bias?: boolean | undefined;
  /** Fills the weights of the input; xavierUniform by default, as in Keras. */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Fills the weights of the state; xavierUniform by default. Keras takes `orthogonal`, which costs the cube of the units to draw. */
  readonly hiddenInitializer?: InitializerInput | undefined;
  /** Fills both biases; zeros by default. */
  readonly biasInitializer?: InitializerInput | undefined;
  /** Element type of the parameters; that of the first batch by default. */
  readonly dtype?: DType | undefined;
}

/** The names of {@link RecurrentWeightOptions}. */
export const RECURRENT_WEIGHT_OPTIONS: OptionNames<RecurrentWeightOptions> = {
  bias: true,
  weightInitializer: true,
  hiddenInitializer: true,
  biasInitializer: true,
  dtype: true,
};

/** What an LSTM may have beside. */
export interface LstmWeightOptions {
  /**
   * Whether the biases of the forget gate start at 1, in `biasInput`; true by default where no biasInitializer is given, as in Keras
   * (Jozefowicz et al., "An empirical exploration of recurrent network architectures", 2015).
   */
  readonly unitForgetBias?: boolean | undefined;
  /** Whether the gates see the cell state too (Gers and Schmidhuber, "Recurrent nets that time and count", 2000); false by default. */
  readonly peephole?: boolean | undefined;
  /** The features that the hidden state is projected to (Sak et al., 2014; PyTorch's proj_size); none by default. */
  readonly projection?: number | undefined;
}

/** The names of {@link LstmWeightOptions}. */
export const LSTM_WEIGHT_OPTIONS: OptionNames<LstmWeightOptions> = {
  unitForgetBias: true,
  peephole: true,
  projection: true,
};

/** The parameters of one cell. */
export type CellParameters = {
  readonly weightInput: Parameter;
  readonly weightHidden: Parameter;
  readonly biasInput: Parameter | undefined;
  readonly biasHidden: Parameter | undefined;
  readonly weightPeephole: Parameter | undefined;
  readonly weightProjection: Parameter | undefined;
};

/** The sizes of a cell's parameters. */
export interface CellSizes {
  readonly kind: RecurrentKind;
  readonly units: number;
  /** Features or channels of the input; `'?'` where the first batch settles them. */
  readonly features: SizeSpec;
  /** The kernels of a convolution over input and state; none by default. */
  readonly kernels?: { readonly input: readonly number[]; readonly hidden: readonly number[] };
}

/** Makes the parameters of a cell: rows for each gate in PyTorch's order, one gate's after the other's. */
export function cellParameters(
  { kind, units, features, kernels }: CellSizes,
  options: RecurrentWeightOptions & LstmWeightOptions,
): CellParameters {
  const { dtype, projection, weightInitializer, hiddenInitializer } = options;
  const rows = RECURRENT[kind].gates * units;
  const weight = (shape: readonly SizeSpec[], initializer: InitializerInput | undefined): Parameter =>
    new Parameter({ shape, dtype, initializer });
  const weightInput = weight([rows, features, ...(kernels?.input ?? [])], weightInitializer);
  const weightHidden = weight([rows, projection ?? units, ...(kernels?.hidden ?? [])], hiddenInitializer);
  const bias = (initializer: InitializerInput, fansOf: Parameter): Parameter | undefined =>
    options.bias === false ? undefined : new Parameter({ shape: [rows], dtype, initializer, fansOf });
  const filled = options.biasInitializer ?? 'zeros';
  return {
    weightInput,
    weightHidden,
    biasInput: bias(hasUnitForget(kind, options) ? unitForget(units) : filled, weightInput),
    biasHidden: bias(filled, weightHidden),
    weightPeephole: options.peephole ? new Parameter({ shape: [3 * units], dtype, initializer: 'zeros' }) : undefined,
    weightProjection: projection === undefined ? undefined : weight([projection, units], hiddenInitializer),
  };
}

function hasUnitForget(kind: RecurrentKind, options: RecurrentWeightOptions & LstmWeightOptions): boolean {
  return kind === 'lstm' && (options.unitForgetBias ?? options.biasInitializer === undefined);
}

/** Zeros, with ones in the rows of the forget gate. */
function unitForget(units: number): InitializerInput {
  return {
    kind: 'fromArray',
    values: Array.from({ length: 4 * units }, (_, i) => (Math.floor(i / units) === 1 ? 1 : 0)),
  };
}

/** @throws LAYER_ARGUMENT when the options of a cell's parameters do not go together */
export function checkCellOptions(layer: string, options: RecurrentWeightOptions & LstmWeightOptions): void {
  if (options.projection !== undefined) positiveInteger(layer, 'projection', options.projection);
  if (options.unitForgetBias && options.biasInitializer !== undefined)
    refuseArgument(layer, 'unitForgetBias', 'an option without biasInitializer', options.unitForgetBias);
}
