// The layers of the cases that PyTorch recorded in torch-shapes.json.
import type { Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import recorded from '../../fixtures/layers/torch-shapes.json' with { type: 'json' };
import type { RecordedCase } from './recorded-model.ts';

/** The recorded cases. */
export const CASES: readonly RecordedCase[] = recorded.cases;

const two = (layer: dw.Layer<[a: Value, b: Value]>) => (a: Value, b: Value) => layer(a, b);
const bag = (mode: dw.BagMode) => () => {
  const layer = dw.embeddingBag(7, 3, { mode });
  return (ids: Value) => layer(ids);
};
const bagsOf = (mode: dw.BagMode) => () => {
  const layer = dw.embeddingBag(7, 3, { mode });
  return (ids: Value, offsets: Value) => layer(ids, offsets);
};

/** The model of each recorded case. */
export const LAYERS: Readonly<Record<string, () => dw.Composition>> = {
  bilinear: () => two(dw.bilinear(5)),
  'bilinear of rank 3': () => two(dw.bilinear(5)),
  cosineSimilarity: () => two(dw.cosineSimilarity()),
  'cosineSimilarity over the last axis': () => two(dw.cosineSimilarity({ axis: -1 })),
  pairwiseDistance: () => two(dw.pairwiseDistance()),
  'pairwiseDistance of 1': () => two(dw.pairwiseDistance({ p: 1, keepAxis: true })),
  'pairwiseDistance of 3': () => two(dw.pairwiseDistance({ p: 3 })),
  'pairwiseDistance of infinity': () => two(dw.pairwiseDistance({ p: Number.POSITIVE_INFINITY })),
  unitNorm: () => dw.unitNorm(),
  'embeddingBag mean': bag('mean'),
  'embeddingBag sum': bag('sum'),
  'embeddingBag max': bag('max'),
  'embeddingBag mean with offsets': bagsOf('mean'),
  'embeddingBag sum with offsets': bagsOf('sum'),
  'embeddingBag max with offsets': bagsOf('max'),
  einsumDense: () => dw.einsumDense('abc,cde->abde', [null, 2, 5], { biasAxes: 'de' }),
  'einsumDense with a bias of one axis': () => dw.einsumDense('abc,bcd->abd', [null, 5], { biasAxes: 'b' }),
  dot: () => two(dw.dot([2, 1])),
  'dot normalized': () => two(dw.dot(1, { normalize: true })),
};
