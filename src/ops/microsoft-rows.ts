// The families of com.microsoft, the domain of ONNX Runtime; the command line loads them when an operator asks for one.
import type { OperatorRow } from '../ir/operator.ts';
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

/** A new family of com.microsoft adds its line here. */
const FAMILIES: readonly (readonly OperatorRow[])[] = [
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
  MICROSOFT_SPARSE_ATTENTION_ROWS,
];

/** Their rows, in the order of the families. */
export function microsoftRows(): readonly OperatorRow[] {
  return FAMILIES.flat();
}
