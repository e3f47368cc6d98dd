// sinusoidalEncoding, timestepEmbedding: sines and cosines of positions or times, computed in the graph.
import { invariant } from '../../base/assert-never.ts';
import { op } from '../../build/op.ts';
import { constOf } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { tensorFromValues } from '../../ir/tensor-data.ts';
import { perInput } from '../../ops/costs/elementwise.ts';
import { broadcastInto } from '../../ops/rules/broadcast-into.ts';
import { refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { choiceOf, floatAttribute, numberOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { positionsAlong, requireIntegers } from '../positions.ts';

/** Options of {@link sinusoidalEncoding}. */
export interface SinusoidalEncodingOptions {
  /** The base of the wavelengths; 10000 by default, as in the paper. */
  readonly base?: number | undefined;
  /**
   * `interleaved` (default, the paper): sines in the even features, cosines in the odd ones, of frequencies `base^(-2i/w)`; `halves`
   * (tensor2tensor, Whisper): all sines, then all cosines, of frequencies `base^(-i/(w/2 - 1))`.
   */
  readonly layout?: 'interleaved' | 'halves' | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link SinusoidalEncodingOptions}. */
const SINUSOIDAL_OPTIONS: OptionNames<SinusoidalEncodingOptions> = { base: true, layout: true, name: true };

const LAYOUTS = ['interleaved', 'halves'] as const;

/**
 * Adds sines and cosines of each position: `y[n, p, 2i] = x[n, p, 2i] + sin(p base^(-2i/w))`, and the cosine for 2i + 1.
 *
 * *Input shape*: `[n, s, w]`, w even or odd; all may stay symbolic before a batch, and n and s ever; positions `[s]` or `[n, s]` of any
 * integer type, 0, 1, ... by default. *Output shape*: the same. No sequence is too long: nothing is stored.
 * *Parameters*: none.
 * Source: Vaswani et al., "Attention is all you need", 2017, section 3.5; `halves`: tensor2tensor's `get_timing_signal_1d`. As in Keras's
 * SinePositionEncoding and the PyTorch tutorial for odd widths, the last cosine is left out.
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 * @throws SHAPE_MISMATCH (at the call) when the layout is `halves` and the width is odd
 * @example sequential(embedding(30522, 512), sinusoidalEncoding(), transformerEncoderLayer(8, 2048))
 */
export function sinusoidalEncoding(
  options: SinusoidalEncodingOptions = {},
): Layer<[x: Value, positions?: Value | undefined]> {
  const attributes = readOptions(options);
  return defineLayer({
    kind: 'sinusoidalEncoding',
    name: options.name,
    apply: (_call, x: Value, positions?: Value | undefined): Value =>
      emitLayerOne(SINUSOIDAL, [x, positions], attributes),
  });
}

/**
 * {@link sinusoidalEncoding} of values.
 *
 * @param x `[n, s, w]`
 * @param positions `[s]` or `[n, s]`, integers; 0, 1, ... by default
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 */
export function sinusoidalEncodingOf(
  x: Value,
  positions?: Value | undefined,
  options: Omit<SinusoidalEncodingOptions, 'name'> = {},
): Value {
  return emitLayerOne(SINUSOIDAL, [x, positions], readOptions(options));
}

function readOptions(options: SinusoidalEncodingOptions) {
  checkOptions('sinusoidalEncoding', options, SINUSOIDAL_OPTIONS);
  const { base = 10000, layout = 'interleaved' } = options;
  if (!(Number.isFinite(base) && base > 1)) refuseArgument('sinusoidalEncoding', 'base', 'a number > 1', base);
  if (!LAYOUTS.includes(layout))
    refuseArgument('sinusoidalEncoding', 'layout', LAYOUTS.map((name) => `"${name}"`).join(' or '), layout);
  return { base: floatAttribute(base), layout };
}

/** Inputs x `[n, s, w]`, positions `[s]` or `[n, s]`. It becomes sines and cosines in float32, and an Add. */
export const SINUSOIDAL: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'sinusoidalEncoding',
  cost: perInput(3),
  infer: (cx) => {
    const x = cx.ranked(0, 3);
    const [n, s, w] = x;
    if (w && cx.string('layout') === 'halves') cx.divides(2, w, 'the width of sines and cosines');
    if (cx.has(1)) {
      requireIntegers(cx, 1);
      cx.rankBetween(1, 1, 2);
      if (n && s) broadcastInto(cx, 1, [n, s]);
    }
    return [cx.tensor(x)];
  },
  lower: (node) => {
    const x = inputOf(node, 0);
    const positions = node.inputs[1] ?? positionsAlong(x, 1);
    const places = op.Unsqueeze(op.Cast(positions, { to: 'float32' }), [-1]);
    const waves = sinusoids(node, places);
    return [op.Add(x, x.dtype === 'float32' ? waves : op.Cast(waves, { to: x.dtype }))];
  },
  examples: [
    { inputs: ['float32[n, s, 64]'], outputs: ['float32[n, s, 64]'] },
    { inputs: ['float16[n, s, w]', 'int64[n, s]'], outputs: ['float16[n, s, w]'] },
    {
      inputs: ['float32[n, s, w]'],
      attributes: { layout: 'halves' },
      outputs: ['float32[n, s, w]'],
      constraints: ['2 | w'],
    },
    { inputs: ['float32[n, s, 7]'], attributes: { layout: 'halves' }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 5, 8]', 'int64[4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, s, 8]', 'float32[s]'], fails: 'DTYPE_MISMATCH' },
    { inputs: ['float32[n, 8]'], fails: 'RANK_MISMATCH' },
  ],
};

/** Sines and cosines of places `[..., 1]`, in float32: `[..., w]`. */
function sinusoids(node: Node, places: Value): Value {
  const [, , last] = inputOf(node, 0).shape;
  const width = last && constOf(last);
  invariant(width !== undefined, 'the width of sines and cosines is a number');
  const base = numberOf(node, 'base');
  const isHalves = choiceOf(node, 'layout', LAYOUTS) === 'halves';
  const count = Math.ceil(width / 2);
  // tensor2tensor divides by at least 1, for a width of 2.
  const step = isHalves ? 1 / Math.max(count - 1, 1) : 2 / width;
  const frequencies = Array.from({ length: count }, (_, i) => base ** (-i * step));
  const angles: Value = op.Mul(places, tensorFromValues('float32', [count], frequencies));
  const [sines, cosines] = [op.Sin(angles), op.Cos(angles)];
  if (isHalves) return op.Concat([sines, cosines], { axis: -1 });
  const pairs = op.Concat([op.Unsqueeze(sines, [-1]), op.Unsqueeze(cosines, [-1])], { axis: -1 });
  const sizes = Array.from({ length: places.rank - 1 }, () => 0);
  const joined = op.Reshape(pairs, [...sizes, 2 * count]);
  return width % 2 === 0 ? joined : op.Slice(joined, [0], [width], [-1]);
}
