// Quantization in com.microsoft: QuantizeLinear, DequantizeLinear, the block floating point forms, and DynamicQuantizeLSTM.
import { makeContent } from '../../ir/content.ts';
import type { OperatorRow } from '../../ir/operator.ts';
import { perOutput } from '../costs/elementwise.ts';
import { recurrentCost } from '../costs/recurrent.ts';
import { dtypeAttribute } from '../rules/dtype-attribute.ts';
import { inMicrosoft, requireScalars } from '../rules/microsoft.ts';
import { listLength, sizeElements } from '../rules/size-elements.ts';
import { requireScale } from './quantize.ts';
import { recurrentTypes } from './recurrent.ts';

/** QuantizeLinear (1): `y = saturate(round(x / y_scale) + y_zero_point)`; shape of x, dtype of the zero point or uint8. */
const QuantizeLinear: OperatorRow = {
  name: 'QuantizeLinear',
  cost: perOutput(2),
  settings: [1, 2],
  infer: (cx) => {
    requireScale(cx);
    return [cx.tensor(cx.shape(0), cx.has(2) ? cx.dtype(2) : 'uint8')];
  },
  examples: [
    { inputs: ['float32[n, c]', 'float32[]', 'uint16[]'], outputs: ['uint16[n, c]'] },
    { inputs: ['float32[n, 8]', 'float32[8]', 'int8[8]'], attributes: { axis: 1 }, outputs: ['int8[n, 8]'] },
    { inputs: ['float32[n, c]', 'float32[]'], outputs: ['uint8[n, c]'] },
    { inputs: ['float32[n, 8]', 'float32[4]', 'int8[4]'], attributes: { axis: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 8]', 'float32[n, 8]'], fails: 'RANK_MISMATCH' },
  ],
};

/** DequantizeLinear (1): `y = (x - x_zero_point) * x_scale`; shape of x, dtype of the scale. */
const DequantizeLinear: OperatorRow = {
  name: 'DequantizeLinear',
  cost: perOutput(2),
  settings: [1, 2],
  infer: (cx) => {
    requireScale(cx);
    return [cx.tensor(cx.shape(0), cx.dtype(1))];
  },
  examples: [
    { inputs: ['uint16[n, c]', 'float32[]', 'uint16[]'], outputs: ['float32[n, c]'] },
    { inputs: ['int8[64, c]', 'float32[64]', 'int8[64]'], attributes: { axis: 0 }, outputs: ['float32[64, c]'] },
    { inputs: ['int8[64, c]', 'float32[32]', 'int8[32]'], attributes: { axis: 0 }, fails: 'SHAPE_MISMATCH' },
  ],
};

const ORDERS = { order_input: 1, order_output: 2 };

/** QuantizeWithOrder (1): x in 8 bits, its matrices laid out in another memory order; shape of x. */
const QuantizeWithOrder: OperatorRow = {
  name: 'QuantizeWithOrder',
  infer: (cx) => {
    requireScalars(cx, [1]);
    return [cx.tensor(cx.shape(0), 'int8')];
  },
  examples: [
    { inputs: ['float32[b, n, 64]', 'float32[]'], attributes: ORDERS, outputs: ['int8[b, n, 64]'] },
    { inputs: ['int8[n]', 'float32[]'], attributes: ORDERS, fails: 'DTYPE_MISMATCH' },
  ],
};

/** DequantizeWithOrder (1): 8-bit x as floats of the element type `to`, in another memory order; shape of x. */
const DequantizeWithOrder: OperatorRow = {
  name: 'DequantizeWithOrder',
  infer: (cx) => {
    requireScalars(cx, [1]);
    return [cx.tensor(cx.shape(0), dtypeAttribute(cx, 'to') ?? cx.outputDType(0))];
  },
  examples: [
    { inputs: ['int8[b, n, 64]', 'float32[]'], attributes: { ...ORDERS, to: 10 }, outputs: ['float16[b, n, 64]'] },
    { inputs: ['uint8[n]', 'float32[]'], attributes: { ...ORDERS, to: 1 }, fails: 'DTYPE_MISMATCH' },
  ],
};

/** QuantizeBFP (1): x in block floating point: bytes, as many as the format says, and shape and strides of x, `int64[rank]`. */
const QuantizeBFP: OperatorRow = {
  name: 'QuantizeBFP',
  infer: (cx) => {
    const shape = cx.shape(0);
    const list = cx.tensor([shape ? shape.length : cx.fresh('rank')], 'int64');
    return [cx.tensor([cx.fresh('bytes')], 'uint8'), list, list];
  },
  content: (cx) => {
    const shape = cx.shape(0);
    return [undefined, shape && makeContent('int64', [shape.length], shape)];
  },
  examples: [
    {
      inputs: ['float32[n, 16]'],
      attributes: { bfp_type: 0 },
      outputs: ['uint8[bytes]', 'int64[2] = [n, 16]', 'int64[2]'],
    },
    { inputs: ['int32[n]'], attributes: { bfp_type: 0 }, fails: 'DTYPE_MISMATCH' },
  ],
};

/** DequantizeBFP (1): the tensor whose sizes input 1 lists, in the element type `dtype`. */
const DequantizeBFP: OperatorRow = {
  name: 'DequantizeBFP',
  infer: (cx) => {
    cx.ranked(0, 1);
    cx.ranked(1, 1);
    const rank = listLength(cx, 1) ?? listLength(cx, 2);
    const sizes = sizeElements(cx, 1);
    const shape =
      rank === undefined ? undefined : Array.from({ length: rank }, (_, i) => sizes?.[i] ?? cx.fresh('size'));
    return [cx.tensor(shape, dtypeAttribute(cx, 'dtype') ?? cx.outputDType(0))];
  },
  examples: [
    {
      inputs: ['uint8[k]', 'int64[2] = [n, 16]', 'int64[2]'],
      attributes: { bfp_type: 0 },
      outputs: ['float32[n, 16]'],
    },
    {
      inputs: ['uint8[k]', 'int64[1]', 'int64[1]'],
      attributes: { bfp_type: 0, dtype: 10 },
      outputs: ['float16[size]'],
    },
    { inputs: ['uint8[k, 2]', 'int64[1]', 'int64[1]'], attributes: { bfp_type: 0 }, fails: 'RANK_MISMATCH' },
  ],
};

/**
 * DynamicQuantizeLSTM (1): LSTM with 8-bit weights that have the gates last: X `[s, n, i]`, W `[dirs, i, 4*h]`, R `[dirs, h, 4*h]`,
 * scales and zero points `[dirs]` or `[dirs, 4*h]` -> Y `[s, dirs, n, h]`, Y_h and Y_c `[dirs, n, h]`.
 */
const DynamicQuantizeLSTM: OperatorRow = {
  name: 'DynamicQuantizeLSTM',
  cost: recurrentCost(4, true),
  infer: (cx) => {
    const types = recurrentTypes(cx, { gates: 4, states: 2, transposed: true });
    for (const i of [8, 9, 10, 11]) {
      const [directions, gates] = cx.rankBetween(i, 1, 2) ?? [];
      const weight = cx.shape(1);
      if (directions && weight?.[0]) cx.unify(weight[0], directions, `directions and ${cx.inputName(i)} axis 0`);
      if (gates && weight?.[2]) cx.unify(weight[2], gates, `gates and ${cx.inputName(i)} axis 1`);
    }
    return types;
  },
  examples: [
    {
      inputs: [
        'float32[s, n, i]',
        'uint8[1, 10, 80]',
        'uint8[1, 20, 80]',
        'float32[1, 160]',
        null,
        null,
        null,
        null,
        'float32[1]',
        'uint8[1]',
        'float32[1, 80]',
        'uint8[1, 80]',
      ],
      attributes: { hidden_size: 20 },
      outputs: ['float32[s, 1, n, 20]', 'float32[1, n, 20]', 'float32[1, n, 20]'],
      constraints: ['i == 10'],
    },
    {
      inputs: [
        'float32[3, 2, 10]',
        'uint8[1, 80, 10]',
        'uint8[1, 80, 20]',
        null,
        null,
        null,
        null,
        null,
        'float32[1]',
        'uint8[1]',
        'float32[1]',
        'uint8[1]',
      ],
      attributes: { hidden_size: 20 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const MICROSOFT_QUANTIZE_ROWS: readonly OperatorRow[] = inMicrosoft([
  QuantizeLinear,
  DequantizeLinear,
  QuantizeWithOrder,
  DequantizeWithOrder,
  QuantizeBFP,
  DequantizeBFP,
  DynamicQuantizeLSTM,
]);
