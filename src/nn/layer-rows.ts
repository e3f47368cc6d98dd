// The rows of all layer nodes: the list that tests and documentation loop over.
import { ATTENTION } from './attention-node.ts';
import { MERGE_HEADS, SPLIT_HEADS } from './heads-node.ts';
import { DEFORMABLE_CONV } from './deformable-node.ts';
import type { LayerRow } from './layer-node.ts';
import { ADAPTIVE_POOL } from './layers/adaptive-pool.ts';
import { BATCH_NORM } from './layers/batch-norm.ts';
import { ALIBI } from './layers/alibi.ts';
import { DENSE } from './layers/dense.ts';
import { DEPTHWISE_CONV } from './layers/depthwise-conv.ts';
import { DROPOUT } from './layers/dropout.ts';
import { EMBEDDING } from './layers/embedding.ts';
import { HALVES } from './layers/glu.ts';
import { GROUP_NORM } from './layers/group-norm.ts';
import { INSTANCE_NORM } from './layers/instance-norm.ts';
import { LAYER_NORM } from './layers/layer-norm.ts';
import { LAYER_SCALE } from './layers/layer-scale.ts';
import { LOCAL_RESPONSE_NORM } from './layers/local-response-norm.ts';
import { SUM } from './layers/merge.ts';
import { POSITIONAL_EMBEDDING } from './layers/positional-embedding.ts';
import { EXPERTS, MIX_EXPERTS } from './layers/mixture-of-experts.ts';
import { PRELU } from './layers/prelu.ts';
import { PROJECTION } from './layers/projection.ts';
import { RMS_NORM } from './layers/rms-norm.ts';
import { RELATIVE_POSITION_BIAS } from './layers/relative-position-bias.ts';
import { CHANNEL_SHUFFLE } from './layers/shuffle.ts';
import { POINT_CONV } from './layers/squeeze-excite.ts';
import { SINUSOIDAL } from './layers/sinusoidal-encoding.ts';
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
  ATTENTION,
  ALIBI,
  BATCH_NORM,
  CELL_STATE,
  CHANNEL_SHUFFLE,
  DEFORMABLE_CONV,
  DENSE,
  DEPTHWISE_CONV,
  DROPOUT,
  EMBEDDING,
  GROUP_NORM,
  HALVES,
  EXPERTS,
  INSTANCE_NORM,
  LAYER_NORM,
  LAYER_SCALE,
  LOCAL_RESPONSE_NORM,
  MERGE_HEADS,
  PAD,
  POINT_CONV,
  MIX_EXPERTS,
  POSITIONAL_EMBEDDING,
  PRELU,
  PROJECTION,
  RESIZE,
  RMS_NORM,
  RELATIVE_POSITION_BIAS,
  ROTARY,
  SPLIT_HEADS,
  ...Object.values(RECURRENT_LAYERS),
  SINUSOIDAL,
  SUM,
  UNFOLD,
  WEIGHT_NORM,
];
