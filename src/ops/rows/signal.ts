// Signal processing: DFT, STFT, windows and the mel matrix.
import { add, floorDiv, mul, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { formatDim } from '../../dim/text.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { MaybeDType, Shape } from '../../ir/type.ts';
import { fourierCost, frameFourierCost } from '../costs/contraction.ts';
import { dtypeAttribute } from '../rules/dtype-attribute.ts';
import { scalarInput } from '../rules/scalar-input.ts';
import { sizeScalar } from '../rules/size-elements.ts';

/** The bins of a one-sided transform of `length` points: `length // 2 + 1`. */
const oneSided = (length: Dim): Dim => add(floorDiv(length, 2), 1);

/** A size that input `i`, a scalar, gives: known, or fresh and at least 1. */
function lengthInput(cx: InferContext, i: number, hint: string, least = 1): Dim {
  scalarInput(cx, i);
  const length = sizeScalar(cx, i);
  if (length) cx.atLeast(length, least, `value of ${cx.inputName(i)}`);
  return length ?? cx.fresh(hint, { min: least });
}

/** The axis of DFT: an attribute below version 20 (default 1), an input since then (default -2); undefined where not known. */
function dftAxis(cx: InferContext, rank: number): number | undefined {
  const given = cx.version < 20 ? [cx.int('axis', 1)] : cx.has(2) ? cx.integers(2) : [-2];
  const [value] = given ?? [];
  // Of the signal's axes there may be one only.
  if (value === undefined) return rank === 2 ? 0 : undefined;
  const axis = cx.axis(value, rank);
  if (axis < rank - 1) return axis;
  return cx.fail('ATTRIBUTE_INVALID', `${cx.op}: axis ${value} is the last one, which holds real and imaginary part`, {
    expected: `${-rank} to -2, or 0 to ${rank - 2}`,
    actual: String(value),
  });
}

/** The size of the transformed axis. */
function dftSize(cx: InferContext, size: Dim, onesided: boolean, inverse: boolean): Dim {
  const real = onesided && inverse;
  const length = cx.has(1) ? lengthInput(cx, 1, 'dft') : real ? mul(2, sub(size, 1)) : size;
  if (real && !cx.has(1)) cx.atLeast(length, 0, 'signal length');
  return onesided && !inverse ? oneSided(length) : length;
}

/** Requires that the last axis holds a real part alone, or a real and an imaginary one. */
function requireParts(cx: InferContext, parts: Dim): void {
  const origins = cx.node.origin ? [cx.node.origin] : [];
  const answer = cx.facts.require({ kind: 'range', dim: parts, min: 1, max: 2, origins });
  if (answer !== 'false' && answer !== 'contradiction') return;
  cx.fail('SHAPE_MISMATCH', `${cx.op}: the last axis must be 1 (real) or 2 (complex), got ${formatDim(parts)}`, {
    expected: '1 or 2',
    actual: formatDim(parts),
  });
}

function dft(cx: InferContext): Shape | undefined {
  const x = cx.rankBetween(0, 2, Number.POSITIVE_INFINITY);
  if (!x) return undefined;
  const parts = x.at(-1);
  if (parts) requireParts(cx, parts);
  const axis = dftAxis(cx, x.length);
  const [onesided, inverse] = [cx.int('onesided', 0) !== 0, cx.int('inverse', 0) !== 0];
  if (onesided && inverse && parts) cx.unify(parts, constant(2), 'parts of a one-sided spectrum and 2');
  if (onesided && !inverse && parts) cx.unify(parts, constant(1), 'parts of a real signal and 1');
  const signal = x.slice(0, -1).map((dim, i) => {
    // Without a length, a whole transform leaves every size as it is.
    if (axis === undefined) return onesided || cx.has(1) ? cx.fresh('dft') : dim;
    return i === axis ? dftSize(cx, dim, onesided, inverse) : dim;
  });
  return [...signal, constant(onesided && inverse ? 1 : 2)];
}

/**
 * DFT (since 17): the discrete Fourier transform along one axis.
 * `[d..., 1 or 2] -> [d..., 2]`, the axis becoming dft_length, `dft_length // 2 + 1` where one-sided; the one-sided inverse is real:
 * `[d..., 2] -> [d..., 1]` of `2*(d - 1)` points by default.
 */
const DFT: OperatorRow = {
  name: 'DFT',
  cost: fourierCost,
  infer: (cx) => [cx.tensor(dft(cx))],
  examples: [
    { inputs: ['float32[n, t, 1]'], attributes: { onesided: 1 }, outputs: ['float32[n, t//2 + 1, 2]'] },
    { inputs: ['float32[n, t, 2]', 'int64[] = 16'], outputs: ['float32[n, 16, 2]'] },
    { inputs: ['float32[n, t, c]'], outputs: ['float32[n, t, 2]'], constraints: ['c <= 2'] },
    { inputs: ['float32[n, t, s, 2]', null, 'int64[] = 1'], outputs: ['float32[n, t, s, 2]'] },
    { inputs: ['float32[n, 9, 2]'], attributes: { onesided: 1, inverse: 1 }, outputs: ['float32[n, 16, 1]'] },
    { inputs: ['float32[n, t, s, 2]', null, 'int64[]'], outputs: ['float32[n, t, s, 2]'] },
    { inputs: ['float32[n, 2]', 'int64[] = 8', 'int64[]'], outputs: ['float32[8, 2]'] },
    { inputs: ['float32[n, t, s, 1]', null, 'int64[]'], attributes: { onesided: 1 }, outputs: ['float32[u, v, w, 2]'] },
    {
      inputs: ['float32[n, t, s, 1]'],
      attributes: { axis: 2, onesided: 1 },
      opset: 17,
      outputs: ['float32[n, t, s//2 + 1, 2]'],
    },
    { inputs: ['float32[n, 8, 1]', null, 'int64[] = 2'], fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[n, 8, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 8, 2]'], attributes: { onesided: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 8, 1]'], attributes: { onesided: 1, inverse: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[8]'], fails: 'RANK_MISMATCH' },
  ],
};

/** The points per frame: `frame_length`, else the window's, else the whole signal's. */
function frameLength(cx: InferContext, signal: Dim): Dim {
  const [window] = cx.has(2) ? cx.ranked(2, 1) : [];
  if (!cx.has(3)) return window ?? signal;
  const length = lengthInput(cx, 3, 'frame');
  return window ? cx.unify(length, window, 'frame_length and window') : length;
}

/**
 * STFT (since 17): DFTs of frames that step over the signal.
 * `[n, t, 1 or 2] -> [n, (t - frame) // step + 1, frame // 2 + 1 (or frame), 2]`, where a frame fits.
 */
const STFT: OperatorRow = {
  name: 'STFT',
  cost: frameFourierCost,
  infer: (cx) => {
    const shape = cx.rankBetween(0, 2, 3);
    const [batch, signal] = shape ?? cx.ranked(0, 3);
    if (!batch || !signal) return [];
    const frame = frameLength(cx, signal);
    const step = lengthInput(cx, 1, 'step');
    cx.atLeast(signal, frame.kind === 'const' ? frame.value : frame, 'signal length for one frame');
    const frames = add(floorDiv(sub(signal, frame), step), 1);
    return [cx.tensor([batch, frames, cx.int('onesided', 1) ? oneSided(frame) : frame, 2])];
  },
  examples: [
    {
      inputs: ['float32[n, t, 1]', 'int64[] = 4', 'float32[16]'],
      outputs: ['float32[n, t//4 - 3, 9, 2]'],
      constraints: ['t >= 16'],
    },
    {
      inputs: ['float32[n, 100, 2]', 'int64[] = 10', null, 'int64[] = 16'],
      attributes: { onesided: 0 },
      outputs: ['float32[n, 9, 16, 2]'],
    },
    { inputs: ['float32[1, 10, 1]', 'int64[] = 10', 'float32[16]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 99, 1]', 'int64[] = 10', 'float32[16]', 'int64[] = 15'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 99, 1]', 'int64[] = 0', 'float32[16]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The element type that `output_datatype` names. */
const outputType = (cx: InferContext): MaybeDType => dtypeAttribute(cx, 'output_datatype') ?? cx.outputDType(0);

/** A window function: a scalar size -> `[size]`. */
function windowFunction(name: string): OperatorRow {
  return {
    name,
    infer: (cx) => [cx.tensor([lengthInput(cx, 0, 'window', 0)], outputType(cx))],
    examples: [
      { inputs: ['int64[] = n'], outputs: ['float32[n]'] },
      { inputs: ['int64[] = 400'], attributes: { output_datatype: 11 }, outputs: ['float64[400]'] },
      { inputs: ['int64[3]'], fails: 'SHAPE_MISMATCH' },
      { inputs: ['int64[] = -1'], fails: 'SHAPE_MISMATCH' },
    ],
  };
}

/** MelWeightMatrix (since 17): maps spectrum bins to mel bands; scalars -> `[dft_length // 2 + 1, num_mel_bins]`. */
const MelWeightMatrix: OperatorRow = {
  name: 'MelWeightMatrix',
  infer: (cx) => {
    const bands = lengthInput(cx, 0, 'mel');
    const bins = oneSided(lengthInput(cx, 1, 'dft'));
    for (const i of [2, 3, 4]) scalarInput(cx, i);
    return [cx.tensor([bins, bands], outputType(cx))];
  },
  examples: [
    {
      inputs: ['int64[] = m', 'int64[] = 400', 'int64[] = 16000', 'float32[] = 0', 'float32[] = 8000'],
      outputs: ['float32[201, m]'],
    },
    {
      inputs: ['int64[] = 0', 'int64[] = 400', 'int64[] = 16000', 'float32[] = 0', 'float32[] = 8000'],
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family: DFT, STFT, HannWindow, HammingWindow, BlackmanWindow (since 17: `a0 - a1*cos + a2*cos` windows), MelWeightMatrix. */
export const SIGNAL_ROWS: readonly OperatorRow[] = [
  DFT,
  STFT,
  windowFunction('HannWindow'),
  windowFunction('HammingWindow'),
  windowFunction('BlackmanWindow'),
  MelWeightMatrix,
];
