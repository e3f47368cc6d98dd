// Operators on channels in blocks (com.microsoft.nchwc), which sessions on the CPU write into convolutional models that they save.
import { add, mul } from '../../dim/arithmetic.ts';
import { constOf, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { convolution } from '../costs/contraction.ts';
import { attributeLength } from '../rules/attribute-length.ts';
import { channelAxis } from '../rules/channels.ts';
import { inMicrosoft } from '../rules/microsoft.ts';
import { isAtLeast } from '../rules/size-elements.ts';
import { fusedConv } from './microsoft-window.ts';
import { pooled } from './pool.ts';

const ANY = Number.POSITIVE_INFINITY;
/** Blocks have 8 or 16 channels, as the machine has registers; a multiple of 16 is whole blocks of either. */
const LARGEST_BLOCK = 16;

const isLast = (cx: InferContext): boolean => cx.int('channels_last', 0) !== 0;

/** Channels filled up to whole blocks. */
function blockedChannels(cx: InferContext, channels: Dim): Dim {
  const known = constOf(channels);
  if (known !== undefined && known % LARGEST_BLOCK === 0) return channels;
  const filled = cx.fresh('channels', {
    min: isAtLeast(cx, channels, 1) ? 8 : 0,
    max: add(channels, LARGEST_BLOCK - 1),
  });
  cx.facts.give({ kind: 'atMost', left: channels, right: filled, origins: [] });
  return filled;
}

/** ReorderInput (1): channels into blocks. `[n, c, d...]`, with channels_last `[n, d..., c]`, `-> [n, c filled up, d...]` */
const ReorderInput: OperatorRow = {
  name: 'ReorderInput',
  infer: (cx) => {
    const shape = cx.rankBetween(0, 2, ANY);
    const [batch] = shape ?? [];
    const channels = shape?.at(channelAxis(isLast(cx)));
    if (!shape || !batch || !channels) return [cx.tensor(undefined)];
    const spatial = isLast(cx) ? shape.slice(1, -1) : shape.slice(2);
    return [cx.tensor([batch, blockedChannels(cx, channels), ...spatial])];
  },
  examples: [
    { inputs: ['float32[n, 32, h, w]'], outputs: ['float32[n, 32, h, w]'] },
    { inputs: ['float32[n, h, w, 64]'], attributes: { channels_last: 1 }, outputs: ['float32[n, 64, h, w]'] },
    { inputs: ['float32[n, 20, h, w]'], outputs: ['float32[n, u, h, w]'], bounds: ['u <= 35', 'u >= 20'] },
    { inputs: ['float32[n]'], fails: 'RANK_MISMATCH' },
  ],
};

/** ReorderOutput (1): blocks back into `channels` channels. `[n, filled up, d...] -> [n, c, d...]`, with channels_last `[n, d..., c]` */
const ReorderOutput: OperatorRow = {
  name: 'ReorderOutput',
  infer: (cx) => {
    const shape = cx.rankBetween(0, 2, ANY);
    const channels = requireChannels(cx, shape);
    if (!shape) return [cx.tensor(undefined)];
    const [batch, ...spatial] = [...shape.slice(0, 1), ...shape.slice(2)];
    return [cx.tensor(isLast(cx) ? [batch ?? 1, ...spatial, channels] : [batch ?? 1, channels, ...spatial])];
  },
  examples: [
    { inputs: ['float32[n, 32, h, w]'], attributes: { channels: 20 }, outputs: ['float32[n, 20, h, w]'] },
    {
      inputs: ['float32[n, 32, h, w]'],
      attributes: { channels: 32, channels_last: 1 },
      outputs: ['float32[n, h, w, 32]'],
    },
    { inputs: ['float32[n, 32, h, w]'], fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[n, 16, h, w]'], attributes: { channels: 20 }, fails: 'SHAPE_MISMATCH' },
  ],
};

/** The attribute `channels`, of which the blocks must hold as many. */
function requireChannels(cx: InferContext, shape: Shape | undefined): number {
  const channels = cx.int('channels', 0);
  if (channels < 1) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: channels must be at least 1, got ${channels}`, {
      expected: '>= 1',
      actual: String(channels),
    });
  }
  if (shape?.[1]) cx.atLeast(shape[1], channels, 'channels in blocks');
  return channels;
}

/** Conv (1): FusedConv on blocks of channels, the weight blocked beforehand. */
const Conv: OperatorRow = {
  name: 'Conv',
  cost: convolution(),
  infer: (cx) => fusedConv(cx, { x: 0, w: 1, b: 2 }),
  examples: [
    {
      inputs: ['float32[n, 32, h, w]', 'float32[64, 32, 3, 3]', 'float32[64]'],
      attributes: { pads: [1, 1, 1, 1], strides: [2, 2], activation: 'Relu' },
      outputs: ['float32[n, 64, ceildiv(h, 2), ceildiv(w, 2)]'],
    },
    {
      inputs: ['float32[n, 32, h, w]', 'float32[32, 32, 1, 1]', null, 'float32[m, 32, h, w]'],
      outputs: ['float32[n, 32, h, w]'],
      constraints: ['n == m'],
    },
    { inputs: ['float32[n, 32, h, w]', 'float32[64, 16, 3, 3]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** A pool on blocks of channels; sizes as for MaxPool. */
const poolRow = (name: string): OperatorRow => ({
  name,
  infer: (cx) => [cx.tensor(pooled(cx))],
  examples: [
    {
      inputs: ['float32[n, 32, h, w]'],
      attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
      outputs: ['float32[n, 32, ceildiv(h, 2), ceildiv(w, 2)]'],
    },
    { inputs: ['float32[n, 32, 2, w]'], attributes: { kernel_shape: [3, 3] }, fails: 'SHAPE_MISMATCH' },
  ],
});

/** A pool over all of the spatial axes. `[n, c, d...] -> [n, c, 1...]` */
const globalRow = (name: string): OperatorRow => ({
  name,
  infer: (cx) => {
    const shape = cx.rankBetween(0, 3, ANY);
    return [cx.tensor(shape?.map((dim, i) => (i < 2 ? dim : 1)))];
  },
  examples: [
    { inputs: ['float32[n, 32, h, w]'], outputs: ['float32[n, 32, 1, 1]'] },
    { inputs: ['float32[n, 32]'], fails: 'RANK_MISMATCH' },
  ],
});

/** Upsample (1): axes enlarged by whole factors. `[n, c, d...] -> [n, c, d * scale...]` */
const Upsample: OperatorRow = {
  name: 'Upsample',
  infer: (cx) => {
    const count = attributeLength(cx, 'scales');
    if (count === 0) return [cx.tensor(cx.shape(0)?.map(() => cx.fresh('size')))];
    const scales = cx.ints('scales') ?? [];
    return [cx.tensor(cx.ranked(0, count).map((dim, axis) => mul(dim, Math.max(1, scales[axis] ?? 1))))];
  },
  examples: [
    { inputs: ['float32[n, 32, h, w]'], attributes: { scales: [1, 1, 2, 3] }, outputs: ['float32[n, 32, 2*h, 3*w]'] },
    { inputs: ['float32[n, 32, h]'], attributes: { scales: [1, 1, 2, 2] }, fails: 'RANK_MISMATCH' },
  ],
};

/** The family. */
export const MICROSOFT_NCHWC_ROWS: readonly OperatorRow[] = inMicrosoft(
  [
    ReorderInput,
    ReorderOutput,
    Conv,
    poolRow('MaxPool'),
    poolRow('AveragePool'),
    globalRow('GlobalMaxPool'),
    globalRow('GlobalAveragePool'),
    Upsample,
  ],
  'com.microsoft.nchwc',
);
