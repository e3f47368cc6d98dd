// Choosing and limiting elements: Where and Clip.
import { type Content, dimOf, type Scalar } from '../../ir/content.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import { passesSizes } from '../rules/backward.ts';
import { sameElement } from '../rules/compare-elements.ts';
import { chosen } from '../rules/condition.ts';
import { contentSizes } from '../rules/content-view.ts';
import { maxElements, minElements } from '../rules/element-rules.ts';
import { mapContent } from '../rules/map-content.ts';
import { scalarInput } from '../rules/scalar-input.ts';

/**
 * Where (9): X where the condition holds, else Y.
 * `bool[..., a], T[..., b], T[..., c] -> T[..., broadcast(a, b, c)]`
 */
const Where: OperatorRow = {
  name: 'Where',
  infer: (cx) => [cx.tensor(cx.broadcast(cx.shape(0), cx.shape(1), cx.shape(2)), cx.outputDType(0))],
  content: (cx, [out]) => [
    mapContent(cx, out, [0, 1, 2], ([condition, x, y]) => {
      if (typeof condition === 'boolean') return condition ? x : y;
      if (sameElement(cx, x, y)) return x;
      const [a, b] = [dimOf(x), dimOf(y)];
      return a && b && isFollowed(cx.content(0), out) ? chosen(cx, condition, a, b) : undefined;
    }),
  ],
  examples: [
    { inputs: ['bool[batch, 1]', 'float32[n]', 'float32[]'], outputs: ['float32[batch, n]'] },
    {
      inputs: ['bool[a]', 'int64[b]', 'int64[4]'],
      outputs: ['int64[4]'],
      constraints: ['broadcastable(a, b)', 'broadcastable(broadcast(a, b), 4)'],
    },
    {
      inputs: ['bool[3] = [true, false, ?]', 'int64[3] = [s, 1, t]', 'int64[3] = [0, 2*s, t]'],
      outputs: ['int64[3] = [s, 2*s, t]'],
    },
    { inputs: ['bool[2]', 'int64[] = 1', 'int64[] = 1'], outputs: ['int64[2] = [1, 1]'] },
    {
      inputs: ['bool[1] = [min(s - 1, 1)]', 'int64[1] = [t]', 'int64[1] = [1]'],
      outputs: ['int64[1] = [min(s - 1, 1)*(t - 1) + 1]'],
      bounds: ['t + min(s, 2) <= t*min(s, 2) + 1'],
    },
    { inputs: ['bool[...]', 'float32[n]', 'float32[n]'], outputs: ['float32[...]'] },
    { inputs: ['bool[2]', 'float32[3]', 'float32[n]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['bool[n]', 'float32[n]', 'float64[n]'], fails: 'DTYPE_MISMATCH' },
  ],
};

/** The most sizes of which each that is open gets a symbol. */
const MOST_OPEN = 16;

/** Whether an open choice is worth a size of its own: in a short list of sizes, not in a mask over data. */
function isFollowed(condition: Content | undefined, output: ValueType | undefined): boolean {
  return condition !== undefined || (contentSizes(output)?.reduce((a, b) => a * b, 1) ?? 0) <= MOST_OPEN;
}

/**
 * Clip (1): `min(max(x, low), high)`; bounds are attributes before version 11, then scalar inputs.
 * `[d0, ..., dn] -> [d0, ..., dn]`
 */
const Clip: OperatorRow = {
  name: 'Clip',
  backward: passesSizes,
  infer: (cx) => {
    if (cx.version >= 11) for (const i of [1, 2]) scalarInput(cx, i);
    return [cx.tensor(cx.shape(0))];
  },
  content: clipContent,
  examples: [
    { inputs: ['float32[batch, n]', 'float32[]', 'float32[]'], outputs: ['float32[batch, n]'] },
    { inputs: ['float32[batch, n]', null, 'float32[]'], outputs: ['float32[batch, n]'] },
    { inputs: ['float32[n]'], attributes: { min: 0, max: 6 }, opset: 10, outputs: ['float32[n]'] },
    {
      inputs: ['float32[3] = [-1, 2, 9]'],
      attributes: { min: 0, max: 6 },
      opset: 10,
      outputs: ['float32[3] = [0, 2, 6]'],
    },
    { inputs: ['int64[2] = [s, 700]', 'int64[] = 1', 'int64[] = 512'], outputs: ['int64[2] = [min(s, 512), 512]'] },
    { inputs: ['int64[1] = [s]', 'int64[] = 0'], outputs: ['int64[1] = [s]'] },
    { inputs: ['float32[...]'], outputs: ['float32[...]'] },
    { inputs: ['float32[n]', 'float32[2]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n]', 'float32[n, 1]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n]', 'int32[]'], fails: 'DTYPE_MISMATCH' },
  ],
};

function clipContent(cx: InferContext, [out]: readonly ValueType[]): readonly (Content | undefined)[] {
  if (cx.version < 11) {
    const [least, most] = [cx.float('min'), cx.float('max')];
    return [
      mapContent(cx, out, [0], ([x], dtype) => {
        const raised = least === undefined ? x : maxElements(cx, dtype, x, least);
        return most === undefined ? raised : minElements(cx, dtype, raised, most);
      }),
    ];
  }
  return [
    mapContent(cx, out, [0, 1, 2], ([x, low, high], dtype) => {
      const raised: Scalar = cx.has(1) ? maxElements(cx, dtype, x, low) : x;
      return cx.has(2) ? minElements(cx, dtype, raised, high) : raised;
    }),
  ];
}

/** The family. */
export const SELECT_ROWS: readonly OperatorRow[] = [Where, Clip];
