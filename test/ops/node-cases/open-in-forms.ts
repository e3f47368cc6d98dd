// What the node cases leave open in forms that tell less: no constants, or sizes that may be 0.

/** Cases of one operator by what is certain of their shapes. */
export interface OpenCounts {
  readonly op: string;
  /** The inputs whose elements decide. */
  readonly value: string;
  /** By the inferred types of the outputs, the number of cases. */
  readonly cases: Readonly<Record<string, number>>;
}

/** Open where no input is a constant, beside those above. */
export const OPEN_AS_THEY_ARE: readonly OpenCounts[] = [
  {
    op: 'AffineGrid',
    value: 'size',
    cases: {
      'float32[2, ?, ?, 2]': 2,
      'float32[2, ?, ?, ?, 3]': 2,
      'float32[?, ?, ?, 2]': 2,
      'float32[?, ?, ?, ?, 3]': 2,
    },
  },
  { op: 'BlackmanWindow', value: 'size', cases: { 'float32[?]': 4 } },
  {
    op: 'CenterCropPad',
    value: 'shape',
    cases: { 'float32[3, ?, ?]': 2, 'float32[?, ?, 3]': 4, 'float32[?, ?, ?]': 6 },
  },
  {
    op: 'Col2Im',
    value: 'image_shape and block_shape',
    cases: { 'float32[1, ?, ?, ?, ?]': 1, 'float32[1, ?, ?, ?]': 4 },
  },
  { op: 'ConstantOfShape', value: 'input', cases: { 'float32[?, ?, ?]': 1, 'int32[?, ?]': 1, 'int32[?]': 1 } },
  { op: 'DFT', value: 'axis', cases: { 'float32[?, ?, ?, 1]': 1, 'float32[?, ?, ?, 2]': 1 } },
  { op: 'Expand', value: 'shape', cases: { 'float32[3, ?]': 1, 'float32[?, 3, ?]': 1 } },
  { op: 'HammingWindow', value: 'size', cases: { 'float32[?]': 4 } },
  { op: 'HannWindow', value: 'size', cases: { 'float32[?]': 4 } },
  { op: 'MaxUnpool', value: 'output_shape', cases: { 'float32[1, 1, ?, ?]': 1 } },
  { op: 'MelWeightMatrix', value: 'num_mel_bins and dft_length', cases: { 'float32[?, ?]': 1 } },
  { op: 'Pad', value: 'pads', cases: { 'float32[?, ?, ?, ?]': 3, 'int32[?, ?, ?, ?]': 3 } },
  { op: 'Range', value: 'start, limit and delta', cases: { 'int32[?]': 2 } },
  { op: 'ReduceL1', value: 'axes', cases: { 'float32[?, 2]': 4, 'float32[?, ?, ?]': 10 } },
  { op: 'ReduceL2', value: 'axes', cases: { 'float32[?, 2]': 4, 'float32[?, ?, ?]': 10 } },
  { op: 'ReduceLogSum', value: 'axes', cases: { 'float32[...]': 4, 'float32[?, ?, ?]': 4 } },
  { op: 'ReduceLogSumExp', value: 'axes', cases: { 'float32[?, ?, ?]': 2, 'float64[?, 2]': 4, 'float64[?, ?, ?]': 8 } },
  {
    op: 'ReduceMax',
    value: 'axes',
    cases: { 'bool[?, ?, ?]': 1, 'bool[?, ?]': 1, 'float32[?, 2]': 2, 'float32[?, ?, ?]': 5 },
  },
  { op: 'ReduceMean', value: 'axes', cases: { 'float32[?, 2]': 2, 'float32[?, ?, ?]': 4 } },
  { op: 'ReduceMin', value: 'axes', cases: { 'bool[?, ?]': 1, 'float32[?, 2]': 2, 'float32[?, ?, ?]': 5 } },
  { op: 'ReduceProd', value: 'axes', cases: { 'float32[?, 2]': 2, 'float32[?, ?, ?]': 5 } },
  { op: 'ReduceSum', value: 'axes', cases: { 'float32[?, 2]': 2, 'float32[?, ?, ?]': 6 } },
  { op: 'ReduceSumSquare', value: 'axes', cases: { 'float32[?, 2]': 4, 'float32[?, ?, ?]': 10 } },
  { op: 'Reshape', value: 'shape', cases: { 'float32[?, ?, ?, ?]': 4, 'float32[?, ?, ?]': 4, 'float32[?, ?]': 1 } },
  { op: 'Resize', value: 'scales, sizes', cases: { 'float32[1, 1, ?, ?]': 8, 'float32[?, ?, ?, ?]': 12 } },
  { op: 'STFT', value: 'frame_step and frame_length', cases: { 'float32[1, ?, 9, 2]': 1, 'float32[1, ?, ?, 2]': 1 } },
  { op: 'Slice', value: 'starts and ends', cases: { 'float32[?, ?, ?]': 8 } },
  { op: 'Split', value: 'split', cases: { 'float32[2, ?], float32[2, ?]': 2, 'float32[?], float32[?]': 4 } },
  { op: 'Squeeze', value: 'axes', cases: { 'float32[?, ?, 5]': 1 } },
  { op: 'Tile', value: 'repeats', cases: { 'float32[?, ?, ?, ?]': 1, 'float32[?, ?]': 1 } },
  {
    op: 'TopK',
    value: 'K',
    cases: {
      'float32[3, ?], int64[3, ?]': 3,
      'int64[3, ?], int64[3, ?]': 1,
      'int64[?], int64[?]': 2,
      'uint64[3, ?], int64[3, ?]': 1,
    },
  },
  {
    op: 'Unsqueeze',
    value: 'axes',
    cases: { 'float32[?, ?, ?, ?, ?, ?]': 2, 'float32[?, ?, ?, ?, ?]': 2, 'float32[?, ?, ?, ?]': 3 },
  },
];

/** Cases of one operator that are exact for sizes of at least 1, and open where sizes may be 0. */
export interface OpenAtZero {
  readonly op: string;
  readonly mayBeZero: number;
  readonly unknown: number;
}

/** A Reshape in the expanded function takes a size that may be 0: ONNX reads a 0 as a size of the input, and -1 is then undefined. */
export const OPEN_AT_ZERO: readonly OpenAtZero[] = [
  { op: 'Attention', mayBeZero: 68, unknown: 68 },
  { op: 'FlexAttention', mayBeZero: 11, unknown: 11 },
  { op: 'GroupNormalization', mayBeZero: 2, unknown: 2 },
  { op: 'LayerNormalization', mayBeZero: 38, unknown: 38 },
  { op: 'LinearAttention', mayBeZero: 3, unknown: 3 },
  { op: 'RotaryEmbedding', mayBeZero: 2, unknown: 3 },
];
