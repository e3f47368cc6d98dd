// Tensors that grow or shrink at their ends: Pad.
import { add, maxOf, minOf, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { Content } from '../../ir/content.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape, ValueType } from '../../ir/type.ts';
import { copy } from '../costs/movement.ts';
import { keepsRank } from '../rules/backward.ts';
import { built, contentSizes, rowStrides } from '../rules/content-view.ts';
import { zeroOf } from '../rules/found-content.ts';
import { axesArgument, sizeElements } from '../rules/size-elements.ts';
import { standardVersion } from '../rules/standard-version.ts';

/**
 * Pad (since 1; pads an input since 11, axes since 18): sizes grow by what stands before and behind, or shrink where that is negative.
 * `[.., d, ..] -> [.., begin + d + end, ..]`, pads listed as all begins, then all ends; the modes other than constant need
 * elements to pad with.
 */
const Pad: OperatorRow = {
  name: 'Pad',
  cost: copy,
  infer: (cx) => [cx.tensor(padShape(cx))],
  backward: keepsRank,
  content: (cx, [output]) => [padContent(cx, output)],
  examples: [
    {
      inputs: ['int64[2] = [s, 3]', 'int64[2] = [1, 1]', 'int64[] = 7'],
      outputs: ['int64[4] = [7, s, 3, 7]'],
    },
    { inputs: ['int64[3] = [s, 3, t]', 'int64[2] = [-1, 1]'], outputs: ['int64[3] = [3, t, 0]'] },
    {
      inputs: ['float32[b, 3, H, W]', 'int64[8] = [0, 0, 1, 2, 0, 0, 1, 2]'],
      outputs: ['float32[b, 3, H + 2, W + 4]'],
    },
    { inputs: ['float32[b, s]', 'int64[2] = [0, 3]', null, 'int64[1] = [-1]'], outputs: ['float32[b, s + 3]'] },
    { inputs: ['float32[b, s]', 'int64[4] = [0, 0, 0, 512 - s]'], outputs: ['float32[b, 512]'] },
    { inputs: ['float32[b, s]', 'int64[4] = [0, -2, 0, 0]'], outputs: ['float32[b, s - 2]'], constraints: ['s >= 2'] },
    {
      inputs: ['float32[b, s]', 'int64[4] = [0, 3, 0, 1]'],
      attributes: { mode: 'reflect' },
      outputs: ['float32[b, s + 4]'],
      constraints: ['s >= 4'],
    },
    {
      inputs: ['float32[b, s]', 'int64[4] = [0, 3, 0, -2]'],
      attributes: { mode: 'reflect' },
      outputs: ['float32[b, s + 1]'],
      constraints: ['s >= 6'],
    },
    {
      inputs: ['float32[b, s]', 'int64[4] = [0, -2, 0, 5]'],
      attributes: { mode: 'edge' },
      outputs: ['float32[b, s + 3]'],
      constraints: ['s >= 3'],
    },
    {
      inputs: ['float32[b, s]', 'int64[4] = [0, 0, 0, t - s]'],
      attributes: { mode: 'reflect' },
      outputs: ['float32[b, t]'],
      constraints: ['t + 1 <= 2*s'],
    },
    {
      inputs: ['float32[0, 1]', 'int64[4] = [0, -2, 0, 5]'],
      attributes: { mode: 'edge' },
      outputs: ['float32[0, 4]'],
    },
    { inputs: ['float32[2, 1]', 'int64[4] = [0, -2, 0, 5]'], attributes: { mode: 'edge' }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, s]', 'int64[4] = [0, ?, 0, 1]'], outputs: ['float32[b, u]'] },
    { inputs: ['float32[b, s]', 'int64[2] = [1, 1]', null, 'int64[1]'], outputs: ['float32[u, v]'] },
    { inputs: ['float32[b, 4]'], attributes: { pads: [0, 1, 0, 1] }, opset: 2, outputs: ['float32[b, 6]'] },
    { inputs: ['float32[b, 4]'], attributes: { paddings: [0, 1, 0, 1] }, opset: 1, outputs: ['float32[b, 6]'] },
    { inputs: ['float32[b, s]', 'int64[2] = [0, 3]'], fails: 'OP_INVALID' },
    { inputs: ['float32[b, 3]', 'int64[4] = [0, -2, 0, -2]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 3]', 'int64[4] = [0, 3, 0, 0]'], attributes: { mode: 'reflect' }, fails: 'SHAPE_MISMATCH' },
  ],
};

/** The shape of Pad of input 0; undefined where its rank is not known. */
export function padShape(cx: InferContext): Shape | undefined {
  const shape = cx.shape(0);
  if (!shape) return undefined;
  const version = standardVersion(cx);
  const pads = version < 11 ? cx.ints(version < 2 ? 'paddings' : 'pads')?.map((n) => constant(n)) : sizeElements(cx, 1);
  const given = axesArgument(cx, 3);
  // Which axes are padded is not known, so any may be.
  if (given === undefined) return shape.map(() => cx.fresh('pad'));
  const axes = given === 'absent' ? shape.map((_, axis) => axis) : cx.axes(given, shape.length);
  if (pads && pads.length !== 2 * axes.length) {
    cx.fail('OP_INVALID', `Pad: ${pads.length} pads for ${axes.length} axes`, {
      expected: `${2 * axes.length} pads`,
      actual: `${pads.length} pads`,
    });
  }
  // ONNX Runtime wraps no empty tensor, also where nothing is padded.
  if (cx.string('mode') === 'wrap') shape.forEach((size, axis) => cx.atLeast(size, 1, `axis ${axis} under mode wrap`));
  return shape.map((size, axis) => {
    const at = axes.indexOf(axis);
    if (at < 0) return size;
    const others = shape.toSpliced(axis, 1);
    return paddedSize(cx, { size, others }, [pads?.[at], pads?.[at + axes.length]]);
  });
}

/** The padded elements under mode constant and known pads. */
function padContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const [source, pads, given] = [cx.content(0), cx.integers(1), axesArgument(cx, 3)];
  const sizes = source && contentSizes(output);
  if (!sizes || !pads || given === undefined || cx.version < 11 || cx.string('mode', 'constant') !== 'constant') {
    return undefined;
  }
  const axes = given === 'absent' ? sizes.map((_, axis) => axis) : cx.axes(given, sizes.length);
  const begins = sizes.map((_, axis) => (axes.includes(axis) ? (pads[axes.indexOf(axis)] ?? 0) : 0));
  const [from, to] = [rowStrides(source.shape), rowStrides(sizes)];
  const value = cx.has(2) ? cx.content(2)?.elements[0] : zeroOf(source.dtype);
  return built(output, (at) => {
    let place = 0;
    for (let k = 0; k < sizes.length; k++) {
      const position = (Math.floor(at / (to[k] ?? 1)) % (sizes[k] ?? 1)) - (begins[k] ?? 0);
      if (position < 0 || position >= (source.shape[k] ?? 0)) return value;
      place += position * (from[k] ?? 0);
    }
    return source.elements[place];
  });
}

/** An axis and the sizes beside it. */
export interface PaddedAxis {
  readonly size: Dim;
  readonly others: Shape;
}

/** The size of an axis with pads at its ends, under the attribute `mode`; requires what the mode asks for. */
export function paddedSize(cx: InferContext, axis: PaddedAxis, [begin, end]: readonly (Dim | undefined)[]): Dim {
  const { size } = axis;
  requireSource(
    cx,
    axis,
    [begin, end].filter((pad) => pad !== undefined),
  );
  if (!begin || !end) return cx.fresh('pad');
  const padded = cx.facts.simplify(add(begin, size, end));
  cx.atLeast(padded, 0, 'a padded size');
  return padded;
}

/**
 * Requires that elements are left to pad with once the negative pads are cut off: one by the modes edge and wrap, one more than the
 * longest pad by reflect. ONNX Runtime refuses the run otherwise, unless the tensor is empty along another axis.
 */
function requireSource(cx: InferContext, { size, others }: PaddedAxis, pads: readonly Dim[]): void {
  const mode = cx.string('mode', 'constant');
  if (mode === 'constant' || pads.every((pad) => pad.kind === 'const' && pad.value === 0)) return;
  const left = add(size, ...pads.map((pad) => minOf(pad, 0)));
  const longest = mode === 'reflect' ? maxOf(0, ...pads) : constant(0);
  const what = mode === 'reflect' ? 'a size that is padded by reflection' : 'a size that is padded by its own elements';
  const simple = cx.facts.simplify(sub(left, longest));
  const mayBeEmpty = others.some((other) => cx.facts.range(other).min < 1);
  if (mayBeEmpty && cx.facts.range(size).min >= 1 && cx.facts.range(simple).max < 1) return;
  cx.atLeast(simple, 1, what);
}

/** The family. */
export const PAD_ROWS: readonly OperatorRow[] = [Pad];
