// Convolutional recurrence: input and state are convolved instead of multiplied by matrices.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { positiveInteger } from '../arguments.ts';
import { filled } from '../layer-values.ts';
import type { OptionNames } from '../option-names.ts';
import {
  type PerAxis,
  WINDOW_OPTIONS,
  type WindowAttributes,
  type WindowOptions,
  windowAttributes,
} from '../window-options.ts';
import {
  type CellParameters,
  cellParameters,
  checkCellOptions,
  type LstmWeightOptions,
  type RecurrentWeightOptions,
} from './cell-weights.ts';
import { RECURRENT, type RecurrentKind } from './kinds.ts';
import type { CellMap } from './step.ts';
import { type AnyCellOptions, CELL_OPTIONS, checkCellComputation, type GruComputation } from './weighted-cell.ts';
import { zerosFor } from './zeros.ts';

/** Options of convolutional cells of any kind. */
export interface AnyConvCellOptions
  extends WindowOptions,
    RecurrentWeightOptions,
    Pick<LstmWeightOptions, 'unitForgetBias'>,
    GruComputation {
  /** The window over the state, padded so that it keeps its size; that over the input by default. */
  readonly hiddenKernel?: PerAxis | undefined;
  /** The input channels; settled by the first batch by default. */
  readonly inChannels?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** What a convolutional cell is made of. */
export interface ConvCellSpec {
  readonly kind: RecurrentKind;
  /** The kind in messages: `convLstmCell2d`. */
  readonly layer: string;
  /** Spatial axes. */
  readonly axes: number;
  readonly channels: number;
  readonly kernel: PerAxis;
}

/** The parts of a convolutional cell. */
export interface ConvCellParts {
  readonly parameters: CellParameters;
  /** The convolution of the input. */
  readonly input: CellMap;
  /** The convolution of the state. */
  readonly hidden: CellMap;
  /** A value with the batch and the spatial sizes of the state, from an input. */
  readonly sized: (x: Value) => Value;
}

/** The names of the options of each kind of convolutional cell. */
export function convCellOptions(kind: RecurrentKind): Partial<OptionNames<AnyConvCellOptions & AnyCellOptions>> {
  const { inFeatures: _inFeatures, peephole: _peephole, projection: _projection, ...shared } = CELL_OPTIONS[kind];
  return { ...shared, ...WINDOW_OPTIONS, hiddenKernel: true, inChannels: true };
}

/**
 * The parameters and convolutions of a cell.
 *
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 */
export function convCellParts(spec: ConvCellSpec, options: AnyConvCellOptions): ConvCellParts {
  const { kind, layer, axes, channels, kernel } = spec;
  positiveInteger(layer, 'channels', channels);
  checkCellComputation(layer, options);
  checkCellOptions(layer, options);
  const { inChannels, hiddenKernel = kernel } = options;
  if (inChannels !== undefined) positiveInteger(layer, 'inChannels', inChannels);
  const window = windowAttributes({ layer, axes, sizeName: 'kernel', size: kernel }, options);
  const inner = windowAttributes({ layer, axes, sizeName: 'hiddenKernel', size: hiddenKernel }, { padding: 'same' });
  const sizes = {
    kind,
    units: channels,
    features: inChannels ?? '?',
    kernels: { input: window.kernel_shape, hidden: inner.kernel_shape },
  };
  return {
    parameters: cellParameters(sizes, options),
    input: convolved(window),
    hidden: convolved(inner),
    sized: options.padding === 'same' && !window.auto_pad ? (x) => x : (x) => thin(x, window),
  };
}

const convolved =
  (window: WindowAttributes): CellMap =>
  (x, weight, bias) =>
    op.Conv(x, weight, bias, window);

/** A convolution of one channel with zeros: the sizes of the real one at the least cost. */
function thin(x: Value, window: WindowAttributes): Value {
  return op.Conv(op.Slice(x, [0], [1], [1]), filled(x.dtype, [1, 1, ...window.kernel_shape], 0), undefined, window);
}

/**
 * Zeros for each value of a cell's state.
 *
 * @param sized `[.., .., sizes...]`, with the spatial sizes of the state
 * @param batch a value whose first axis is the batch; `sized` by default
 */
export function zerosLike({ kind, axes, channels }: ConvCellSpec, sized: Value, batch = sized): readonly Value[] {
  const spatial = Array.from({ length: axes }, (_, i) => ({ axis: 2 + i }));
  const sizes = [{ axis: 0, of: batch }, channels, ...spatial];
  return Array.from({ length: RECURRENT[kind].states }, () => zerosFor(sized, sizes));
}
