// Look-ups of com.microsoft in data packed into few bits: GatherBlockQuantized.
import { ceilDiv, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { perOutput } from '../costs/elementwise.ts';
import { requirePositive } from '../rules/channels.ts';
import { inMicrosoft } from '../rules/microsoft.ts';

/**
 * GatherBlockQuantized (1): Gather along `gather_axis` of data quantized in blocks along `quantize_axis`, dequantized.
 * `[.., d, ..]` at `[i...] -> [.., i..., ..]`; uint8 data packs `8 / bits` elements, which the last axis of the result counts.
 */
const GatherBlockQuantized: OperatorRow = {
  name: 'GatherBlockQuantized',
  cost: perOutput(2),
  infer: (cx) => {
    const data = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
    const indices = cx.shape(1);
    if (!data) return [cx.tensor(undefined, cx.dtype(2))];
    const gather = cx.axis(cx.int('gather_axis', 0), data.length, 'gather_axis');
    const quantized = cx.axis(cx.int('quantize_axis', 1), data.length, 'quantize_axis');
    const perByte = elementsPerByte(cx);
    if (cx.dtype(0) === 'uint8') requirePackedAxes(cx, { gather, quantized, last: data.length - 1 });
    requireBlocks(cx, data, quantized, perByte);
    const unpacked = data.map((dim, axis) => (axis === quantized ? mul(dim, perByte) : dim));
    const shape = indices && [...unpacked.slice(0, gather), ...indices, ...unpacked.slice(gather + 1)];
    return [cx.tensor(shape, cx.dtype(2))];
  },
  examples: [
    {
      inputs: ['uint8[512, 16]', 'int64[b, s]', 'float32[512, 2]', 'uint8[512, 1]'],
      attributes: { block_size: 16 },
      outputs: ['float32[b, s, 32]'],
    },
    {
      inputs: ['uint8[v, 32]', 'int64[b]', 'float32[v, 2]'],
      attributes: { block_size: 16, bits: 8 },
      outputs: ['float32[b, 32]'],
    },
    {
      inputs: ['int4[512, h]', 'int64[b]', 'float32[512, 2]', 'int4[512, 2]'],
      attributes: { block_size: 32 },
      outputs: ['float32[b, h]'],
      constraints: ['h >= 33', 'h <= 64'],
    },
    {
      inputs: ['uint8[512, 16]', 'int64[b, s]', 'float32[512, 3]'],
      attributes: { block_size: 16 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['uint8[512, 16]', 'int64[b, s]', 'float32[512, 2]', 'uint8[512, 2]'],
      attributes: { block_size: 16 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['uint8[512, 16]', 'int64[b]', 'float32[32, 16]'],
      attributes: { block_size: 16, gather_axis: 1, quantize_axis: 0 },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/** How many elements an element of the data stands for: bytes are packed, other types are not. */
function elementsPerByte(cx: InferContext): number {
  return cx.dtype(0) === 'uint8' ? Math.max(1, Math.floor(8 / requirePositive(cx, 'bits'))) : 1;
}

interface PackedAxes {
  readonly gather: number;
  readonly quantized: number;
  readonly last: number;
}

/** ONNX Runtime takes bytes only where rows are gathered and the last axis is quantized. */
function requirePackedAxes(cx: InferContext, { gather, quantized, last }: PackedAxes): void {
  if (gather === 0 && quantized === last && last > 0) return;
  cx.fail(
    'ATTRIBUTE_INVALID',
    `${cx.op} takes uint8 data with gather_axis 0 and quantize_axis ${last}, got ${gather} and ${quantized}`,
    { expected: `0 and ${last}`, actual: `${gather} and ${quantized}` },
  );
}

/** Scales have the data's shape with blocks along `axis`; zero points that too, packed as the data is. */
function requireBlocks(cx: InferContext, data: Shape, axis: number, perByte: number): void {
  const size = data[axis] ?? constant(1);
  const blocks = ceilDiv(mul(size, perByte), requirePositive(cx, 'block_size'));
  const withBlocks = (dim: Dim): Shape => data.map((each, i) => (i === axis ? dim : each));
  const scales = cx.shape(2);
  if (scales) cx.unifyShapes(withBlocks(blocks), scales, 'blocks of data and shape of scales');
  const zeros = cx.has(3) ? cx.shape(3) : undefined;
  if (zeros) cx.unifyShapes(withBlocks(ceilDiv(blocks, perByte)), zeros, 'blocks of data and shape of zero_points');
}

/** The family. */
export const MICROSOFT_PACKED_GATHER_ROWS: readonly OperatorRow[] = inMicrosoft([GatherBlockQuantized]);
