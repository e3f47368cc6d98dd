// Known content picked from or written to places that known indices name: GatherElements, GatherND, ScatterElements, ScatterND.
import { type Content, makeContent, type Scalar } from '../../ir/content.ts';
import type { InferContext } from '../../ir/operator.ts';
import { elementCount } from '../../ir/tensor-data.ts';
import type { ValueType } from '../../ir/type.ts';
import { contentSizes, rowStrides } from './content-view.ts';
import { addElements, type BinaryRule, maxElements, minElements, multiplyElements } from './element-rules.ts';
import { positionOf } from './lanes.ts';

/** The flat place in `shape` of element `at` of the indices, whose value replaces the position on `axis`. */
function placeOnAxis(cx: InferContext, indices: Content, at: number, { shape, axis }: Axis): number | undefined {
  const [from, to] = [rowStrides(indices.shape), rowStrides(shape)];
  let place = 0;
  for (let k = 0; k < shape.length; k++) {
    const own = Math.floor(at / (from[k] ?? 1)) % (indices.shape[k] ?? 1);
    const position = k === axis ? positionOf(cx, indices.elements[at], shape[k] ?? 0) : own;
    if (position === undefined) return undefined;
    place += position * (to[k] ?? 0);
  }
  return place;
}

interface Axis {
  readonly shape: readonly number[];
  readonly axis: number;
}

/** The content of GatherElements: one element for each index. */
export function gatheredElements(cx: InferContext): Content | undefined {
  const [source, indices] = [cx.content(0), cx.content(1)];
  if (!source || !indices || source.shape.length !== indices.shape.length) return undefined;
  const at = { shape: source.shape, axis: cx.axis(cx.int('axis', 0), source.shape.length) };
  const elements = indices.elements.map((_, i): Scalar => {
    const place = placeOnAxis(cx, indices, i, at);
    return place === undefined ? undefined : source.elements[place];
  });
  return makeContent(source.dtype, indices.shape, elements);
}

/** The flat offset of the slice that the index tuple starting at `from` names, `batch` leading positions going before it. */
function placeOfTuple(cx: InferContext, indices: Content, from: number, where: Tuples): number | undefined {
  const { shape, batch, tuple } = where;
  const strides = rowStrides(shape);
  const each = elementCount(indices.shape.slice(batch));
  let place = Math.floor(from / Math.max(each, 1)) * elementCount(shape.slice(batch));
  for (let k = 0; k < tuple; k++) {
    const position = positionOf(cx, indices.elements[from + k], shape[batch + k] ?? 0);
    if (position === undefined) return undefined;
    place += position * (strides[batch + k] ?? 0);
  }
  return place;
}

interface Tuples {
  readonly shape: readonly number[];
  readonly batch: number;
  readonly tuple: number;
}

/** The content of GatherND: one slice for each index tuple. */
export function gatheredSlices(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const [source, indices] = [cx.content(0), cx.content(1)];
  const sizes = source && indices && contentSizes(output);
  if (!sizes) return undefined;
  const where = { shape: source.shape, batch: cx.int('batch_dims', 0), tuple: indices.shape.at(-1) ?? 1 };
  const inner = elementCount(source.shape.slice(where.batch + where.tuple));
  const elements: Scalar[] = [];
  for (let row = 0; row < indices.elements.length; row += where.tuple) {
    const place = placeOfTuple(cx, indices, row, where);
    for (let k = 0; k < inner; k++) elements.push(place === undefined ? undefined : source.elements[place + k]);
  }
  return makeContent(source.dtype, sizes, elements);
}

const replace: BinaryRule = (_cx, _dtype, _before, update) => update;
const REDUCTIONS: ReadonlyMap<string, BinaryRule> = new Map([
  ['none', replace],
  ['add', addElements],
  ['mul', multiplyElements],
  ['min', minElements],
  ['max', maxElements],
]);

/** The rule by which a node writes an update over an element. */
function reductionOf(cx: InferContext): BinaryRule | undefined {
  return REDUCTIONS.get(cx.string('reduction', 'none'));
}

/** The content of ScatterElements; undefined where a place is not known, since any element may then be another one. */
export function scatteredElements(cx: InferContext): Content | undefined {
  const [source, indices, updates] = [cx.content(0), cx.content(1), cx.content(2)];
  const rule = reductionOf(cx);
  if (!source || !indices || !rule || source.shape.length !== indices.shape.length) return undefined;
  const at = { shape: source.shape, axis: cx.axis(cx.int('axis', 0), source.shape.length) };
  const target = new Target(source, rule);
  for (let i = 0; i < indices.elements.length; i++) {
    const place = placeOnAxis(cx, indices, i, at);
    if (place === undefined) return undefined;
    target.write(cx, place, updates?.elements[i]);
  }
  return target.content;
}

/** The elements that updates are written over. */
class Target {
  readonly #source: Content;
  readonly #rule: BinaryRule;
  readonly #elements: Scalar[];
  readonly #written = new Set<number>();

  constructor(source: Content, rule: BinaryRule) {
    this.#source = source;
    this.#rule = rule;
    this.#elements = source.elements.slice();
  }

  write(cx: InferContext, place: number, update: Scalar): void {
    // Which of two updates of one place comes last is not said.
    const isOpen = this.#rule === replace && this.#written.has(place);
    this.#written.add(place);
    this.#elements[place] = isOpen ? undefined : this.#rule(cx, this.#source.dtype, this.#elements[place], update);
  }

  get content(): Content | undefined {
    return makeContent(this.#source.dtype, this.#source.shape, this.#elements);
  }
}

/** The content of ScatterND; undefined where a place is not known. */
export function scatteredSlices(cx: InferContext): Content | undefined {
  const [source, indices, updates] = [cx.content(0), cx.content(1), cx.content(2)];
  const rule = reductionOf(cx);
  if (!source || !indices || !rule) return undefined;
  const where = { shape: source.shape, batch: 0, tuple: indices.shape.at(-1) ?? 1 };
  const inner = elementCount(source.shape.slice(where.tuple));
  const target = new Target(source, rule);
  for (let row = 0; row * where.tuple < indices.elements.length; row++) {
    const place = placeOfTuple(cx, indices, row * where.tuple, where);
    if (place === undefined) return undefined;
    for (let k = 0; k < inner; k++) target.write(cx, place + k, updates?.elements[row * inner + k]);
  }
  return target.content;
}
