// split: one value parted along an axis.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import type { NameOptions } from './reshaping.ts';

/** Options of {@link split}. */
export interface SplitOptions extends NameOptions {
  /** The axis that is parted, counted from either end; -1 by default, as of `concat`. */
  readonly axis?: number | undefined;
}

const SPLIT_OPTIONS: OptionNames<SplitOptions> = { name: true, axis: true };

/**
 * Parts a value along an axis.
 *
 * *Input shape*: any that has the axis. *Output shape*: a list of values with the given sizes there, or with equal ones for a number of parts, which must
 * divide the size: other than torch.chunk and ONNX's Split, no part is smaller.
 * Source: https://onnx.ai/onnx/operators/onnx__Split.html
 *
 * @param parts a number of equal parts, or the size of each
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind
 * @throws SHAPE_MISMATCH (at the call) when the sizes do not make up the axis
 * @example const [mean, logVariance] = split(2)(encoded);
 */
export function split(
  parts: number | readonly number[],
  options: SplitOptions = {},
): Layer<[x: Value], readonly Value[]> {
  readSplit(parts, options);
  return defineLayer({
    kind: 'split',
    name: options.name,
    apply: (_call, x: Value): readonly Value[] => splitOf(x, parts, options),
  });
}

/** {@link split} of a value. */
export function splitOf(x: Value, parts: number | readonly number[], options: SplitOptions = {}): readonly Value[] {
  const axis = readSplit(parts, options);
  if (typeof parts !== 'number') return op.Split(x, parts, { axis });
  // Reshaped to [parts, size / parts] there, the axis must be a multiple of the parts; Split alone would make the last one smaller.
  if (parts === 1) return [x];
  const rank = x.rank;
  const at = axis < 0 ? axis + rank : axis;
  const whole = [...Array.from({ length: at }, () => 0), parts, -1];
  const behind = op.Shape(x, { start: at + 1 });
  const shape = at === rank - 1 ? whole : op.Concat([whole, behind], { axis: 0 });
  const pieces = op.Split(op.Reshape(x, shape), undefined, { axis: at, num_outputs: parts });
  return pieces.map((piece) => op.Squeeze(piece, [at]));
}

function readSplit(parts: unknown, options: SplitOptions): number {
  checkOptions('split', options, SPLIT_OPTIONS);
  const { axis = -1 } = options;
  if (!Number.isSafeInteger(axis)) refuseArgument('split', 'axis', 'an integer', axis);
  if (Array.isArray(parts)) {
    if (parts.length === 0) refuseArgument('split', 'its parts', 'at least one size', '[]');
    for (const size of parts) positiveInteger('split', 'a size', size);
  } else positiveInteger('split', 'its parts', parts);
  return axis;
}
