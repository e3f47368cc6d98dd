// The same elements under other sizes: Reshape and Flatten.
import { mul } from '../../dim/arithmetic.ts';
import { constant, type Dim, hasUnknown } from '../../dim/dim.ts';
import { formatDim } from '../../dim/text.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { formatShape, type Shape } from '../../ir/type.ts';
import { view } from '../costs/movement.ts';
import { reshaped } from '../rules/content-view.ts';
import { countOf, fillingSize, requireEqualCounts } from '../rules/element-counts.ts';
import { isAtLeast, openShape, sizeElements } from '../rules/size-elements.ts';
import { keepsSpan } from '../rules/span.ts';

/**
 * Reshape (since 1; the target an attribute before 5, allowzero since 14).
 * `[d0, ...] -> target`; 0 copies the size at its axis unless allowzero is 1, -1 takes what the element count leaves.
 */
const Reshape: OperatorRow = {
  name: 'Reshape',
  cost: view,
  span: keepsSpan,
  infer: (cx) => [cx.tensor(reshapeShape(cx))],
  content: (cx, [output]) => [reshaped(cx.content(0), output)],
  examples: [
    { inputs: ['float32[b, s, 768]', 'int64[4] = [0, 0, 12, 64]'], outputs: ['float32[b, s, 12, 64]'] },
    { inputs: ['float32[b, s, 768]', 'int64[3] = [b, -1, 64]'], outputs: ['float32[b, 12*s, 64]'] },
    { inputs: ['float32[b, s, 768]', 'int64[2] = [-1, 768]'], outputs: ['float32[b*s, 768]'] },
    { inputs: ['float32[b, s, 12, 64]', 'int64[3] = [b, s, 768]'], outputs: ['float32[b, s, 768]'] },
    {
      inputs: ['float32[b, h]', 'int64[3] = [b, 12, h // 12]'],
      outputs: ['float32[b, 12, h // 12]'],
      constraints: ['12 | h'],
    },
    {
      inputs: ['float32[b, h]', 'int64[3] = [0, -1, 12]'],
      outputs: ['float32[b, b*h // (12*b), 12]'],
      constraints: ['12 | h'],
    },
    { inputs: ['float32[b, s, h]', 'int64[2] = [b, ?]'], outputs: ['float32[b, s*h]'] },
    { inputs: ['float32[b, s]', 'int64[3] = [0, 4, 6]'], outputs: ['float32[b, 4, 6]'], constraints: ['s == 24'] },
    { inputs: ['float32[2, 0]', 'int64[2] = [0, 7]'], attributes: { allowzero: 1 }, outputs: ['float32[0, 7]'] },
    { inputs: ['int64[4] = [1, b, c, 4]', 'int64[2] = [2, 2]'], outputs: ['int64[2, 2] = [1, b, c, 4]'] },
    { inputs: ['float32[2, 3]'], attributes: { shape: [3, -1] }, opset: 1, outputs: ['float32[3, 2]'] },
    { inputs: ['float32[2, 3]', 'int64[1] = [7]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 3]', 'int64[2] = [4, -1]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 3]', 'int64[2] = [-1, -1]'], fails: 'OP_INVALID' },
    { inputs: ['float32[b, 3]', 'int64[3] = [b, 3, 0]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** An axis of the target: its size, or how it is still to be found. */
type Axis = Dim | 'rest' | 'open';

function reshapeShape(cx: InferContext): Shape | undefined {
  const target = cx.version < 5 ? cx.ints('shape')?.map((size) => constant(size)) : sizeElements(cx, 1);
  if (!target) return undefined;
  const source = cx.shape(0);
  const axes = target.map((element, i) => targetAxis(cx, element, source, i));
  if (axes.filter((axis) => axis === 'rest').length > 1) {
    cx.fail('OP_INVALID', `Reshape: the target holds -1 more than once: ${formatTarget(target)}`, {
      expected: 'one -1 at most',
    });
  }
  if (!source) return axes.map((axis) => (typeof axis === 'object' ? axis : (openShape(1)[0] ?? constant(1))));
  return settle(cx, source, axes);
}

const formatTarget = (target: readonly (Dim | undefined)[]): string =>
  `[${target.map((size) => (size ? formatDim(size) : '?')).join(', ')}]`;

function targetAxis(cx: InferContext, element: Dim | undefined, source: Shape | undefined, i: number): Axis {
  if (!element) return 'open';
  const copies = cx.int('allowzero', 0) === 0;
  if (element.kind === 'const') {
    if (element.value > 0 || (element.value === 0 && !copies)) return element;
    if (element.value === -1) return 'rest';
    if (element.value < 0)
      cx.fail('OP_INVALID', `Reshape: the target has size ${element.value} at axis ${i}`, { expected: '>= -1' });
    if (!source) return 'open';
    return source[i] ?? failCopy(cx, source, i);
  }
  // A size that may be 0 would copy, and one that may be -1 would take the rest, so neither is the size for certain.
  const { min } = cx.facts.range(element);
  if (min >= 1 || (min >= 0 && (!copies || source?.[i] === element))) return element;
  if (min >= 0 && source && i >= source.length) {
    // There is no size to copy, so a valid run has none that is 0.
    cx.atLeast(element, 1, `the size at axis ${i}`);
    return element;
  }
  return 'open';
}

function failCopy(cx: InferContext, source: Shape, i: number): never {
  return cx.fail(
    'SHAPE_MISMATCH',
    `Reshape: 0 at axis ${i} copies a size that ${cx.inputName(0)} ${formatShape(source)} lacks`,
    {
      expected: `rank above ${i}`,
      actual: `rank ${source.length}`,
    },
  );
}

/** Finds the sizes that are left: one by the element count, several as fresh symbols. */
function settle(cx: InferContext, source: Shape, axes: readonly Axis[]): Shape {
  const holes = axes.filter((axis) => typeof axis === 'string');
  const known = axes.filter((axis) => typeof axis === 'object');
  if (holes.length === 0) {
    requireEqualCounts(cx, source, known);
    return known;
  }
  const whole = holes.length === 1 && restIsPositive(cx, known, holes[0] === 'rest');
  if (whole) {
    const size = fillingSize(cx, source, known);
    return axes.map((axis) => (typeof axis === 'object' ? axis : size));
  }
  const least = holes.includes('rest') && cx.int('allowzero', 0) === 0 ? 1 : 0;
  const sizes = axes.map((axis) => (axis === 'open' ? cx.fresh('size', { min: least }) : axis));
  const others = sizes.filter((size) => typeof size === 'object');
  if (others.length < sizes.length) {
    const rest = restIsPositive(cx, others, true) ? fillingSize(cx, source, others) : cx.fresh('size');
    return sizes.map((size) => (typeof size === 'object' ? size : rest));
  }
  const [have, want] = [countOf(source), mul(1, ...others)];
  if (!hasUnknown(have)) cx.unify(want, have, 'element counts');
  return others;
}

/**
 * Whether the sizes beside a -1 are never zero. ONNX Runtime refuses such a run, so for a -1 it is also required;
 * with allowzero the runtime accepts it, and nothing is known.
 */
function restIsPositive(cx: InferContext, sizes: Shape, required: boolean): boolean {
  for (const size of sizes) {
    if (isAtLeast(cx, size, 1)) continue;
    if (!required || cx.int('allowzero', 0) !== 0) return false;
    cx.atLeast(size, 1, 'a size beside -1');
  }
  return true;
}

/**
 * Flatten (since 1): two axes, the product of the sizes before `axis` and of those from it on.
 * `[d0, ..., dn] -> [d0 * ... , d_axis * ...]`; an empty product is 1.
 */
const Flatten: OperatorRow = {
  name: 'Flatten',
  cost: view,
  span: keepsSpan,
  infer: (cx) => {
    const shape = cx.shape(0);
    if (!shape) return [cx.tensor(openShape(2))];
    const given = cx.int('axis', 1);
    const axis = given === shape.length ? given : cx.axis(given, shape.length);
    return [cx.tensor([countOf(shape.slice(0, axis)), countOf(shape.slice(axis))])];
  },
  content: (cx, [output]) => [reshaped(cx.content(0), output)],
  examples: [
    { inputs: ['float32[b, 16, 5, 5]'], outputs: ['float32[b, 400]'] },
    { inputs: ['float32[b, s, h]'], attributes: { axis: 2 }, outputs: ['float32[b*s, h]'] },
    { inputs: ['float32[b, s]'], attributes: { axis: 2 }, outputs: ['float32[b*s, 1]'] },
    { inputs: ['float32[b, s, h]'], attributes: { axis: -1 }, outputs: ['float32[b*s, h]'] },
    { inputs: ['float32[]'], attributes: { axis: 0 }, outputs: ['float32[1, 1]'] },
    { inputs: ['float32[...]'], outputs: ['float32[?, ?]'] },
    { inputs: ['float32[b, s]'], attributes: { axis: 3 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** The family. */
export const RESHAPE_ROWS: readonly OperatorRow[] = [Reshape, Flatten];
