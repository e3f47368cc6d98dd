// Finds the row of an operator: the list of families, one line each.
import type { OperatorRow } from '../ir/operator.ts';
import { ACTIVATION_ROWS } from './rows/activation.ts';
import { ALONG_AXIS_ROWS } from './rows/along-axis.ts';
import { ARITHMETIC_ROWS } from './rows/arithmetic.ts';
import { ATTENTION_ROWS } from './rows/attention.ts';
import { AXES_ROWS } from './rows/axes.ts';
import { BLOCK_ROWS } from './rows/blocks.ts';
import { CAST_ROWS } from './rows/cast.ts';
import { CONCAT_ROWS } from './rows/concat.ts';
import { CONSTANT_ROWS } from './rows/constants.ts';
import { CONTROL_FLOW_ROWS } from './rows/control-flow.ts';
import { CONV_ROWS } from './rows/conv.ts';
import { CONV_TRANSPOSE_ROWS } from './rows/conv-transpose.ts';
import { DETECTION_ROWS } from './rows/detection.ts';
import { EINSUM_ROWS } from './rows/einsum.ts';
import { GATHER_ROWS } from './rows/gather.ts';
import { IMAGE_DECODER_ROWS } from './rows/image-decoder.ts';
import { INTEGER_MATMUL_ROWS } from './rows/integer-matmul.ts';
import { LAYER_NORMALIZATION_ROWS } from './rows/layer-normalization.ts';
import { LEGACY_ROWS } from './rows/legacy.ts';
import { LINEAR_ATTENTION_ROWS } from './rows/linear-attention.ts';
import { LOGIC_ROWS } from './rows/logic.ts';
import { LOOP_ROWS } from './rows/loop.ts';
import { LOSS_ROWS } from './rows/loss.ts';
import { MATMUL_ROWS } from './rows/matmul.ts';
import { MATRIX_ROWS } from './rows/matrix.ts';
import { MICROSOFT_ACTIVATION_ROWS } from './rows/microsoft-activation.ts';
import { MICROSOFT_ATTENTION_ROWS } from './rows/microsoft-attention.ts';
import { MICROSOFT_ATTENTION_LSTM_ROWS } from './rows/microsoft-attention-lstm.ts';
import { MICROSOFT_CAUSAL_CONV_ROWS } from './rows/microsoft-causal-conv.ts';
import { MICROSOFT_DROPOUT_ROWS } from './rows/microsoft-dropout.ts';
import { MICROSOFT_EMBEDDING_ROWS } from './rows/microsoft-embedding.ts';
import { MICROSOFT_EXPERTS_ROWS } from './rows/microsoft-experts.ts';
import { MICROSOFT_FUSED_PROJECTION_ROWS } from './rows/microsoft-fused-projection.ts';
import { MICROSOFT_GENERATION_ROWS } from './rows/microsoft-generation.ts';
import { MICROSOFT_GROUP_QUERY_ATTENTION_ROWS } from './rows/microsoft-group-query-attention.ts';
import { MICROSOFT_LINEAR_ATTENTION_ROWS } from './rows/microsoft-linear-attention.ts';
import { MICROSOFT_MATH_ROWS } from './rows/microsoft-math.ts';
import { MICROSOFT_MATMUL_ROWS } from './rows/microsoft-matmul.ts';
import { MICROSOFT_MULTI_HEAD_ATTENTION_ROWS } from './rows/microsoft-multi-head-attention.ts';
import { MICROSOFT_NCHWC_ROWS } from './rows/microsoft-nchwc.ts';
import { MICROSOFT_NORMALIZATION_ROWS } from './rows/microsoft-normalization.ts';
import { MICROSOFT_ORDERED_ROWS } from './rows/microsoft-ordered.ts';
import { MICROSOFT_PACKED_ATTENTION_ROWS } from './rows/microsoft-packed-attention.ts';
import { MICROSOFT_PACKED_GATHER_ROWS } from './rows/microsoft-packed-gather.ts';
import { MICROSOFT_PACKED_MATMUL_ROWS } from './rows/microsoft-packed-matmul.ts';
import { MICROSOFT_PAGED_ATTENTION_ROWS } from './rows/microsoft-paged-attention.ts';
import { MICROSOFT_QUANTIZE_ROWS } from './rows/microsoft-quantize.ts';
import { MICROSOFT_QUANTIZED_ROWS } from './rows/microsoft-quantized.ts';
import { MICROSOFT_ROTARY_ROWS } from './rows/microsoft-rotary.ts';
import { MICROSOFT_SHAPE_ROWS } from './rows/microsoft-shape.ts';
import { MICROSOFT_SPARSE_ATTENTION_ROWS } from './rows/microsoft-sparse-attention.ts';
import { MICROSOFT_TEXT_ROWS } from './rows/microsoft-text.ts';
import { MICROSOFT_WINDOW_ROWS } from './rows/microsoft-window.ts';
import { ML_ENCODE_ROWS } from './rows/ml-encode.ts';
import { ML_PREDICT_ROWS } from './rows/ml-predict.ts';
import { NORMALIZATION_ROWS } from './rows/normalization.ts';
import { OPTIONAL_ROWS } from './rows/optional.ts';
import { PAD_ROWS } from './rows/pad.ts';
import { POOL_ROWS } from './rows/pool.ts';
import { QUANTIZE_ROWS } from './rows/quantize.ts';
import { RANDOM_ROWS } from './rows/random.ts';
import { RECURRENT_ROWS } from './rows/recurrent.ts';
import { REDUCE_ROWS } from './rows/reduce.ts';
import { RESHAPE_ROWS } from './rows/reshape.ts';
import { RESIZE_ROWS } from './rows/resize.ts';
import { RUNTIME_TENSORRT_ROWS } from './rows/runtime-tensorrt.ts';
import { SAMPLING_ROWS } from './rows/sampling.ts';
import { SCAN_ROWS } from './rows/scan.ts';
import { SCATTER_ROWS } from './rows/scatter.ts';
import { SEARCH_ROWS } from './rows/search.ts';
import { SELECT_ROWS } from './rows/select.ts';
import { SEQUENCE_ROWS } from './rows/sequence.ts';
import { SEQUENCE_MAP_ROWS } from './rows/sequence-map.ts';
import { SEQUENCE_SPLIT_ROWS } from './rows/sequence-split.ts';
import { SHAPE_OF_ROWS } from './rows/shape-of.ts';
import { SIGNAL_ROWS } from './rows/signal.ts';
import { SLICE_ROWS } from './rows/slice.ts';
import { SOFTMAX_ROWS } from './rows/softmax.ts';
import { STRETCH_ROWS } from './rows/stretch.ts';
import { TEXT_ROWS } from './rows/text.ts';
import { TRAINING_ROWS } from './rows/training.ts';
import { UNARY_ROWS } from './rows/unary.ts';
import { VARIADIC_ROWS } from './rows/variadic.ts';

/** All families of rows; a new family adds its line here. */
const FAMILIES: readonly (readonly OperatorRow[])[] = [
  ACTIVATION_ROWS,
  ALONG_AXIS_ROWS,
  ARITHMETIC_ROWS,
  CAST_ROWS,
  LOGIC_ROWS,
  MATRIX_ROWS,
  RANDOM_ROWS,
  REDUCE_ROWS,
  SEARCH_ROWS,
  SELECT_ROWS,
  SOFTMAX_ROWS,
  UNARY_ROWS,
  VARIADIC_ROWS,
  MATMUL_ROWS,
  CONV_ROWS,
  CONV_TRANSPOSE_ROWS,
  POOL_ROWS,
  TRAINING_ROWS,
  IMAGE_DECODER_ROWS,
  ML_PREDICT_ROWS,
  ML_ENCODE_ROWS,
  LINEAR_ATTENTION_ROWS,
  TEXT_ROWS,
  DETECTION_ROWS,
  LOSS_ROWS,
  SIGNAL_ROWS,
  INTEGER_MATMUL_ROWS,
  QUANTIZE_ROWS,
  SAMPLING_ROWS,
  RESIZE_ROWS,
  EINSUM_ROWS,
  RECURRENT_ROWS,
  ATTENTION_ROWS,
  LAYER_NORMALIZATION_ROWS,
  NORMALIZATION_ROWS,
  AXES_ROWS,
  BLOCK_ROWS,
  CONCAT_ROWS,
  CONSTANT_ROWS,
  CONTROL_FLOW_ROWS,
  LOOP_ROWS,
  GATHER_ROWS,
  OPTIONAL_ROWS,
  RESHAPE_ROWS,
  SCAN_ROWS,
  SCATTER_ROWS,
  SEQUENCE_ROWS,
  SEQUENCE_MAP_ROWS,
  SEQUENCE_SPLIT_ROWS,
  SHAPE_OF_ROWS,
  LEGACY_ROWS,
  SLICE_ROWS,
  STRETCH_ROWS,
  PAD_ROWS,
  MICROSOFT_ATTENTION_ROWS,
  MICROSOFT_MULTI_HEAD_ATTENTION_ROWS,
  MICROSOFT_GROUP_QUERY_ATTENTION_ROWS,
  MICROSOFT_PACKED_ATTENTION_ROWS,
  MICROSOFT_ACTIVATION_ROWS,
  MICROSOFT_DROPOUT_ROWS,
  MICROSOFT_MATH_ROWS,
  MICROSOFT_MATMUL_ROWS,
  MICROSOFT_NCHWC_ROWS,
  MICROSOFT_PACKED_GATHER_ROWS,
  MICROSOFT_PACKED_MATMUL_ROWS,
  MICROSOFT_QUANTIZE_ROWS,
  MICROSOFT_QUANTIZED_ROWS,
  MICROSOFT_SHAPE_ROWS,
  MICROSOFT_TEXT_ROWS,
  MICROSOFT_WINDOW_ROWS,
  MICROSOFT_CAUSAL_CONV_ROWS,
  MICROSOFT_LINEAR_ATTENTION_ROWS,
  MICROSOFT_PAGED_ATTENTION_ROWS,
  MICROSOFT_EMBEDDING_ROWS,
  MICROSOFT_NORMALIZATION_ROWS,
  MICROSOFT_ROTARY_ROWS,
  MICROSOFT_ATTENTION_LSTM_ROWS,
  MICROSOFT_EXPERTS_ROWS,
  MICROSOFT_FUSED_PROJECTION_ROWS,
  MICROSOFT_GENERATION_ROWS,
  MICROSOFT_ORDERED_ROWS,
  RUNTIME_TENSORRT_ROWS,
  MICROSOFT_SPARSE_ATTENTION_ROWS,
];

let table: Map<string, OperatorRow> | undefined;

/** The row of an operator, `''` being ai.onnx; undefined where none is written yet. */
export function findRow(domain: string, name: string): OperatorRow | undefined {
  table ??= new Map(operatorRows().map((row) => [`${row.domain ?? ''}:${row.name}`, row]));
  return table.get(`${domain}:${name}`);
}

/** Every row, in the order of the families. */
export function operatorRows(): readonly OperatorRow[] {
  return FAMILIES.flat();
}
