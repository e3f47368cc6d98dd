// The rows of all layer nodes: the list that tests and documentation loop over.
import type { LayerRow } from './layer-node.ts';
import { ATTENTION } from './layers/attention.ts';
import { BATCH_NORM } from './layers/batch-norm.ts';
import { DENSE } from './layers/dense.ts';
import { DROPOUT } from './layers/dropout.ts';
import { EMBEDDING } from './layers/embedding.ts';
import { GROUP_NORM } from './layers/group-norm.ts';
import { LAYER_NORM } from './layers/layer-norm.ts';
import { SUM } from './layers/merge.ts';
import { POSITIONAL_EMBEDDING } from './layers/positional-embedding.ts';
import { PROJECTION } from './layers/projection.ts';
import { RMS_NORM } from './layers/rms-norm.ts';

/** Every row of a layer node; a new one adds its line here. */
export const LAYER_ROWS: readonly LayerRow[] = [
  ATTENTION,
  BATCH_NORM,
  DENSE,
  DROPOUT,
  EMBEDDING,
  GROUP_NORM,
  LAYER_NORM,
  POSITIONAL_EMBEDDING,
  PROJECTION,
  RMS_NORM,
  SUM,
];
