// The layer node of paddings and croppings: spatial axes made longer or shorter at their ends.
import { op } from '../build/op.ts';
import { constant } from '../dim/dim.ts';
import { LAYER_DOMAIN } from '../infer/infer-node.ts';
import type { Value } from '../ir/graph.ts';
import { copy } from '../ops/costs/movement.ts';
import { paddedSize } from '../ops/rows/pad.ts';
import { emitLayerOne, inputOf, type LayerRow } from './layer-node.ts';
import { choiceOf, filled, floatAttribute, integersOf, numberOf } from './layer-values.ts';

/** The ways of padding: with a constant, mirrored without the edge, with the edge, around the other end. */
export const PAD_MODES = ['constant', 'reflect', 'edge', 'wrap'] as const;

/** A way of padding, by ONNX's names. */
export type PadMode = (typeof PAD_MODES)[number];

/** What a node of {@link PAD} does. */
export interface PadRecipe {
  readonly mode: PadMode;
  /** All starts of the spatial axes, then all ends; negative ones cut off. */
  readonly pads: readonly number[];
  /** What mode constant pads with. */
  readonly value: number;
}

/** Pads or crops the spatial axes of `[n, c, d...]`. */
export function padded(x: Value, { mode, pads, value }: PadRecipe): Value {
  return emitLayerOne(PAD, [x], { mode, pads, value: floatAttribute(value) });
}

/** Input x `[n, c, d...]`, one spatial axis per pair of pads. It becomes one Pad, or an Identity where nothing is padded. */
export const PAD: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'pad',
  cost: copy,
  infer: (cx) => {
    const pads = cx.ints('pads') ?? [];
    const axes = pads.length / 2;
    const x = cx.ranked(0, axes + 2);
    return [
      cx.tensor(
        x.map((size, axis) => {
          if (axis < 2) return size;
          const ends = [pads[axis - 2] ?? 0, pads[axis - 2 + axes] ?? 0];
          const cut = -ends.reduce((sum, end) => sum + Math.min(end, 0), 0);
          // Something must be left: frameworks refuse a crop of everything, and a pool or a convolution behind it would.
          if (cut > 0) cx.atLeast(size, cut + 1, 'a size that is cropped');
          return paddedSize(cx, { size, others: x.toSpliced(axis, 1) }, ends.map(constant));
        }),
      ),
    ];
  },
  lower: (node) => {
    const x = inputOf(node, 0);
    const pads = integersOf(node, 'pads');
    if (pads.every((pad) => pad === 0)) return [op.Identity(x)];
    const axes = pads.length / 2;
    const value = numberOf(node, 'value');
    const mode = choiceOf(node, 'mode', PAD_MODES);
    const all = [0, 0, ...pads.slice(0, axes), 0, 0, ...pads.slice(axes)];
    return [op.Pad(x, all, value === 0 ? undefined : filled(x.dtype, [], value), undefined, { mode })];
  },
  examples: [
    {
      inputs: ['float32[n, c, h, w]'],
      attributes: { mode: 'constant', pads: [1, 0, 2, 3], value: 0 },
      outputs: ['float32[n, c, h + 3, w + 3]'],
    },
    {
      inputs: ['float32[n, c, t]'],
      attributes: { mode: 'reflect', pads: [3, 1], value: 0 },
      outputs: ['float32[n, c, t + 4]'],
      constraints: ['t >= 4'],
    },
    {
      inputs: ['float32[n, c, t]'],
      attributes: { mode: 'constant', pads: [-1, -2], value: 0 },
      outputs: ['float32[n, c, t - 3]'],
      constraints: ['t >= 4'],
    },
    { inputs: ['float32[n, c, 3]'], attributes: { mode: 'reflect', pads: [3, 0], value: 0 }, fails: 'SHAPE_MISMATCH' },
    {
      inputs: ['float32[n, c, 3]'],
      attributes: { mode: 'constant', pads: [-1, -2], value: 0 },
      fails: 'SHAPE_MISMATCH',
    },
    { inputs: ['float32[n, 3]'], attributes: { mode: 'edge', pads: [1, 1], value: 0 }, fails: 'RANK_MISMATCH' },
  ],
};
