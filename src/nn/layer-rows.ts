// The rows of all layer nodes: the list that tests and documentation loop over.
import { ATTENTION } from './attention-node.ts';
import { DEFORMABLE_CONV } from './deformable-node.ts';
import { MERGE_HEADS, SPLIT_HEADS } from './heads-node.ts';
import type { LayerRow } from './layer-node.ts';
import { ADAPTIVE_POOL } from './layers/adaptive-pool.ts';
import { ALIBI } from './layers/alibi.ts';
import { BATCH_NORM } from './layers/batch-norm.ts';
import { BILINEAR } from './layers/bilinear.ts';
import { DENSE } from './layers/dense.ts';
import { DEPTHWISE_CONV } from './layers/depthwise-conv.ts';
import { DROPOUT } from './layers/dropout.ts';
import { EINSUM_DENSE } from './layers/einsum-dense.ts';
import { MERGE } from './layers/elementwise-merge.ts';
import { EMBEDDING } from './layers/embedding.ts';
import { HALVES } from './layers/glu.ts';
import { GROUP_NORM } from './layers/group-norm.ts';
import { INSTANCE_NORM } from './layers/instance-norm.ts';
import { LAYER_NORM } from './layers/layer-norm.ts';
import { LAYER_SCALE } from './layers/layer-scale.ts';
import { LOCAL_RESPONSE_NORM } from './layers/local-response-norm.ts';
import { SUM } from './layers/merge.ts';
import { EXPERTS, MIX_EXPERTS } from './layers/mixture-of-experts.ts';
import { PIXEL_SHUFFLE, PIXEL_UNSHUFFLE } from './layers/pixel-shuffle.ts';
import { POSITIONAL_EMBEDDING } from './layers/positional-embedding.ts';
import { PRELU } from './layers/prelu.ts';
import { PROJECTION } from './layers/projection.ts';
import { RELATIVE_POSITION_BIAS } from './layers/relative-position-bias.ts';
import { RMS_NORM } from './layers/rms-norm.ts';
import { CHANNEL_SHUFFLE } from './layers/shuffle.ts';
import { SINUSOIDAL } from './layers/sinusoidal-encoding.ts';
import { POINT_CONV } from './layers/squeeze-excite.ts';
import { UNFOLD } from './layers/unfold.ts';
import { WEIGHT_NORM } from './layers/weight-norm.ts';
import { PAD } from './pad-node.ts';
import { CELL_STATE } from './recurrent/cell.ts';
import { RECURRENT_LAYERS } from './recurrent/recurrent-rows.ts';
import { RESIZE } from './resize-node.ts';
import { ROTARY } from './rotary-node.ts';

/** Every row of a layer node; a new one adds its line here. */
export const LAYER_ROWS: readonly LayerRow[] = [
  ADAPTIVE_POOL,
  ALIBI,
  ATTENTION,
  BATCH_NORM,
  BILINEAR,
  CELL_STATE,
  CHANNEL_SHUFFLE,
  DEFORMABLE_CONV,
  DENSE,
  DEPTHWISE_CONV,
  DROPOUT,
  EINSUM_DENSE,
  EMBEDDING,
  EXPERTS,
  GROUP_NORM,
  HALVES,
  INSTANCE_NORM,
  LAYER_NORM,
  LAYER_SCALE,
  LOCAL_RESPONSE_NORM,
  MERGE_HEADS,
  MIX_EXPERTS,
  MERGE,
  PAD,
  PIXEL_SHUFFLE,
  PIXEL_UNSHUFFLE,
  POINT_CONV,
  POSITIONAL_EMBEDDING,
  PRELU,
  PROJECTION,
  RELATIVE_POSITION_BIAS,
  RESIZE,
  RMS_NORM,
  ROTARY,
  SINUSOIDAL,
  SPLIT_HEADS,
  ...Object.values(RECURRENT_LAYERS),
  SUM,
  UNFOLD,
  WEIGHT_NORM,
];
