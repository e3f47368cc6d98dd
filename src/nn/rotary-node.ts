// The layer node of rotary position embedding, and its way into RotaryEmbedding or its parts.
import { invariant } from '../base/assert-never.ts';
import { op } from '../build/op.ts';
import { traceOf } from '../build/trace.ts';
import { constOf } from '../dim/dim.ts';
import { LAYER_DOMAIN } from '../infer/infer-node.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { tensorFromValues } from '../ir/tensor-data.ts';
import { perInput } from '../ops/costs/elementwise.ts';
import { broadcastInto } from '../ops/rules/broadcast-into.ts';
import { inputOf, type LayerRow } from './layer-node.ts';
import { numberOf } from './layer-values.ts';
import { opsetOf } from './opset-of.ts';
import { positionsAlong, requireIntegers } from './positions.ts';
import { type Frequencies, frequenciesOf, scalingOf } from './rotary-frequencies.ts';

/** The opset that brought RotaryEmbedding. */
const ROTARY_OPSET = 23;

/**
 * Inputs x `[n, s, heads*d]` or `[n, heads, s, d]`, positions `[s]` or `[n, s]` (0, 1, ... where absent), and a past `[n, h, p, d]` behind
 * which positions begin at p. It becomes RotaryEmbedding where the model is at opset 23 or newer, else its parts.
 */
export const ROTARY: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'rotaryEmbedding',
  cost: perInput(3),
  infer: (cx) => {
    const x = cx.rankBetween(0, 3, 4);
    const [heads, dim] = [cx.int('heads', 1), cx.int('dim', 0)];
    if (cx.has(1)) requireIntegers(cx, 1);
    const [n, length, width] = x?.length === 4 ? [x[0], x[2], x[3]] : (x ?? []);
    if (!x || !n || !length || !width) return [cx.tensor(undefined)];
    const count = x.length === 4 ? 1 : heads;
    cx.divides(dim === 0 ? 2 * count : count, width, 'the width of rotated heads');
    if (dim > 0) cx.atLeast(width, dim * count, 'the width of rotated heads');
    if (cx.has(1)) {
      cx.rankBetween(1, 1, 2);
      broadcastInto(cx, 1, [n, length]);
    }
    if (cx.has(2)) cx.ranked(2, 4);
    return [cx.tensor(x)];
  },
  lower: (node) => [lowerRotary(node)],
  examples: [
    {
      inputs: ['float32[n, s, 64]', 'int64[n, s]'],
      attributes: { heads: 4 },
      outputs: ['float32[n, s, 64]'],
    },
    {
      inputs: ['float16[n, h, s, d]', null, 'float16[n, h, p, d]'],
      outputs: ['float16[n, h, s, d]'],
      constraints: ['2 | d'],
    },
    { inputs: ['float32[n, s, 12]'], attributes: { heads: 4 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 2, s, 8]'], attributes: { dim: 10 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 5, 16]', 'int64[4]'], attributes: { heads: 4 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, s, 16]', 'float32[s]'], attributes: { heads: 4 }, fails: 'DTYPE_MISMATCH' },
    { inputs: ['float32[n, 16]'], attributes: { heads: 4 }, fails: 'RANK_MISMATCH' },
  ],
};

/** What is turned, with its heads apart. */
interface Turned {
  readonly x: Value;
  /** The axis of the heads. */
  readonly headAxis: 1 | 2;
  /** Elements of a head. */
  readonly width: number;
  /** Elements of a head that are turned. */
  readonly size: number;
  readonly interleaved: boolean;
}

function lowerRotary(node: Node): Value {
  const x = inputOf(node, 0);
  const last = x.shape.at(-1);
  const whole = last && constOf(last);
  invariant(whole !== undefined, `the width of ${x.label} is a number`);
  const heads = x.rank === 4 ? 1 : numberOf(node, 'heads');
  const width = whole / heads;
  const size = numberOf(node, 'dim') || width;
  const interleaved = numberOf(node, 'interleaved') === 1;
  const turns = turnsOf(node, size);
  const { cos, sin } = turns;
  if (opsetOf(node) >= ROTARY_OPSET) {
    const { full } = turns;
    return op.RotaryEmbedding(x, full().cos, full().sin, undefined, {
      interleaved: interleaved ? 1 : 0,
      rotary_embedding_dim: size === width ? 0 : size,
      ...(x.rank === 4 ? {} : { num_heads: heads }),
    });
  }
  if (x.rank === 4) return turn({ x, headAxis: 1, width, size, interleaved }, cos, sin);
  const apart = op.Reshape(x, [0, 0, heads, width]);
  const turned = turn({ x: apart, headAxis: 2, width, size, interleaved }, cos, sin);
  return op.Reshape(turned, [0, 0, whole]);
}

interface Angles {
  readonly cos: Value;
  readonly sin: Value;
}

/** The angles of a node's positions, for one row and, where they are asked for, for each row of the batch. */
interface Turns extends Angles {
  /** `[n, s, size / 2]`. */
  readonly full: () => Angles;
}

/** The angles of one graph, by what tells them. */
const ANGLES = new WeakMap<Graph, { readonly of: readonly unknown[]; readonly angles: Angles }[]>();

/** Angles that were computed in this graph already, of the same positions, frequencies and type, or else these. */
function shared(graph: Graph, of: readonly unknown[], compute: () => Angles): Angles {
  const known = ANGLES.get(graph) ?? [];
  ANGLES.set(graph, known);
  const same = known.find((one) => one.of.length === of.length && one.of.every((fact, i) => fact === of[i]));
  if (same) return same.angles;
  const angles = compute();
  known.push({ of, angles });
  return angles;
}

/**
 * The angles of a node. Queries and keys of all layers of a decoder stand at the same positions: positions that are not given depend on
 * nothing but the sizes of the axis and the past, and equal sizes are one dim.
 */
function turnsOf(node: Node, size: number): Turns {
  const [x, given, past] = [inputOf(node, 0), node.inputs[1], node.inputs[2]];
  const axis = x.rank === 4 ? 2 : 1;
  const { graph } = traceOf([x]);
  const places = given ? [given] : [x.shape[axis], past?.shape[2]];
  const scales = [0, 1, 2, 3, 4].map((i) => node.attribute(`scale${i}`) && numberOf(node, `scale${i}`));
  const of = [size, x.dtype, numberOf(node, 'base'), scalingOf(node), ...scales, ...places];
  const angles = shared(graph, of, () => anglesOf(node, frequenciesOf(node, size)));
  const full = (): Angles =>
    shared(graph, [...of, x.shape[0], x.shape[axis]], () => {
      const [rows, length] = [op.Shape(x, { start: 0, end: 1 }), op.Shape(x, { start: axis, end: axis + 1 })];
      const shape = op.Concat([rows, length, [BigInt(size / 2)]], { axis: 0 });
      return { cos: op.Expand(angles.cos, shape), sin: op.Expand(angles.sin, shape) };
    });
  return { ...angles, full };
}

/** Cosines and sines of each position's angles, `[s, size / 2]` or `[n, s, size / 2]`, of x's type. */
function anglesOf(node: Node, { inverse, amplitude, growth }: Frequencies): Angles {
  const [x, given, past] = [inputOf(node, 0), node.inputs[1], node.inputs[2]];
  const positions = given ?? positionsAlong(x, x.rank === 4 ? 2 : 1, past);
  const places: Value = op.Unsqueeze(op.Cast(positions, { to: 'float32' }), [-1]);
  const plain = tensorFromValues('float32', [inverse.length], inverse);
  const angles: Value = op.Mul(places, growth ? op.Mul(plain, grown(positions, growth)) : plain);
  const typed = (value: Value): Value => {
    const loud: Value = amplitude === 1 ? value : op.Mul(value, amplitude);
    return x.dtype === 'float32' ? loud : op.Cast(loud, { to: x.dtype });
  };
  return { cos: typed(op.Cos(angles)), sin: typed(op.Sin(angles)) };
}

/** What frequencies are multiplied by where the text is longer than the original positions. */
function grown(positions: Value, { factor, positions: original, exponents }: Required<Frequencies>['growth']): Value {
  const length = op.Add(op.Cast(op.ReduceMax(positions, undefined, { keepdims: 0 }), { to: 'float32' }), 1);
  const ratio = op.Div(op.Max([length, original]), original);
  const growth = op.Sub(op.Mul(ratio, factor), factor - 1);
  return op.Pow(growth, tensorFromValues('float32', [exponents.length], exponents));
}

/** Turns pairs of elements: i and i + size / 2 of a head, or 2i and 2i + 1 where they are interleaved. */
function turn(turned: Turned, cos: Value, sin: Value): Value {
  const { x, headAxis, width, size, interleaved } = turned;
  // Angles `[s, k]` or `[n, s, k]` stand for all heads, which lie before or behind the positions.
  const aligned = (value: Value): Value => op.Unsqueeze(value, [value.rank - 3 + headAxis]);
  const [c, s] = [aligned(cos), aligned(sin)];
  const [part = x, rest] = size === width ? [x] : op.Split(x, [size, width - size], { axis: -1 });
  const [a, b] = interleaved ? interleavedHalves(part, size) : op.Split(part, undefined, { axis: -1, num_outputs: 2 });
  invariant(a && b, 'a split has two parts');
  const first = op.Sub(op.Mul(a, c), op.Mul(b, s));
  const second = op.Add(op.Mul(b, c), op.Mul(a, s));
  const joined = interleaved
    ? op.Reshape(op.Concat([op.Unsqueeze(first, [-1]), op.Unsqueeze(second, [-1])], { axis: -1 }), [0, 0, 0, size])
    : op.Concat([first, second], { axis: -1 });
  return rest ? op.Concat([joined, rest], { axis: -1 }) : joined;
}

function interleavedHalves(x: Value, size: number): readonly Value[] {
  const pairs = op.Split(op.Reshape(x, [0, 0, 0, size / 2, 2]), undefined, { axis: -1, num_outputs: 2 });
  return pairs.map((half) => op.Squeeze(half, [-1]));
}
