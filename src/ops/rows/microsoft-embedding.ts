// Sums of embeddings that are normalized at once: EmbedLayerNormalization and its quantized form.
import type { Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { requireBoth, requireShape } from '../rules/attention-checks.ts';
import { stretchInto } from '../rules/broadcast-into.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { scalarInput } from '../rules/scalar-input.ts';

/** The ids' sizes and the hidden size of the embeddings, which both operators have in the same places. */
interface Embedded {
  readonly batch: Dim;
  readonly length: Dim;
  readonly hidden: Dim;
}

/**
 * Requires ids and segments `[n, s]`, tables `[.., h]`, gamma, beta `[h]` and a mask `[n, s]`.
 *
 * @param counts whether positions count from 0 to s - 1, so that their table has as many rows
 */
function embed(cx: InferContext, counts: boolean): Embedded | undefined {
  const ids = cx.ranked(0, 2);
  const [batch, length] = ids;
  const [, hidden] = cx.ranked(2, 2);
  if (!batch || !length || !hidden) return undefined;
  const [positions] = requireShape(cx, 3, [undefined, hidden]);
  if (positions && counts) cx.atLeast(positions, length, `rows of ${cx.inputName(3)}`);
  if (cx.has(4)) requireShape(cx, 4, [undefined, hidden]);
  for (const i of [5, 6]) requireShape(cx, i, [hidden]);
  for (const i of [1, 7]) if (cx.has(i)) requireShape(cx, i, ids);
  return { batch, length, hidden };
}

/**
 * EmbedLayerNormalization (since 1): LayerNormalization of the sum of word, position and segment embeddings. ids `[n, s]`, tables `[.., h]`,
 * gamma, beta `[h]`, mask `[n, s]`, position ids `[n or 1, s]` -> `[n, s, h]`, words `[n]`, the sum `[n, s, h]`.
 */
const EmbedLayerNormalization: OperatorRow = {
  domain: 'com.microsoft',
  name: 'EmbedLayerNormalization',
  infer: (cx) => {
    if (cx.has(1)) requireBoth(cx, 1, 4);
    const found = embed(cx, !cx.has(8));
    if (!found) return [];
    const { batch, length, hidden } = found;
    if (cx.has(8)) {
      const [rows] = requireShape(cx, 8, [undefined, length]);
      if (rows) stretchInto(cx, rows, batch, `batch and ${cx.inputName(8)} axis 0`);
    }
    const embedded = cx.tensor([batch, length, hidden], cx.outputDType(0));
    return [embedded, cx.tensor([batch], 'int32'), embedded];
  },
  examples: [
    {
      inputs: inputsOf(
        'int32[n, s]; int32[n, s]; float32[30, 32]; float32[12, h]; float32[2, 32]; float32[32]; float32[32]; int32[n, s]',
      ),
      outputs: ['float32[n, s, 32]', 'int32[n]', 'float32[n, s, 32]'],
      constraints: ['h == 32', 's <= 12'],
    },
    {
      inputs: inputsOf('int32[n, s]; -; float32[30, 32]; float32[12, 32]; -; float32[32]; float32[32]; -; int32[p, s]'),
      outputs: ['float32[n, s, 32]', 'int32[n]'],
      constraints: ['broadcast(n, p) == n'],
    },
    {
      inputs: inputsOf('int32[2, 3]; -; float32[30, 32]; float32[12, 31]; -; float32[32]; float32[32]'),
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: inputsOf('int32[2, 3]; -; float32[30, 32]; float32[2, 32]; -; float32[32]; float32[32]'),
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: inputsOf('int32[2, 3]; -; float32[30, 32]; float32[12, 32]; -; float32[32]; float32[32]; int32[2]'),
      fails: 'RANK_MISMATCH',
    },
  ],
};

const QUANTIZED_SCALES: readonly number[] = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17];

/** QEmbedLayerNormalization (since 1): EmbedLayerNormalization of 8-bit tables with a scale and a zero point each. */
const QEmbedLayerNormalization: OperatorRow = {
  domain: 'com.microsoft',
  name: 'QEmbedLayerNormalization',
  infer: (cx) => {
    for (const i of [4, 10, 15]) requireBoth(cx, 1, i);
    for (const i of QUANTIZED_SCALES) scalarInput(cx, i);
    const found = embed(cx, true);
    return found
      ? [cx.tensor([found.batch, found.length, found.hidden], 'float32'), cx.tensor([found.batch], 'int32')]
      : [];
  },
  examples: [
    {
      inputs: inputsOf(
        'int32[n, s]; int32[n, s]; uint8[30, 32]; uint8[12, 32]; uint8[2, 32]; uint8[32]; uint8[32]; int32[n, s]',
        'float32[]; float32[]; float32[]; float32[]; float32[]; uint8[]; uint8[]; uint8[]; uint8[]; uint8[]',
      ),
      outputs: ['float32[n, s, 32]', 'int32[n]'],
      constraints: ['s <= 12'],
    },
    {
      inputs: inputsOf(
        'int32[2, 3]; -; uint8[30, 32]; uint8[12, 32]; -; uint8[31]; uint8[32]; -',
        'float32[]; float32[]; -; float32[]; float32[]; uint8[]; uint8[]; -; uint8[]; uint8[]',
      ),
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const MICROSOFT_EMBEDDING_ROWS: readonly OperatorRow[] = [EmbedLayerNormalization, QEmbedLayerNormalization];
