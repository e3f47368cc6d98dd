// Operators that keep the elements or their bits and may change the element type: Cast, CastLike, BitCast, Identity.

import type { Content } from '../../ir/content.ts';
import { DTYPES } from '../../ir/dtype.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { MaybeDType, ValueType } from '../../ir/type.ts';
import { copy, view } from '../costs/movement.ts';
import { passesSizes } from '../rules/backward.ts';
import { castElement } from '../rules/cast-element.ts';
import { dtypeAttribute, dtypeText } from '../rules/dtype-attribute.ts';
import { mapContent } from '../rules/map-content.ts';
import { castSpan, keepsSpan } from '../rules/span.ts';

function castContent(cx: InferContext, [out]: readonly ValueType[]): readonly (Content | undefined)[] {
  const from = cx.dtype(0);
  if (from === 'undefined') return [];
  return [mapContent(cx, out, [0], ([element], to) => castElement(cx, element, from, to))];
}

/** Cast (1): each element converted to the type `to`, a text before version 6. `T1[d0, ..., dn] -> T2[d0, ..., dn]` */
const Cast: OperatorRow = {
  name: 'Cast',
  cost: copy,
  span: castSpan,
  backward: passesSizes,
  infer: (cx) => {
    const to: MaybeDType = (cx.version < 6 ? dtypeText(cx, 'to') : dtypeAttribute(cx, 'to')) ?? 'undefined';
    return [cx.tensor(cx.shape(0), to)];
  },
  content: castContent,
  examples: [
    { inputs: ['float32[batch, n]'], attributes: { to: 7 }, outputs: ['int64[batch, n]'] },
    { inputs: ['float32[n]'], attributes: { to: 'FLOAT16' }, opset: 5, outputs: ['float16[n]'] },
    { inputs: ['float32[...]'], attributes: { to: 9 }, outputs: ['bool[...]'] },
    {
      inputs: ['int64[2] = [s, -1]'],
      attributes: { to: 6 },
      outputs: ['int32[2] = [s, -1]'],
      bounds: ['s <= 2147483647'],
    },
    {
      inputs: ['int64[3] = [s, 0, s - 1]'],
      attributes: { to: 9 },
      outputs: ['bool[3] = [true, false, min(s - 1, 1)]'],
    },
    { inputs: ['int64[1] = [300]'], attributes: { to: 2 }, outputs: ['uint8[1] = [44]'] },
    { inputs: ['float32[3] = [2.7, -2.7, NaN]'], attributes: { to: 7 }, outputs: ['int64[3] = [2, -2, ?]'] },
    { inputs: ['bool[2] = [true, false]'], attributes: { to: 7 }, outputs: ['int64[2] = [1, 0]'] },
    { inputs: ['float32[n]'], attributes: { to: 99 }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[n]'], fails: 'ATTRIBUTE_MISSING' },
    { inputs: ['float32[n]'], attributes: { to: 'HALF' }, opset: 5, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** CastLike (15): each element of input 0 converted to the type of input 1. `T1[d0, ..., dn], T2[...] -> T2[d0, ..., dn]` */
const CastLike: OperatorRow = {
  name: 'CastLike',
  cost: copy,
  backward: passesSizes,
  infer: (cx) => [cx.tensor(cx.shape(0), cx.dtype(1))],
  content: castContent,
  examples: [
    { inputs: ['float32[batch, n]', 'int64[k]'], outputs: ['int64[batch, n]'] },
    { inputs: ['int64[1] = [s]', 'int64[...]'], outputs: ['int64[1] = [s]'] },
    { inputs: ['float32[n]'], fails: 'INPUT_COUNT' },
  ],
};

/** BitCast (26): the bits of each element read as another type of the same width. `T1[d0, ..., dn] -> T2[d0, ..., dn]` */
const BitCast: OperatorRow = {
  name: 'BitCast',
  cost: view,
  backward: passesSizes,
  infer: (cx) => {
    const to = dtypeAttribute(cx, 'to') ?? 'undefined';
    const from = cx.dtype(0);
    if (from !== 'undefined' && to !== 'undefined' && DTYPES[from].bits !== DTYPES[to].bits) {
      cx.fail(
        'ATTRIBUTE_INVALID',
        `BitCast: ${to} has ${DTYPES[to].bits} bits, ${cx.inputName(0)} is ${from} with ${DTYPES[from].bits}`,
        {
          expected: `${DTYPES[from].bits} bits`,
          actual: `${DTYPES[to].bits} bits`,
        },
      );
    }
    return [cx.tensor(cx.shape(0), to)];
  },
  examples: [
    { inputs: ['float32[batch, n]'], attributes: { to: 6 }, outputs: ['int32[batch, n]'] },
    { inputs: ['float32[n]'], attributes: { to: 7 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** Identity (1): the input, a tensor, sequence or optional. `T -> T` */
const Identity: OperatorRow = {
  name: 'Identity',
  cost: view,
  span: keepsSpan,
  backward: passesSizes,
  infer: (cx) => [cx.type(0)],
  content: (cx) => [cx.content(0)],
  examples: [
    { inputs: ['float32[batch, n]'], outputs: ['float32[batch, n]'] },
    { inputs: ['seq(float32[n])'], outputs: ['seq(float32[n])'] },
    { inputs: ['optional(float32[n])'], outputs: ['optional(float32[n])'] },
    { inputs: ['int64[2] = [s, 4]'], outputs: ['int64[2] = [s, 4]'] },
    { inputs: [null], fails: 'INPUT_COUNT' },
  ],
};

/** The family. */
export const CAST_ROWS: readonly OperatorRow[] = [Cast, CastLike, BitCast, Identity];
