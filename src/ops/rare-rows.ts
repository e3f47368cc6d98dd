// The families of ai.onnx and ai.onnx.ml that few models use; the command line loads them when an operator asks for one.
import type { OperatorRow } from '../ir/operator.ts';
import { ATTENTION_ROWS } from './rows/attention.ts';
import { BLOCK_ROWS } from './rows/blocks.ts';
import { CONTROL_FLOW_ROWS } from './rows/control-flow.ts';
import { CONV_TRANSPOSE_ROWS } from './rows/conv-transpose.ts';
import { DETECTION_ROWS } from './rows/detection.ts';
import { EINSUM_ROWS } from './rows/einsum.ts';
import { IMAGE_DECODER_ROWS } from './rows/image-decoder.ts';
import { INTEGER_MATMUL_ROWS } from './rows/integer-matmul.ts';
import { LEGACY_ROWS } from './rows/legacy.ts';
import { LINEAR_ATTENTION_ROWS } from './rows/linear-attention.ts';
import { LOOP_ROWS } from './rows/loop.ts';
import { LOSS_ROWS } from './rows/loss.ts';
import { MATRIX_ROWS } from './rows/matrix.ts';
import { ML_ENCODE_ROWS } from './rows/ml-encode.ts';
import { ML_PREDICT_ROWS } from './rows/ml-predict.ts';
import { OPTIONAL_ROWS } from './rows/optional.ts';
import { PAD_ROWS } from './rows/pad.ts';
import { QUANTIZE_ROWS } from './rows/quantize.ts';
import { RANDOM_ROWS } from './rows/random.ts';
import { RECURRENT_ROWS } from './rows/recurrent.ts';
import { RESIZE_ROWS } from './rows/resize.ts';
import { RUNTIME_TENSORRT_ROWS } from './rows/runtime-tensorrt.ts';
import { SAMPLING_ROWS } from './rows/sampling.ts';
import { SCAN_ROWS } from './rows/scan.ts';
import { SCATTER_ROWS } from './rows/scatter.ts';
import { SEARCH_ROWS } from './rows/search.ts';
import { SEQUENCE_ROWS } from './rows/sequence.ts';
import { SEQUENCE_MAP_ROWS } from './rows/sequence-map.ts';
import { SEQUENCE_SPLIT_ROWS } from './rows/sequence-split.ts';
import { SIGNAL_ROWS } from './rows/signal.ts';
import { TEXT_ROWS } from './rows/text.ts';
import { TRAINING_ROWS } from './rows/training.ts';

/** A new family that most models do without adds its line here. */
const FAMILIES: readonly (readonly OperatorRow[])[] = [
  MATRIX_ROWS,
  RANDOM_ROWS,
  SEARCH_ROWS,
  CONV_TRANSPOSE_ROWS,
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
  BLOCK_ROWS,
  CONTROL_FLOW_ROWS,
  LOOP_ROWS,
  OPTIONAL_ROWS,
  SCAN_ROWS,
  SCATTER_ROWS,
  SEQUENCE_ROWS,
  SEQUENCE_MAP_ROWS,
  SEQUENCE_SPLIT_ROWS,
  LEGACY_ROWS,
  PAD_ROWS,
  RUNTIME_TENSORRT_ROWS,
];

/** Their rows, in the order of the families. */
export function rareRows(): readonly OperatorRow[] {
  return FAMILIES.flat();
}
