// Values of a graph: what an input, a parameter, a constant or a node's output is.
import { dimwiseError } from '../base/errors.ts';
import type { Origin } from '../base/origin.ts';
import { hasUnknown } from '../dim/dim.ts';
import type { Content } from './content.ts';
import type { DType } from './dtype.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import type { ParameterCell } from './parameter-cell.ts';
import type { TensorData } from './tensor-data.ts';
import { formatType, mapDims, type Shape, type ValueType } from './type.ts';

/** One size as an author writes it: a number, a symbol or expression, or unknown (`'?'` or null). */
export type SizeSpec = number | string | null;
/** Sizes as an author writes them. */
export type ShapeSpec = readonly SizeSpec[];

/** What makes a value: its node, or that it stands at the graph's edge. */
export type ValueSource =
  | { readonly kind: 'node'; readonly node: Node; readonly index: number }
  | { readonly kind: 'input' }
  | { readonly kind: 'parameter'; readonly cell: ParameterCell }
  | { readonly kind: 'constant'; readonly data: TensorData };

const NONE: readonly never[] = Object.freeze([]);

/**
 * A value of a graph: what an input, a parameter, a constant or a node's output is.
 * The type parameters carry dtype and sizes where the author's call knows them.
 */
export class Value<D extends DType = DType, S extends ShapeSpec = ShapeSpec> {
  /** Types only; never set. */
  declare readonly staticType?: { readonly dtype: D; readonly shape: S };
  readonly graph: Graph;
  readonly source: ValueSource;
  /** The name in the file; inner values without a name are named by path when they are emitted. */
  name: string | undefined;
  readonly origin: Origin | undefined;
  /** A list only for the second reader, or for who asks: most values have one reader, and graphs may be large. */
  #users: Node | Node[] | undefined;
  #returnedBy: Graph[] | undefined;
  #type: ValueType;
  /** The type as it was set, before facts were applied. */
  #declared: ValueType;
  #content: Content | undefined;
  #resolvedAt = -1;
  /** True where the call that made it was a mistake; what reads it makes no second complaint. */
  poisoned = false;

  constructor(graph: Graph, source: ValueSource, type: ValueType, name?: string, origin?: Origin) {
    this.graph = graph;
    this.source = source;
    this.#type = type;
    this.#declared = type;
    this.name = name;
    this.origin = origin;
  }

  /** Nodes that read this value, one entry per use, bodies that capture it included. */
  get users(): readonly Node[] {
    if (this.#users === undefined) return NONE;
    return (this.#users = listOf(this.#users));
  }

  /** Whether a node reads this value. */
  get isRead(): boolean {
    return this.#users !== undefined && (!Array.isArray(this.#users) || this.#users.length > 0);
  }

  /** Graphs that return this value, one entry per output, bodies that pass it on from around them included. */
  get returnedBy(): readonly Graph[] {
    return this.#returnedBy ?? NONE;
  }

  /** Notes a use by a node; only the graph and its nodes call it. */
  addUser(node: Node): void {
    if (this.#users === undefined) this.#users = node;
    else (this.#users = listOf(this.#users)).push(node);
  }

  /** Takes one use by a node back. */
  dropUser(node: Node): void {
    if (this.#users !== undefined) dropEntry((this.#users = listOf(this.#users)), node);
  }

  /** Notes that a graph returns the value; only the graph calls it. */
  addReturn(graph: Graph): void {
    if (this.#returnedBy) this.#returnedBy.push(graph);
    else this.#returnedBy = [graph];
  }

  /** Takes one return by a graph back. */
  dropReturn(graph: Graph): void {
    if (this.#returnedBy) dropEntry(this.#returnedBy, graph);
  }

  /** The inferred type, under all that the graph knows by now. */
  get type(): ValueType {
    const { facts } = this.graph;
    if (this.#resolvedAt !== facts.version) {
      this.#type = mapDims(this.#type, facts.simplify);
      this.#resolvedAt = facts.version;
    }
    return this.#type;
  }

  /** The name and the type as messages print them: `x: float32[batch, 20]`. */
  toString(): string {
    return `${this.name ?? 'a value'}: ${formatType(this.declaredType)}`;
  }

  /** The type as it was set, before facts were applied. */
  get typeAsSet(): ValueType {
    return this.#declared;
  }

  /** The type of an input in the author's own names: unknowns are settled, but no symbol gives way to one that equals it. */
  get declaredType(): ValueType {
    if (this.source.kind !== 'input') return this.type;
    const { facts } = this.graph;
    return mapDims(this.#declared, (dim) => (hasUnknown(dim) ? facts.simplify(dim) : dim));
  }

  /**
   * The element type.
   *
   * @throws DTYPE_UNKNOWN when it is not known yet
   * @throws KIND_MISMATCH when the value is no tensor
   */
  get dtype(): D {
    const { type } = this;
    const isTensor = type.kind === 'tensor' || type.kind === 'sparse';
    if (isTensor && type.dtype !== 'undefined') return type.dtype as D;
    const isOpen = isTensor || type.kind === 'unknown';
    throw dimwiseError({
      code: isOpen ? 'DTYPE_UNKNOWN' : 'KIND_MISMATCH',
      message: isOpen
        ? `the element type of ${this.label} is not known before a batch is bound`
        : `${this.label} is a ${type.kind}, which has no element type`,
      origin: this.origin,
      hint: isOpen ? 'declare the model input, or read the element type after bind()' : undefined,
    });
  }

  /**
   * The sizes, symbolic where they may vary, under all that the graph knows by now.
   *
   * @throws RANK_UNKNOWN when the number of axes is not known yet
   * @throws KIND_MISMATCH when the value is no tensor
   */
  get shape(): Shape {
    const { type } = this;
    if (type.kind !== 'tensor' && type.kind !== 'sparse') {
      if (type.kind === 'unknown') throw unknownRank(this);
      throw dimwiseError({
        code: 'KIND_MISMATCH',
        message: `${this.label} is a ${type.kind}, which has no shape`,
        origin: this.origin,
      });
    }
    if (!type.shape) throw unknownRank(this);
    return type.shape;
  }

  /**
   * The number of axes.
   *
   * @throws RANK_UNKNOWN when it is not known yet
   */
  get rank(): number {
    return this.shape.length;
  }

  /** The value in a message: by name where it has one. */
  get label(): string {
    if (this.source.kind === 'parameter') return `parameter ${this.source.cell.path}`;
    if (this.name) return `value "${this.name}"`;
    return this.source.kind === 'node' ? `output ${this.source.index} of ${this.source.node.op}` : 'a value';
  }

  /** What is known of the elements; undefined where nothing is. */
  get content(): Content | undefined {
    return this.#content;
  }

  /** Sets what inference found; only the inference engine and the reader call it. */
  setType(type: ValueType, content?: Content): void {
    this.#type = type;
    this.#declared = type;
    this.#content = content;
    this.#resolvedAt = -1;
  }

  /** Sets what inference found where that is known to be simplified under the facts as they are. */
  setSimplified(type: ValueType, content: Content | undefined): void {
    this.#type = type;
    this.#declared = type;
    this.#content = content;
    this.#resolvedAt = this.graph.facts.version;
  }
}

const listOf = (users: Node | Node[]): Node[] => (Array.isArray(users) ? users : [users]);

/** Removes one entry of a list whose order means nothing. */
function dropEntry<T>(list: T[], entry: T): void {
  const at = list.lastIndexOf(entry);
  if (at < 0) return;
  const last = list.pop();
  if (last !== undefined && at < list.length) list[at] = last;
}

function unknownRank(value: Value) {
  return dimwiseError({
    code: 'RANK_UNKNOWN',
    message: `the shape of ${value.label} is not known before a batch is bound`,
    origin: value.origin,
    hint: 'declare the shape of the model input, or read the shape after bind()',
  });
}
