// The examples whose numbers PyTorch recorded.
import type { DefinedModel } from 'dimwise';
import { lenet } from '../../examples/lenet.ts';
import { mlp } from '../../examples/mlp.ts';
import { resnet18 } from '../../examples/resnet18.ts';
import { encoder } from '../../examples/transformer.ts';

/** One example, and the batch that binds it. */
export interface Row {
  readonly name: string;
  readonly define: () => DefinedModel;
  readonly batch: readonly (number | string)[];
}

/** The examples. */
export const ROWS: readonly Row[] = [
  { name: 'mlp', define: mlp, batch: ['batch', 20] },
  { name: 'lenet', define: lenet, batch: ['batch', 1, 28, 28] },
  { name: 'resnet18', define: resnet18, batch: ['batch', 3, 'height', 'width'] },
  { name: 'transformer', define: encoder, batch: ['batch', 'seq', 64] },
];
