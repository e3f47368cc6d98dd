// SequenceMap: a body run over the elements of lists.
import { type Dim, freshSymbol, type SymbolDim } from '../../dim/dim.ts';
import type { Facts } from '../../dim/facts.ts';
import type { Content } from '../../ir/content.ts';
import { holdsInner, type IsInner, innerFromNow } from '../../ir/inner-symbols.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { mapDims, type ValueType } from '../../ir/type.ts';
import { Exporter } from '../rules/export-types.ts';
import { requireBody } from '../rules/require-body.ts';
import { type Elements, elementsOf, lengthOf, sequenceType } from '../rules/sequence-elements.ts';
import { isAtLeast } from '../rules/size-elements.ts';
import { isVarying, varyingDim } from '../rules/varying.ts';
import { elementType } from './sequence.ts';

/** Lists are followed element by element up to this length. */
const MOST_ELEMENTS = 64;

/**
 * SequenceMap (since 17): `body(element, other..) -> element..`, run for each element of the first list; another list gives its element at the
 * same position, a tensor itself. `seq(T), (seq(U) | U).. -> seq(V)..`, as many elements as the first list has.
 */
const SequenceMap: OperatorRow = {
  name: 'SequenceMap',
  infer: (cx) => {
    elementType(cx, 0);
    const body = requireBody(cx, 'body', cx.inputCount, cx.outputCount);
    const known = elementsOf(cx.type(0));
    const length = lengthOf(known);
    checkLengths(cx, length);
    const { isInner, close } = innerFromNow();
    const elements = Array.from({ length: cx.inputCount }, (_, i) => new ElementInput(cx.type(i)));
    const assume = (facts: Facts): void => {
      for (const { sizes } of elements) for (const size of sizes.keys()) facts.declare(size, { min: 0 });
    };
    const contents: readonly (Content | undefined)[] = elements.map(({ isList }, i) =>
      isList ? undefined : cx.content(i),
    );
    const runs = length !== undefined && isAtLeast(cx, length, 1);
    const types = elements.map(({ type }) => type);
    const outputs = cx.inferBody(body, types, { contents, assume, isInner, runs });
    close();
    const each = listElements(cx, elements);
    return outputs.map((output) => {
      const list = each?.map((sizes) => new Exporter(cx, { isInner, facts: body.facts, known: sizes }).type(output));
      const made: Elements | undefined = list ? { kind: 'list', types: list } : length && { kind: 'many', length };
      return sequenceType(anyElement(output, isInner), made);
    });
  },
  examples: [
    {
      inputs: ['seq(float32[a, b])'],
      bodies: { body: 'each (float[] x) => (float[] y) { y = Transpose (x) }' },
      outputs: ['seq(float32[b, a])'],
    },
    {
      // A tensor is the same for each element.
      inputs: ['seq(float32[a, b])', 'float32[k, b]'],
      captured: { w: 'float32[b, c]' },
      bodies: {
        body: `each (float[] x, float[] more) => (float[] y, int64[] size) {
          both = Concat <axis = 0> (x, more)
          y = MatMul (both, w)
          size = Shape (x)
        }`,
      },
      outputs: ['seq(float32[a + k, c])', 'seq(int64[2])'],
    },
    {
      inputs: ['seq(float32[a])', 'seq(int64[b])'],
      bodies: { body: 'each (float[] x, int64[] i) => (float[] y) { y = Gather (x, i) }' },
      outputs: ['seq(float32[b])'],
    },
    {
      inputs: ['seq(float32[a])'],
      bodies: { body: 'each (float[] x) => (int64[] y) { y = NonZero (x) }' },
      outputs: ['seq(int64[1, varies])'],
    },
    { inputs: ['seq(float32[b, s])'], fails: 'ATTRIBUTE_MISSING' },
    {
      inputs: ['seq(float32[a, 3])'],
      bodies: { body: 'each (x, more) => (y) { y = Add (x, more) }' },
      fails: 'OP_INVALID',
    },
    {
      inputs: ['float32[a, 3]'],
      bodies: { body: 'each (x) => (y) { y = Relu (x) }' },
      fails: 'KIND_MISMATCH',
    },
  ],
};

/** What a body takes for one input. */
class ElementInput {
  readonly isList: boolean;
  /** The type of the element, its varying sizes as symbols of the body. */
  readonly type: ValueType;
  /** The axis of each of these symbols. */
  readonly sizes = new Map<SymbolDim, number>();
  readonly #given: ValueType;

  constructor(given: ValueType) {
    this.#given = given;
    this.isList = given.kind === 'sequence';
    let axis = 0;
    this.type =
      given.kind === 'sequence'
        ? mapDims(given.element, (dim) => {
            const at = axis++;
            if (!isVarying(dim)) return dim;
            const size = freshSymbol('size');
            this.sizes.set(size, at);
            return size;
          })
        : given;
  }

  /** The elements one by one, where each is a tensor of as many axes as the element type. */
  get list(): readonly ValueType[] | undefined {
    const known = elementsOf(this.#given);
    if (known?.kind !== 'list') return undefined;
    const { type } = this;
    const rank = type.kind === 'tensor' ? type.shape?.length : undefined;
    const fits = known.types.every((each) => each.kind === 'tensor' && each.shape && each.shape.length === rank);
    return fits ? known.types : undefined;
  }
}

/** For each element the sizes that the symbols of the body have there; undefined where not all lists are known. */
function listElements(
  cx: InferContext,
  inputs: readonly ElementInput[],
): readonly ((symbol: SymbolDim) => Dim | undefined)[] | undefined {
  const [first] = inputs;
  const count = first?.list?.length;
  if (count === undefined || count > MOST_ELEMENTS) return undefined;
  if (inputs.some(({ isList, sizes, list }) => isList && sizes.size > 0 && !list)) return undefined;
  return Array.from({ length: count }, (_, position) => (symbol: SymbolDim) => {
    for (const { sizes, list } of inputs) {
      const axis = sizes.get(symbol);
      const type = list?.[position];
      if (axis === undefined || type?.kind !== 'tensor') continue;
      const size = type.shape?.[axis];
      return size && cx.facts.simplify(size);
    }
    return undefined;
  });
}

/** The element type of a list that the body makes: sizes that mean something in one run of it only vary. */
function anyElement(type: ValueType, isInner: IsInner): ValueType {
  return mapDims(type, (dim) => (holdsInner(dim, isInner) ? varyingDim() : dim));
}

/** Each further list must be as long as the first one: ONNX Runtime reads it position by position. */
function checkLengths(cx: InferContext, length: Dim | undefined): void {
  for (let i = 1; i < cx.inputCount; i++) {
    const other = lengthOf(elementsOf(cx.type(i)));
    if (length && other) cx.atLeast(other, length, 'the length of the further lists');
  }
}

/** The family. */
export const SEQUENCE_MAP_ROWS: readonly OperatorRow[] = [SequenceMap];
